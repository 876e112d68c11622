#include "base/texts.h"

#include <string.h>

struct entry {
	struct entry *next; /* of the same hash */
	size_t n;
	char text[];
};

/* Eight bytes a step: names are long and there are millions of them. */
static uint64_t hash_of(const char *s, size_t n)
{
	const uint64_t k = UINT64_C(0x9fb21c651e98df25);
	uint64_t h = n * k, w;

	for (; n >= sizeof(w); s += sizeof(w), n -= sizeof(w)) {
		memcpy(&w, s, sizeof(w));
		h = (h ^ w) * k;
		h ^= h >> 29;
	}
	w = 0;
	if (n)
		memcpy(&w, s, n);
	h = (h ^ w) * k;
	return h ^ h >> 32;
}

const char *texts_keep(struct texts *t, const char *s, size_t n)
{
	uint64_t hash = hash_of(s, n);
	struct entry *first = map_get(&t->map, hash), *e;

	for (e = first; e; e = e->next)
		if (e->n == n && !memcmp(e->text, s, n))
			return e->text;
	e = arena_alloc(t->arena, sizeof(*e) + n + 1);
	e->next = first;
	e->n = n;
	if (n)
		memcpy(e->text, s, n);
	map_put(&t->map, hash, e);
	return e->text;
}

void texts_release(struct texts *t)
{
	map_release(&t->map);
}
