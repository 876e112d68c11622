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

static bool has_frame(const struct trace_stack *s, const char *function)
{
	for (uint32_t i = 0; s && i < s->len; i++)
		if (!strcmp(s->frames[i].function, function))
			return true;
	return false;
}

static bool is_runner(const struct goroutine *g)
{
	return !strcmp(g->start, "testing.tRunner") || !strcmp(g->start, "testing.fRunner") ||
	       !strcmp(g->start, "testing.(*B).run1.func1") ||
	       !strcmp(g->start, "testing.(*B).launch");
}

/* Without a standard output there is no write: goroutine 1 runs, no test does, and it is not
 * an example that stopped the trace. */
static bool is_silent_end(const struct trace_reader *r, const struct goroutine *g)
{
	const struct goroutine *other;
	size_t at = 0;

	if (g->state != GOROUTINE_RUNNING || !has_frame(g->last, "testing.(*M).Run") ||
	    has_frame(g->last, "testing.runExample"))
		return false;
	while ((other = trace_next(r, &at)))
		if (is_runner(other))
			return false;
	return true;
}

static bool is_alarm(const struct goroutine *g)
{
	return g->state == GOROUTINE_RUNNING && !strcmp(g->start, "testing.(*M).startAlarm.func1");
}

enum trace_end ending(const struct trace_reader *r)
{
	const struct goroutine *g = trace_find(r, 1);
	size_t at = 0;

	if (g && (is_behind_tests(g) || is_silent_end(r, g)))
		return TRACE_TESTS;
	while ((g = trace_next(r, &at)))
		if (is_alarm(g))
			return TRACE_TIMEOUT;
	return TRACE_EARLY;
}
