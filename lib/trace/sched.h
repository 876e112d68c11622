/* Go's scheduler as a trace shows it: what may happen next, and what cannot. */
#ifndef TRACE_SCHED_H
#define TRACE_SCHED_H

#include "base/arena.h"
#include "base/map.h"
#include "trace/order.h"
#include "trace/tables.h"

/* An interval that began and did not end: a stop-the-world, an assist, a sweep. */
struct sched_range {
	uint8_t kind;  /* of its begin */
	uint64_t name; /* string id of a stop-the-world; 0 */
};

struct sched_ranges {
	struct sched_range *items;
	size_t len, cap;
};

struct sched_region {
	uint64_t task;
	const char *name; /* interned */
};

struct sched_goroutine {
	uint64_t id;
	uint64_t seq, generation; /* of its last numbered event, or of its status */
	uint8_t status;           /* enum wire_go_status */
	bool live;
	struct sched_ranges ranges;
	struct sched_regions {
		struct sched_region *items;
		size_t len, cap;
	} regions;
	struct sched_goroutine *spare;
};

struct sched_proc {
	uint64_t id;
	uint64_t seq, generation;
	uint8_t status; /* enum wire_proc_status */
	struct sched_ranges ranges;
};

struct sched_thread {
	uint64_t id;
	uint64_t goroutine, proc;  /* ORDER_NONE: none */
	struct sched_goroutine *g; /* goroutine's, valid while the ids agree */
	struct sched_proc *p;
	bool seen; /* an event of it was tried */
};

/* Zero-initialised is ready, with tables, names, each and ctx set. */
struct sched {
	struct tables *tables; /* of the generation; borrowed */
	struct frames *names;
	void (*each)(void *ctx, struct order_event *e);
	void *ctx;
	struct map goroutines, procs, threads, tasks;
	struct arena pool;
	struct sched_goroutine *spare;
	uint64_t generation, first; /* the one that is read; the first of the trace */
	uint64_t gc_seq;
	uint8_t gc;      /* enum in sched.c */
	const char *why; /* after SCHED_BROKEN: what was expected */
};

enum sched_result {
	SCHED_DONE,  /* each was called, once or more */
	SCHED_LATER, /* other threads must go on first */
	SCHED_BROKEN,
};

/* The thread's state, made when there is none. WIRE_NO_THREAD has one that stays empty. */
struct sched_thread *sched_thread(struct sched *s, uint64_t id);

/* Tries e, the next event of thread t; only kind, time_ns and arg are set. */
enum sched_result sched_try(struct sched *s, struct sched_thread *t, struct order_event *e);

void sched_release(struct sched *s);

#endif
