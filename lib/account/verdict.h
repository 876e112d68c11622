/*
 * From survivors to findings: joins trace and dump by goroutine id, asks for owner
 * and class, and groups what is the same.
 */
#ifndef ACCOUNT_VERDICT_H
#define ACCOUNT_VERDICT_H

#include "account/classify.h"
#include "account/owner.h"
#include "account/policy.h"

/* What is known at the end of one look at one test binary. */
struct evidence {
	struct arena *arena; /* borrowed: findings live here */
	const struct binary *binary;
	const char *package; /* import path */
	struct owners *owners;
	struct witnesses *witnesses; /* NULL: there is no dump */
	bool dump_whole;             /* every goroutine is in the dump */
	const struct memory *memory; /* NULL: cannot be read */
	const struct policy *policy; /* what classes are worth */
	struct sources *sources;
	int64_t now_ns;
	bool ended_only;        /* only goroutines of tests that have ended */
	bool hung;              /* only of tests that have not: there is a dump, and no trace */
	uint64_t except;        /* a goroutine that is judged already, 0: none */
	int64_t scan_budget_ns; /* for the search through the heap */
};

struct findings {
	struct finding *items; /* in the order in which their first goroutine was met */
	size_t len, cap;
};

/* What live goroutines that are not the runtime's wait for, from outside perhaps. */
struct outer_waits {
	bool calls;   /* a system call, or C */
	bool network; /* the poller */
};

struct outer_waits outer_waits(const struct trace_reader *r);

/* Appends the finding of a goroutine that panicked with message when the tests were over: the
 * first goroutine of e->witnesses. Returns its id, 0: there is none. */
uint64_t verdict_late_panic(const struct evidence *e, struct str message, struct findings *out);

/* Appends the findings. Owners' left counters are filled. Of tests that hang their own goroutines
 * are among them, descent is what the dump says of creators that are in it, and every finding
 * is a note. */
void verdict(const struct evidence *e, struct findings *out);

#endif
