#include "base/map.h"

#include <string.h>

static struct map_slot *unconst(const struct map_slot *slot)
{
	return (struct map_slot *)(uintptr_t)slot; /* NOLINT(performance-no-int-to-ptr) */
}

uintptr_t *map_find_zero_(const struct map *m)
{
	return m->has_zero ? &unconst(&m->zero)->value : NULL;
}

static size_t free_slot(const struct map *m, uint64_t key)
{
	size_t i = map_slot_(m, key);

	while (m->slots[i].key)
		i = (i + 1) & (m->cap - 1);
	return i;
}

static void grow(struct map *m)
{
	struct map old = *m;

	m->cap = old.cap ? old.cap * 2 : 16;
	m->shift = 64 - (unsigned)__builtin_ctzll(m->cap);
	m->slots = calloc(m->cap, sizeof(*m->slots));
	if (!m->slots)
		abort();
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].key)
			m->slots[free_slot(m, old.slots[i].key)] = old.slots[i];
	free(old.slots);
}

void map_set(struct map *m, uint64_t key, uintptr_t value)
{
	uintptr_t *there = map_find(m, key);

	if (there) {
		*there = value;
		return;
	}
	m->len++;
	if (!key) {
		m->has_zero = true;
		m->zero.value = value;
		return;
	}
	if (m->len * 2 > m->cap)
		grow(m);
	m->slots[free_slot(m, key)] = (struct map_slot){ .key = key, .value = value };
}

/* Fills the gap at i with entries from behind it that belong at it or before. */
static void close_gap(struct map *m, size_t i)
{
	size_t mask = m->cap - 1;

	for (size_t k = (i + 1) & mask; m->slots[k].key; k = (k + 1) & mask) {
		size_t home = map_slot_(m, m->slots[k].key);

		if (((k - home) & mask) < ((k - i) & mask))
			continue;
		m->slots[i] = m->slots[k];
		i = k;
	}
	m->slots[i].key = 0;
}

bool map_del(struct map *m, uint64_t key)
{
	uintptr_t *there = map_find(m, key);

	if (!there)
		return false;
	m->len--;
	if (!key)
		m->has_zero = false;
	else
		close_gap(m, (size_t)((struct map_slot *)((char *)there -
							  offsetof(struct map_slot, value)) -
				      m->slots));
	return true;
}

struct map_slot *map_next(const struct map *m, size_t *at)
{
	while (*at < m->cap) {
		struct map_slot *s = &m->slots[(*at)++];

		if (s->key)
			return s;
	}
	if (*at > m->cap || !m->has_zero)
		return NULL;
	++*at;
	return unconst(&m->zero);
}

void map_clear(struct map *m)
{
	if (m->cap > 1024 && m->len * 16 < m->cap) {
		map_release(m);
		return;
	}
	if (m->len && m->cap)
		memset(m->slots, 0, m->cap * sizeof(*m->slots));
	m->len = 0;
	m->has_zero = false;
}

void map_release(struct map *m)
{
	free(m->slots);
	*m = (struct map){ 0 };
}
