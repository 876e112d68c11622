/* Whether a run saw one leak: what a bisection asks of each commit. */
#ifndef ACCOUNT_SIGHTING_H
#define ACCOUNT_SIGHTING_H

#include "account/record.h"

enum sighting {
	SIGHTING_YES,
	SIGHTING_NO,
	SIGHTING_NONE, /* the run says nothing about it */
};

struct wanted {
	const char *key;
	const char *package; /* import path, NULL: any */
	const char *test;    /* top-level test that has to run, NULL: any */
};

/*
 * A finding of the key counts whatever its status: an allowance does not make it another
 * commit's. Without one the run has to have been able to see it: it ended, and its packages
 * were built, had tests, and were checked. Else *why (static) says what was missing; it may be
 * NULL.
 */
enum sighting sighting_of(const struct run_file *r, const struct wanted *w, const char **why);

#endif
