/*
 * What one generation did to each goroutine.
 *
 * Batches are decoded as they come, thread by thread, and never kept. That is enough
 * for the exact answer, without putting all events in order first: everything that
 * a goroutine does between two of its sequence numbers it does on one thread, whose
 * batches are in order (trace/wire.h). So its history is ordered by (sequence number,
 * place in the stream), the last state is the one with the highest pair, and counts
 * need no order at all. Only creations, ends and marked calls are kept one by one, to be
 * told in causal order (trace/moment.h).
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

#define NO_CHANGE UINT32_MAX

/*
 * One goroutine in one generation. An id that a C thread's callback uses again and
 * again (GoCreateSyscall) has one for each use, chained by next from the
 * first.
 */
struct change {
	uint64_t id;
	uint64_t since;                /* time of the event that state rests on */
	uint64_t born;                 /* time of its creation */
	uint32_t seq;                  /* of the event that state rests on */
	uint32_t stop_seq;             /* of the event that reason is of */
	uint32_t stack_seq, older_seq; /* of the events that stack and older are of */
	uint32_t top;                  /* highest sequence number, and how many there were: equal */
	uint32_t steps;                /* when nothing is missing */
	uint32_t reason;               /* of the last block or stop; 0: none */
	uint32_t stack;        /* of the last block, stop or system call that had one; 0: none */
	uint32_t older;        /* the last one before that was another */
	uint32_t first_stack;  /* that a stop had; 0: none */
	uint32_t status_stack; /* of GoStatusStack; 0: none */
	uint32_t created_at, start; /* stacks; 0: none */
	uint32_t creator;           /* change of the creator; NO_CHANGE: none */
	uint32_t wakes;
	uint32_t block_reason[3], blocks[3]; /* counted by reason; 0 is no reason */
	uint32_t next;                       /* the next use of the id; NO_CHANGE: none */
	uint32_t birth, last_moment;         /* moments; NO_MOMENT: none */
	uint8_t state;                       /* enum wire_go_status; 0: not known yet */
	uint8_t status;                      /* what its GoStatus said; 0: there was none */
	bool born_here;
	bool callback; /* born by GoCreateSyscall */
	bool ended;
	bool stopped;  /* reason was set; the state may rest on a later event */
	bool switched; /* a coroutine switch since any stack that is not here */
	bool moved;    /* its state changed here */
	bool mixed;    /* its moments did not come in its own order */
};

/* GoUnblock of a goroutine that nothing was known about yet, or whose id may have
 * several uses. */
struct change_wake {
	uint64_t id, time;
	uint32_t seq;
};

struct changes {
	struct change_list {
		struct change *items;
		size_t len, cap;
	} list;
	struct change_wakes {
		struct change_wake *items;
		size_t len, cap;
	} wakes;
	struct moments moments;
	uint32_t *index; /* id -> first change of it, open addressing; owned */
	size_t index_cap;
	struct map threads; /* id -> struct change_thread, over generations */
	struct map reused;  /* ids that callbacks from C ever had, over generations */
	struct change_starts {
		uint64_t *items; /* change << 32 | sequence number, of those ids' starts */
		size_t len, cap;
	} starts;
	struct map overflow; /* (change << 32 | reason) -> blocks beyond the three */
	uint8_t varints[256];
	bool want_calls; /* keep system calls as moments */
	uint64_t events;
	uint64_t first, last; /* times */
	uint32_t procs;       /* of the last ProcsChange; 0: none */
	uint64_t procs_time;
	struct wire_place at; /* of the batch read last */
};

/* Zero-initialised, then set up for a version. */
void changes_init(struct changes *c, int version, bool want_calls);
void changes_release(struct changes *c);

/* Takes in a batch of BATCH_EVENTS. Fails on what is malformed and on what cannot be: a
 * goroutine that starts on a thread which runs another, that blocks where none runs. */
bool changes_read(struct changes *c, const struct batch *b, struct err *err);

/* The generation is whole: settles what needed all of it, and puts the moments in order.
 * Fails when a goroutine misses one of its sequence numbers. */
bool changes_close(struct changes *c, struct err *err);

/* Forgets the generation; threads keep the goroutines they run. Idle threads stay, too, while
 * there are few. */
void changes_reset(struct changes *c);

#endif
