#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/vec.h"

#define FILL_BYTES 65536 /* at a time */

char *buf_reserve(struct buf *b, size_t n)
{
	size_t need;

	if (__builtin_add_overflow(b->len, n, &need) || need == SIZE_MAX)
		abort();
	b->data = vec_reserve_(b->data, &b->cap, need + 1, 1);
	return b->data + b->len;
}

void buf_put(struct buf *b, const void *bytes, size_t n)
{
	char *to = buf_reserve(b, n);

	if (n)
		memcpy(to, bytes, n);
	to[n] = '\0';
	b->len += n;
}

void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	va_start(ap, fmt);
	vsnprintf(buf_reserve(b, (size_t)n), (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

bool buf_fill(struct buf *b, int fd, size_t most)
{
	size_t start = b->len;
	ssize_t n;

	do {
		n = read(fd, buf_reserve(b, FILL_BYTES), FILL_BYTES);
		b->len += n > 0 ? (size_t)n : 0;
		b->data[b->len] = '\0';
	} while ((n > 0 && b->len - start <= most) || (n < 0 && errno == EINTR));
	if (n > 0)
		errno = EFBIG;
	return n == 0;
}

bool buf_flush(const struct buf *b, int fd)
{
	size_t done = 0;

	while (done < b->len) {
		ssize_t n = write(fd, b->data + done, b->len - done);

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

void buf_consume(struct buf *b, size_t n)
{
	assert(n <= b->len);
	if (!n)
		return;
	b->len -= n;
	memmove(b->data, b->data + n, b->len + 1);
}

const char *buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

void buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}

char *buf_take(struct buf *b)
{
	char *text;

	if (!b->data)
		buf_puts(b, "");
	text = b->data;
	*b = (struct buf){ 0 };
	return text;
}
