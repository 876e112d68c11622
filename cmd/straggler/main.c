#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "cmd.h"
#include "terminal.h"

/* In the order that help shows. */
static const struct command *const commands[] = {
	&cmd_test,   &cmd_report, &cmd_explain,    &cmd_compare,  &cmd_merge,  &cmd_blame,
	&cmd_bisect, &cmd_hook,   &cmd_allow,      &cmd_baseline, &cmd_config, &cmd_init,
	&cmd_exec,   &cmd_trace,  &cmd_completion, &cmd_manual,   &cmd_doctor, &cmd_version,
};

const struct command *command_at(size_t i)
{
	return i < ARRAY_LEN(commands) ? commands[i] : NULL;
}

static void usage(FILE *out)
{
	fputs("straggler runs your Go tests and tells you what outlived them.\n\n"
	      "usage: straggler COMMAND [ARG...]\n\n",
	      out);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n'straggler COMMAND --help' tells more.\n", out);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static int unknown_command(const char *name)
{
	const char *names[ARRAY_LEN(commands)], *meant;

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		names[i] = commands[i]->name;
	meant = nearest_name(name, names, ARRAY_LEN(names));
	if (meant)
		terminal_line(stderr, "straggler: unknown command '%s', did you mean '%s'?", name,
			      meant);
	else
		terminal_line(stderr,
			      "straggler: unknown command '%s'; 'straggler help' lists them", name);
	return EXIT_USAGE;
}

static int run_command(const struct command *command, int argc, char **argv)
{
	int code = EXIT_CLEAN;
	struct err err = { 0 };

	if (!command->run(argc, argv, &code, &err)) {
		terminal_error(&err);
		return err.code == ERR_USAGE ? EXIT_USAGE : EXIT_UNCHECKED;
	}
	if (fflush(stdout) || ferror(stdout)) {
		fputs("straggler: cannot write to standard output\n", stderr);
		return EXIT_UNCHECKED;
	}
	return code;
}

/* Where a standard stream is closed the next file that is opened would take its place, and a
 * report would go into the run file. What is written there fails still. */
static bool fill_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
			return false;
	return true;
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (!fill_streams())
		return EXIT_UNCHECKED;
	/* How wide characters are. Numbers keep their C form. */
	setlocale(LC_CTYPE, "");
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return EXIT_CLEAN;
	}
	command = find_command(strcmp(argv[1], "--version") ? argv[1] : "version");
	if (!command) {
		return unknown_command(argv[1]);
	}
	return run_command(command, argc - 1, argv + 1);
}
