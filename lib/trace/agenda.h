/* Threads by the time of what they do next. */
#ifndef TRACE_AGENDA_H
#define TRACE_AGENDA_H

#include "base/vec.h"

struct agenda_item {
	uint64_t time;
	void *of; /* borrowed */
};

/*
 * A binary heap, earliest first, kept as Go's reader keeps it (src/internal/trace/order.go and
 * the like): of equal times the same comes first, so both make the same order of them.
 * Zero-initialised is empty and ready.
 */
struct agenda {
	struct agenda_item *items; /* owned */
	size_t len, cap;
};

static inline size_t agenda_up(struct agenda *h, size_t i)
{
	while (i && h->items[(i - 1) / 2].time > h->items[i].time) {
		struct agenda_item item = h->items[i];

		h->items[i] = h->items[(i - 1) / 2];
		h->items[(i - 1) / 2] = item;
		i = (i - 1) / 2;
	}
	return i;
}

static inline void agenda_down(struct agenda *h, size_t i)
{
	for (;;) {
		struct agenda_item item = h->items[i];
		size_t left = 2 * i + 1, least = i;

		if (left < h->len && h->items[left].time < item.time)
			least = left;
		if (left + 1 < h->len && h->items[left + 1].time < h->items[least].time)
			least = left + 1;
		if (least == i)
			return;
		h->items[i] = h->items[least];
		h->items[least] = item;
		i = least;
	}
}

static inline void agenda_push(struct agenda *h, uint64_t time, void *of)
{
	struct agenda_item item = { .time = time, .of = of };

	VEC_PUSH(h, item);
	agenda_up(h, h->len - 1);
}

/* Item i has another time now. */
static inline void agenda_fix(struct agenda *h, size_t i)
{
	if (agenda_up(h, i) == i)
		agenda_down(h, i);
}

void agenda_remove(struct agenda *h, size_t i);

/* Sorts the items; equal ones keep their places. A sorted heap is a heap. */
void agenda_sort(struct agenda *h);

void agenda_release(struct agenda *h);

#endif
