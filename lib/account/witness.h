/*
 * What the dump says of one goroutine, boiled down: a hundred thousand goroutines that
 * hang at one place share one site and differ only in a few numbers.
 */
#ifndef ACCOUNT_WITNESS_H
#define ACCOUNT_WITNESS_H

#include "account/record.h"
#include "base/map.h"
#include "gotest/dump.h"

/* A stack with its wait reason: the same for all goroutines that hang there. */
struct site {
	const char *reason;        /* Go's words, "" never */
	struct dump_frame *frames; /* leaf first; args are those of the first one seen */
	size_t len;
	struct dump_frame created_by;
	uint64_t hash;
	struct site *next; /* of the same hash */
};

/* The stack of one frame in memory, for the search for locks. */
struct span {
	uint64_t sp, fp;
};

struct witness {
	uint64_t id, gp, creator;
	const struct site *site;
	uint64_t object;     /* argument 0 of chansend, chanrecv, semacquire1 or
			      * runtime_pollWait; 0: not printed */
	uint64_t connection; /* argument 0 of net/http's persistConn method; 0: none */
	uint32_t minutes;
	bool no_stack;
	bool leaked;                  /* the collector found that nothing can wake it */
	struct span *spans;           /* one a frame of the site; NULL unless it waits for a lock */
	struct dump_frame *ancestors; /* with tracebackancestors; else NULL */
	size_t ancestors_len;
};

struct witnesses {
	struct arena *arena; /* borrowed: strings, sites and all that hangs on them */
	struct map sites;    /* hash -> struct site list */
	struct map by_id;    /* goroutine id -> index + 1 */
	struct {
		struct witness *items;
		size_t len, cap;
	} all;
	/* What shows that the process had not come to rest: a stack that stops the world, or
	 * waits for a collection ("" or the first one's reason), and how many goroutines of the
	 * program's were running or ready to run. */
	const char *stopping;
	uint32_t running;
};

void witnesses_init(struct witnesses *w, struct arena *arena);
void witnesses_release(struct witnesses *w);

/* For dump_parser.each; ctx is a struct witnesses. */
void witness_add(void *ctx, struct dump_goroutine *g);

const struct witness *witness_find(const struct witnesses *w, uint64_t id);

/* The frame of a function, NULL: not on the stack. */
const struct dump_frame *site_frame(const struct site *s, const char *function);
bool site_has_prefix(const struct site *s, const char *prefix);

/* Its first frame outside the runtime and what is close to it (sync, time,
 * syscall, internal/poll); the last one when all are inside; NULL: no frames. */
const struct dump_frame *site_user(const struct site *s);

/* The function that its go statement started: its outermost frame. "" */
const char *site_start(const struct site *s);

/* Whether a function belongs to the runtime or what is close to it. */
bool function_is_runtime(const char *function);

#endif
