/*
 * The leaks of two commits side by side, by their keys.
 *
 * Each side has one run or several. A leak is new when the base never showed it, and, with
 * several runs, when that is unlikely to be chance (account/chance.h): what shows
 * sometimes must not be blamed on the change in whose run it happened to show. What an
 * allowance excuses is no leak on either side; each run file says by its own rules.
 */
#ifndef ACCOUNT_COMPARISON_H
#define ACCOUNT_COMPARISON_H

#include "account/record.h"

struct runs {
	const struct run_file *const *items; /* borrowed */
	size_t len;
};

struct comparison_input {
	struct runs base, here;
	/* All runs were asked for the same: a package or test that a side has no record of does
	 * not exist there, so it leaked nothing. False: it may have been left out, and nothing
	 * can be said about it. */
	bool alike;
	/* Whether a package that the base could not check does not exist in it; may be NULL. */
	bool (*absent)(void *ctx, const char *package);
	void *ctx;
};

/* Zero-initialised is empty. Texts are borrowed from the run files. */
struct comparison {
	struct compared *items;
	size_t len, cap;
};

/* In the order of enum standing, within each as first seen. */
void comparison_make(struct comparison *c, const struct comparison_input *in);
void comparison_release(struct comparison *c);
#define AUTO_COMPARISON CLEANUP(comparison_release) struct comparison

/* Whether a new leak fails the run: one that the configuration only shows does not. */
bool comparison_fails(const struct compared *items, size_t len);

/* Whether another run of the base could make a flaky leak a new one. */
bool comparison_wants_base(const struct comparison *c);

/* The record of a finding's key, NULL: none. */
const struct compared *comparison_find(const struct compared *items, size_t len,
				       const struct finding *f);

#endif
