/* Names and stacks that are kept once, however many goroutines share them. */
#ifndef TRACE_FRAMES_H
#define TRACE_FRAMES_H

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "base/texts.h"
#include "trace/stack.h"

/* Zero-initialised is empty and ready. */
struct frames {
	struct arena names; /* text, for as long as the table */
	struct texts texts;
	struct map by_hash; /* hash -> chain of stacks; each is freed with its last user */
};

/* The one copy of a text. It lives as long as the table. */
const char *frames_name(struct frames *t, struct str text);

/* The one copy of a stack, with one user more. The frames' names must be interned here.
 * NULL when len is 0. */
struct trace_stack *frames_stack(struct frames *t, const struct trace_frame *frames, uint32_t len);

/* One user more or less. NULL is allowed. */
struct trace_stack *frames_share(struct trace_stack *s);
void frames_drop(struct frames *t, struct trace_stack *s);

/* Frees everything, stacks that have users too. */
void frames_release(struct frames *t);

#endif
