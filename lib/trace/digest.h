/* What a whole trace shows, in numbers: of all its goroutines, by state and by site. */
#ifndef TRACE_DIGEST_H
#define TRACE_DIGEST_H

#include "base/arena.h"
#include "base/map.h"
#include "trace/order.h"

/* A `go` statement, or what stands for one. */
struct digest_site {
	const char *function, *file; /* "": a timer, C, or older than the trace */
	uint32_t line;
	uint64_t started, alive;
	struct digest_site *next; /* of the same hash; internal */
};

struct digest_goroutine {
	uint64_t id;
	struct digest_site *site;
	const struct trace_stack *created_at; /* NULL: none */
	const char *start;                    /* "" when not known */
	const char *reason;                   /* while it waits; "" */
	uint8_t state;                        /* enum order_state */
	int64_t since_ns;                     /* in it since; CLOCK_MONOTONIC */
	struct digest_goroutine *next;        /* internal */
};

/* Time that goroutines spent waiting for one reason. */
struct digest_wait {
	const char *reason; /* in the trace's words, "" for a coroutine switch */
	int64_t ns;
};

struct digest {
	struct order_reader *reader; /* borrowed */
	uint64_t events, events_by_what[ORDER_WHATS];
	uint64_t started, ended, peak;     /* peak: alive at once */
	int64_t first_ns, last_ns;         /* of events; CLOCK_MONOTONIC */
	int64_t gc_ns, gc_since_ns;        /* the mark phase ran; since: -1 when it does not */
	int64_t in_state_ns[ORDER_STATES]; /* of all goroutines; waiting is the sum of waits */
	struct digest_waits {
		struct digest_wait *items;
		size_t len, cap;
	} waits;
	struct {
		uint64_t generation, id;
		const char *text; /* NULL: none yet */
	} reason;                 /* that was looked up last */
	struct map alive;         /* id -> struct digest_goroutine */
	struct digest_sites {
		struct digest_site **items;
		size_t len, cap;
	} sites; /* in the order they were seen */
	struct map site_index;
	struct arena arena;
	struct digest_goroutine *spare; /* linked by next */
};

/* The reader's order_fn, ctx a digest whose reader is set, else zero-initialised. Texts and
 * stacks live as long as the reader. */
void digest_add(void *ctx, const struct order_event *e);

/* An event that is left out: time goes on for the goroutines that are alive. */
void digest_pass(struct digest *d, const struct order_event *e);

/* All events were added: counts the time of those that are alive up to the last, and puts the
 * longest wait first. */
void digest_close(struct digest *d);

/* Live goroutines by id, count in *n; the caller frees the array. */
struct digest_goroutine **digest_alive(const struct digest *d, size_t *n);

void digest_release(struct digest *d);

#endif
