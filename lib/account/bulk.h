/*
 * Large values that tests pass by value or have on the stack, as far as a trace shows them.
 *
 * A function counts when a frame of it is in one of the trace's stacks, in code of its own: where
 * it was inlined nobody calls it. A goroutine is known to be inside while it is stopped there
 * (blocked, preempted): what runs shows no stack, so the numbers are "at least". Where addresses
 * are not known (a PIE) the name of the frame has to do, and nothing is said of stacks.
 */
#ifndef ACCOUNT_BULK_H
#define ACCOUNT_BULK_H

#include "account/record.h"
#include "account/source.h"
#include "base/map.h"
#include "guard/bulky.h"
#include "trace/trace.h"

#define BULK_MAX 32 /* of more functions only the largest are looked for */

struct bulk {
	const struct bulky *function;   /* borrowed */
	const struct trace_stack *seen; /* one that it is in, held; NULL: it was not seen */
	uint32_t frame;                 /* its innermost one there */
	uint32_t inside, most;          /* goroutines known to be inside: now, and at most */
	uint32_t own_bytes; /* of its frame, without the arguments of what it was seen to call */
	uint64_t
	    stacked_bytes; /* that it and others like it had on one stack at most; 0: not known */
};

/* Zero-initialised is ready, and wants nothing. */
struct bulks {
	struct trace_reader *trace; /* borrowed */
	struct bulk items[BULK_MAX];
	size_t len;
	struct map names;   /* of frames, to 1 + the index of the function, 0: of none */
	struct map stopped; /* goroutine -> bits of the functions it is inside */
};

/* Sets b up for functions, which live as long, and asks the trace for what it needs. */
void bulks_init(struct bulks *b, const struct bulkies *functions, struct trace_reader *trace);

/* Gives up what it holds of the trace, which still lives. */
void bulks_release(struct bulks *b);

/* What was seen: what takes or returns large values, then what has others on its stack; what took
 * most first. Texts and lists are in the arena. */
struct bulk_records bulks_record(const struct bulks *b, struct sources *s, struct arena *a);

/* Completes a finding of CLASS_MEMORY_SURGE, of which the detail begins with the limit: what is
 * passed by value, where, and how much of it there was. */
void bulk_tell(struct finding *f, const struct bulk_records *seen, struct arena *a);

#endif
