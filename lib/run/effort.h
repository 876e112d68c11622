/*
 * How hard a stress run tries: with which settings tests run next, and when it is enough.
 *
 * What brings out leaks that depend on the order of things was measured on 68 kernels of real
 * blocking bugs: a hundred repeats in one process with the race detector, whose scheduler
 * makes random choices, and GOMAXPROCS above the number of processors showed all that plain runs
 * missed, in 72 of 100 processes; without the race detector, or with a single repeat, it
 * was 5. So the rounds do that, with more repeats each, after single runs with few processors.
 * Two rounds in a row that showed nothing new, and enough repeats, are the end; or
 * the budget is.
 */
#ifndef RUN_EFFORT_H
#define RUN_EFFORT_H

#include "base/base.h"

/* The settings of one process. */
struct effort_run {
	uint32_t count;   /* repeats */
	uint32_t cpu;     /* GOMAXPROCS */
	uint32_t shuffle; /* seed of the order of tests */
};

/* The first three members are the caller's, the rest begins as zero. */
struct effort {
	int64_t budget_ns; /* for all rounds; building is not in it */
	uint32_t cores;
	uint32_t jobs;           /* processes of a round, side by side */
	int64_t spent_ns;        /* in rounds */
	int64_t repeat_ns;       /* what one repeat takes, 0: not known */
	int64_t process_ns;      /* what a process takes besides */
	uint32_t rounds, stale;  /* stale: the last rounds that showed nothing new */
	uint32_t count, repeats; /* of the last round; of all */
};

/* The i-th single run, before all rounds. False: there are no more. */
bool effort_single(const struct effort *e, size_t i, struct effort_run *run);

/* The first processes of the next round: jobs at runs. False: that was all, and *why (static)
 * says why. */
bool effort_next(struct effort *e, struct effort_run *runs, const char **why);

/* A round, or the single runs, took so long. tests_ns: of that the longest that the tests
 * of one process took. new: what was seen for the first time. */
void effort_learn(struct effort *e, int64_t took_ns, int64_t tests_ns, size_t new);

/* How long a process may take, as go test's -timeout is to say. */
int64_t effort_limit_ns(const struct effort *e);

#endif
