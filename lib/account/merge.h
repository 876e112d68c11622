/*
 * Several runs as one: the shares of one set of packages, tested by several machines. What is
 * found, counted and compared is then what one run would have found.
 *
 * A package that more than one of them has was tested twice, and what any of them says against
 * it counts: it failed if it failed once, it is checked as far as it was the less, and each
 * finding stays, the same one once with the greater count. A second try that went well takes
 * nothing back, but how often a finding was seen, and in how many runs, is of all of them: seen 1
 * of 1 in one and not in another that had the test makes 1 of 2, and the runs of --runs and --stress
 * count each.
 *
 * Where machines have the work tree at different places, paths become those of the first run.
 */
#ifndef ACCOUNT_MERGE_H
#define ACCOUNT_MERGE_H

#include "account/record.h"

/*
 * Fills *out, zero-initialised before, from n runs, at least one. It borrows from them and has
 * the rest in its own arena; the caller releases it in any case. Warnings tell of shares that are
 * missing, packages tested twice, and runs that were asked for something else. Fails with
 * ERR_USAGE, and says which run, where module, commit or base are not the same.
 */
bool run_merge(const struct run_file *const *runs, size_t n, struct run_file *out, struct err *err);

#endif
