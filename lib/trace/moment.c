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
	at->depth = before->depth + 1;
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
		at->depth = back;
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

static bool before(const struct moment_key *a, const struct moment_key *b)
{
	return a->time < b->time || (a->time == b->time && a->depth < b->depth);
}

static size_t run_end(const struct moment_key *keys, size_t at, size_t len)
{
	for (at++; at < len && !before(&keys[at], &keys[at - 1]);)
		at++;
	return at;
}

static void merge(struct moment_key *to, const struct moment_key *a, size_t na,
		  const struct moment_key *b, size_t nb)
{
	while (na && nb) {
		if (before(b, a)) {
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
	struct moment_key *from = m->order.items;
	struct moment_key *to = m->spare.items;
	size_t len = m->order.len;
	struct moment_keys swap;
	size_t runs = 0;

	for (size_t at = 0; at < len; runs++) {
		size_t mid = run_end(from, at, len);
		size_t end = mid < len ? run_end(from, mid, len) : len;

		merge(to + at, from + at, mid - at, from + mid, end - mid);
		at = end;
	}
	swap = m->order;
	m->order = m->spare;
	m->spare = swap;
	return runs;
}

bool moments_order(struct moments *m)
{
	for (size_t i = 0; i < m->len; i++)
		if (m->items[i].visit == NEW && !settle(m, (uint32_t)i))
			return false;
	m->order.len = m->spare.len = 0;
	for (size_t i = 0; i < m->len; i++) {
		struct moment_key key = {
			.time = m->items[i].time,
			.depth = m->items[i].depth,
			.moment = (uint32_t)i,
		};

		VEC_PUSH(&m->order, key);
	}
	m->spare.items =
	    vec_reserve_(m->spare.items, &m->spare.cap, m->len, sizeof(struct moment_key));
	m->spare.len = m->len;
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
