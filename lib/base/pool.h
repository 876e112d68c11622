/* Cells of one size that come and go. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <string.h>

#include "base/arena.h"
#include "base/poison.h"

/*
 * Zero-initialised with a size it is empty and ready. A cell that is given back is the next
 * to be handed out: it is still in the cache. Memory goes back to the system only with the
 * whole pool. AddressSanitizer sees the use of a cell that was given back.
 */
struct pool {
	size_t size; /* of a cell, at least that of a pointer */
	void *spare; /* linked by their first word */
	struct arena arena;
};

/* A cell with arbitrary contents. */
static inline void *pool_take(struct pool *p)
{
	void *cell = p->spare;

	if (!cell)
		return arena_alloc(&p->arena, p->size);
	ASAN_UNPOISON_MEMORY_REGION(cell, p->size);
	p->spare = *(void **)cell;
	return cell;
}

/* A cell of zeroes. (The compiler does not see the size: what it makes of a known one of more than
 * a few words is slower than the library.) */
static inline void *pool_take_zeroed(struct pool *p)
{
	return memset(pool_take(p), 0, p->size);
}

static inline void pool_give(struct pool *p, void *cell)
{
	*(void **)cell = p->spare;
	p->spare = cell;
	ASAN_POISON_MEMORY_REGION(cell, p->size);
}

/* Frees all cells, those in use too. */
static inline void pool_clear(struct pool *p)
{
	arena_clear(&p->arena);
	p->spare = NULL;
}

#endif
