#include "trace/frames.h"

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

const char *frames_name(struct frames *t, struct str text)
{
	t->texts.arena = &t->names;
	return texts_keep(&t->texts, text.n ? text.p : "", text.n);
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

struct trace_stack *frames_stack(struct frames *t, const struct trace_frame *frames, uint32_t len)
{
	uint64_t hash = hash_frames(frames, len);
	struct trace_stack *first = map_get(&t->by_hash, hash);
	struct trace_stack *s;

	if (!len)
		return NULL;
	for (s = first; s; s = s->next)
		if (same_frames(s, frames, len))
			return frames_share(s);
	s = malloc(sizeof(*s) + len * sizeof(*frames));
	if (!s)
		abort();
	*s = (struct trace_stack){ .len = len, .refs = 1, .hash = hash, .next = first };
	memcpy(s->frames, frames, len * sizeof(*frames));
	map_put(&t->by_hash, hash, s);
	return s;
}

struct trace_stack *frames_share(struct trace_stack *s)
{
	if (s)
		s->refs++;
	return s;
}

void frames_drop(struct frames *t, struct trace_stack *s)
{
	struct trace_stack *first, **link;

	if (!s || --s->refs)
		return;
	first = map_get(&t->by_hash, s->hash);
	for (link = &first; *link && *link != s;)
		link = &(*link)->next;
	if (*link)
		*link = s->next;
	if (first)
		map_put(&t->by_hash, s->hash, first);
	else
		map_del(&t->by_hash, s->hash);
	free(s);
}

void frames_release(struct frames *t)
{
	struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&t->by_hash, &at))) {
		/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
		struct trace_stack *s = (struct trace_stack *)slot->value;

		while (s) {
			struct trace_stack *next = s->next;

			free(s);
			s = next;
		}
	}
	map_release(&t->by_hash);
	texts_release(&t->texts);
	arena_clear(&t->names);
	*t = (struct frames){ 0 };
}
