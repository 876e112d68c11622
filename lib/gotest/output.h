/* What a test printed and logged, bounded: who prints without end is remembered by the beginning
 * and the end. */
#ifndef GOTEST_OUTPUT_H
#define GOTEST_OUTPUT_H

#include "base/buf.h"
#include "base/str.h"

#define OUTPUT_HEAD (64 << 10) /* bytes */
#define OUTPUT_TAIL (64 << 10)

/* Zero-initialised is empty and ready. */
struct output {
	struct buf text;
	size_t left_out; /* bytes after the first OUTPUT_HEAD */
};

void output_add(struct output *o, struct str piece);

/* Appends it in at most head + tail bytes, and where bytes are left out a line that says how many.
 * The last line gets its end. No more than OUTPUT_HEAD and OUTPUT_TAIL are there. */
void output_put(const struct output *o, size_t head, size_t tail, struct buf *to);

void output_release(struct output *o);

#endif
