/* The line at the foot of a terminal that says how far the run is. */
#ifndef LIVE_H
#define LIVE_H

#include "gotest/cmdline.h"
#include "gotest/format.h"
#include "report/progress.h"

/*
 * Drawn only where somebody looks at it: standard output and error are terminals, TERM is not
 * "dumb", CI is not set, and what is shown of the tests leaves room: not -v, not -json, nor a
 * format that writes parts of lines or a line for each test.
 */
struct live {
	bool on;
	size_t drawn;   /* columns that it takes now, 0: it is not there */
	bool line_open; /* what was shown last had no line end */
	const char *module;
	struct progress progress;
};

/* Starts the clock. The last run that is remembered says what to expect, if it had the same
 * arguments. Before this run has a file of its own. */
void live_open(struct live *l, const struct cmdline *c, const struct format *format,
	       const char *module, const char *const *args, size_t args_len);
void live_close(struct live *l);

/* Draws the line anew. */
void live_draw(struct live *l, const struct results *results);

/* Takes it away: before anything else is printed, what that is, and at the end. */
void live_clear(struct live *l);
void live_printed(struct live *l, const struct buf *text);

#endif
