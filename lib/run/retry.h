/*
 * Packages whose tests failed while they were traced, and what becomes of them: see
 * run/runner.h for the steps. One package is run again at a time.
 */
#ifndef RUN_RETRY_H
#define RUN_RETRY_H

#include "account/record.h"
#include "gotest/results.h"

enum retry_step {
	RETRY_WAITING,
	RETRY_UNWOUND,  /* the tracer itself died: all of the package, traced with care */
	RETRY_UNTRACED, /* its failed tests, without the trace */
	RETRY_TRACED,   /* they passed: once more with it */
	RETRY_WHOLE,    /* they failed again with it: all of the package, without */
};

struct retry {
	const char *package;
	const char *pattern; /* -run of its failed tests */
	enum retry_step step;
	bool tracer_died;
};

struct retries {
	struct arena *arena; /* borrowed */
	struct {
		struct retry *items;
		size_t len, cap;
	} queue;     /* the first is under way */
	bool failed; /* the step under way failed, or did not come to its end */
	bool ended;  /* it came to its end */
	size_t replaced;
};

/* One go test to start. */
struct retry_run {
	const char *package;
	const char *pattern; /* NULL: as the user said, and the result is the package's */
	bool trace;
	bool frame_pointers; /* the tracer may follow them */
	bool reports;        /* its watcher reports although a pattern chooses the tests */
};

enum retry_verdict {
	RETRY_GO_ON, /* there is another step */
	RETRY_FIRST_STANDS,
	RETRY_REPLACED, /* it is complete */
};

void retries_init(struct retries *r, struct arena *a);
void retries_release(struct retries *r);

/* Queues the failed package. False: there is nothing to ask again, because it was not
 * traced (its watcher's record in pending says so), or no test failed and the tracer did
 * not die. */
bool retries_want(struct retries *r, const struct package_result *p,
		  const struct run_file *pending);

/* The run to start now. False: none waits. */
bool retries_due(struct retries *r, struct retry_run *run);

/* The package under way; "" when none is. */
const char *retries_package(const struct retries *r);

/* Whether the events of the run under way are the package's result. */
bool retries_counts(const struct retries *r);

/* An event of the run under way. */
void retries_event(struct retries *r, const struct test_event *e);

/* The run under way has ended. */
enum retry_verdict retries_next(struct retries *r);

/* It cannot be started: the package leaves the queue. */
void retries_give_up(struct retries *r);

/* How many packages got another result. */
size_t retries_replaced(const struct retries *r);

/* Removes what the sink said of a package. */
void retries_forget(struct run_file *pending, const char *package);

#endif
