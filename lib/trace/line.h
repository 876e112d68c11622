/* An event as one line of text. */
#ifndef TRACE_LINE_H
#define TRACE_LINE_H

#include "base/buf.h"
#include "trace/order.h"

/*
 * Appends "TIME m=THREAD p=PROC g=GOROUTINE KIND DETAILS" without a newline: nanoseconds of
 * CLOCK_MONOTONIC, -1 for none, the kind as in `go tool trace -d=parsed`. Text of the trace's is
 * quoted, with control characters escaped. A stack follows as " @ function:line" a frame, leaf
 * first, joined by " < ".
 */
void line_put(struct buf *out, struct order_reader *r, const struct order_event *e);

/* Appends text of the trace's, with control characters, quotes and what is not ASCII escaped. */
void line_put_text(struct buf *out, const char *text);

#endif
