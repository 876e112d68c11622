/*
 * Creations, ends, calls and stops of one generation, in causal order.
 *
 * They are written thread by thread as the batches come, eight bytes each, and merged by
 * time when the generation is whole. Times of two threads can contradict what happened
 * (trace/wire.h), so each merge step is checked: nobody acts before its creation is told,
 * nor out of the order of its own sequence numbers. When a step fails, which is rare, the
 * merge is made again with the rank of every moment in its actor's life known, and a thread
 * waits whose next moment is not yet due. The merge only notes whose turn it is: nothing is told
 * before there is an order of all.
 */
#ifndef TRACE_MOMENT_H
#define TRACE_MOMENT_H

#include "base/pool.h"
#include "trace/agenda.h"

struct goroutine;

/* A goroutine in one generation, as far as it is told. Number 0 stands for nobody. */
struct life {
	uint64_t id;
	struct goroutine *g;        /* trace.c's; NULL until it is needed */
	uint32_t created_at, start; /* stacks; 0: none */
	uint32_t seq; /* internal: of its moment told last; when ranked, moments to be told */
	bool born_here;
	bool brief;          /* it ended in the generation it was born in, and has no change */
	bool created, ended; /* internal: was told */
};

enum {
	NOBODY = 0,
	MOMENT_OF_MAX = 1 << 29,
	LIVES_MAX = MOMENT_OF_MAX,
};

enum moment_kind {
	MOMENT_CREATED, /* of: life of the one created */
	MOMENT_ENDED,   /* of: life of the one that ended, the last there is of it */
	MOMENT_CALL,    /* of: stack */
	MOMENT_STOP,    /* of: stack; the actor does not run any more */
	MOMENT_RESUMED, /* it runs again, or for the first time */
	MOMENT_STINT,   /* internal: of: life of the actor from here on; ticks: sequence number */
	MOMENT_LATER,   /* internal: of: 2^32 ticks */
};

struct moment {
	uint32_t ticks; /* since the one before, on the thread */
	uint32_t kind : 3;
	uint32_t of : 29;
};

struct moment_piece;

/* What one thread wrote in the generation. Zero-initialised is empty and ready. */
struct moment_stream {
	struct moment_piece *first, *last;
	uint64_t time; /* of the last moment */
	bool open;     /* the last stint goes on */
};

/* A moment as it is told. */
struct told {
	enum moment_kind kind;
	uint32_t actor, of;
	uint64_t time; /* ticks; never decreases */
	uint64_t own;  /* ticks by the clock of its thread */
};

/* Zero-initialised is empty and ready. */
struct moments {
	struct moment_lives {
		struct life *items;
		size_t len, cap;
	} lives;
	struct moment_streams {
		struct moment_stream **items; /* borrowed until moments_reset */
		size_t len, cap;
	} streams;
	struct pool pieces;
	struct moment_fronts {
		struct moment_front *items;
		size_t len, cap;
	} fronts;
	struct agenda agenda;
	bool ranked; /* sequence numbers of stints were replaced by ranks */
	struct moment_turns {
		uint32_t *items; /* a front << 8 | how many of its moments come next */
		size_t len, cap;
	} turns;         /* the order, once it is made */
	size_t turn;     /* that is being told, */
	uint32_t left;   /* and how many moments are left of it */
	uint64_t time;   /* of the moment told last */
	const char *why; /* there is no order */
};

/* A new life. */
uint32_t moments_life(struct moments *m, uint64_t id);

static inline struct life *life_at(const struct moments *m, uint32_t life)
{
	return &m->lives.items[life];
}

/* What s goes on with is done by another actor, in its stint of that number. */
void moments_stint(struct moments *m, struct moment_stream *s, uint32_t actor, uint32_t seq);

/* Appends to a stream; what is no end belongs to its last stint. Calls in a row from one stack in
 * one stint are one. */
void moments_push(struct moments *m, struct moment_stream *s, enum moment_kind kind, uint32_t of,
		  uint64_t time);

/* Makes the order. Fails when there is none, with why set. */
bool moments_order(struct moments *m);

/* The next moment in order, after moments_order. */
bool moments_next(struct moments *m, struct told *t);

/* Forgets everything; streams are empty. */
void moments_reset(struct moments *m);
void moments_release(struct moments *m);

#endif
