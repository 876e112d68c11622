#include "run/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define PIECE 65536

bool sink_append(const char *path, const struct buf *text, bool make, struct err *err)
{
	int flags = O_WRONLY | O_APPEND | O_CLOEXEC | (make ? O_CREAT : 0);
	AUTO_CLOSE int fd = open(path, flags, 0666);

	if (fd < 0)
		return err_sys(err, errno, "open %s", path);
	return buf_flush(text, fd) || err_sys(err, errno, "write %s", path);
}

bool sink_open(struct sink *s, const char *path, struct err *err)
{
	*s = (struct sink){ .fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) };
	return s->fd >= 0 || err_sys(err, errno, "create %s", path);
}

static void take_lines(struct sink *s, struct run_file *r, size_t *bad)
{
	size_t used = 0;
	char *end;

	while (s->rest.len > used &&
	       (end = memchr(s->rest.data + used, '\n', s->rest.len - used))) {
		const char *line = s->rest.data + used;

		if (!record_read_line(r, line, (size_t)(end - line), NULL))
			++*bad;
		used = (size_t)(end + 1 - s->rest.data);
	}
	buf_consume(&s->rest, used);
}

bool sink_read(struct sink *s, struct run_file *r, size_t *bad, struct err *err)
{
	ssize_t n;

	while ((n = read(s->fd, buf_reserve(&s->rest, PIECE), PIECE)) > 0) {
		s->rest.len += (size_t)n;
		take_lines(s, r, bad);
	}
	return n == 0 || err_sys(err, errno, "read what the watchers said");
}

void sink_close(struct sink *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	buf_release(&s->rest);
}
