/* From 64-bit ids to values: open addressing, for hot paths. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/base.h"

struct map_slot {
	uint64_t key; /* 0: free */
	uintptr_t value;
};

/*
 * Zero-initialised is empty and ready. Keys are any uint64_t. A value is a
 * pointer or a number of pointer size. Not ordered.
 *
 * What is taken out leaves no trace: the entries behind it move up. So a table through
 * which millions of short-lived ids pass is as fast and as small as its greatest
 * number of keys asks for.
 */
struct map {
	struct map_slot *slots; /* owned */
	size_t len;             /* keys that are in */
	size_t cap;             /* 0 or a power of two */
	unsigned shift;         /* of the hash, so that it is below cap */
	bool has_zero;          /* key 0, which no slot can hold */
	struct map_slot zero;
};

/* Fibonacci hashing: ids are nearly consecutive, the high bits spread them. */
static inline size_t map_slot_(const struct map *m, uint64_t key)
{
	return (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> m->shift);
}

uintptr_t *map_find_zero_(const struct map *m);

/* Where key's value is, NULL when key is not in. Valid until the next set or del. */
static inline uintptr_t *map_find(const struct map *m, uint64_t key)
{
	if (!key)
		return map_find_zero_(m);
	if (!m->cap)
		return NULL;
	for (size_t i = map_slot_(m, key);; i = (i + 1) & (m->cap - 1)) {
		if (m->slots[i].key == key)
			return &m->slots[i].value;
		if (!m->slots[i].key)
			return NULL;
	}
}

/* The value of key as a pointer, NULL when key is not in. */
static inline void *map_get(const struct map *m, uint64_t key)
{
	uintptr_t *v = map_find(m, key);

	return v ? (void *)*v : NULL; /* NOLINT(performance-no-int-to-ptr) */
}

/* Puts key in, replacing its value. */
void map_set(struct map *m, uint64_t key, uintptr_t value);

static inline void map_put(struct map *m, uint64_t key, const void *value)
{
	map_set(m, key, (uintptr_t)value);
}

/* Takes key out. Returns whether it was in. */
bool map_del(struct map *m, uint64_t key);

/* Walks the entries: start with *at = 0, stop when it returns NULL. Setting is not allowed
 * meanwhile. The entry just returned may be deleted, with --*at after that: then entries
 * may be returned again. */
struct map_slot *map_next(const struct map *m, size_t *at);

/* Takes all keys out and keeps the memory, unless it is much more than they needed. */
void map_clear(struct map *m);

/* Frees the slots (not what values point to); m is empty and ready again. */
void map_release(struct map *m);

#endif
