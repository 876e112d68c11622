#include "base/ids.h"

enum { CELLS_KEPT = 4096 };

static struct ids_block *add_block(struct ids *m, uint64_t key)
{
	struct ids_block *b;

	m->cells.size = sizeof(*b);
	b = pool_take_zeroed(&m->cells);
	map_put(&m->blocks, key, b);
	return b;
}

void ids_put(struct ids *m, uint64_t id, void *value)
{
	uint64_t key = id / IDS_BLOCK;
	struct ids_block *b = map_get(&m->blocks, key);
	void **there;

	if (!b)
		b = add_block(m, key);
	there = &b->values[id % IDS_BLOCK];
	if (!*there) {
		b->len++;
		m->len++;
	}
	*there = value;
}

bool ids_del(struct ids *m, uint64_t id)
{
	uint64_t key = id / IDS_BLOCK;
	struct ids_block *b = map_get(&m->blocks, key);

	if (!b || !b->values[id % IDS_BLOCK])
		return false;
	b->values[id % IDS_BLOCK] = NULL;
	m->len--;
	if (!--b->len) {
		map_del(&m->blocks, key);
		pool_give(&m->cells, b);
	}
	return true;
}

void **ids_next(const struct ids *m, size_t *at)
{
	for (;;) {
		size_t slot = *at / IDS_BLOCK, next = slot, item = *at % IDS_BLOCK;
		const struct map_slot *s = map_next(&m->blocks, &next);
		struct ids_block *b;

		if (!s)
			return NULL;
		b = (struct ids_block *)s->value; /* NOLINT(performance-no-int-to-ptr) */
		if (next != slot + 1)
			item = 0;
		while (item < IDS_BLOCK && !b->values[item])
			item++;
		*at = item + 1 < IDS_BLOCK ? (next - 1) * IDS_BLOCK + item + 1 : next * IDS_BLOCK;
		if (item < IDS_BLOCK)
			return &b->values[item];
	}
}

void ids_clear(struct ids *m)
{
	struct map_slot *s;
	size_t at = 0;

	if (m->blocks.len > CELLS_KEPT) {
		ids_release(m);
		return;
	}
	while ((s = map_next(&m->blocks, &at)))
		pool_give(&m->cells, (void *)s->value); /* NOLINT(performance-no-int-to-ptr) */
	map_clear(&m->blocks);
	m->len = 0;
}

void ids_release(struct ids *m)
{
	map_release(&m->blocks);
	pool_clear(&m->cells);
	m->len = 0;
}
