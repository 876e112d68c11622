/* The string and stack tables of one generation. */
#ifndef TRACE_TABLES_H
#define TRACE_TABLES_H

#include "base/buf.h"
#include "base/map.h"
#include "trace/batch.h"
#include "trace/frames.h"

/*
 * Where the spans of ids are. Go hands ids out from 1 on in each generation: the low ones have a
 * place each. Zero-initialised is empty and ready.
 */
struct table_ids {
	uint32_t *low; /* id -> span + 1; 0: none; owned */
	size_t cap;    /* of low */
	size_t used;   /* ids of low are below it */
	struct map high;
};

/*
 * Ids are of this generation. The bytes are kept as they came, and decoded where
 * they are asked for: of thousands of stacks a few are.
 *
 * Zero-initialised is empty and ready.
 */
struct tables {
	struct buf bytes; /* the data of the batches, one after the other */
	struct table_ids strings, stacks;
	struct table_spans {
		struct table_span *items;
		size_t len, cap;
	} spans;
	bool have_strings; /* a batch of them came */
};

struct table_span {
	size_t at;                 /* in bytes */
	uint32_t len;              /* string: bytes; stack: frames */
	bool asked;                /* stack: known is set */
	struct trace_stack *known; /* stack: counted once for the tables */
	struct wire_place place;
};

static inline bool table_has(const struct table_ids *ids, uint64_t id)
{
	return id < ids->used ? ids->low[id] : map_find(&ids->high, id) != NULL;
}

/* Take in a batch of BATCH_STRINGS or BATCH_STACKS. */
bool tables_add_strings(struct tables *t, const struct batch *b, struct err *err);
bool tables_add_stacks(struct tables *t, const struct batch *b, struct err *err);

/* The text of a string; borrowed until tables_reset. Id 0 is the empty string. Fails when
 * the table has none. */
bool tables_string(const struct tables *t, uint64_t id, struct str *text, struct err *err);

/* The stack, which the caller may share. NULL for id 0 and for an empty one. Fails when
 * the tables have it not or not all of it. */
bool tables_stack(struct tables *t, struct frames *names, uint64_t id, struct trace_stack **stack,
		  struct err *err);

/* Calls each for the id of every stack that there is. */
typedef void table_stack_fn(void *ctx, uint64_t id);
void tables_each_stack(const struct tables *t, table_stack_fn *each, void *ctx);

/* The program counters of a stack's frames, as many as it has: at most WIRE_FRAMES_MAX. The stack
 * must be there. */
void tables_pcs(const struct tables *t, uint64_t id, uint64_t *pcs);

/* Decodes all stacks, to see that they can be. */
bool tables_check(struct tables *t, struct frames *names, struct err *err);

/* Empties t and keeps its memory, within reason; gives up its stacks. */
void tables_reset(struct tables *t, struct frames *names);
void tables_release(struct tables *t, struct frames *names);

#endif
