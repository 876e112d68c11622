#include "watch/sight.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/vec.h"

#define READ_BYTES (256 << 10)
#define TELL_NS    (500 * NS_PER_MS)

static void copy_trace(struct sight *s, const uint8_t *bytes, size_t n)
{
	while (s->spec->trace_copy >= 0 && n) {
		ssize_t w = write(s->spec->trace_copy, bytes, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return; /* a full disk: testing would say nothing either */
		bytes += w;
		n -= (size_t)w;
	}
}

static void feed_trace(struct sight *s, const uint8_t *bytes, size_t n)
{
	struct err err;

	s->look->traced = true;
	copy_trace(s, bytes, n);
	if (s->look->trace_error[0] || s->trace_over)
		return;
	if (!trace_feed(s->look->trace, bytes, n, &err))
		err_format(&err, s->look->trace_error, sizeof(s->look->trace_error));
}

/* Reads what is there. False: the other end is closed. */
static bool read_trace(struct sight *s)
{
	static const size_t size = READ_BYTES;
	uint8_t *bytes = malloc(size);
	ssize_t n;

	if (!bytes)
		abort();
	while ((n = read(s->trace_in, bytes, size)) > 0)
		feed_trace(s, bytes, (size_t)n);
	free(bytes);
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/* Not more often than somebody can read it. */
static void tell_alive(struct sight *s)
{
	int64_t now_ns = clock_now_ns();

	if (!s->spec->alive || now_ns - s->told_ns < TELL_NS)
		return;
	s->told_ns = now_ns;
	s->spec->alive(s->spec->ctx, s->spec->package, s->look->owners.alive);
}

void intake_on_trace(void *ctx, int fd, short revents)
{
	struct sight *s = ctx;

	(void)revents;
	if (!read_trace(s))
		loop_remove(&s->loop, fd);
	tell_alive(s);
}

/* Nothing of the trace is still to come: the table becomes final. */
void intake_finish(struct sight *s)
{
	struct suspects suspects;
	struct err err;

	if (s->trace_over || !s->look->trace)
		return;
	read_trace(s);
	s->trace_over = true;
	if (!s->look->trace_error[0] && !trace_finish(s->look->trace, &err)) {
		err_format(&err, s->look->trace_error, sizeof(s->look->trace_error));
		s->look->trace_cut = true;
	}
	trace_facts(s->look->trace, &s->look->facts);
	owners_finish(&s->look->owners);
	suspects = suspects_of(s->spec->policy, s->spec->package, &s->look->owners);
	s->look->suspects = suspects.len;
	s->look->excused = suspects.excused;
	if (suspects.len > suspects.excused)
		s->look->budget_ns = suspects.settle_ns;
}

bool intake_is_whole(const struct look *l)
{
	return l->traced && !l->trace_error[0] && l->facts.end == TRACE_TESTS;
}

static void take_frame(struct sight *s, struct str line)
{
	struct look *l = s->look;
	const char *mark = memchr(line.p, 0x16, line.n);

	if (!mark)
		return;
	line.n -= (size_t)(mark + 1 - line.p);
	line.p = mark + 1;
	if (str_skip(&line, "=== RUN   "))
		VEC_PUSH(&l->names, arena_strndup(&l->arena, line.p, line.n));
}

static void take_output(struct sight *s)
{
	struct str rest = { .p = s->frames.data, .n = s->frames.len };
	struct str line;
	size_t used = 0;

	while (memchr(rest.p, '\n', rest.n) && str_line(&rest, &line)) {
		take_frame(s, line);
		used = (size_t)(rest.p - s->frames.data);
	}
	buf_consume(&s->frames, used);
	if (s->frames.len > READ_BYTES)
		buf_reset(&s->frames); /* no frame is that long */
}

void intake_read_output(struct sight *s)
{
	ssize_t n;

	while ((n = read(s->output, buf_reserve(&s->frames, 65536), 65536)) > 0) {
		s->frames.len += (size_t)n;
		take_output(s);
	}
}

void intake_on_output(void *ctx, int fd, short revents)
{
	struct sight *s = ctx;

	intake_read_output(s);
	if (revents & POLLHUP)
		loop_remove(&s->loop, fd);
}
