/* Names and stacks that are kept once, however many goroutines share them. */
#ifndef TRACE_INTERN_H
#define TRACE_INTERN_H

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "trace/stack.h"

struct intern_name;

/* Zero-initialised is empty and ready. */
struct intern {
	struct arena names;   /* text, for as long as the table */
	struct map by_text;   /* hash -> chain of struct intern_name */
	struct map by_frames; /* hash -> chain of stacks; each is freed with its last user */
};

/* The one copy of a text. It lives as long as the table. */
const char *intern_name(struct intern *t, struct str text);

/* The one copy of a stack, with one user more. The frames' names must be interned here.
 * NULL when len is 0. */
struct trace_stack *intern_stack(struct intern *t, const struct trace_frame *frames, uint32_t len);

/* One user more or less. NULL is allowed. */
struct trace_stack *intern_share(struct trace_stack *s);
void intern_drop(struct intern *t, struct trace_stack *s);

/* Frees everything, stacks that have users too. */
void intern_release(struct intern *t);

#endif
