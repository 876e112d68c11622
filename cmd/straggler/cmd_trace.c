#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "help.h"
#include "options.h"
#include "trace/line.h"
#include "trace_page.h"
#include "trace_reading.h"

struct request {
	bool json, events, help;
	const char *file;
	const char *test; /* NULL: all */
};

/* Events that are being printed. */
struct printing {
	struct trace_reading *from;
	struct buf line;
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

static void print_event(void *ctx, const struct order_event *e)
{
	struct printing *p = ctx;

	if (!trace_reading_wants(p->from, e))
		return;
	buf_reset(&p->line);
	line_put(&p->line, p->from->reader, e);
	puts(buf_str(&p->line));
}

static bool show_events(struct trace_reading *g, int fd, struct err *err)
{
	struct printing p = { .from = g };
	bool ok;

	g->reader = order_new(print_event, &p);
	ok = trace_reading_feed(g->reader, fd, err);
	buf_release(&p.line);
	return ok;
}

static bool show_digest(struct trace_reading *g, const struct request *r, int fd, struct err *err)
{
	AUTO_BUF out = { 0 };
	bool ok = trace_reading_digest(g, fd, err);

	if (!order_version(g->reader))
		return ok;
	if (r->json)
		trace_json(&out, &g->digest, r->test);
	else
		trace_page(&out, &g->digest, r->test);
	fwrite(buf_str(&out), 1, out.len, stdout);
	return ok;
}

static bool show(const struct request *r, int fd, struct err *err)
{
	struct trace_reading g = { 0 };
	bool ok = trace_reading_choose(&g, r->test, fd, err);

	if (ok)
		ok = r->events ? show_events(&g, fd, err) : show_digest(&g, r, fd, err);
	trace_reading_release(&g);
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
