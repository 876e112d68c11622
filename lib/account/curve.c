#include "account/curve.h"

#define FIRST_SHIFT 10 /* about a microsecond */

static void halve(struct curve *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->len; i += 2, n++) {
		size_t second = i + 1 < c->len ? i + 1 : i;

		c->peak[n] = c->peak[i] > c->peak[second] ? c->peak[i] : c->peak[second];
		c->last[n] = c->last[second];
	}
	c->len = n;
	c->shift++;
}

/* What was alive goes on to be. */
static void go_on(struct curve *c)
{
	uint32_t alive = c->len ? c->last[c->len - 1] : 0;

	c->peak[c->len] = c->last[c->len] = alive;
	c->len++;
}

void curve_reach(struct curve *c, int64_t time_ns)
{
	int64_t index, span;

	if (!c->len) {
		c->begin_ns = time_ns;
		c->shift = FIRST_SHIFT;
	}
	while ((time_ns - c->begin_ns) >> c->shift >= CURVE_SAMPLES)
		halve(c);
	index = (time_ns - c->begin_ns) >> c->shift;
	while ((int64_t)c->len <= index)
		go_on(c);
	if (__builtin_mul_overflow(index + 1, curve_step_ns(c), &span) ||
	    __builtin_add_overflow(c->begin_ns, span, &c->end_ns))
		c->end_ns = INT64_MAX;
}
