/* What a run was asked to test, by the command line that its run file has. */
#ifndef ACCOUNT_ARGUMENTS_H
#define ACCOUNT_ARGUMENTS_H

#include "account/record.h"

/* The next word, and *i behind it, without the options that say where files go and which share of
 * the packages it was; NULL: there is none. *i is 0 before the first. */
const char *run_argument(const struct run_record *r, size_t *i);

/* Whether two runs were asked for the same tests of the same module, shares aside. */
bool run_arguments_same(const struct run_record *a, const struct run_record *b);

#endif
