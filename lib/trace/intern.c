#include "trace/intern.h"

struct intern_name {
	struct intern_name *next;
	size_t len;
	char text[];
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

static uint64_t hash_text(struct str text)
{
	uint64_t hash = text.n;

	while (text.n) {
		size_t some = text.n < 8 ? text.n : 8;
		uint64_t word = 0;

		memcpy(&word, text.p, some);
		hash = mix(hash, word);
		text.p += some;
		text.n -= some;
	}
	return hash;
}

const char *intern_name(struct intern *t, struct str text)
{
	uint64_t hash = hash_text(text);
	struct intern_name *first = map_get(&t->by_text, hash);
	struct intern_name *name;

	for (name = first; name; name = name->next)
		if (name->len == text.n && (!text.n || !memcmp(name->text, text.p, text.n)))
			return name->text;
	name = arena_alloc(&t->names, sizeof(*name) + text.n + 1);
	name->next = first;
	name->len = text.n;
	if (text.n)
		memcpy(name->text, text.p, text.n);
	map_put(&t->by_text, hash, name);
	return name->text;
}

static uint64_t hash_frames(const struct trace_frame *frames, uint32_t len)
{
	uint64_t hash = len;

	for (uint32_t i = 0; i < len; i++) {
		hash = mix(hash, (uintptr_t)frames[i].function);
		hash = mix(hash, (uintptr_t)frames[i].file ^ (uint64_t)frames[i].line << 48);
	}
	return hash;
}

static bool same_frames(const struct trace_stack *s, const struct trace_frame *frames, uint32_t len)
{
	if (s->len != len)
		return false;
	for (uint32_t i = 0; i < len; i++)
		if (s->frames[i].function != frames[i].function ||
		    s->frames[i].file != frames[i].file || s->frames[i].line != frames[i].line)
			return false;
	return true;
}

struct trace_stack *intern_stack(struct intern *t, const struct trace_frame *frames, uint32_t len)
{
	uint64_t hash = hash_frames(frames, len);
	struct trace_stack *first = map_get(&t->by_frames, hash);
	struct trace_stack *s;

	if (!len)
		return NULL;
	for (s = first; s; s = s->next)
		if (same_frames(s, frames, len))
			return intern_share(s);
	s = malloc(sizeof(*s) + len * sizeof(*frames));
	if (!s)
		abort();
	*s = (struct trace_stack){ .len = len, .refs = 1, .hash = hash, .next = first };
	memcpy(s->frames, frames, len * sizeof(*frames));
	map_put(&t->by_frames, hash, s);
	return s;
}

struct trace_stack *intern_share(struct trace_stack *s)
{
	if (s)
		s->refs++;
	return s;
}

void intern_drop(struct intern *t, struct trace_stack *s)
{
	struct trace_stack *first, **link;

	if (!s || --s->refs)
		return;
	first = map_get(&t->by_frames, s->hash);
	for (link = &first; *link != s;)
		link = &(*link)->next;
	*link = s->next;
	if (first)
		map_put(&t->by_frames, s->hash, first);
	else
		map_del(&t->by_frames, s->hash);
	free(s);
}

void intern_release(struct intern *t)
{
	struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&t->by_frames, &at))) {
		/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
		struct trace_stack *s = (struct trace_stack *)slot->value;

		while (s) {
			struct trace_stack *next = s->next;

			free(s);
			s = next;
		}
	}
	map_release(&t->by_frames);
	map_release(&t->by_text);
	arena_clear(&t->names);
	*t = (struct intern){ 0 };
}
