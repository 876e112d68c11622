#include "trace_reading.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

bool trace_reading_wants(struct trace_reading *g, const struct order_event *e)
{
	return !g->descent.test || descent_has(&g->descent, g->reader, e);
}

static void add_event(void *ctx, const struct order_event *e)
{
	struct trace_reading *g = ctx;

	if (trace_reading_wants(g, e))
		digest_add(&g->digest, e);
	else
		digest_pass(&g->digest, e);
}

static void learn_event(void *ctx, const struct order_event *e)
{
	struct trace_reading *g = ctx;

	descent_learn(&g->descent, g->reader, e);
}

bool trace_reading_feed(struct order_reader *reader, int fd, struct err *err)
{
	const size_t piece = (size_t)256 << 10;
	AUTO_FREE uint8_t *bytes = malloc(piece);
	ssize_t n;

	if (!bytes)
		abort();
	for (;;) {
		n = read(fd, bytes, piece);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, errno, "cannot read the trace");
		if (!n)
			return order_finish(reader, err);
		if (!order_feed(reader, bytes, (size_t)n, err))
			return false;
	}
}

/* What is broken in the trace the second reading will say. */
bool trace_reading_choose(struct trace_reading *g, const char *test, int fd, struct err *err)
{
	off_t start = test ? lseek(fd, 0, SEEK_CUR) : 0;
	struct err broken = { 0 };

	if (!test)
		return true;
	if (start < 0)
		return err_sys(err, errno, "--test reads a trace twice: expected a file");
	g->descent.test = test;
	g->reader = order_new(learn_event, g);
	trace_reading_feed(g->reader, fd, &broken);
	order_free(g->reader);
	g->reader = NULL;
	if (!g->descent.found)
		return err_set(err, ERR_ABSENT, "no goroutine runs a test function %s", test);
	if (lseek(fd, start, SEEK_SET) < 0)
		return err_sys(err, errno, "cannot read the trace again");
	return true;
}

bool trace_reading_digest(struct trace_reading *g, int fd, struct err *err)
{
	bool ok;

	g->reader = g->digest.reader = order_new(add_event, g);
	ok = trace_reading_feed(g->reader, fd, err);
	digest_close(&g->digest);
	return ok;
}

void trace_reading_release(struct trace_reading *g)
{
	digest_release(&g->digest);
	descent_release(&g->descent);
	if (g->reader)
		order_free(g->reader);
}
