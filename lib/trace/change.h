/*
 * What one generation did to each goroutine.
 *
 * Batches are decoded as they come, thread by thread, and never kept. That is enough
 * for the exact answer, without putting all events in order first: everything that
 * a goroutine does between two of its sequence numbers it does on one thread, whose
 * batches are in order (trace/wire.h). So its history is ordered by (sequence number,
 * place in the stream), the last state is the one with the highest pair, and counts
 * need no order at all. Only creations, ends, marked calls and, where they are wanted, stops are kept one by one, to be
 * told in causal order (trace/moment.h).
 *
 * A thread may go on with the goroutine that it had when the generation before ended, and the
 * status may come later, from another thread: what it says is then the state at that point. To
 * Go 1.25 a goroutine that is preempted to be looked at (by the collector, by the tracer itself)
 * blocks like that, since it is no more its thread's when the event is written
 * (src/runtime/proc.go, preemptPark).
 *
 * Most goroutines are born and end within one generation. When all that such a one did was
 * read, which its sequence numbers tell, its record is used again for another: of it
 * remains what its creation and end are told from (struct life). So there are few records at a
 * time, and they stay in the cache.
 *
 * Nothing here reaches the table of goroutines before the generation is known to be
 * whole: trace.c applies the changes then, or drops them.
 *
 * Strings and stacks are ids of the generation, times are ticks.
 */
#ifndef TRACE_CHANGE_H
#define TRACE_CHANGE_H

#include "base/map.h"
#include "trace/batch.h"
#include "trace/moment.h"

struct goroutine;

/*
 * One goroutine in one generation. An id that a C thread's callback uses again and
 * again (GoCreateSyscall) has one for each use, chained by next from the
 * first. What most events touch comes first.
 */
struct change {
	uint64_t id;
	uint64_t since;     /* time of the event that state rests on */
	uint32_t seq;       /* of the event that state rests on */
	uint32_t top;       /* highest sequence number, and how many there were: equal */
	uint32_t steps;     /* when nothing is missing */
	uint32_t stop_seq;  /* of the event that reason is of */
	uint32_t stack_seq; /* of the event that stack is of */
	uint32_t reason;    /* of the last block or stop; 0: none */
	uint32_t stack;     /* of the last block, stop or system call that had one; 0: none */
	uint32_t older;     /* the last one before that was another */
	uint8_t state;      /* enum wire_go_status; 0: not known yet */
	bool moved;         /* its state changed here */
	bool stopped;       /* reason was set; the state may rest on a later event */
	bool ended;
	bool born_here;
	bool callback;  /* born by GoCreateSyscall */
	bool switched;  /* a coroutine switch since any stack that is not here */
	bool early;     /* early_seq and early_time are set */
	bool kept;      /* more is known of it elsewhere: overflow, wakes */
	uint8_t status; /* what its GoStatus said; 0: there was none */
	uint8_t passed; /* bits of the states it came to where it went on without a status */
	uint32_t bound; /* threads that run it, as far as their batches were read */
	uint32_t life;  /* trace/moment.h; NOBODY: it had no moment */
	uint32_t wakes;
	uint32_t first_stack;                /* that a stop had; 0: none */
	uint32_t status_stack;               /* of GoStatusStack; 0: none */
	uint32_t block_reason[3], blocks[3]; /* counted by reason; 0 is no reason */
	uint32_t older_seq;                  /* of the event that older is of */
	uint32_t early_seq;
	uint32_t end_seq;    /* of its end; the highest */
	uint64_t early_time; /* of the wake that came before anything was known */
	uint64_t born;       /* of callbacks: time of the creation */
	struct change *next; /* the next use of the id; NULL: none */
};

/* GoUnblock of a goroutine that nothing but one other was known about yet, or whose id may
 * have several uses. */
struct change_wake {
	uint64_t id, time;
	uint32_t seq;
};

struct changes {
	const struct map *live; /* trace.c's table of struct goroutine; borrowed */
	uint64_t newest;        /* no id in live is higher */
	uint32_t generation;    /* how many were read, from 1 */
	struct pool *records;   /* borrowed; its cells have room for a change */
	struct change **index;  /* first change of each id, open addressing; owned */
	size_t index_cap, index_len;
	size_t idle; /* goroutines whose status was all there was, when it came */
	struct change_wakes {
		struct change_wake *items;
		size_t len, cap;
	} wakes;
	struct moments moments;
	struct map threads; /* id -> struct change_thread, over generations */
	struct map reused;  /* ids that callbacks from C ever had, over generations */
	struct change_starts {
		uint64_t *items; /* life << 32 | sequence number, of those ids' starts */
		size_t len, cap;
	} starts;
	struct map calls;    /* stacks of moments that are calls */
	struct map overflow; /* (life << 32 | reason) -> blocks beyond the three */
	uint8_t varints[256];
	bool want_calls; /* keep system calls as moments */
	bool want_stops; /* keep stops as moments, and when a goroutine runs again */
	uint64_t events;
	uint64_t first, last; /* times */
	uint32_t procs;       /* of the last ProcsChange; 0: none */
	uint64_t procs_time;
	struct wire_place at; /* of the event read last */
};

/* Zero-initialised, with live and records, then set up for a version. live changes only between
 * generations. */
void changes_init(struct changes *c, int version, bool want_calls);
void changes_release(struct changes *c);

/* Takes in a batch of BATCH_EVENTS. Fails on what is malformed and on what cannot be: a
 * goroutine that starts on a thread which runs another, that blocks where none runs. */
bool changes_read(struct changes *c, const struct batch *b, struct err *err);

/* The generation is whole: settles what needed all of it, and puts the moments in order.
 * Fails when a goroutine misses one of its sequence numbers. Changes and lives can be walked
 * then. */
bool changes_close(struct changes *c, struct err *err);

/* Walks the changes, in no order: start with *at = 0 and NULL for the one before. */
struct change *changes_next(const struct changes *c, size_t *at, const struct change *before);

/* Takes a change out, NULL when none is left: start with *at = 0. It goes back to the pool. */
struct change *changes_take(struct changes *c, size_t *at);

/* Forgets the generation; threads keep the goroutines they run. Idle threads stay, too, while
 * there are few. */
void changes_reset(struct changes *c);

#endif
