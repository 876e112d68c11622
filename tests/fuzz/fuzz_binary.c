#include <string.h>

#include "guard/binary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct binary b;

	binary_parse(data, size, &arena, &b);
	assert(b.arch && b.go_version && b.path && b.module);
	assert(b.kind == BINARY_GO_AMD64 || (!b.exit_ip && !b.syscall6_ip));
	assert(!b.exit_ip == !b.text);
	assert(strlen(b.path) <= size);
	arena_clear(&arena);
	return 0;
}
