#include "trace/cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor fast = { .p = data, .end = data + size };
	struct cursor slow = fast;
	struct cursor skip = fast, all = fast, each = fast;
	uint64_t v[5];

	while (!fast.bad && fast.p < fast.end) {
		uint64_t a = cursor_uvarint(&fast);
		uint64_t b = cursor_uvarint_slow(&slow);

		assert(a == b && fast.bad == slow.bad && fast.p == slow.p);
	}
	for (unsigned n = 1; !skip.bad && skip.p < skip.end; n = n % 8 + 1)
		cursor_skip(&skip, n);
	for (unsigned n = 1; !all.bad && all.p < all.end; n = n % 5 + 1) {
		cursor_uvarints(&all, v, v + 1, n);
		for (unsigned i = 0; i < n; i++)
			assert(v[i] == cursor_uvarint(&each));
		assert(all.p == each.p && all.bad == each.bad);
	}
	return 0;
}
