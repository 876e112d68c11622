/*
 * From evidence to a class: the first rule that matches wins.
 *
 * Evidence is the dump's wait reason and frames, what memory says of the object waited
 * for, and the trace's history (how often it was woken). What cannot be known is not
 * said: without memory there is no "unbuffered", without evidence for a cycle it is a mutex.
 */
#ifndef ACCOUNT_CLASSIFY_H
#define ACCOUNT_CLASSIFY_H

#include "account/heap.h"
#include "account/locks.h"
#include "account/peer.h"
#include "trace/trace.h"

struct classifier {
	struct arena *arena; /* borrowed: details */
	struct heap heap;
	struct sources *sources; /* borrowed */
	struct locks *locks;     /* owned */
	struct peers peers;
	struct map connections; /* net/http persistConn -> what its other goroutines show */
	bool http2_busy;        /* some goroutine waits for an HTTP/2 response */
};

struct verdict_class {
	enum class_id id;
	const char *detail; /* "" or "unbuffered", "buffer-full 2/2", "counter 1", "2" (cycle) */
	const char *why;    /* the evidence in a few words */
	const char *fact;   /* what memory and source add, a clause; "" */
};

void classifier_init(struct classifier *c, struct arena *a, const struct memory *m,
		     const struct binary *b, struct sources *s);
void classifier_release(struct classifier *c);

/* Looks at all goroutines of the dump (an idle connection is told by its neighbours), then at the
 * memory of those in survivors (n of them). Once, before classify. */
void classifier_prepare(struct classifier *c, const struct witnesses *all,
			const struct witness *const *survivors, size_t n, int64_t scan_budget_ns);

/* g is NULL when the trace does not know the goroutine. */
struct verdict_class classify(struct classifier *c, const struct witness *w,
			      const struct goroutine *g);

/* From the trace alone: where there is no dump. */
struct verdict_class classify_traced(const struct goroutine *g);

#endif
