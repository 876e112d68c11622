/* A growing byte string. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/base.h"

/*
 * Zero-initialised is empty and ready. data is NUL-terminated whenever it is
 * not NULL; len does not count the NUL, and the bytes may contain others.
 * Running out of memory aborts.
 */
struct buf {
	char *data; /* owned */
	size_t len;
	size_t cap;
};

void buf_put(struct buf *b, const void *bytes, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);

/* Makes room for n more bytes and returns where they go; the caller adds what
 * it wrote to len. */
char *buf_reserve(struct buf *b, size_t n);

/* Appends what fd gives up to its end, at most `most` bytes, through signals. False: errno says
 * why, EFBIG when there is more; what came until then is in b. */
bool buf_fill(struct buf *b, int fd, size_t most);

/* Writes all of b to fd, through signals. False: errno says why. */
bool buf_flush(const struct buf *b, int fd);

/* Removes the first n bytes. */
void buf_consume(struct buf *b, size_t n);

/* The text, "" when nothing was ever put. Borrowed until the next change. */
const char *buf_str(const struct buf *b);

/* Empties b and keeps its memory. */
void buf_reset(struct buf *b);

/* Frees the memory; b is empty and ready again. */
void buf_release(struct buf *b);

/* Moves the text out: the caller frees it. b is empty and ready again. */
char *buf_take(struct buf *b);

#define AUTO_BUF CLEANUP(buf_release) struct buf

#endif
