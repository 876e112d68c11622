/* Whose changes the leaks of a run may be, found right after it. */
#ifndef ATTRIBUTION_H
#define ATTRIBUTION_H

#include "run_files.h"
#include "vcs/repo.h"

struct attribution {
	struct repo repo; /* open when head is set */
	struct sha head;  /* what the run is at, "" : unknown */
	struct err why;   /* why there is no repository; ERR_ABSENT: nobody expects one */
};

/* Opens the repository of a folder and looks where it is. */
void attribution_begin(struct attribution *a, const char *dir);

/* Gives the leaks of a run their suspects, in two seconds at most, and its file (NULL: none)
 * with them. Says on standard error what went wrong. */
void attribution_end(struct attribution *a, struct run_file *run, struct run_files *files);

void attribution_release(struct attribution *a);

#endif
