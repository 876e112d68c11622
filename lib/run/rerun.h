/*
 * Failed tests that run again, each in a go test of its own, until it passes once or has had its
 * attempts: --rerun-fails. The wording is gotestsum's, and so are these habits: of a test and its
 * subtests those run again that have no failed subtest; nothing does when too many failed, or when
 * a package failed in a way that hides tests (a panic, a timeout, no build).
 *
 * A test that passed at last is flaky: its result is a pass that remembers the failures. A leak is
 * not taken back: what another attempt did not show is "seen 1 of 2" and a leak all the same.
 */
#ifndef RUN_RERUN_H
#define RUN_RERUN_H

#include "account/record.h"
#include "gotest/results.h"

struct rerun_target {
	const char *package, *test;
	const char *pattern; /* for -run: this test and no other */
	uint32_t attempts;   /* that were started, the first run not counted */
	bool passed;
};

/* Zero-initialised but for arena and most is ready. */
struct reruns {
	struct arena *arena; /* borrowed; holds the strings */
	uint32_t most;       /* attempts for each test, 0: none runs again */
	struct {
		struct rerun_target *items;
		size_t len, cap;
	} targets;
	size_t at; /* the target whose turn it is */
	size_t started;
};

void reruns_release(struct reruns *r);

/*
 * Chooses the tests, once the run is over. Returns why none runs again although some failed, for a
 * line to the user; NULL: they do, or none failed. In the arena.
 */
const char *reruns_plan(struct reruns *r, const struct results *results, uint32_t max_failures);

/* The target to run now, NULL: all is done. Counts the attempt. */
const struct rerun_target *reruns_due(struct reruns *r);

/* The attempt is over; results are of it alone. Returns whether the test passed, with all of its
 * package: the parents and TestMain, too. */
bool reruns_judge(struct reruns *r, const struct results *attempt);

/* Gives the tests and packages of the first run their results. Returns how many packages pass now. */
size_t reruns_apply(const struct reruns *r, struct results *results);

/* The same for what is remembered of a package: results, and attempts of each test. */
void reruns_record(struct run_file *file, const struct package_result *p);

/* Joins the findings of another attempt with those of its package in *to: what is there again was
 * seen once more, what is not was looked for once more, if its test ran; what is new comes in. */
void reruns_join(struct run_file *to, const struct run_file *attempt,
		 const struct package_result *ran, uint32_t runs);

/* Appends the lines of all that *file knows of the package. */
void reruns_write(const struct run_file *file, const char *package, struct buf *lines);

#endif
