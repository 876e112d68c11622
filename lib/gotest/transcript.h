/*
 * What one package says: from its events in -json mode to the text that its
 * test binary and go test would have written without. How and with which
 * limits: gotest/render.h.
 */
#ifndef GOTEST_TRANSCRIPT_H
#define GOTEST_TRANSCRIPT_H

#include "base/buf.h"
#include "gotest/event.h"
#include "gotest/table.h"

enum line_kind {
	LINE_PRINT,  /* stays where it is */
	LINE_LOG,    /* t.Log and its like */
	LINE_UPDATE, /* "=== RUN   TestX" */
	LINE_REPORT, /* "--- FAIL: TestX (0.00s)" */
};

/* Zero-initialised but for verbose is ready. */
struct transcript {
	bool verbose;     /* as go test -v */
	struct buf text;  /* what there is to show; the owner may consume it */
	size_t result_at; /* 1 + where go's own "ok" line begins in text, 0: not there */
	bool failing;     /* text has or had a sign of a failure */

	/* Internal from here on. */
	struct table tests;       /* that run: name to its struct */
	struct buf report;        /* a report line that is not complete */
	struct buf last_name;     /* whose log came last, as testing counts it */
	bool typed;               /* the stream says which lines are frames */
	bool open;                /* the last output was a piece of a longer line */
	enum line_kind open_kind; /* of that line */
	struct buf bench_log;     /* what the current benchmark logged */
	struct buf bench_name;    /* of the result line that is being printed */
	bool benchmarks;          /* one has begun */
};

void transcript_add(struct transcript *t, const struct test_event *e);

/* Forgets everything but verbose. */
void transcript_clear(struct transcript *t);

#endif
