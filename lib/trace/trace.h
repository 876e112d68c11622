/*
 * The leak engine's reader of Go execution traces (Go 1.22 to 1.27): from bytes
 * to a table of live goroutines. It does no I/O of its own: bytes are pushed
 * in, in pieces of any size.
 *
 * Invariants
 *  - Memory is bounded by one generation of batches plus the live goroutines,
 *    never by the length of the run. The string and stack tables of a
 *    generation come last in it, so a generation is decoded when it is whole.
 *  - Within a generation the batches of all threads are merged by time; events that
 *    carry a sequence number of a goroutine (GoStart, GoUnblock) are put right by it where
 *    times tie. Full causal ordering with all consistency checks is another reader's
 *    business (trace/order.h): the table needs, for each goroutine, who created
 *    it, where, and its last state.
 *  - Stacks and names of live goroutines are interned and counted: a hundred
 *    thousand goroutines of one site share one stack.
 *  - A stream that breaks or has an unknown version stops the reader with an
 *    error that says byte offset, generation and what was expected. The table
 *    keeps what was whole before; it is never filled by guessing.
 *
 * Format: see trace/wire.h.
 */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include "base/arena.h"
#include "base/err.h"

struct trace_frame {
	const char *function; /* "" when the table has none */
	const char *file;
	uint32_t line;
};

/* Leaf first, at most 128 frames. Immutable. */
struct trace_stack {
	uint32_t len;
	uint32_t refs; /* internal */
	uint64_t hash; /* internal; of the frames' text and lines */
	struct trace_frame frames[];
};

enum goroutine_state {
	GOROUTINE_RUNNABLE = 1, /* numbers as in the trace's GoStatus */
	GOROUTINE_RUNNING = 2,
	GOROUTINE_SYSCALL = 3,
	GOROUTINE_WAITING = 4,
};

struct goroutine {
	uint64_t id;
	uint64_t creator;                     /* goroutine id; 0: none (a timer, C) or not seen */
	bool born_here;                       /* its creation is in the trace */
	const struct trace_stack *created_at; /* the creator's stack; NULL: empty or not seen */
	const char *start;                    /* start function, "" when not known */
	enum goroutine_state state;
	const char *reason;             /* of the last block or stop, in the trace's words; "" */
	const struct trace_stack *last; /* where it blocked or stopped last; NULL: not seen */
	int64_t since_ns;               /* in this state since; CLOCK_MONOTONIC */
	int64_t born_ns;
	uint32_t wakes;                                       /* waiting -> runnable */
	uint32_t blocks_sleep, blocks_select, blocks_receive; /* times blocked by reason */
	void *user;                                           /* the hooks' own */
};

/* All are optional. g and stacks are borrowed for the call unless the table keeps them. */
struct trace_hooks {
	void *ctx;
	/* creator is NULL when there is none or it is not in the table. */
	void (*created)(void *ctx, struct goroutine *g, struct goroutine *creator);
	void (*ended)(void *ctx, struct goroutine *g); /* still whole */
	/* Asked once per system-call stack and generation: nonzero to be told of the
	 * calls made there. */
	uint32_t (*mark)(void *ctx, const struct trace_stack *s);
	void (*marked)(void *ctx, struct goroutine *g, int64_t time_ns, uint32_t mark);
};

struct trace_reader;

/* Strings and the table live until trace_free. hooks is copied. */
struct trace_reader *trace_new(const struct trace_hooks *hooks);
void trace_free(struct trace_reader *r);

/* Consumes n bytes. Returns false once and for all when the stream is broken or
 * of an unknown version; err is filled the first time. */
bool trace_feed(struct trace_reader *r, const uint8_t *bytes, size_t n, struct err *err);

/* No more bytes will come: decodes the last generation if it is whole. Fails as
 * trace_feed does when the stream ended inside a generation that has data. */
bool trace_finish(struct trace_reader *r, struct err *err);

struct trace_facts {
	int version;                 /* 22, 23, 25, 26; 0: no header yet */
	uint64_t bytes;              /* consumed */
	uint64_t generations;        /* decoded */
	uint64_t events;             /* decoded */
	uint64_t goroutines;         /* creations seen */
	int64_t first_ns, last_ns;   /* CLOCK_MONOTONIC of the first and last event */
	uint32_t procs;              /* last ProcsChange, 0: not seen */
	uint64_t largest_generation; /* bytes of its batches */
	/* Someone called runtime/trace.Stop, from these stacks (set when the last
	 * generation was closed by a stop): NULL or the stack. */
	const struct trace_stack *stopped_by;
	size_t live;
};
void trace_facts(const struct trace_reader *r, struct trace_facts *f);

/* Live goroutines. Walk: start with *at = 0, stop at NULL; order is not defined. */
struct goroutine *trace_next(const struct trace_reader *r, size_t *at);
struct goroutine *trace_find(const struct trace_reader *r, uint64_t id);

/* Keeps a stack alive beyond the goroutine that it belongs to. hold returns s.
 * drop takes NULL, too. */
const struct trace_stack *trace_stack_hold(struct trace_reader *r, const struct trace_stack *s);
void trace_stack_drop(struct trace_reader *r, const struct trace_stack *s);

/* The threads (M ids are thread ids, in the PID namespace of the process) that wrote into the
 * last generation. At most max are stored; returns how many there were. */
size_t trace_threads(const struct trace_reader *r, uint64_t *tids, size_t max);

#endif
