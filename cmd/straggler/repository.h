/* The git repository that is meant. */
#ifndef REPOSITORY_H
#define REPOSITORY_H

#include "account/record.h"
#include "vcs/repo.h"

/* Opens the one that dir (NULL: here) is in, or that GIT_DIR and GIT_WORK_TREE name. */
bool repository_open(struct repo *r, const char *dir, struct err *err);

/* Opens the one that a run was in; where its folder is no more, the one here. */
bool repository_of_run(struct repo *r, const struct run_record *run, struct err *err);

#endif
