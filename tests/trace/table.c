/* Prints what the leak engine's reader makes of a trace on standard input, one fact a line,
 * to be compared with what Go's own reader says (tests/trace/reference). "calls" marks all system
 * calls; "count" only counts what it is told; "facts" is told nothing. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trace/trace.h"

static void print_stack(const struct trace_stack *s)
{
	putchar('\t');
	for (uint32_t i = 0; s && i < s->len; i++)
		printf(" %s:%s:%u", s->frames[i].function, s->frames[i].file, s->frames[i].line);
}

static void created(void *ctx, struct goroutine *g, struct goroutine *creator)
{
	(void)ctx;
	printf("created\t%" PRIu64 "\t%" PRIu64 "\n", g->id, creator ? creator->id : 0);
}

static void ended(void *ctx, struct goroutine *g, int64_t time_ns)
{
	(void)ctx;
	printf("ended\t%" PRIu64 "\t%" PRId64 "\n", g->id, time_ns);
}

static uint32_t mark(void *ctx, const struct trace_stack *s)
{
	(void)ctx;
	return s->len;
}

static void marked(void *ctx, struct goroutine *g, int64_t time_ns, uint32_t frames)
{
	(void)ctx;
	printf("called\t%" PRIu64 "\t%" PRId64 "\t%u\n", g->id, time_ns, frames);
}

/* What happens in a program that only counts. */
struct counts {
	uint64_t created, ended, called;
};

static void count_created(void *ctx, struct goroutine *g, struct goroutine *creator)
{
	(void)g;
	(void)creator;
	((struct counts *)ctx)->created++;
}

static void count_ended(void *ctx, struct goroutine *g, int64_t time_ns)
{
	(void)g;
	(void)time_ns;
	((struct counts *)ctx)->ended++;
}

static void count_marked(void *ctx, struct goroutine *g, int64_t time_ns, uint32_t frames)
{
	(void)g;
	(void)time_ns;
	((struct counts *)ctx)->called += frames > 0;
}

static struct trace_hooks hooks_of(const char *mode, struct counts *counts)
{
	bool count = !strcmp(mode, "count");
	struct trace_hooks hooks = {
		.ctx = counts,
		.created = count ? count_created : created,
		.ended = count ? count_ended : ended,
	};

	if (count || !strcmp(mode, "calls")) {
		hooks.mark = mark;
		hooks.marked = count ? count_marked : marked;
	}
	return hooks;
}

static void print_live(const struct trace_reader *r)
{
	const struct goroutine *g;
	size_t at = 0;

	while ((g = trace_next(r, &at))) {
		printf("live\t%" PRIu64 "\t%" PRIu64 "\t%d\t%d\t%" PRId64 "\t%" PRId64
		       "\t%u\t%u\t%u\t%u\t%s\t%s",
		       g->id, g->creator, g->born_here, (int)g->state, g->since_ns, g->born_ns,
		       g->wakes, g->blocks_sleep, g->blocks_select, g->blocks_receive, g->start,
		       g->reason);
		print_stack(g->created_at);
		print_stack(g->last);
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "all";
	bool quiet = !strcmp(mode, "facts") || !strcmp(mode, "count");
	struct counts counts = { 0 };
	struct trace_hooks hooks = hooks_of(mode, &counts);
	struct trace_reader *r = trace_new(!strcmp(mode, "facts") ? NULL : &hooks);
	struct trace_facts f;
	struct err err = { 0 };
	static uint8_t piece[64 << 10];
	bool ok = true;
	size_t n;

	while (ok && (n = fread(piece, 1, sizeof(piece), stdin)))
		ok = trace_feed(r, piece, n, &err);
	ok = ok && trace_finish(r, &err);
	if (!quiet)
		print_live(r);
	if (counts.created)
		printf("counts\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n", counts.created,
		       counts.ended, counts.called);
	trace_facts(r, &f);
	printf("facts\t%d\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%u\t%zu\t%d\t%s\n", f.version,
	       f.generations, f.events, f.goroutines, f.procs, f.live, (int)f.end,
	       ok ? "ok" : err.msg);
	trace_free(r);
	return 0;
}
