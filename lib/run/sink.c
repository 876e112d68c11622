#include "run/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "json/read.h"
#include "json/write.h"

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

void sink_put_alive(struct buf *out, const char *package, uint32_t n)
{
	struct json_writer w = JSON_WRITER(out);

	json_object(&w);
	json_kstr(&w, "type", "alive");
	json_kstr(&w, "package", package);
	json_kint(&w, "goroutines", n);
	json_object_end(&w);
	buf_putc(out, '\n');
}

uint32_t sink_alive(const struct sink *s, const char *package)
{
	const uint32_t *n = table_get(&s->alive, str_of(package));

	return n ? *n : 0;
}

/* False: it is another line. */
static bool take_alive(struct sink *s, const char *line, size_t n)
{
	static const char begin[] = "{\"type\":\"alive\"";
	AUTO_JSON *root = NULL;
	struct str package;
	uint32_t *alive;
	int64_t count;

	if (!str_starts((struct str){ line, n }, begin))
		return false;
	root = json_parse(line, n, NULL);
	package = str_of(json_get_str(root, "package", ""));
	count = json_get_int(root, "goroutines", 0);
	if (!root || !package.n || count < 0 || count > UINT32_MAX)
		return false;
	alive = table_get(&s->alive, package);
	if (!alive) {
		alive = malloc(sizeof(*alive));
		if (!alive)
			abort();
		table_put(&s->alive, package, alive);
	}
	*alive = (uint32_t)count;
	return true;
}

static void take_lines(struct sink *s, struct run_file *r, size_t *bad)
{
	size_t used = 0;
	char *end;

	while (s->rest.len > used &&
	       (end = memchr(s->rest.data + used, '\n', s->rest.len - used))) {
		const char *line = s->rest.data + used;

		if (!take_alive(s, line, (size_t)(end - line)) &&
		    !record_read_line(r, line, (size_t)(end - line), NULL))
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
	table_release(&s->alive, free);
}
