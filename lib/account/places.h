/* Places in Go source, and ways through it, for findings. */
#ifndef ACCOUNT_PLACES_H
#define ACCOUNT_PLACES_H

#include "account/record.h"
#include "account/source.h"
#include "trace/stack.h"

#define PLACES_MAX 64

/* With the text of the line. Strings are copied into the arena. */
struct place place_make(struct arena *a, struct sources *s, const char *function, const char *file,
			uint32_t line);

/* Whether the function runs a test, an example or a benchmark. */
bool place_is_runner(const char *function);

/* Appends a stack, outermost first, from below the test runner on down to its frame `inner`, 0: the
 * innermost. */
void places_add_stack(struct arena *a, struct sources *s, struct places *chain,
		      const struct trace_stack *stack, uint32_t inner);

/* Moves places into the arena, where the finding lives. */
struct places places_keep(struct arena *a, struct places *p);

/* The innermost place of the module's, else of any outside of the standard library, else the
 * last. */
const struct place *places_innermost(const struct places *chain, const char *module);

#endif
