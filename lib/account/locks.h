/*
 * Goroutines that wait for each other's locks.
 *
 * A Go mutex has no owner, so that one goroutine holds what another waits for is
 * shown by two things together:
 *  (a) its stack (frames outside the runtime and sync), or what a word there points
 *      at, holds a word that is equal to the address of the other's lock: it has it within
 *      reach;
 *  (b) in one of its functions, before the line where it waits, a Lock or RLock was called
 *      with no plain Unlock since (a deferred one counts as held).
 * Without (b) two goroutines stuck behind a test that kept both locks would look like a
 * cycle. A function on one line gives no evidence; a helper that returns
 * holding a lock is missed. Then the class is mutex, which is right enough.
 */
#ifndef ACCOUNT_LOCKS_H
#define ACCOUNT_LOCKS_H

#include "account/source.h"
#include "account/witness.h"
#include "proc/memory.h"

/* Waiters that are looked at; beyond, the rest stay mutex. */
#define LOCKS_MAX 256

struct lock_waiter {
	const struct witness *witness;
	uint64_t lock;         /* address of the Mutex or RWMutex */
	int cycle;             /* goroutines in its cycle, 0: none shown */
	size_t holder;         /* in its cycle: index of the one that holds its lock */
	const char *held_file; /* where it locked what it holds, borrowed; the last such line */
	uint32_t held_line;    /* 0: nothing shown */
};

struct locks {
	struct lock_waiter items[LOCKS_MAX];
	size_t len;
};

/* The lock that a goroutine waits for, 0: not a lock, or not known. */
uint64_t lock_of(const struct witness *w);

/* Adds a waiter; more than LOCKS_MAX are ignored. */
void locks_add(struct locks *l, const struct witness *w);

/* Finds the cycles. */
void locks_find_cycles(struct locks *l, const struct memory *m, struct sources *s);

/* The waiter that stands for w, when a cycle was found for it; else NULL. */
const struct lock_waiter *locks_in_cycle(const struct locks *l, const struct witness *w);

#endif
