#include "base/map.h"

enum { FREE, TAKEN, DELETED };

static size_t slot_of(const struct map *m, uint64_t key)
{
	/* Fibonacci hashing: ids are nearly consecutive, this spreads them. */
	return (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (m->cap - 1);
}

uintptr_t *map_find(const struct map *m, uint64_t key)
{
	if (!m->cap)
		return NULL;
	for (size_t i = slot_of(m, key);; i = (i + 1) & (m->cap - 1)) {
		if (m->slots[i].state == FREE)
			return NULL;
		if (m->slots[i].state == TAKEN && m->slots[i].key == key)
			return &m->slots[i].value;
	}
}

static void grow(struct map *m)
{
	struct map old = *m;

	/* Twice the live keys, so that tables of short-lived ids do not grow. */
	m->cap = 16;
	while (m->cap < old.len * 4)
		m->cap *= 2;
	m->slots = calloc(m->cap, sizeof(*m->slots));
	if (!m->slots)
		abort();
	m->len = m->used = 0;
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].state == TAKEN)
			map_set(m, old.slots[i].key, old.slots[i].value);
	free(old.slots);
}

void map_set(struct map *m, uint64_t key, uintptr_t value)
{
	uintptr_t *there = map_find(m, key);
	size_t i;

	if (there) {
		*there = value;
		return;
	}
	if (m->used * 4 >= m->cap * 3)
		grow(m);
	for (i = slot_of(m, key); m->slots[i].state == TAKEN;)
		i = (i + 1) & (m->cap - 1);
	if (m->slots[i].state == FREE)
		m->used++;
	m->slots[i] = (struct map_slot){ .key = key, .value = value, .state = TAKEN };
	m->len++;
}

bool map_del(struct map *m, uint64_t key)
{
	uintptr_t *there = map_find(m, key);

	if (!there)
		return false;
	((struct map_slot *)((char *)there - offsetof(struct map_slot, value)))->state = DELETED;
	m->len--;
	return true;
}

struct map_slot *map_next(const struct map *m, size_t *at)
{
	while (*at < m->cap) {
		struct map_slot *s = &m->slots[(*at)++];

		if (s->state == TAKEN)
			return s;
	}
	return NULL;
}

void map_release(struct map *m)
{
	free(m->slots);
	*m = (struct map){ 0 };
}
