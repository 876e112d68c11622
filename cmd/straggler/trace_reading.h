/* An execution trace in a file, read to its end: all of it, or what one test did. */
#ifndef TRACE_READING_H
#define TRACE_READING_H

#include "trace/descent.h"
#include "trace/digest.h"

/* Zero-initialised it is ready. */
struct trace_reading {
	struct order_reader *reader;
	struct descent descent; /* of no test: all events are wanted */
	struct digest digest;
};

/* Only the events of this test from now on (a test function's name, borrowed; NULL: all). Reads
 * all of fd once and goes back: it cannot be a pipe then. Fails with ERR_ABSENT when no goroutine
 * runs it. */
bool trace_reading_choose(struct trace_reading *g, const char *test, int fd, struct err *err);

/* Whether the event is wanted. */
bool trace_reading_wants(struct trace_reading *g, const struct order_event *e);

/* Feeds a reader with all of fd. */
bool trace_reading_feed(struct order_reader *reader, int fd, struct err *err);

/* Adds all that is wanted to the digest and closes it. What is whole is there even when it
 * fails, if order_version() is known. */
bool trace_reading_digest(struct trace_reading *g, int fd, struct err *err);

void trace_reading_release(struct trace_reading *g);

#endif
