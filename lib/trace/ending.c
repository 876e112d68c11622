#include "trace/ending.h"

#include <string.h>

/* Whether g is behind the write of PASS or FAIL in testing.(*M).Run. */
static bool is_behind_tests(const struct goroutine *g)
{
	const struct trace_stack *s = g->last;

	if (g->state != GOROUTINE_RUNNING || !s)
		return false;
	for (uint32_t i = 0; i < s->len; i++) {
		const char *callee = i ? s->frames[i - 1].function : "";

		if (!strcmp(s->frames[i].function, "testing.(*M).after"))
			return true;
		if (!strcmp(s->frames[i].function, "testing.(*M).Run") &&
		    !strcmp(callee, "fmt.Print"))
			return true;
	}
	return false;
}

static bool is_alarm(const struct goroutine *g)
{
	return g->state == GOROUTINE_RUNNING && !strcmp(g->start, "testing.(*M).startAlarm.func1");
}

enum trace_end ending(const struct trace_reader *r)
{
	const struct goroutine *g = trace_find(r, 1);
	size_t at = 0;

	if (g && is_behind_tests(g))
		return TRACE_TESTS;
	while ((g = trace_next(r, &at)))
		if (is_alarm(g))
			return TRACE_TIMEOUT;
	return TRACE_EARLY;
}
