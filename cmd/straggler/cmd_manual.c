#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/nearest.h"
#include "cmd.h"
#include "help.h"
#include "manual.h"
#include "options.h"

struct request {
	const char *day; /* NULL: today */
	bool reference, help;
};

static const struct option_row options[] = {
	{ .name = "reference",
	  .letter = 'r',
	  .help = "print a chapter of the reference, in Markdown" },
	{ .name = "date",
	  .value = "DAY",
	  .letter = 'd',
	  .help = "for the footer of man pages (today)" },
	OPTION_HELP,
	{ .name = NULL },
};

static bool parse(int argc, char **argv, struct request *r, struct err *err)
{
	int option;

	while ((option = options_next("manual", options, false, argc, argv, err)) > 0) {
		if (option == 'd')
			r->day = optarg;
		r->reference |= option == 'r';
		r->help |= option == 'h';
	}
	if (option == OPTIONS_BAD)
		return false;
	return argc - optind <= 1 || err_set(err, ERR_USAGE, "manual takes one page");
}

static bool unknown(const char *what, const char *name, const char *const *names, size_t n,
		    struct err *err)
{
	const char *meant = nearest_name(name, names, n);

	if (meant)
		return err_set(err, ERR_USAGE, "manual: no %s '%.40s', did you mean '%s'?", what,
			       name, meant);
	return err_set(err, ERR_USAGE, "manual: no %s '%.40s'", what, name);
}

#define NAMES_MAX 64

static bool put_page(const char *name, const char *day, struct buf *out, struct err *err)
{
	const char *names[NAMES_MAX];
	const struct command *c;
	size_t n = 0;

	while (n < NAMES_MAX && (c = command_at(n)) && (!name || strcmp(c->name, name) != 0))
		names[n++] = c->name;
	if (name && !c)
		return unknown("command", name, names, n, err);
	manual_put_page(out, name ? c : NULL, day);
	return true;
}

static bool put_chapter(const char *name, struct buf *out, struct err *err)
{
	const char *names[NAMES_MAX];
	const struct manual_chapter *c;
	size_t n = 0;

	while (n < NAMES_MAX && (c = manual_chapter_at(n)) &&
	       (!name || strcmp(c->name, name) != 0)) {
		if (!name)
			buf_printf(out, "%-12s %s\n", c->name, c->summary);
		names[n++] = c->name;
	}
	if (!name)
		return true;
	if (!c)
		return unknown("chapter", name, names, n, err);
	buf_printf(out, "# %s: %s\n", c->name, c->summary);
	c->put(out);
	return true;
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	struct request r = { 0 };
	AUTO_BUF out = { 0 };
	time_t now = time(NULL);
	char today[16];
	struct tm tm;

	(void)code;
	if (!parse(argc, argv, &r, err))
		return false;
	if (r.help) {
		help_print(&cmd_manual);
		return true;
	}
	strftime(today, sizeof(today), "%Y-%m-%d", gmtime_r(&now, &tm));
	if (!(r.reference ? put_chapter(argv[optind], &out, err)
			  : put_page(argv[optind], r.day ? r.day : today, &out, err)))
		return false;
	fwrite(buf_str(&out), 1, out.len, stdout);
	return true;
}

const struct command cmd_manual = {
	.name = "manual",
	.args = "[OPTION...] [COMMAND]\n--reference [CHAPTER]",
	.summary = "print the manual of a command, or a chapter of the reference",
	.about =
	    "Prints the man page of a command, or without one of the program, for man -l or "
	    "mandoc; with --reference a chapter of the reference, and without one their names.",
	.options = options,
	.run = run,
};
