/*
 * Makes of `go test -json` what plain `go test` prints, or another format. A state machine: events
 * in, bytes for stdout and stderr out.
 *
 * How go test shows it (src/cmd/go/internal/test/test.go, src/testing/testing.go,
 * src/testing/benchmark.go, Go 1.22 to 1.27):
 *  - No packages named (local directory mode), -bench or -fuzz: a package's
 *    output is shown as it comes. Otherwise when it is complete, packages in
 *    the order of their start events; of one that passes without -v only the
 *    line "ok". With -v what the first package says is shown as it comes, the
 *    same bytes sooner.
 *  - Without -v what t.Log and its like said is shown under the "--- FAIL" line
 *    of a test that failed, subtests indented below their parents, and dropped
 *    when it passed. What was written to stdout and stderr stays where it was.
 *  - With -v logs are shown as they come, "=== NAME" lines tell whose, and the
 *    result lines of subtests come under their parent's.
 *  - When the packages were named and something failed, the last line is FAIL.
 *
 * What -json changes and cannot be undone:
 *  - testing.Verbose() is true in the tests; nothing is "(cached)".
 *  - A log is told from a print by its shape: "    file.go:12: text" and the
 *    lines indented by eight spaces after it. A print that looks so is taken
 *    for a log; a log behind a print without a line end, and what is written
 *    to t.Output() (Go 1.25), for a print. With -v that costs at most a "=== NAME" line.
 *  - Bytes that are not UTF-8 are shown as U+FFFD. The bytes ^V, and with Go 1.27
 *    ^O, ^N and ^[, are testing's own marks: where a test prints them they may be lost.
 *  - A passing package whose output does not end in a line end has an empty
 *    line before its "ok" in plain go test, and none here.
 *  - Without -v: what a benchmark prints comes before its name, and the lines goos,
 *    goarch, pkg and cpu before one that fails at once, not after.
 *  - With -fuzz and -v the empty "=== NAME" line after the fuzz test is missing.
 *  - Go 1.22 and 1.23 print "[no test files]" and "[build failed]" lines at once;
 *    here they keep their package's place.
 */
#ifndef GOTEST_RENDER_H
#define GOTEST_RENDER_H

#include "gotest/cmdline.h"
#include "gotest/event.h"
#include "gotest/format.h"
#include "gotest/recap.h"

struct render_options {
	bool json;        /* the user asked for the stream: lines pass unchanged */
	bool verbose;     /* -v */
	bool show_pass;   /* what passing packages say is shown: -v, -list, -args -help */
	bool stream;      /* shown as it comes */
	bool final_fail;  /* a last line FAIL when something failed */
	bool hold_failed; /* see render_release */
	bool quiet;       /* packages that pass say nothing */
	bool color;       /* formats but go's use colours */
	const struct format *format;   /* NULL: go test's own text, as its flags say */
	const struct results *results; /* of the same stream, for formats but go's: borrowed */
	const char *module;            /* as in struct scene */
};

/* What the user's command line asks for, format being what formats say; what is not go's is off. */
struct render_options render_options(const struct cmdline *c, const struct format *format);

/* Made by render_new. The caller writes out to stdout and err to stderr, and
 * resets them, whenever it likes. */
struct render {
	struct buf out, err;
	struct render_state *state; /* owned */
};

struct render render_new(struct render_options options);
void render_free(struct render *r);

/* The next line of the stream, which the results know already; e is what test_event_read made of it, NULL when it
 * is raw text. line is without its '\n'. */
void render_line(struct render *r, const struct test_event *e, struct str line);

/*
 * With hold_failed, what is left to show of a package that failed, and of those
 * after it, waits until the caller says which result counts. Streamed output
 * waits from the first sign of a failure on; with json a package's lines come
 * together at its end.
 *  - render_release: this one.
 *  - render_again: that of another run. What was not shown yet is dropped, and
 *    the package's events that follow, start to end, take its place. A failure
 *    is held again.
 * A package that is not known or not held is left as it is.
 */
void render_release(struct render *r, const char *package);
void render_again(struct render *r, const char *package);

/* Whether the package failed and waits for one of the two. */
bool render_held(const struct render *r, const char *package);

/* The stream is over: shows all that waits. failed: go test's status was not 0. */
void render_end(struct render *r, bool failed);

/* After that: the summary of tests that goes with the format, nothing with go's. */
void render_recap(struct render *r, const struct recap *recap);

#endif
