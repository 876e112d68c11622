#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "help.h"
#include "version.h"

static bool run(int argc, char **argv, int *code, struct err *err)
{
	(void)code;
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		help_print(&cmd_version);
		return true;
	}
	if (argc != 1)
		return err_set(err, ERR_USAGE, "version takes no argument");
	printf("straggler %s\n", straggler_version);
	return true;
}

const struct command cmd_version = {
	.name = "version",
	.args = "",
	.summary = "print the version",
	.about = "Prints the version of this program.",
	.run = run,
};
