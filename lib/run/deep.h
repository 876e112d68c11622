/*
 * The memory of each test: straggler test --deep.
 *
 * After the ordinary run every test that passed in it runs alone again (see run/measure.h),
 * several tests side by side. Each package is built once, by go test -c with the user's flags, and
 * its binary runs as go test runs it, in the package's folder, but for:
 *   -test.run, -test.count          this test, so many times
 *   -test.memprofilerate=1          every allocation is in the profile
 *   -test.bench=^$                  matches nothing, but collects once more before the profile is
 *                                   written ((*B).runN, src/testing/benchmark.go): what a
 *                                   sync.Pool or a finalizer keeps for one collection is gone then
 * Output goes nowhere, and so does the result: it is that of the ordinary run.
 */
#ifndef RUN_DEEP_H
#define RUN_DEEP_H

#include <signal.h>

#include "account/policy.h"
#include "gotest/cmdline.h"

struct deep_spec {
	const struct cmdline *cmdline;
	const char *go;
	const struct policy *policy;
	const char *dir; /* a folder to make, and to remove again */
	size_t jobs;     /* tests side by side, 1 at least */
	char *const *envp;
	sigset_t mask; /* of what is started */
};

/* How many tests of a run would be measured. */
size_t deep_count(const struct run_file *r);

/*
 * Measures them, and adds findings, and warnings of the tests that could not be measured, to *r
 * and their lines to *lines. *signal is the signal that asked us to end, else 0: then nothing is
 * added. Nothing runs any more, and the folder is gone, when it returns.
 */
bool deep_run(const struct deep_spec *spec, struct run_file *r, struct buf *lines, int *signal,
	      struct err *err);

#endif
