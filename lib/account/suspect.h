/*
 * Suspects before anybody is asked: which of them the allowances excuse already.
 *
 * Only what the trace knows counts: who created and started it, its package, its test. So
 * what is excused costs nothing: the process is let go at once when nobody else is there.
 */
#ifndef ACCOUNT_SUSPECT_H
#define ACCOUNT_SUSPECT_H

#include "account/owner.h"
#include "account/policy.h"

struct suspects {
	size_t len;
	size_t excused;
	int64_t settle_ns; /* the longest time that one of the others may have; 0: none is left */
};

/* Counts the live goroutines that descend from a test. */
struct suspects suspects_of(const struct policy *p, const char *package, struct owners *o);

#endif
