/* From 64-bit ids to values: open addressing, for hot paths. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/base.h"

/*
 * Zero-initialised is empty and ready. Keys are any uint64_t. A value is a
 * pointer or a number of pointer size. Not ordered.
 */
struct map {
	struct map_slot *slots; /* owned */
	size_t len;             /* keys that are in */
	size_t used;            /* slots that are taken, deleted ones included */
	size_t cap;             /* 0 or a power of two */
};

struct map_slot {
	uint64_t key;
	uintptr_t value;
	uint8_t state; /* 0 free, 1 taken, 2 deleted */
};

/* Where key's value is, NULL when key is not in. Valid until the next set. */
uintptr_t *map_find(const struct map *m, uint64_t key);

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

/* Walks the entries: start with *at = 0, stop when it returns NULL. Deleting
 * the entry just returned is allowed, setting is not. */
struct map_slot *map_next(const struct map *m, size_t *at);

/* Frees the slots (not what values point to); m is empty and ready again. */
void map_release(struct map *m);

#endif
