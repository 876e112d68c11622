#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "config/sample.h"
#include "help.h"
#include "terminal.h"

static bool write_new(const char *path, struct err *err)
{
	AUTO_BUF text = { 0 };
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0 && errno == EEXIST)
		return err_set(err, ERR_USAGE, "%s is there already", path);
	if (fd < 0)
		return err_sys(err, errno, "create %s", path);
	sample_write(&text);
	if (!buf_flush(&text, fd)) {
		err_sys(err, errno, "write %s", path);
		unlink(path);
		return false;
	}
	terminal_line(stdout, "wrote %s", path);
	return true;
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	const char *path = argc > 1 ? argv[1] : CONFIG_FILE;

	(void)code;
	if (!strcmp(path, "--help") || !strcmp(path, "-h")) {
		help_print(&cmd_init);
		return true;
	}
	if (argc > 2 || path[0] == '-')
		return err_set(err, ERR_USAGE, "init takes one file at most");
	return write_new(path, err);
}

const struct command cmd_init = {
	.name = "init",
	.args = "[FILE]",
	.summary = "write a starting configuration",
	.about = "Writes a starting configuration to FILE (.straggler.yaml): everything that can "
		 "be set, with a word on each, commented out. A file that is there stays as it is.",
	.run = run,
};
