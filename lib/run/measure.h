/*
 * One test whose memory is measured: it runs alone, 1, 1 + n and 1 + 2n times in one process, one
 * process after the other, and each leaves a heap profile.
 *
 * The first process says how long a run takes at most, as its start is included; four times what
 * the test took in the ordinary run, and a little, is taken when that is less: on a busy machine a
 * start takes longer than most tests. So many runs as the budget has room for are made. Tests
 * that cannot be repeated are told by their failing.
 */
#ifndef RUN_MEASURE_H
#define RUN_MEASURE_H

#include "account/growth.h"

#define MEASURE_MOST  100 /* n at most */
#define MEASURE_LEAST 5   /* a smaller n says too little: a small cache may just be filling */

struct measure {
	const char *test; /* borrowed; top level */
	size_t package;   /* the caller's */
	int64_t usual_ns; /* in the ordinary run */
	unsigned step;    /* processes that ended well */
	uint32_t n;
	struct heap_profile at[GROWTH_POINTS]; /* owned */
	struct growths growths;                /* owned; of the profiles */
	char why[160];                         /* it is not measured: why; "" */
};

/* How one process ended. */
struct measured {
	int status; /* as wait(2) has it */
	bool timed_out;
	int64_t elapsed_ns;
	int64_t budget_ns;   /* for all processes of the test together */
	const char *profile; /* the file that it was to write */
};

/* How often the test is to run in the next process. */
uint32_t measure_count(const struct measure *m);

/* Returns whether another process is to be started; else it is measured, or why says why not. */
bool measure_next(struct measure *m, const struct measured *how);

/* Once it is measured: what grew, in m->growths; module as there. */
void measure_judge(struct measure *m, const char *module);

void measure_release(struct measure *m);

#endif
