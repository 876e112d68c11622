/*
 * The full reader of execution traces: every event, in one order, with its context.
 *
 * Two readers share one decoder (trace/batch.h, trace/tables.h). The leak engine's
 * (trace/trace.h) needs each goroutine's own history only, which sequence numbers give
 * without putting threads in order. This one answers what happened before what: it
 * holds a generation, keeps a heap of the next event of each thread by time, and takes the
 * earliest that the scheduler's state admits (trace/sched.h). So times that two threads tell
 * differently cannot make an order that did not happen; what admits no order is an error.
 *
 * The order, the contexts, the times and what is refused are those of Go's own reader
 * (src/internal/trace, golang.org/x/exp/trace). Memory is one generation.
 *
 * An event of mixed work costs about 37 ns and 415 instructions here, 26 ns and 270 in the leak
 * engine; with 100,000 goroutines alive both take 460 instructions, and their caches miss
 * (`make bench-traces`). A fifth to a quarter is for its values: what is left is the state of its
 * goroutine and thread, and for the leak engine the merge of creations and ends, of which nothing
 * is told before the generation is known to be whole. Link time optimisation, clang, values
 * without branches, four values in two loads instead of one, BMI2's instructions for bit fields,
 * and errors out of line in the leak engine gained little or nothing.
 */
#ifndef TRACE_ORDER_H
#define TRACE_ORDER_H

#include "base/err.h"
#include "base/str.h"
#include "trace/stack.h"
#include "trace/wire.h"

#define ORDER_NONE UINT64_MAX /* no thread, proc, goroutine */

/* What an event is: trace.EventKind. */
enum order_what {
	ORDER_BAD,
	ORDER_SYNC, /* a generation begins, or the trace ends */
	ORDER_METRIC,
	ORDER_LABEL,
	ORDER_STACK_SAMPLE,
	ORDER_RANGE_BEGIN,
	ORDER_RANGE_ACTIVE,
	ORDER_RANGE_END,
	ORDER_TASK_BEGIN,
	ORDER_TASK_END,
	ORDER_REGION_BEGIN,
	ORDER_REGION_END,
	ORDER_LOG,
	ORDER_TRANSITION,
	ORDER_EXPERIMENTAL,
	ORDER_WHATS,
};

/* Go's names of them, "StateTransition". */
extern const char *const order_what_names[ORDER_WHATS];

/* States of a transition. The first two are of goroutines and procs both. */
enum order_state {
	ORDER_UNDETERMINED,
	ORDER_NOT_EXIST,
	ORDER_RUNNABLE, /* of goroutines */
	ORDER_RUNNING,  /* of both */
	ORDER_WAITING,
	ORDER_SYSCALL,
	ORDER_IDLE, /* of procs */
	ORDER_STATES,
};

extern const char *const order_state_names[ORDER_STATES];

struct order_event {
	enum order_what what;
	uint8_t kind;                     /* enum wire_kind, or of an experiment */
	bool of_proc;                     /* a transition of a proc */
	uint8_t from, to;                 /* enum order_state of a transition */
	int64_t time_ns;                  /* CLOCK_MONOTONIC; increases, if need be by 1 */
	uint64_t thread, proc, goroutine; /* before the event; ORDER_NONE: none */
	uint64_t subject;                 /* goroutine or proc of a transition */
	uint64_t arg[WIRE_ARGS_MAX];      /* as on the wire; ids are of the generation */
};

struct order_reader;

/* Called for every event in order. Strings and stacks of e can be had during the call. */
typedef void order_fn(void *ctx, const struct order_event *e);

struct order_reader *order_new(order_fn *each, void *ctx);
void order_free(struct order_reader *r);

/* As trace_feed and trace_finish: a failure is for good. Events of generations before it
 * were told. */
bool order_feed(struct order_reader *r, const uint8_t *bytes, size_t n, struct err *err);
bool order_finish(struct order_reader *r, struct err *err);

/* The stack an event shows, and the one of a transition's subject: NULL for none. Borrowed
 * for the call. */
const struct trace_stack *order_stack(struct order_reader *r, const struct order_event *e);
const struct trace_stack *order_subject_stack(struct order_reader *r, const struct order_event *e);

/* Keeps a stack beyond the call, until it is dropped or the reader freed. NULL is allowed. */
const struct trace_stack *order_hold(struct order_reader *r, const struct trace_stack *s);
void order_drop(struct order_reader *r, const struct trace_stack *s);

/* The one copy of a text, for as long as the reader. */
const char *order_name(struct order_reader *r, struct str text);

/* The text of argument i of e, which is a string's id. */
struct str order_text(const struct order_reader *r, const struct order_event *e, unsigned i);

int order_version(const struct order_reader *r); /* 0: no header yet */
uint64_t order_generations(const struct order_reader *r);

#endif
