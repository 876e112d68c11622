#include "run/effort.h"

#include "base/clock.h"

#define COUNT_FIRST  20
#define COUNT_MOST   1000
#define COUNT_GROWTH 4
#define STALE_ENOUGH 2
#define ENOUGH       400 /* repeats */
#define LIMIT_LEAST  (10 * NS_PER_S)

bool effort_single(const struct effort *e, size_t i, struct effort_run *run)
{
	static const uint32_t cpus[] = { 1, 2, 4 };

	(void)e;
	if (i >= ARRAY_LEN(cpus))
		return false;
	*run = (struct effort_run){ .count = 1, .cpu = cpus[i], .shuffle = (uint32_t)i + 1 };
	return true;
}

static int64_t left_ns(const struct effort *e)
{
	return e->budget_ns - e->spent_ns;
}

/* A round shall not take more than half of what is left: the next one may show more. */
static uint32_t affordable(const struct effort *e)
{
	int64_t time = left_ns(e) / 2 - e->process_ns;
	int64_t n = e->repeat_ns > 0 ? time / e->repeat_ns : COUNT_MOST;

	return n < 0 ? 0 : n > COUNT_MOST ? COUNT_MOST : (uint32_t)n;
}

bool effort_next(struct effort *e, struct effort_run *runs, const char **why)
{
	uint32_t most = affordable(e);
	uint32_t count = e->count ? e->count * COUNT_GROWTH : COUNT_FIRST;

	if (e->stale >= STALE_ENOUGH && e->repeats >= ENOUGH) {
		*why = "the last rounds showed nothing new";
		return false;
	}
	if (!most || left_ns(e) <= 0) {
		*why = "the time for it is spent";
		return false;
	}
	e->count = count < most ? count : most;
	for (uint32_t i = 0; i < e->jobs; i++) {
		uint32_t cpu = e->cores * (2U << (i & 1));

		runs[i] = (struct effort_run){ .count = e->count,
					       .cpu = cpu < 4 ? 4 : cpu,
					       .shuffle = 10 * (e->rounds + 1) + i };
	}
	return true;
}

void effort_learn(struct effort *e, int64_t took_ns, int64_t tests_ns, size_t new)
{
	uint32_t count = e->count ? e->count : 1;

	e->repeat_ns = tests_ns / count;
	if (!e->count) { /* what building took is in it */
		e->process_ns = 0;
		return;
	}
	e->process_ns = took_ns > tests_ns ? took_ns - tests_ns : 0;
	e->spent_ns += took_ns;
	e->rounds++;
	e->repeats += count * e->jobs;
	e->stale = new ? 0 : e->stale + 1;
}

int64_t effort_limit_ns(const struct effort *e)
{
	int64_t left = left_ns(e);

	return left > LIMIT_LEAST ? left : LIMIT_LEAST;
}
