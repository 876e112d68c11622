/* The trace's clock. */
#ifndef TRACE_TICKS_H
#define TRACE_TICKS_H

#include "base/base.h"

/* How a generation's ticks become nanoseconds of CLOCK_MONOTONIC. */
struct ticks {
	uint64_t per_s; /* not 0 once set */
	uint64_t whole; /* nanoseconds a tick, 0 when that is no whole number */
	double ns;      /* nanoseconds a tick */
};

static inline struct ticks ticks_at(uint64_t per_s)
{
	struct ticks t = { .per_s = per_s, .ns = 1.0 / ((double)per_s / 1e9) };

	if (UINT64_C(1000000000) % per_s == 0)
		t.whole = UINT64_C(1000000000) / per_s;
	return t;
}

/* Too much for the type is INT64_MAX: times come from outside. */
static inline int64_t ticks_ns(const struct ticks *t, uint64_t ticks)
{
	uint64_t ns;
	double real;

	if (t->whole)
		return __builtin_mul_overflow(ticks, t->whole, &ns) || ns > INT64_MAX ? INT64_MAX
										      : (int64_t)ns;
	real = (double)ticks * t->ns;
	return real < 9.2e18 ? (int64_t)real : INT64_MAX;
}

#endif
