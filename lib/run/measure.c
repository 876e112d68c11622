#include "run/measure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define PROFILED 4 /* times as slow as usual: with every allocation in the profile */
#define LEAST_NS (20 * NS_PER_MS)

/* Runs of all three processes: 3 + 3n. */
#define RUNS_OF(n) (3 + 3 * (int64_t)(n))

uint32_t measure_count(const struct measure *m)
{
	return 1 + m->step * m->n;
}

static bool give_up(struct measure *m, const char *why)
{
	snprintf(m->why, sizeof(m->why), "%s", why);
	return false;
}

/* go test says hundredths of a second: less is nothing. */
static int64_t longest_run_ns(const struct measure *m, int64_t elapsed_ns)
{
	int64_t ns = PROFILED * m->usual_ns + LEAST_NS;

	if (elapsed_ns < ns)
		ns = elapsed_ns;
	return ns > NS_PER_US ? ns : NS_PER_US;
}

static bool choose_repeats(struct measure *m, const struct measured *how)
{
	int64_t run_ns = longest_run_ns(m, how->elapsed_ns);
	int64_t n = (how->budget_ns / run_ns - 3) / 3;
	char run[32], budget[32];

	if (n >= MEASURE_LEAST) {
		m->n = n < MEASURE_MOST ? (uint32_t)n : MEASURE_MOST;
		return true;
	}
	snprintf(m->why, sizeof(m->why), "a run takes %s, and it needs %lld of them: set %s",
		 duration_format(run_ns, run), (long long)RUNS_OF(MEASURE_LEAST),
		 "deep_budget to ");
	/* A second more: the next run may be a little slower. */
	duration_format(run_ns * RUNS_OF(MEASURE_LEAST) + NS_PER_S, budget);
	strncat(m->why, budget, sizeof(m->why) - strlen(m->why) - 1);
	return false;
}

static bool read_profile(struct measure *m, const char *path)
{
	struct err err = { 0 };
	char text[sizeof(m->why) - 40];

	if (heap_profile_read(&m->at[m->step], path, &err))
		return true;
	if (err.sys == ENOENT)
		return give_up(m, "its process wrote no heap profile: it ended in another way than "
				  "by the end of its tests");
	snprintf(m->why, sizeof(m->why), "its heap profile cannot be used: %s",
		 err_format(&err, text, sizeof(text)));
	return false;
}

bool measure_next(struct measure *m, const struct measured *how)
{
	if (how->timed_out)
		return give_up(m, m->step ? "it takes much longer when it runs again and again"
					  : "a run takes longer than deep_budget");
	if (how->status != 0)
		return give_up(m, m->step ? "it fails when it runs again in the same process"
					  : "it fails when it runs alone");
	if (!read_profile(m, how->profile))
		return false;
	if (!m->step && !choose_repeats(m, how))
		return false;
	return ++m->step < GROWTH_POINTS;
}

void measure_judge(struct measure *m, const char *module)
{
	growths_find(&m->growths, m->at, m->n, module);
}

void measure_release(struct measure *m)
{
	for (size_t i = 0; i < GROWTH_POINTS; i++)
		heap_profile_release(&m->at[i]);
	growths_release(&m->growths);
}
