#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "help.h"
#include "options.h"
#include "trace/descent.h"
#include "trace/line.h"
#include "trace_page.h"

struct request {
	bool json, events, help;
	const char *file;
	const char *test; /* NULL: all */
};

/* A trace that is being read. */
struct reading {
	struct order_reader *reader;
	struct descent *descent; /* NULL: no test was asked for */
	struct buf line;
	struct digest digest;
};

static const struct option_row options[] = {
	{ .name = "json", .letter = 'j', .help = "one JSON object" },
	{ .name = "events", .letter = 'e', .help = "every event, in order, one a line" },
	{ .name = "test",
	  .value = "NAME",
	  .letter = 't',
	  .help =
	      "only what the goroutine of test NAME does and all that descend from it; NAME is the "
	      "test function's, \"TestFetch\"; FILE is read twice, so it cannot be a pipe" },
	OPTION_HELP,
	{ .name = NULL },
};

static bool parse(int argc, char **argv, struct request *r, struct err *err)
{
	int option;

	while ((option = options_next("trace", options, false, argc, argv, err)) > 0) {
		r->json |= option == 'j';
		r->events |= option == 'e';
		r->help |= option == 'h';
		if (option == 't')
			r->test = optarg;
	}
	if (option == OPTIONS_BAD)
		return false;
	if (r->help)
		return true;
	if (r->json && r->events)
		return err_set(err, ERR_USAGE, "trace: --json and --events exclude each other");
	if (optind + 1 != argc)
		return err_set(err, ERR_USAGE, "trace: expected one FILE, or -");
	r->file = argv[optind];
	return true;
}

static bool is_wanted(struct reading *g, const struct order_event *e)
{
	return !g->descent || descent_has(g->descent, g->reader, e);
}

static void print_event(void *ctx, const struct order_event *e)
{
	struct reading *g = ctx;

	if (!is_wanted(g, e))
		return;
	buf_reset(&g->line);
	line_put(&g->line, g->reader, e);
	puts(buf_str(&g->line));
}

static void add_event(void *ctx, const struct order_event *e)
{
	struct reading *g = ctx;

	if (is_wanted(g, e))
		digest_add(&g->digest, e);
	else
		digest_pass(&g->digest, e);
}

static void learn_event(void *ctx, const struct order_event *e)
{
	struct reading *g = ctx;

	descent_learn(g->descent, g->reader, e);
}

static bool feed(struct order_reader *reader, int fd, struct err *err)
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

static bool show_events(struct reading *g, int fd, struct err *err)
{
	bool ok;

	g->reader = order_new(print_event, g);
	ok = feed(g->reader, fd, err);
	order_free(g->reader);
	buf_release(&g->line);
	return ok;
}

static bool show_digest(struct reading *g, const struct request *r, int fd, struct err *err)
{
	AUTO_BUF out = { 0 };
	bool ok;

	g->reader = g->digest.reader = order_new(add_event, g);
	ok = feed(g->reader, fd, err);
	digest_close(&g->digest);
	if (order_version(g->reader)) {
		if (r->json)
			trace_json(&out, &g->digest, r->test);
		else
			trace_page(&out, &g->digest, r->test);
		fwrite(buf_str(&out), 1, out.len, stdout);
	}
	digest_release(&g->digest);
	order_free(g->reader);
	return ok;
}

/* Finds the goroutines of the test. What is broken in the trace the second reading will say. */
static bool learn(struct descent *d, int fd, struct err *err)
{
	struct reading g = { .descent = d };
	off_t start = lseek(fd, 0, SEEK_CUR);
	struct err broken = { 0 };

	if (start < 0)
		return err_sys(err, errno, "--test reads a trace twice: expected a file");
	g.reader = order_new(learn_event, &g);
	feed(g.reader, fd, &broken);
	order_free(g.reader);
	if (!d->found)
		return err_set(err, ERR_ABSENT, "no goroutine runs a test function %s", d->test);
	if (lseek(fd, start, SEEK_SET) < 0)
		return err_sys(err, errno, "cannot read the trace again");
	return true;
}

static bool show(const struct request *r, int fd, struct err *err)
{
	struct descent descent = { .test = r->test };
	struct reading g = { .descent = r->test ? &descent : NULL };
	bool ok = !r->test || learn(&descent, fd, err);

	if (ok)
		ok = r->events ? show_events(&g, fd, err) : show_digest(&g, r, fd, err);
	descent_release(&descent);
	return ok;
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	struct request r = { 0 };
	AUTO_CLOSE int fd = -1;

	(void)code;
	if (!parse(argc, argv, &r, err))
		return false;
	if (r.help || !r.file) {
		help_print(&cmd_trace);
		return true;
	}
	if (strcmp(r.file, "-") != 0)
		fd = open(r.file, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && strcmp(r.file, "-") != 0)
		return err_sys(err, errno, "cannot open %s", r.file);
	if (!show(&r, fd < 0 ? 0 : fd, err))
		return err_wrap(err, "%s", r.file);
	return true;
}

const struct command cmd_trace = {
	.name = "trace",
	.args = "[OPTION...] FILE",
	.summary = "show what an execution trace holds",
	.about =
	    "Shows what an execution trace of Go 1.22 or later holds: events, goroutines alive at "
	    "its end by creation site, where the time went. FILE is - for standard input.",
	.notes =
	    "A trace that is broken is shown as far as it is whole; the exit status is 3 then.",
	.options = options,
	.run = run,
};
