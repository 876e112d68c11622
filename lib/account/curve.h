/*
 * How many goroutines were alive over time, in a bounded number of samples.
 *
 * A sample is a step of time that all samples share: the most that were alive in it, so that no
 * peak is lost, and how many at its end. When the time does not fit any more the step doubles
 * and two samples become one. So it costs two comparisons for most changes, whatever the length of the
 * run.
 */
#ifndef ACCOUNT_CURVE_H
#define ACCOUNT_CURVE_H

#include "base/base.h"

#define CURVE_SAMPLES 128 /* at most; half of it at least, once there were so many */

/* Zero-initialised is empty and ready. */
struct curve {
	int64_t begin_ns;   /* of the first sample; the clock is the caller's */
	int64_t end_ns;     /* of the last sample */
	unsigned int shift; /* a step has 1 << shift ns */
	size_t len;
	uint32_t peak[CURVE_SAMPLES], last[CURVE_SAMPLES];
};

static inline int64_t curve_step_ns(const struct curve *c)
{
	return INT64_C(1) << c->shift;
}

/* Makes room up to time_ns, not below 0. */
void curve_reach(struct curve *c, int64_t time_ns);

/* Since time_ns so many are alive. A time before the last sample counts as of it. */
static inline void curve_add(struct curve *c, int64_t time_ns, uint32_t alive)
{
	if (time_ns >= c->end_ns)
		curve_reach(c, time_ns);
	if (alive > c->peak[c->len - 1])
		c->peak[c->len - 1] = alive;
	c->last[c->len - 1] = alive;
}

#endif
