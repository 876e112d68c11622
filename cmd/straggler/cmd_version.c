#include <stdio.h>

#include "cmd.h"
#include "version.h"

static bool run(int argc, char **argv, int *code, struct err *err)
{
	(void)argv;
	(void)code;
	if (argc != 1)
		return err_set(err, ERR_USAGE, "version takes no argument");
	printf("straggler %s\n", straggler_version);
	return true;
}

const struct command cmd_version = {
	.name = "version",
	.args = "",
	.summary = "print the version",
	.run = run,
};
