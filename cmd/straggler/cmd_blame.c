#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cmd.h"
#include "help.h"
#include "options.h"
#include "past_runs.h"
#include "report/report.h"
#include "repository.h"
#include "terminal.h"
#include "vcs/blame.h"

struct request {
	struct report_options options;
	const char *color, *since, *run;
	bool json, help;
};

static void take_option(int option, struct request *r)
{
	switch (option) {
	case 's':
		r->since = optarg;
		break;
	case 'j':
		r->json = true;
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
	{ .name = "since",
	  .value = "REV",
	  .letter = 's',
	  .help = "commits since the common ancestor with REV (upstream or default branch; where "
		  "nothing is ahead of it, the last 50, at most a year)" },
	{ .name = "json",
	  .letter = 'j',
	  .help = "one JSON object a line for each finding, with suspect_commits" },
	{ .name = "color", .value = "WHEN", .letter = 'C', .help = "auto, always or never (auto)" },
	OPTION_HELP,
	{ .name = NULL },
};

static bool parse(int argc, char **argv, struct request *r, struct err *err)
{
	int option;

	while ((option = options_next("blame", options, false, argc, argv, err)) > 0)
		take_option(option, r);
	if (option == OPTIONS_BAD)
		return false;
	if (argc - optind > 1)
		return err_set(err, ERR_USAGE, "blame takes one run file");
	r->run = argv[optind];
	return terminal_options(r->color, STDOUT_FILENO, &r->options, err);
}

static size_t count_leaks(const struct run_file *run)
{
	size_t n = 0;

	for (size_t i = 0; i < run->findings.len; i++)
		n += run->findings.items[i].status == STATUS_LEAK;
	return n;
}

/* Where was looked, for people. */
static void print_range(const struct run_file *run, const struct blame_facts *facts)
{
	if (!count_leaks(run)) {
		puts("straggler: there is no leak in this run");
		return;
	}
	if (starts_with(facts->words, "in "))
		printf("straggler: looked %s\n", facts->words);
	else
		printf("straggler: looked at %zu commit%s %s\n", facts->commits,
		       facts->commits == 1 ? "" : "s", facts->words);
	if (facts->shallow)
		puts("this clone is shallow: with 'fetch-depth: 0', or after 'git fetch "
		     "--unshallow', all of the range is looked at");
}

static bool print(const struct request *r, const struct run_file *run,
		  const struct blame_facts *facts, struct err *err)
{
	const struct report *report = r->json ? &report_json : &report_suspects;
	AUTO_BUF out = { 0 };

	if (!report->write(run, &r->options, &out, err))
		return false;
	fwrite(buf_str(&out), 1, out.len, stdout);
	if (!r->json)
		print_range(run, facts);
	return true;
}

static bool blame(const struct request *r, struct err *err)
{
	AUTO_RUN_FILE run = { 0 };
	AUTO_REPO repo = { 0 };
	AUTO_BUF path = { 0 };
	struct blame_facts facts;
	struct blame_spec spec = { .repo = &repo, .since = r->since };

	return past_run(&path, r->run, err) && run_file_read(&run, buf_str(&path), err) &&
	       repository_of_run(&repo, &run.run, err) && blame_run(&run, &spec, &facts, err) &&
	       print(r, &run, &facts, err);
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	struct request r = { .color = "auto" };

	(void)code;
	if (!parse(argc, argv, &r, err))
		return false;
	if (r.help) {
		help_print(&cmd_blame);
		return true;
	}
	return blame(&r, err);
}

const struct command cmd_blame = {
	.name = "blame",
	.args = "[OPTION...] [RUN]",
	.summary = "tell whose change a leak may be",
	.about = "Tells which commits may have brought in the leaks of a run, the likeliest first, "
		 "and why. Without RUN it is the last run. What is not committed is a suspect, "
		 "too. A leak that no commit of the range touches has none.",
	.options = options,
	.run = run,
};
