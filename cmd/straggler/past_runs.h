/*
 * The run files of the runs before this one, in the state folder: which one is meant by who names
 * none, and how many stay.
 */
#ifndef PAST_RUNS_H
#define PAST_RUNS_H

#include "account/record.h"

#define PAST_RUNS_KEPT 200

/*
 * Appends the path of a run file: the one that is given; NULL: the one that was written last of
 * those of here, which are of the module that we are in, or of a folder above or below; without
 * such a one the last of all. ERR_USAGE: there is none.
 */
bool past_run(struct buf *path, const char *given, struct err *err);

/* Whether a run that nobody named (given is NULL) may be meant by who writes to files here. Else
 * ERR_USAGE: the last run was of something else. */
bool past_run_is_here(const struct run_record *run, const char *given, struct err *err);

/* Removes those of more than a day ago, but for the last PAST_RUNS_KEPT. What cannot be removed
 * stays. */
void past_runs_prune(const char *runs_dir);

#endif
