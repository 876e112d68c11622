/*
 * What `go test -json` said about packages and tests.
 *
 * Memory is bounded by the number of RUN lines, plus what tests say that run, that failed or were
 * skipped (gotest/output.h), and the dumps of packages that failed (DUMP_MAX each).
 */
#ifndef GOTEST_RESULTS_H
#define GOTEST_RESULTS_H

#include "gotest/event.h"
#include "gotest/output.h"
#include "gotest/quote.h"
#include "gotest/table.h"

#define DUMP_MAX (128 << 20) /* bytes; a dump of 100,000 goroutines has 97 MB */

enum test_result {
	TEST_RESULT_NONE, /* not ended: still running, or its process ended before it */
	TEST_RESULT_PASS,
	TEST_RESULT_FAIL,
	TEST_RESULT_SKIP, /* of a package: no test files */
};

/* One RUN line. A benchmark has no result of its own; NONE when it did not fail. */
struct test_run {
	const char *name; /* full name */
	enum test_result result;
	int64_t elapsed_ns; /* -1: not known */
	/* What it said, without testing's own lines; of a test that passed only until the package's
	 * next event. */
	struct output output;
	/* How often it ran and failed when failed tests run again, the first time counted; both 0:
	 * it did not. */
	uint32_t attempts, failures;
};

struct package_result {
	const char *package; /* import path */
	struct {
		struct test_run *items;
		size_t len, cap;
	} runs; /* item k is the k-th "=== RUN" line of the process (0-based) */
	bool started, ended;
	uint32_t alive; /* goroutines at the moment, as somebody else says; 0: not known */
	enum test_result result;
	int64_t elapsed_ns;         /* -1: not known */
	bool build_failed;          /* or vet, or loading: no test was run */
	const char *failed_build;   /* ImportPath of what did not build, "": not known */
	const struct output *build; /* what that build said, borrowed; NULL: not known */
	struct output output;       /* what no test said, without go's own lines; when it failed */
	const char *coverage;       /* "coverage: 50.0% of statements", "": none */
	struct buf dump; /* output from "panic:", "fatal error:" or "SIGQUIT:" on, when it failed */
	bool dump_cut;   /* at DUMP_MAX */
	/* It died while the execution tracer followed frame pointers: assembly that uses BP for
	 * something else leads it astray (runtime.fpTracebackPCs, Go 1.22 to 1.27). */
	bool tracer_died;
	bool faulted;      /* internal: it got a signal for a fault */
	size_t spent;      /* internal: 1 + the run whose output is not kept, 0: none */
	struct table last; /* internal: 1 + the last run's index by name */
};

struct totals {
	size_t packages, packages_failed, packages_skipped; /* that ended */
	size_t build_failed;
	/* RUN lines, those of subtests included, benchmarks not; of ended packages unfinished ones
	 * are those whose process ended before them. */
	size_t tests, passed, failed, skipped, unfinished;
};

/* Zero-initialised is empty and ready. Strings live in the arena. */
struct results {
	struct arena arena;
	struct {
		struct package_result **items; /* owned; addresses do not change */
		size_t len, cap;
	} packages;           /* in the order of their first events */
	struct table by_name; /* internal */
	struct table builds;  /* internal: ImportPath -> struct output, owned; since Go 1.24 */
};

void results_add(struct results *r, const struct test_event *e);
void results_release(struct results *r);

/* NULL when nothing was said about it. */
struct package_result *results_package(const struct results *r, const char *package);

/* The run of this name that was the last to begin, NULL: none. To be asked before the package has
 * ended. */
const struct test_run *package_result_run(const struct package_result *p, const char *test);

/* How many tests it ran, subtests included, benchmarks not. */
size_t package_result_tests(const struct package_result *p);

/* Whether the run counts as failed: it did, or its process ended before it. */
bool test_run_failed(const struct package_result *p, const struct test_run *run);

/* Another run of the package follows: forgets what this one said. */
void results_again(struct results *r, const char *package);

/* Counts anew. */
struct totals results_totals(const struct results *r);

/* Appends the top-level tests that failed or never ended, each once, in the
 * order of their runs; borrowed from the results. */
void package_result_failed(const struct package_result *p, struct words *out);

bool test_name_is_benchmark(const char *name);

#endif
