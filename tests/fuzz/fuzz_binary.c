#include <string.h>

#include "guard/bulky.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct bulkies bulky;
	struct binary b;

	binary_parse(data, size, &arena, &b);
	assert(b.arch && b.go_version && b.path && b.module);
	assert(b.kind == BINARY_GO_AMD64 || (!b.exit_ip && !b.syscall6_ip));
	assert(!b.exit_ip == !b.text);
	assert(strlen(b.path) <= size);
	bulkies_parse(data, size, &b, &arena, &bulky);
	for (size_t i = 0; i < bulky.len; i++) {
		const struct bulky *f = &bulky.items[i];

		assert(strlen(f->function) < size && f->entry <= f->end);
		assert(f->bytes > BULKY_ABOVE || f->frame_bytes > BULKY_ABOVE);
	}
	arena_clear(&arena);
	return 0;
}
