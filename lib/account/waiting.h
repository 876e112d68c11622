/*
 * Which survivors wait for one and the same channel, lock or WaitGroup, by the address that the
 * dump prints. Findings are grouped by place; this tells when many places, or many goroutines at
 * one place, are one story.
 */
#ifndef ACCOUNT_WAITING_H
#define ACCOUNT_WAITING_H

#include "account/locks.h"

struct waiting_group {
	uint32_t goroutines; /* whose object is known */
	uint32_t objects;    /* different ones */
	uint64_t one;        /* the first of them */
};

/* Zero-initialised is empty. */
struct waiting {
	struct map totals;  /* object -> goroutines of all findings */
	struct map members; /* hash of a finding and an object that it waits for */
	struct {
		struct waiting_group *items;
		size_t len, cap;
	} groups; /* by a finding's index */
};

/* A goroutine of a finding. What is no channel, lock or WaitGroup, or whose address was not
 * printed, is not counted. */
void waiting_add(struct waiting *w, size_t finding, const struct witness *who);

/* Appends, when all count goroutines of the finding are counted and it says something: "all of
 * them wait for the same channel". noun: what they wait for. */
void waiting_tell(const struct waiting *w, size_t finding, uint32_t count, const char *noun,
		  struct buf *out);

void waiting_release(struct waiting *w);

#endif
