#include "trace/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	struct order_reader *reader;
	struct buf line;
	int64_t last_ns;
};

/* Time increases, states are states, and every event can be written. */
static void check(void *ctx, const struct order_event *e)
{
	struct seen *s = ctx;

	assert(e->time_ns > s->last_ns || e->time_ns == INT64_MAX);
	assert(e->what > ORDER_BAD && e->what < ORDER_WHATS);
	assert(e->what != ORDER_TRANSITION || (e->from < ORDER_STATES && e->to < ORDER_STATES));
	s->last_ns = e->time_ns;
	buf_reset(&s->line);
	line_put(&s->line, s->reader, e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen s = { .last_ns = -1 };
	size_t piece = size ? data[size - 1] % 64 + 1U : 1;
	bool ok = true;

	s.reader = order_new(check, &s);
	for (size_t at = 0; ok && at < size; at += piece)
		ok = order_feed(s.reader, data + at, size - at < piece ? size - at : piece, NULL);
	ok = ok && order_finish(s.reader, NULL);
	order_free(s.reader);
	buf_release(&s.line);
	return 0;
}
