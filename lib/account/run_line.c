#include "account/run_line.h"

#include "base/str.h"

static bool is_benchmark(const char *name)
{
	return starts_with(name, "Benchmark");
}

bool run_lines_agree(const struct run_lines *l)
{
	size_t benchmarks = 0;

	if (l->tests > l->len)
		return false;
	for (size_t i = l->tests; i < l->len; i++) {
		if (is_benchmark(l->names[i]))
			benchmarks++;
		else if (!starts_with(l->names[i], "Example"))
			return false;
	}
	return benchmarks == l->benchmarks;
}

const char *run_line_name(const struct run_lines *l, enum owner_kind owner, int64_t index)
{
	size_t at = l->tests;

	if (index < 0)
		return NULL;
	if (owner != OWNER_BENCHMARK)
		return (size_t)index < l->tests ? l->names[index] : NULL;
	for (; at < l->len; at++)
		if (is_benchmark(l->names[at]) && index-- == 0)
			return l->names[at];
	return NULL;
}
