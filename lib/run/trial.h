/*
 * Runs of "straggler test" in processes of their own, side by side, of which nobody sees the
 * output: what repeats and other commits need.
 */
#ifndef RUN_TRIAL_H
#define RUN_TRIAL_H

#include <signal.h>

#include "base/err.h"
#include "gotest/quote.h"

struct trial {
	const char *dir;          /* the working directory */
	const char *run_file;     /* which the run writes */
	const char *log;          /* gets its output */
	const struct words *args; /* instead of the spec's, NULL: those */
	/* Set by trials_run: */
	int status;     /* what wait(2) said */
	bool timed_out; /* it was ended at the limit */
};

struct trials_spec {
	const char *self;         /* path of this program */
	const struct words *args; /* after "test --run-file FILE" */
	char *const *envp;
	sigset_t mask;    /* of the runs */
	int64_t limit_ns; /* how long one may take, 0: as long as it likes */
};

/* Holds back the signals that trials_run passes on until it is called: for what must be removed
 * again and is made before. The mask of runs is the one before this. */
void trials_hold_signals(void);

/*
 * Starts n runs and waits for all. A signal that asks us to end (they are blocked from now
 * on, as signals_open has it) is passed on to them; *signal is its number then, else 0. Nothing
 * runs any more when it returns.
 */
bool trials_run(const struct trials_spec *spec, struct trial *trials, size_t n, int *signal,
		struct err *err);

#endif
