/*
 * One test's goroutines in a trace: the test's own and all that descend from it.
 *
 * A trace does not name tests. What shows which test a goroutine of testing's runs is any of its
 * stacks: the function that testing.tRunner calls (src/testing/testing.go; fRunner for
 * fuzz targets, (*B).runN for benchmarks). It may be the last of what the goroutine does, so
 * the trace is read twice: first to learn, then to tell. A subtest descends from its test, and
 * has no name of its own unless it runs a function of its own. A goroutine without a creator (a
 * timer's) belongs to the test whose closure it starts, "pkg.TestX.func1". Examples
 * share goroutine 1 with testing: they cannot be told apart.
 */
#ifndef TRACE_DESCENT_H
#define TRACE_DESCENT_H

#include "base/map.h"
#include "trace/order.h"

/* Zero-initialised with a name it is ready. */
struct descent {
	const char *test;  /* the test function's name without its package, "TestX"; borrowed */
	struct map roots;  /* ids of testing's goroutines -> enum in descent.c */
	struct map inside; /* ids of live goroutines of the test's, while telling */
	bool found;        /* a goroutine that runs the test was learnt of */
};

/* The first time: all events in order. */
void descent_learn(struct descent *d, struct order_reader *r, const struct order_event *e);

/* The second time, all events in order again: whether the event is of the test's goroutines. */
bool descent_has(struct descent *d, struct order_reader *r, const struct order_event *e);

void descent_release(struct descent *d);

#endif
