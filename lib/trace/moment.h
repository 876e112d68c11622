/* Creations, ends and calls of one generation, in causal order. */
#ifndef TRACE_MOMENT_H
#define TRACE_MOMENT_H

#include "base/base.h"

#define NO_MOMENT ((UINT32_C(1) << 28) - 1)

enum moment_kind { MOMENT_CREATED, MOMENT_ENDED, MOMENT_CALL };

/*
 * A moment follows from one other at most: from the one before it in the life of the
 * goroutine that acts, or from that goroutine's own creation. Times of two
 * threads can contradict that (trace/wire.h), so a moment counts as no earlier
 * than the one it follows from.
 */
struct moment {
	uint64_t time;       /* ticks */
	uint32_t seq;        /* sequence number of the acting goroutine */
	uint32_t actor;      /* change of the goroutine that creates, ends or calls;
			   * NO_CHANGE: created by none */
	uint32_t subject;    /* change of the goroutine created, or the actor */
	uint32_t stack;      /* of a call: id; else 0 */
	uint32_t after;      /* the moment it follows from; NO_MOMENT: none */
	uint32_t depth : 28; /* moments of equal time that it follows from */
	uint32_t kind : 2;   /* enum moment_kind */
	uint32_t visit : 2;  /* internal */
};

struct moments {
	struct moment *items;
	size_t len, cap;
	/* After moments_order: indexes of items in order. Owned. */
	struct moment_indexes {
		uint32_t *items;
		size_t len, cap;
	} order, spare;
};

/* Fills order: by time, each moment behind the one it follows from. Fails on a circle. */
bool moments_order(struct moments *m);

void moments_reset(struct moments *m);
void moments_release(struct moments *m);

#endif
