/* The interface between main() and the commands. A command is one file that
 * exports one struct command, and one row in main.c. */
#ifndef CMD_H
#define CMD_H

#include <getopt.h>

#include "base/err.h"
#include "gotest/cmdline.h"

/* What a process exits with; scripts rely on these numbers. Above 128: ended by
 * signal n - 128. */
enum exit_code {
	EXIT_CLEAN = 0,     /* every test passed, nothing leaked beyond its allowance */
	EXIT_FINDINGS = 1,  /* a test failed or something leaked */
	EXIT_USAGE = 2,     /* wrong command line or configuration */
	EXIT_UNCHECKED = 3, /* nothing could be checked: build failure, no Go, watcher lost */
};

struct command {
	const char *name;
	const char *args;    /* what follows the name in the usage line */
	const char *summary; /* one line, no final full stop */
	/* What may follow, for completion. Each may be NULL. */
	const struct option *options;                          /* as the parser has them */
	bool (*option_at)(size_t i, struct option_spec *spec); /* where that is not getopt_long */
	const char *(*word_at)(size_t i);                      /* words that are no options */
	/* Sets *code and returns true, or sets *err and returns false. */
	bool (*run)(int argc, char **argv, int *code, struct err *err);
};

/* In the order that help shows, NULL after the last. Static. */
const struct command *command_at(size_t i);

extern const struct command cmd_allow;
extern const struct command cmd_baseline;
extern const struct command cmd_bisect;
extern const struct command cmd_blame;
extern const struct command cmd_compare;
extern const struct command cmd_completion;
extern const struct command cmd_config;
extern const struct command cmd_exec;
extern const struct command cmd_explain;
extern const struct command cmd_hook;
extern const struct command cmd_init;
extern const struct command cmd_merge;
extern const struct command cmd_report;
extern const struct command cmd_test;
extern const struct command cmd_trace;
extern const struct command cmd_version;

#endif
