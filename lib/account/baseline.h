/*
 * The leaks of a run as allowances: one for each key, so that what leaks today fails nothing and
 * what leaks more does.
 */
#ifndef ACCOUNT_BASELINE_H
#define ACCOUNT_BASELINE_H

#include "account/record.h"

/* Strings and findings are the run file's. */
struct baseline_key {
	const struct finding *first;
	uint64_t count; /* goroutines of all findings with the key */
};

struct baseline {
	struct baseline_key *items; /* owned, in the order of the run file */
	size_t len, cap;
};

/* The keys of all leaks; numbers that a test reached are none. */
void baseline_of(struct baseline *b, const struct run_file *r);

/* Goroutines of all findings with the key, allowed ones too. */
uint64_t baseline_count(const struct run_file *r, const char *key);

/* Whether the run tells how many goroutines a package leaves at most: all of its tests ran, and
 * were watched to the end. */
bool baseline_is_whole(const struct run_file *r, const char *package);

/* The flag of the run that chose among the tests; NULL: all of them ran. */
const char *baseline_choice(const struct run_record *run);

void baseline_release(struct baseline *b);
#define AUTO_BASELINE CLEANUP(baseline_release) struct baseline

#endif
