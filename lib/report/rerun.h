/* How to see a finding again: a line to copy. */
#ifndef REPORT_RERUN_H
#define REPORT_RERUN_H

#include "account/record.h"

/*
 * Appends a command line for a POSIX shell that runs the finding's test alone,
 * with those flags of the run that decide what is built and how it runs (-race,
 * -tags, …): straggler test -race -run '^TestX$/^sub$' ./fetch
 *
 * Each level of the name is a regular expression of its own that is split at
 * '/' outside brackets, so that escaping with backslashes is enough: src/testing/match.go,
 * Go 1.22 to 1.27.
 */
void rerun_command(struct buf *out, const struct run_record *run, const struct finding *f);

#endif
