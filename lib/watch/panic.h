/* A goroutine that panicked when the tests were over, from what the process printed into
 * the sealed output. */
#ifndef WATCH_PANIC_H
#define WATCH_PANIC_H

#include "base/str.h"

struct panic {
	struct str message; /* the line behind "panic: ", or "fatal error: " */
	struct str dump;    /* the goroutines behind it; borrowed from the text */
};

/* The first panic in a text. False: there is none. */
bool panic_find(const char *text, size_t n, struct panic *p);

#endif
