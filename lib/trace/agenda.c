#include "trace/agenda.h"

void agenda_remove(struct agenda *h, size_t i)
{
	struct agenda_item item = h->items[i];

	for (; i; i = (i - 1) / 2)
		h->items[i] = h->items[(i - 1) / 2];
	h->items[0] = item;
	h->items[0] = h->items[--h->len];
	if (h->len)
		agenda_down(h, 0);
}

void agenda_sort(struct agenda *h)
{
	for (size_t i = 1; i < h->len; i++) {
		struct agenda_item item = h->items[i];
		size_t k = i;

		for (; k && h->items[k - 1].time > item.time; k--)
			h->items[k] = h->items[k - 1];
		h->items[k] = item;
	}
}

void agenda_release(struct agenda *h)
{
	VEC_FREE(h);
}
