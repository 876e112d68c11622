/*
 * The leak engine's reader of Go execution traces (Go 1.22 to 1.27): from bytes
 * to a table of live goroutines. It does no I/O of its own: bytes are pushed
 * in, in pieces of any size.
 *
 * Invariants
 *  - Memory is bounded by what a generation did (32 bytes a goroutine that was born or
 *    did something to be told, 8 or 16 for each creation, end and marked call; its string
 *    and stack tables) plus the live goroutines, never by the length of the run. Batches
 *    are decoded as they come and not kept (trace/change.h says why that is exact).
 *  - The table changes, and the hooks are called, when a generation is known to be
 *    whole: at its end mark (26), at the first batch of the next (22 to 25), in
 *    trace_finish. So it is never filled by guessing, and lags by one generation.
 *  - Putting all events in one order, with all consistency checks, is another reader's
 *    business (trace/order.h): the table needs, for each goroutine, who created
 *    it, where, and its last state. What cannot be is an error here too: a
 *    goroutine without its creation or status, a missing sequence number, a status that
 *    is not the state the table has, an event that needs a goroutine on a thread without.
 *  - Stacks and names are interned and counted: a hundred thousand goroutines of one
 *    site share one stack.
 *  - A stream that breaks or has an unknown version stops the reader with an
 *    error that says byte offset, generation and what was expected. The table
 *    keeps what was whole before.
 *
 * Format: see trace/wire.h.
 */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include "base/err.h"
#include "trace/stack.h"

enum goroutine_state {
	GOROUTINE_RUNNABLE = 1, /* numbers as in the trace's GoStatus */
	GOROUTINE_RUNNING = 2,
	GOROUTINE_SYSCALL = 3,
	GOROUTINE_WAITING = 4,
};

/*
 * Facts as of the end of the last whole generation, in every hook too. Stacks are borrowed
 * from the table: they live until the goroutine has ended, or the next trace_feed.
 */
struct goroutine {
	uint64_t id;
	uint64_t creator;                     /* goroutine id; 0: none (a timer, C) or not seen */
	bool born_here;                       /* its creation is in the trace */
	const struct trace_stack *created_at; /* the creator's stack; NULL: empty or not seen */
	const char *start;                    /* start function, "" when not known */
	enum goroutine_state state;
	const char *reason;             /* of the last block or stop, in the trace's words; "" for
					 * a system call, a coroutine switch, and when not seen */
	const struct trace_stack *last; /* where it blocked, stopped or made a system call last, as
					 * far as that showed a stack (preempted goroutines may not),
					 * else what its status showed; NULL: not seen (1.22: alive
					 * before the trace and idle since), or a coroutine switch */
	int64_t since_ns;               /* in this state since; CLOCK_MONOTONIC. For goroutines that
					 * are older than the trace and did nothing: when it was told */
	int64_t born_ns;                /* 0 unless born_here */
	uint32_t wakes;                 /* waiting -> runnable, coroutine switches too */
	uint32_t blocks_sleep, blocks_select, blocks_receive; /* times blocked by reason */
	uint32_t told; /* internal: the generation that had its status and nothing else of it */
	void *user;    /* the hooks' own */
};

/*
 * All are optional. They are called once a generation, in the order in which things
 * happened: by time, but never a creation before its creator's, never a goroutine's end
 * before what it did, also where the times of two threads say otherwise
 * (trace/wire.h). g and stacks are borrowed for the call unless the table keeps them.
 * Goroutines that are older than the trace are in the table without a call. Of those that
 * end in the generation they are born in, nothing but their birth is kept: they are never in the
 * table, run in every hook, and have no last stack, reason or counts.
 */
struct trace_hooks {
	void *ctx;
	/* creator is NULL when there is none. It may have ended since: it is told after. */
	void (*created)(void *ctx, struct goroutine *g, struct goroutine *creator);
	void (*ended)(void *ctx, struct goroutine *g, int64_t time_ns); /* still whole */
	/* Asked once per system-call stack and generation: nonzero to be told of the
	 * calls made there. */
	uint32_t (*mark)(void *ctx, const struct trace_stack *s);
	/* Of several calls in a row from one stack, with nothing created between, only the
	 * last may be told. */
	void (*marked)(void *ctx, struct goroutine *g, int64_t time_ns, uint32_t mark);
};

/*
 * Where goroutines stop: block, are preempted or give way. Wanted when mark is set; then every
 * stop and start is kept for a generation, 8 to 16 bytes each. Called in the order of the hooks
 * above, with no goroutine: it may be one that is told of no more.
 */
struct trace_stops {
	void *ctx;
	/* Asked once per generation of every stack that is in it: nonzero to be told of the stops made
	 * there. pcs has one for each frame: a frame of a function that was inlined has one of the
	 * function that it was inlined into. */
	uint32_t (*mark)(void *ctx, const struct trace_stack *s, const uint64_t *pcs);
	void (*stopped)(void *ctx, uint64_t goroutine, uint32_t mark);
	/* One that was told to have stopped runs again, or one that was not. */
	void (*resumed)(void *ctx, uint64_t goroutine);
};

struct trace_reader;

/* Strings and the table live until trace_free. hooks is copied. */
struct trace_reader *trace_new(const struct trace_hooks *hooks);

/* Before the first byte: calls these hooks, too, which are copied. */
void trace_want_stops(struct trace_reader *r, const struct trace_stops *stops);
void trace_free(struct trace_reader *r);

/* Consumes n bytes. Returns false once and for all when the stream is broken or
 * of an unknown version; err is filled every time. */
bool trace_feed(struct trace_reader *r, const uint8_t *bytes, size_t n, struct err *err);

/* No more bytes will come: takes in the last generation if it is whole. Fails as
 * trace_feed does when the stream ended inside a generation that has data. One of
 * which only the start came (sync batch, statuses not yet) is dropped in silence. */
bool trace_finish(struct trace_reader *r, struct err *err);

/*
 * How the trace ended. The stream does not say it: runtime/trace.Stop itself leaves no
 * event. Seen in all six versions: whoever calls Stop is running at the end of the last
 * generation, and testing's own Stop comes behind the write of PASS or FAIL, so that
 * goroutine 1's last stack is fmt.Print called by testing.(*M).Run, or something below
 * testing.(*M).after, when it had to wait there. (A test may have closed the standard
 * output: then goroutine 1 runs, and no test's goroutine is left.) At a Stop in a test
 * goroutine 1 waits in testing.(*T).Run or the like. The alarm of -test.timeout stops the trace on its own goroutine, testing.(*M).startAlarm.func1.
 *
 * That a generation is whole says nothing by itself: a process killed just after a
 * periodic flush leaves whole ones only. Since 25 a next generation has begun then, of
 * which the first batch is there; in 22 and 23 it is the same as an early Stop.
 */
enum trace_end {
	TRACE_OPEN,    /* trace_finish was not called */
	TRACE_TESTS,   /* testing stopped it: complete */
	TRACE_TIMEOUT, /* the alarm of -test.timeout stopped it: complete up to there */
	TRACE_EARLY, /* whole, but somebody else stopped it; to 24 perhaps cut (a panic, a kill) */
	TRACE_CUT,   /* broken, or ended inside a generation, or empty */
};

struct trace_facts {
	int version;                 /* 22, 23, 25, 26; 0: no header yet */
	uint64_t bytes;              /* consumed */
	uint64_t generations;        /* whole */
	uint64_t events;             /* in them */
	uint64_t goroutines;         /* creations seen */
	int64_t first_ns, last_ns;   /* CLOCK_MONOTONIC of the first and last event */
	uint32_t procs;              /* last ProcsChange, 0: not seen */
	uint64_t largest_generation; /* bytes of its batches */
	size_t live;
	enum trace_end end;
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
 * trace, the dead ones too; of more than 4,096 only those that ran something or wrote in
 * the last generation. At most max are stored; returns how many there were. */
size_t trace_threads(const struct trace_reader *r, uint64_t *tids, size_t max);

#endif
