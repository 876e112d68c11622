/* One line that says how far a run is, while it runs. */
#ifndef REPORT_PROGRESS_H
#define REPORT_PROGRESS_H

#include "gotest/results.h"

/* Zero-initialised but for start_ns is ready. Times are of one monotonic clock. */
struct progress {
	int64_t start_ns;
	/* What an earlier run of the same took: packages and time, 0: not known. */
	size_t expected;
	int64_t expected_ns;
	struct table since; /* internal: when a package was first seen to run */
};

void progress_release(struct progress *p);

/*
 * Appends "3/12 packages, 8 s, 5 s left: fetch 6 s (120 goroutines), crawl 2 s (14),
 * 2 more", in at most columns
 * columns (text_columns()), no line end; nothing as long as no package runs. Those that run longest
 * come first. module: whose packages are shown without it, "": none.
 */
void progress_put(struct progress *p, const struct results *results, const char *module,
		  size_t columns, int64_t now_ns, struct buf *out);

#endif
