#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "cmd.h"
#include "help.h"
#include "options.h"
#include "past_runs.h"
#include "report/explain.h"
#include "terminal.h"

struct request {
	struct report_options options;
	const char *color;
	const char *run;  /* NULL: the last one */
	const char *what; /* NULL: the list of classes */
	bool help;
};

static void take_option(int option, struct request *r)
{
	switch (option) {
	case 'r':
		r->run = optarg;
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
	{ .name = "run-file",
	  .value = "RUN",
	  .letter = 'r',
	  .help = "the run that has the finding (the last one)" },
	{ .name = "color", .value = "WHEN", .letter = 'C', .help = "auto, always or never (auto)" },
	OPTION_HELP,
	{ .name = NULL },
};

static bool parse(int argc, char **argv, struct request *r, struct err *err)
{
	int option;

	while ((option = options_next("explain", options, false, argc, argv, err)) > 0)
		take_option(option, r);
	if (option == OPTIONS_BAD)
		return false;
	if (argc - optind > 1)
		return err_set(err, ERR_USAGE, "explain takes one class or key");
	r->what = argv[optind];
	r->options.verbose = true;
	return terminal_options(r->color, STDOUT_FILENO, &r->options, err);
}

static bool unknown(const char *what, struct err *err)
{
	const char *names[CLASS_COUNT], *meant;

	for (size_t i = 0; i < CLASS_COUNT; i++)
		names[i] = class_row((enum class_id)i)->id;
	meant = nearest_name(what, names, CLASS_COUNT);
	if (meant)
		return err_set(err, ERR_USAGE, "explain: '%s' is no class, did you mean '%s'?",
			       what, meant);
	return err_set(err, ERR_USAGE, "explain: '%s' is no class, and no key of that run", what);
}

static bool explain_finding(const struct request *r, struct buf *out, struct err *err)
{
	AUTO_RUN_FILE run = { 0 };
	AUTO_BUF path = { 0 };
	struct screen s;

	/* Without a run it can only be a class that there is not. */
	if (!past_run(&path, r->run, NULL))
		return unknown(r->what, err);
	if (!run_file_read(&run, buf_str(&path), err))
		return false;
	s = screen_of(&run, &r->options, out);
	return explain_key(&s, &run, r->what) || unknown(r->what, err);
}

static bool explain(const struct request *r, struct buf *out, struct err *err)
{
	static const struct run_file none = { 0 };
	struct screen s = screen_of(&none, &r->options, out);
	enum class_id class;

	if (!r->what)
		explain_classes(&s);
	else if (class_by_name(r->what, &class))
		explain_class(&s, class);
	else
		return explain_finding(r, out, err);
	return true;
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	struct request r = { .color = "auto" };
	AUTO_BUF out = { 0 };

	(void)code;
	if (!parse(argc, argv, &r, err))
		return false;
	if (r.help) {
		help_print(&cmd_explain);
		return true;
	}
	if (!explain(&r, &out, err))
		return false;
	fwrite(buf_str(&out), 1, out.len, stdout);
	return true;
}

static bool word_at(size_t i, struct word_row *row)
{
	const struct class_row *class;

	if (i >= CLASS_COUNT)
		return false;
	class = class_row((enum class_id)i);
	*row = (struct word_row){ class->id, class->cause };
	return true;
}

const struct command cmd_explain = {
	.name = "explain",
	.args = "[OPTION...] [CLASS|KEY]",
	.summary = "tell what a class means, or the story of a finding",
	.about = "Tells what a class of findings means, with code that leaks and code that does "
		 "not; or the story of a finding of the last run, by its key. Without either it "
		 "lists the classes.",
	.words = "classes",
	.options = options,
	.word_at = word_at,
	.run = run,
};
