/* From nearly consecutive ids to pointers: for the many goroutines of a program. */
#ifndef BASE_IDS_H
#define BASE_IDS_H

#include "base/map.h"
#include "base/pool.h"

enum { IDS_BLOCK = 16 };

/* IDS_BLOCK ids in a row. */
struct ids_block {
	void *values[IDS_BLOCK]; /* NULL: not in */
	size_t len;              /* how many are in */
};

/*
 * A map of blocks. Go hands out goroutine ids in blocks of 16 (src/runtime/proc.go,
 * _GoidCacheBatch), and who goes through many mostly goes from one to the next: their
 * values lie next to each other here, where a hash of each id would spread them over all of the
 * table. An id takes about 10 bytes where all of its block are in, 180 where it is alone.
 *
 * Zero-initialised is empty and ready. Ids are any uint64_t, values are never NULL.
 */
struct ids {
	struct map blocks; /* id / IDS_BLOCK -> struct ids_block */
	struct pool cells; /* of them */
	size_t len;        /* ids that are in */
};

/* The value of id, NULL when id is not in. */
static inline void *ids_get(const struct ids *m, uint64_t id)
{
	const struct ids_block *b = map_get(&m->blocks, id / IDS_BLOCK);

	return b ? b->values[id % IDS_BLOCK] : NULL;
}

/* Puts id in, replacing its value. */
void ids_put(struct ids *m, uint64_t id, void *value);

/* Takes id out. Returns whether it was in. */
bool ids_del(struct ids *m, uint64_t id);

/* Walks the values, in no order: start with *at = 0, stop when it returns NULL. Putting in and
 * taking out is not allowed meanwhile; what is pointed to may be replaced, by NULL too when
 * ids_clear comes next. */
void **ids_next(const struct ids *m, size_t *at);

/* Takes all out and keeps the memory, unless it is much more than they needed. */
void ids_clear(struct ids *m);

/* Frees all but what the values point to; m is empty and ready again. */
void ids_release(struct ids *m);

#endif
