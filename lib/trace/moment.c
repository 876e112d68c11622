#include "trace/moment.h"

#include <string.h>

#include "base/vec.h"

enum { NEW, OPEN, DONE };

static void settle_one(struct moments *m, struct moment *at)
{
	const struct moment *before;

	at->visit = DONE;
	if (at->after == NO_MOMENT)
		return;
	before = &m->items[at->after];
	if (at->time > before->time)
		return;
	at->time = before->time;
	at->depth = (before->depth + 1) & NO_MOMENT;
}

/* Settles the moment i and all that it follows from. The way back is kept in depth. */
static bool settle(struct moments *m, uint32_t i)
{
	uint32_t back = NO_MOMENT;

	for (;;) {
		struct moment *at = &m->items[i];

		if (at->visit == OPEN)
			return false;
		at->visit = OPEN;
		if (at->after == NO_MOMENT || m->items[at->after].visit == DONE)
			break;
		at->depth = back & NO_MOMENT;
		back = i;
		i = at->after;
	}
	for (;;) {
		m->items[i].depth = 0;
		settle_one(m, &m->items[i]);
		if (back == NO_MOMENT)
			return true;
		i = back;
		back = m->items[i].depth;
	}
}

static bool before(const struct moments *m, uint32_t i, uint32_t k)
{
	const struct moment *a = &m->items[i], *b = &m->items[k];

	return a->time < b->time || (a->time == b->time && a->depth < b->depth);
}

static size_t run_end(const struct moments *m, size_t at)
{
	const uint32_t *order = m->order.items;

	for (at++; at < m->len && !before(m, order[at], order[at - 1]);)
		at++;
	return at;
}

/* Merges the runs from, mid and mid, end of order into spare. */
static void merge(struct moments *m, size_t from, size_t mid, size_t end)
{
	const uint32_t *a = m->order.items + from, *b = m->order.items + mid;
	uint32_t *to = m->spare.items + from;
	size_t na = mid - from, nb = end - mid;

	while (na && nb) {
		if (before(m, *b, *a)) {
			*to++ = *b++;
			nb--;
		} else {
			*to++ = *a++;
			na--;
		}
	}
	memcpy(to, na ? a : b, (na + nb) * sizeof(*to));
}

/* Merges neighbouring runs once. Returns how many runs there are then. */
static size_t merge_runs(struct moments *m)
{
	struct moment_indexes swap;
	size_t runs = 0;

	for (size_t at = 0; at < m->len; runs++) {
		size_t mid = run_end(m, at);
		size_t end = mid < m->len ? run_end(m, mid) : m->len;

		merge(m, at, mid, end);
		at = end;
	}
	swap = m->order;
	m->order = m->spare;
	m->spare = swap;
	return runs;
}

static void reserve(struct moment_indexes *v, size_t n)
{
	v->items = vec_reserve_(v->items, &v->cap, n, sizeof(v->items[0]));
	v->len = n;
}

bool moments_order(struct moments *m)
{
	for (size_t i = 0; i < m->len; i++)
		if (m->items[i].visit == NEW && !settle(m, (uint32_t)i))
			return false;
	reserve(&m->order, m->len);
	reserve(&m->spare, m->len);
	for (size_t i = 0; i < m->len; i++)
		m->order.items[i] = (uint32_t)i;
	/* Batches come sorted, so there are few runs: merging them is nearly linear. */
	while (m->len && merge_runs(m) > 1)
		continue;
	return true;
}

void moments_reset(struct moments *m)
{
	m->len = m->order.len = m->spare.len = 0;
}

void moments_release(struct moments *m)
{
	VEC_FREE(m);
	VEC_FREE(&m->order);
	VEC_FREE(&m->spare);
}
