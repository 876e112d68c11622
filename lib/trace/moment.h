/* Creations, ends and calls of one generation, in causal order. */
#ifndef TRACE_MOMENT_H
#define TRACE_MOMENT_H

#include "base/base.h"

#define NO_MOMENT UINT32_MAX

enum moment_kind { MOMENT_CREATED, MOMENT_ENDED, MOMENT_CALL };

/*
 * A moment follows from one other at most: from the one before it in the life of the
 * goroutine that acts, or from that goroutine's own creation. Times of two
 * threads can contradict that (trace/wire.h), so a moment counts as no earlier
 * than the one it follows from.
 */
struct moment {
	uint64_t time;    /* ticks */
	uint64_t seq;     /* sequence number of the acting goroutine */
	uint32_t actor;   /* change of the goroutine that creates, ends or calls;
			   * NO_CHANGE: created by none */
	uint32_t subject; /* change of the goroutine created, or the actor */
	uint32_t stack;   /* of a call: id; else 0 */
	uint32_t after;   /* the moment it follows from; NO_MOMENT: none */
	uint32_t depth;   /* moments of equal time that it follows from */
	uint8_t kind;
	uint8_t visit; /* internal */
};

struct moments {
	struct moment *items;
	size_t len, cap;
	/* After moments_order: indexes of items in order. Owned. */
	struct moment_keys {
		struct moment_key *items;
		size_t len, cap;
	} order, spare;
};

struct moment_key {
	uint64_t time;
	uint32_t depth;
	uint32_t moment;
};

/* Fills order: by time, each moment behind the one it follows from. Fails on a circle. */
bool moments_order(struct moments *m);

void moments_reset(struct moments *m);
void moments_release(struct moments *m);

#endif
