#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "help.h"
#include "options.h"
#include "past_runs.h"
#include "report/report.h"
#include "terminal.h"

struct request {
	struct report_options options;
	const char *color;
	bool help;
};

static void take_option(int option, struct request *r)
{
	switch (option) {
	case 'c':
		r->options.counts = true;
		break;
	case 'v':
		r->options.verbose = true;
		break;
	case 'C':
		r->color = optarg;
		break;
	case 'h':
		r->help = true;
		break;
	default:
		break;
	}
}

static const struct option_row options[] = {
	{ .name = "counts", .letter = 'c', .help = "a table of the goroutines of each test" },
	{ .name = "verbose", .letter = 'v', .help = "stacks and evidence, and what was allowed" },
	{ .name = "color", .value = "WHEN", .letter = 'C', .help = "auto, always or never (auto)" },
	OPTION_HELP,
	{ .name = NULL },
};

static bool parse(int argc, char **argv, struct request *r, struct err *err)
{
	int option;

	while ((option = options_next("report", options, false, argc, argv, err)) > 0)
		take_option(option, r);
	if (option == OPTIONS_BAD)
		return false;
	if (r->help)
		return true;
	if (optind == argc)
		return err_set(err, ERR_USAGE, "report: which format? 'straggler report --help'");
	if (argc - optind > 2)
		return err_set(err, ERR_USAGE, "report takes a format and one run file");
	return terminal_options(r->color, STDOUT_FILENO, &r->options, err);
}

static bool print(const struct report *report, const struct report_options *o, const char *run,
		  struct err *err)
{
	AUTO_RUN_FILE r = { 0 };
	AUTO_BUF path = { 0 }, out = { 0 };

	if (report->binary && isatty(STDOUT_FILENO))
		return err_set(err, ERR_USAGE,
			       "report: %s is not for a terminal, send it to a file", report->name);
	if (!past_run(&path, run, err) || !run_file_read(&r, buf_str(&path), err) ||
	    !report->write(&r, o, &out, err))
		return false;
	fwrite(buf_str(&out), 1, out.len, stdout);
	return true;
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	struct request r = { .color = "auto" };
	const struct report *report;

	(void)code;
	if (!parse(argc, argv, &r, err))
		return false;
	if (r.help) {
		help_print(&cmd_report);
		return true;
	}
	return report_find(argv[optind], &report, err) &&
	       print(report, &r.options, argv[optind + 1], err);
}

static bool word_at(size_t i, struct word_row *row)
{
	const struct report *r = report_at(i);

	if (r)
		*row = (struct word_row){ r->name, r->summary };
	return r != NULL;
}

const struct command cmd_report = {
	.name = "report",
	.args = "[OPTION...] FORMAT [RUN]",
	.summary = "print what a run found, again or in another format",
	.about = "Prints what a run found, from its run file: again, or in another format. Without "
		 "RUN it is the last run.",
	.words = "formats",
	.options = options,
	.word_at = word_at,
	.run = run,
};
