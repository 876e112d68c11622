#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account/merge.h"
#include "cmd.h"
#include "help.h"
#include "options.h"
#include "terminal.h"

struct request {
	const char *output; /* NULL: standard output */
	bool help;
};

static const struct option_row options[] = {
	{ .name = "output",
	  .value = "FILE",
	  .letter = 'o',
	  .help = "where it goes, instead of standard output" },
	OPTION_HELP,
	{ .name = NULL },
};

static bool parse(int argc, char **argv, struct request *r, struct err *err)
{
	int option;

	while ((option = options_next("merge", options, false, argc, argv, err)) > 0) {
		if (option == 'o')
			r->output = optarg;
		r->help |= option == 'h';
	}
	if (option == OPTIONS_BAD)
		return false;
	return r->help || optind < argc || err_set(err, ERR_USAGE, "merge: which run files?");
}

/* The runs are read before: the file may be one of them. */
static bool write_file(const char *path, const struct buf *text, struct err *err)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	return (fd >= 0 && buf_flush(text, fd)) || err_sys(err, errno, "write %s", path);
}

/* n run files, to be released one by one. */
struct inputs {
	struct arena arena;
	struct run_file *files;
	const struct run_file **runs;
	size_t n;
};

static void inputs_init(struct inputs *in, size_t n)
{
	in->files = arena_alloc(&in->arena, n * sizeof(*in->files));
	in->runs = arena_alloc(&in->arena, n * sizeof(void *));
	for (in->n = 0; in->n < n; in->n++)
		in->runs[in->n] = &in->files[in->n];
}

static void inputs_release(struct inputs *in)
{
	for (size_t i = 0; i < in->n; i++)
		run_file_release(&in->files[i]);
	arena_clear(&in->arena);
}

static bool merge(char **paths, size_t n, struct buf *text, struct err *err)
{
	CLEANUP(inputs_release) struct inputs in = { 0 };
	AUTO_RUN_FILE merged = { 0 };

	inputs_init(&in, n);
	for (size_t i = 0; i < n; i++)
		if (!run_file_read(&in.files[i], paths[i], err))
			return false;
	if (!run_merge(in.runs, n, &merged, err))
		return err_wrap(err, "merge");
	run_file_write(&merged, text);
	for (size_t i = 0; i < merged.warnings.len; i++)
		if (!strcmp(merged.warnings.items[i].place, "straggler merge"))
			terminal_line(stderr, "straggler: merge: %s",
				      merged.warnings.items[i].text);
	return true;
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	struct request r = { 0 };
	AUTO_BUF text = { 0 };

	(void)code;
	if (!parse(argc, argv, &r, err))
		return false;
	if (r.help) {
		help_print(&cmd_merge);
		return true;
	}
	if (!merge(argv + optind, (size_t)(argc - optind), &text, err))
		return false;
	if (r.output)
		return write_file(r.output, &text, err);
	fwrite(buf_str(&text), 1, text.len, stdout);
	return true;
}

const struct command cmd_merge = {
	.name = "merge",
	.args = "[OPTION...] RUN...",
	.summary = "make one run file of several, of the shares of one",
	.about = "Makes one run file of several: of the shares that 'straggler test --shard' "
		 "tested, all of the same module and commit. What is found, counted and compared "
		 "is then what one run would have found; every report can be made of it. Shares "
		 "that are missing are named.",
	.options = options,
	.run = run,
};
