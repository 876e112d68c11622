/* Prints the events of a trace on standard input in order, to be compared with what Go's own
 * reader says (tests/trace/reference_events). With "count", only how many. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trace/line.h"

struct printed {
	struct order_reader *reader;
	struct buf line;
	uint64_t events;
	bool quiet;
};

static void print(void *ctx, const struct order_event *e)
{
	struct printed *p = ctx;

	p->events++;
	if (p->quiet)
		return;
	buf_reset(&p->line);
	line_put(&p->line, p->reader, e);
	puts(buf_str(&p->line));
}

int main(int argc, char **argv)
{
	struct printed p = { .quiet = argc > 1 && !strcmp(argv[1], "count") };
	static uint8_t piece[64 << 10];
	struct err err = { 0 };
	bool ok = true;
	size_t n;

	p.reader = order_new(print, &p);
	while (ok && (n = fread(piece, 1, sizeof(piece), stdin)))
		ok = order_feed(p.reader, piece, n, &err);
	ok = ok && order_finish(p.reader, &err);
	if (!ok) {
		puts("refused");
		fprintf(stderr, "%s\n", err.msg);
	}
	if (p.quiet)
		printf("%" PRIu64 "\n", p.events);
	order_free(p.reader);
	buf_release(&p.line);
	return 0;
}
