#include <string.h>

#include "gotest/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_part(struct str part, const char *of)
{
	assert(!part.n || (part.p >= of && part.p + part.n <= of + strlen(of)));
}

/* The input is a function, a NUL, a module. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_BUF text = { 0 };
	AUTO_BUF once = { 0 };
	AUTO_BUF twice = { 0 };
	const char *function, *module;

	buf_put(&text, data, size);
	function = buf_str(&text);
	module = strlen(function) < text.len ? function + strlen(function) + 1 : "";
	check_part(name_package(function), function);
	check_part(name_local(function), function);
	check_part(name_outermost(function), function);
	name_is_std(function);
	name_is_system_goroutine(function);
	name_in_module(function, module);
	name_normalise(&once, function);
	name_normalise(&twice, buf_str(&once));
	assert(once.len <= 6 * size + 1);
	return 0;
}
