/*
 * Memory that grows with every run of a test, told from three heap profiles of the test running
 * alone 1, 1 + n and 1 + 2n times in one process.
 *
 * The first run is warm-up: what is made once and stays is in all three. What is put by until it
 * is full grows once and stops; only what grows by both further n runs is growth, and it is
 *   straight   at least one object a run, and both halves within 5 % of each other
 *   ragged     more bytes in both halves, but not evenly: an array or a map that is made larger
 *              in leaps; neither half has more than two and a half times the other's
 * A place is the stack from the innermost function outside of the standard library on; what the
 * standard library allocates for it counts as its own. Stacks that have none, and what package
 * testing allocates, are nobody's. Less than GROWTH_NOISE bytes a run is not counted.
 *
 * Timers are told by the functions of package time that make them. Those of time.NewTimer,
 * NewTicker, After and Tick that nobody refers to are collected when go.mod says go 1.23 or later
 * (https://go.dev/doc/go1.23#timer-changes), and by Go 1.27 always (asynctimerchan is removed,
 * src/internal/godebugs/table.go): then nothing grows, and nothing is found.
 */
#ifndef ACCOUNT_GROWTH_H
#define ACCOUNT_GROWTH_H

#include "account/record.h"
#include "account/source.h"
#include "profile/heap_profile.h"

#define GROWTH_POINTS 3
#define GROWTH_NOISE  64 /* bytes a run */

struct growth {
	enum class_id class;
	const struct heap_site *site; /* borrowed from a profile */
	size_t user;                  /* its frame in the user's code */
	uint64_t bytes, objects;      /* a run; objects is 0 when there are fewer than runs */
	uint64_t live[GROWTH_POINTS]; /* bytes at each profile */
	bool straight;
};

/* Zero-initialised is empty and ready. */
struct growths {
	struct growth *items; /* owned */
	size_t len, cap;
};

/* Appends what grew, the most bytes first. step: n, above 0. module: the main module, "": not
 * known. */
void growths_find(struct growths *g, const struct heap_profile at[static GROWTH_POINTS],
		  uint32_t step, const char *module);

void growths_release(struct growths *g);
#define AUTO_GROWTHS CLEANUP(growths_release) struct growths

/* Whose growth it is. */
struct growth_owner {
	const char *package, *module;
	const char *test;
	uint32_t step;
};

/* A finding that is a note until a policy says otherwise; its texts and lists are in the arena. */
struct finding growth_finding(const struct growth *g, const struct growth_owner *owner,
			      struct sources *s, struct arena *a);

/* Appends an amount for people, rounded to three digits: "96 bytes", "784 kB", "1.5 MB". */
void growth_put_bytes(struct buf *out, uint64_t bytes);

#endif
