#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "trace/line.h"
#include "trace_page.h"

struct request {
	bool json, events, help;
	const char *file;
};

struct printer {
	struct order_reader *reader;
	struct buf line;
};

static void help(void)
{
	puts(
	    "usage: straggler trace [OPTION] FILE\n\n"
	    "Shows what an execution trace of Go 1.22 or later holds: events, goroutines alive at\n"
	    "its end by creation site, where the time went. FILE is - for standard input.\n\n"
	    "options\n"
	    "  --json     one JSON object\n"
	    "  --events   every event, in order, one a line\n\n"
	    "A trace that is broken is shown as far as it is whole; the exit code is 3 then.");
}

static bool parse(int argc, char **argv, struct request *r, struct err *err)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "events", no_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	opterr = 0;
	optind = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		r->json |= option == 'j';
		r->events |= option == 'e';
		r->help |= option == 'h';
		if (option == '?')
			return err_set(err, ERR_USAGE, "trace: unknown option '%s'",
				       argv[optind - 1]);
	}
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
	struct printer *p = ctx;

	buf_reset(&p->line);
	line_put(&p->line, p->reader, e);
	puts(buf_str(&p->line));
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

static bool show_events(int fd, struct err *err)
{
	struct printer p = { 0 };
	bool ok;

	p.reader = order_new(print_event, &p);
	ok = feed(p.reader, fd, err);
	order_free(p.reader);
	buf_release(&p.line);
	return ok;
}

static bool show_digest(const struct request *r, int fd, struct err *err)
{
	struct digest d = { 0 };
	AUTO_BUF out = { 0 };
	bool ok;

	d.reader = order_new(digest_add, &d);
	ok = feed(d.reader, fd, err);
	digest_close(&d);
	if (order_version(d.reader)) {
		if (r->json)
			trace_json(&out, &d);
		else
			trace_page(&out, &d);
		fwrite(buf_str(&out), 1, out.len, stdout);
	}
	digest_release(&d);
	order_free(d.reader);
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
		help();
		return true;
	}
	if (strcmp(r.file, "-") != 0)
		fd = open(r.file, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && strcmp(r.file, "-") != 0)
		return err_sys(err, errno, "cannot open %s", r.file);
	if (!(r.events ? show_events(fd < 0 ? 0 : fd, err) : show_digest(&r, fd < 0 ? 0 : fd, err)))
		return err_wrap(err, "%s", r.file);
	return true;
}

const struct command cmd_trace = {
	.name = "trace",
	.args = "[OPTION] FILE",
	.summary = "show what an execution trace holds",
	.run = run,
};
