#include "account/places.h"

#include <string.h>

#include "base/vec.h"
#include "gotest/name.h"

static const char *keep(struct arena *a, const char *s)
{
	return s && s[0] ? arena_strndup(a, s, strlen(s)) : "";
}

struct place place_make(struct arena *a, struct sources *s, const char *function, const char *file,
			uint32_t line)
{
	struct str text = source_line(s, file, line);
	AUTO_BUF cases = { 0 };

	source_cases(s, file, line, &cases);
	return (struct place){
		.function = keep(a, function),
		.file = keep(a, file),
		.line = line,
		.source = arena_strndup(a, text.n ? text.p : "", text.n),
		.cases = keep(a, buf_str(&cases)),
	};
}

bool place_is_runner(const char *function)
{
	return !strcmp(function, "testing.tRunner") || !strcmp(function, "testing.fRunner") ||
	       !strcmp(function, "testing.runExample") || !strcmp(function, "testing.(*B).runN") ||
	       !strcmp(function, "runtime.goexit");
}

void places_add_stack(struct arena *a, struct sources *s, struct places *chain,
		      const struct trace_stack *stack, uint32_t inner)
{
	uint32_t from = inner;

	while (from < stack->len && !place_is_runner(stack->frames[from].function))
		from++;
	for (uint32_t i = from; i-- > inner && chain->len < PLACES_MAX;)
		VEC_PUSH(chain, place_make(a, s, stack->frames[i].function, stack->frames[i].file,
					   stack->frames[i].line));
}

struct places places_keep(struct arena *a, struct places *p)
{
	struct places kept = { .len = p->len, .cap = p->len };

	kept.items = arena_alloc(a, (p->len + 1) * sizeof(*p->items));
	if (p->len)
		memcpy(kept.items, p->items, p->len * sizeof(*p->items));
	VEC_FREE(p);
	return kept;
}

const struct place *places_innermost(const struct places *chain, const char *module)
{
	const struct place *own = NULL, *foreign = NULL;

	for (size_t i = 0; i < chain->len; i++) {
		const struct place *p = &chain->items[i];

		if (module[0] && name_in_module(p->function, module))
			own = p;
		if (!name_is_std(p->function))
			foreign = p;
	}
	return own          ? own
	       : foreign    ? foreign
	       : chain->len ? &chain->items[chain->len - 1]
			    : &place_nowhere;
}
