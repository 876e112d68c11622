/* Stacks, as the trace's readers hand them out. */
#ifndef TRACE_STACK_H
#define TRACE_STACK_H

#include "base/base.h"

struct trace_frame {
	const char *function; /* "" when the table has none */
	const char *file;
	uint32_t line;
};

/* Leaf first, at most 128 frames. Immutable. Two stacks of one reader are equal if and
 * only if their pointers are. */
struct trace_stack {
	uint32_t len;
	uint32_t refs;            /* internal */
	uint64_t hash;            /* internal */
	struct trace_stack *next; /* internal */
	struct trace_frame frames[];
};

#endif
