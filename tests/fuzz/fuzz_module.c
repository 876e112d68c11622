#include <string.h>

#include "gotest/module.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The path is a part of its line, and has nothing in it that would end one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = { .p = (const char *)data, .n = size };
	struct str line;

	while (str_line(&rest, &line)) {
		struct str path = module_of_line(line);

		assert(!path.n || (path.p >= line.p && path.p + path.n <= line.p + line.n));
		for (size_t i = 0; i < path.n; i++)
			assert(!memchr(" \t\r\n\"`", path.p[i], 6));
		assert(!path.n || !memmem(path.p, path.n, "//", 2));
	}
	return 0;
}
