/*
 * One line of what `go test -json` prints: what test2json makes of a test
 * binary's output, and since Go 1.24 what the build says.
 *
 *   {"Time":"…","Action":"output","Package":"m/a","Test":"TestX","Output":"=== RUN   TestX\n"}
 *   {"ImportPath":"m/b [m/b.test]","Action":"build-output","Output":"# m/b\n"}
 *
 * Fields and actions that are not known are ignored. Bytes of Output that are
 * not UTF-8 come as U+FFFD: test2json has replaced them. An Output is a line
 * with its '\n', a piece of a line longer than 1 KB, or what came before a
 * frame line.
 *
 * Source: src/cmd/internal/test2json/test2json.go, src/cmd/go/internal/load/
 * printer.go, `go doc test2json`, `go help buildjson`, Go 1.22 to 1.27.
 */
#ifndef GOTEST_EVENT_H
#define GOTEST_EVENT_H

#include "base/str.h"
#include "json/read.h"

enum test_action {
	TEST_ACTION_UNKNOWN,
	TEST_ACTION_START, /* of a package */
	TEST_ACTION_RUN,
	TEST_ACTION_PAUSE,
	TEST_ACTION_CONT,
	TEST_ACTION_PASS, /* of a test, of a package when test is "" */
	TEST_ACTION_FAIL,
	TEST_ACTION_SKIP,
	TEST_ACTION_BENCH,
	TEST_ACTION_OUTPUT,
	TEST_ACTION_ATTR,      /* since 1.25 */
	TEST_ACTION_ARTIFACTS, /* since 1.26 */
	TEST_ACTION_BUILD_OUTPUT,
	TEST_ACTION_BUILD_FAIL,
};

/* What test2json knows of an Output; since 1.27, else always NONE. */
enum output_type {
	OUTPUT_NONE,
	OUTPUT_FRAME,          /* "=== RUN", "--- PASS", "PASS" and their like */
	OUTPUT_ERROR,          /* the first line of what t.Error or t.Fatal said */
	OUTPUT_ERROR_CONTINUE, /* a further one */
};

/* Strings are "" when not given, and live until test_event_release. */
struct test_event {
	enum test_action action;
	enum output_type output_type;
	const char *package;      /* import path */
	const char *test;         /* full name, "" for the package */
	struct str output;        /* any bytes */
	int64_t elapsed_ns;       /* -1: not given */
	const char *failed_build; /* ImportPath of the build that failed */
	const char *import_path;  /* of a build event: "m/b [m/b.test]" */
	struct json *json;        /* owned */
};

/* Reads one line of n bytes, with or without its '\n'. Returns false when it is
 * no event: raw text that somebody wrote beside the stream. */
bool test_event_read(struct test_event *e, const char *line, size_t n);
void test_event_release(struct test_event *e);
#define AUTO_TEST_EVENT CLEANUP(test_event_release) struct test_event

/* Whether e ends the package: its result. */
static inline bool test_event_ends_package(const struct test_event *e)
{
	return *e->package && !*e->test &&
	       (e->action == TEST_ACTION_PASS || e->action == TEST_ACTION_FAIL ||
		e->action == TEST_ACTION_SKIP);
}

#endif
