#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/merge.h"
#include "cmd.h"
#include "options.h"
#include "terminal.h"

struct request {
	const char *output; /* NULL: standard output */
	bool help;
};

static const char help[] =
    "usage: straggler merge [OPTION...] RUN...\n"
    "\n"
    "Makes one run file of several: of the shares that 'straggler test --shard' tested, all of "
    "the\n"
    "same module and commit. What is found, counted and compared is then what one run would have\n"
    "found; every report can be made of it.\n"
    "\n"
    "  --output FILE   where it goes, instead of standard output\n"
    "  --help          print this\n";

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
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
	struct run_file *files;
	size_t n;
};

static void inputs_release(struct inputs *in)
{
	for (size_t i = 0; i < in->n; i++)
		run_file_release(&in->files[i]);
	free(in->files);
}

static bool merge(char **paths, size_t n, struct buf *text, struct err *err)
{
	CLEANUP(inputs_release)
	struct inputs in = { .files = calloc(n, sizeof(*in.files)), .n = n };
	AUTO_FREE const struct run_file **runs = calloc(n, sizeof(void *));
	AUTO_RUN_FILE merged = { 0 };

	if (!in.files || !runs)
		abort();
	for (size_t i = 0; i < n; i++) {
		runs[i] = &in.files[i];
		if (!run_file_read(&in.files[i], paths[i], err))
			return false;
	}
	if (!run_merge(runs, n, &merged, err))
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
		fputs(help, stdout);
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
	.args = "[--output FILE] RUN...",
	.summary = "make one run file of several machines' shares",
	.options = options,
	.run = run,
};
