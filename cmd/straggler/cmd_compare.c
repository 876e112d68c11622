#include <stdio.h>
#include <string.h>

#include "account/arguments.h"
#include "account/comparison.h"
#include "cmd.h"
#include "help.h"
#include "options.h"
#include "report/compared.h"
#include "report/summary.h"
#include "terminal.h"

struct request {
	struct report_options options;
	const char *color;
	bool json, help;
	char **base, **here;
	size_t base_len, here_len;
};

static void take_option(int option, struct request *r)
{
	switch (option) {
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

/* With more than two files a "--" is between the sides. */
static bool take_paths(int argc, char **argv, struct request *r, struct err *err)
{
	int border = 1, sides_at = 1;

	if (argc != 2 || !strcmp(argv[1], "--")) {
		while (border < argc && strcmp(argv[border], "--") != 0)
			border++;
		sides_at = border + 1;
	}
	r->base = argv;
	r->here = argv + sides_at;
	if (sides_at < argc) {
		r->base_len = (size_t)border;
		r->here_len = (size_t)(argc - sides_at);
		return true;
	}
	return err_set(err, ERR_USAGE,
		       "compare takes two run files, or several with -- between the sides");
}

static const struct option_row options[] = {
	{ .name = "json", .letter = 'j', .help = "the records, one JSON object a line" },
	{ .name = "color", .value = "WHEN", .letter = 'C', .help = "auto, always or never (auto)" },
	OPTION_HELP,
	{ .name = NULL },
};

static bool parse(int argc, char **argv, struct request *r, struct err *err)
{
	int option;

	while ((option = options_next("compare", options, true, argc, argv, err)) > 0)
		take_option(option, r);
	if (option == OPTIONS_BAD)
		return false;
	if (r->help)
		return true;
	return terminal_options(r->color, STDOUT_FILENO, &r->options, err) &&
	       take_paths(argc - optind, argv + optind, r, err);
}

/* --- the sides --------------------------------------------------------------------- */

struct side {
	struct arena arena;
	struct run_file *files;
	const struct run_file **items;
	size_t len;
};

static void side_init(struct side *s, size_t n)
{
	s->files = arena_alloc(&s->arena, n * sizeof(*s->files));
	s->items = arena_alloc(&s->arena, n * sizeof(void *));
	for (s->len = 0; s->len < n; s->len++)
		s->items[s->len] = &s->files[s->len];
}

static void side_release(struct side *s)
{
	for (size_t i = 0; i < s->len; i++)
		run_file_release(&s->files[i]);
	arena_clear(&s->arena);
}

static bool side_read(struct side *s, char **paths, struct err *err)
{
	for (size_t i = 0; i < s->len; i++)
		if (!run_file_read(&s->files[i], paths[i], err))
			return false;
	return true;
}

static bool same_args(const struct run_record *a, const struct run_record *b)
{
	return run_arguments_same(a, b) && !strcmp(a->shard, b->shard);
}

/* Whether every run was asked for the same: then what is not there does not exist. */
static bool all_alike(const struct side *base, const struct side *here)
{
	const struct run_record *first = &here->items[0]->run;

	for (size_t i = 0; i < base->len; i++)
		if (!same_args(first, &base->items[i]->run))
			return false;
	for (size_t i = 1; i < here->len; i++)
		if (!same_args(first, &here->items[i]->run))
			return false;
	return true;
}

/* --- what is printed ---------------------------------------------------------------- */

static void put_json(struct buf *out, const struct run_file *r)
{
	record_write_base(out, &r->base);
	for (size_t i = 0; i < r->compared.len; i++)
		record_write_compared(out, &r->compared.items[i]);
}

static void put_text(struct buf *out, const struct run_file *r, const struct report_options *o)
{
	struct screen s = screen_of(r, o, out);
	AUTO_BUF line = { 0 };

	compared_print(&s, r);
	buf_puts(&line, "straggler: ");
	compared_put_verdict(&line, r);
	screen_line(&s, 0, SCREEN_INDENT, buf_str(&line));
}

static int compare(const struct request *r, const struct side *base, const struct side *here,
		   struct buf *out)
{
	struct comparison_input in = {
		.base = { base->items, base->len },
		.here = { here->items, here->len },
		.alike = all_alike(base, here),
	};
	AUTO_COMPARISON c = { 0 };
	struct run_file shown = *here->items[0]; /* borrows */

	comparison_make(&c, &in);
	shown.base = (struct base_record){
		.present = true,
		.rev = r->base[0],
		.commit = base->items[0]->run.head,
		.base_runs = (uint32_t)base->len,
		.runs = (uint32_t)here->len,
	};
	shown.compared.items = c.items;
	shown.compared.len = c.len;
	if (r->json)
		put_json(out, &shown);
	else
		put_text(out, &shown, &r->options);
	return comparison_fails(c.items, c.len) ? EXIT_FINDINGS : EXIT_CLEAN;
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	struct request r = { .color = "auto" };
	CLEANUP(side_release) struct side base = { 0 }, here = { 0 };
	AUTO_BUF out = { 0 };

	if (!parse(argc, argv, &r, err))
		return false;
	if (r.help) {
		help_print(&cmd_compare);
		return true;
	}
	side_init(&base, r.base_len);
	side_init(&here, r.here_len);
	if (!side_read(&base, r.base, err) || !side_read(&here, r.here, err))
		return false;
	*code = compare(&r, &base, &here, &out);
	fwrite(buf_str(&out), 1, out.len, stdout);
	return true;
}

const struct command cmd_compare = {
	.name = "compare",
	.args = "[OPTION...] RUN_BASE RUN\n"
		"[OPTION...] RUN_BASE... -- RUN...",
	.summary = "tell which leaks of a run its base does not have",
	.about = "Tells which leaks of a run the base does not have, from the run files. With "
		 "several runs a side, all of the same packages and flags, what shows sometimes "
		 "only is told apart.",
	.notes = "  new      the base never had it: exit status 1\n"
		 "  flaky    seen in some runs, too few to say that it is new or gone\n"
		 "  unknown  one side did not check it\n"
		 "  known    both have it\n"
		 "  gone     only the base has it",
	.options = options,
	.run = run,
};
