/* Whose changes the leaks of a run may be, found right after it. */
#ifndef ATTRIBUTION_H
#define ATTRIBUTION_H

#include "account/record.h"
#include "vcs/repo.h"

struct attribution {
	struct repo repo; /* open when head is set */
	struct sha head;  /* what the run is at, "" : unknown */
	struct err why;   /* why there is no repository; ERR_ABSENT: nobody expects one */
};

/* Opens the repository of a folder and looks where it is. */
void attribution_begin(struct attribution *a, const char *dir);

/*
 * Gives the leaks of a run their suspects, in two seconds at most. The run file at path (NULL:
 * none), so far written to *fd, is replaced by one that has them, and *fd with it; a pipe stays
 * as it is. Says on standard error what went wrong.
 */
void attribution_end(struct attribution *a, struct run_file *run, const char *path, int *fd);

void attribution_release(struct attribution *a);

#endif
