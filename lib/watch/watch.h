/*
 * Watches one test binary: the first run, which decides the tests' results, and, when
 * something is undecided, the second look, which is thrown away.
 *
 * What the first run could not decide is a leak only when it comes again in the
 * second look, at a process that was allowed to live on until nothing could happen any
 * more. What does not come again is counted, never shown as a leak.
 */
#ifndef WATCH_WATCH_H
#define WATCH_WATCH_H

#include <signal.h>

#include "account/record.h"
#include "watch/look.h"

/* In the order of the setting's choices. */
enum second_look { SECOND_LOOK_AUTO, SECOND_LOOK_ALWAYS, SECOND_LOOK_NEVER };

struct watch_spec {
	char *const *argv; /* test binary and its arguments, perhaps behind a wrapper's words */
	size_t argc;
	char *const *envp; /* NULL-terminated */
	const char *path;  /* value of PATH, to find argv[0] when it has no '/'; may be NULL */
	const char *dir;   /* working directory, NULL: not known */
	const struct policy *policy; /* borrowed: settings and allowances */
	bool no_trace;          /* the tests do not stand one: judge by the second look alone */
	bool no_frame_pointers; /* the tracer shall unwind stacks without: slower, always right */
	/* Called now and then while the first run is on: so many goroutines live that are not the
	 * runtime's. NULL: nobody asks. */
	void (*alive)(void *ctx, const char *package, uint32_t n);
	void *ctx;
	int watched_parent; /* pidfd, -1: none */
	sigset_t mask;      /* the test's signal mask */
};

struct watch_result {
	struct arena arena;
	struct look first, second, hung; /* what the findings hang on */
	int status;                      /* wait status to end with */
	int signal;                      /* a signal that ended the second look, 0: none */
	struct package_record package;
	struct {
		struct test_record *items;
		size_t len, cap;
	} tests;
	struct {
		struct finding *items;
		size_t len, cap;
	} findings;
};

/* Fails only when the program cannot be started; err is what exec said, err->sys its errno.
 * Everything else is said in the package's record. */
bool watch_run(const struct watch_spec *spec, struct watch_result *r, struct err *err);
void watch_release(struct watch_result *r);

/* Appends the lines for the sink. */
void watch_write(const struct watch_result *r, struct buf *out);

#endif
