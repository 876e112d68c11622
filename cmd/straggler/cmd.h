/* The interface between main() and the commands. A command is one file that
 * exports one struct command, and one row in main.c. */
#ifndef CMD_H
#define CMD_H

#include "base/err.h"
#include "options.h"

/* What a process exits with; scripts rely on these numbers. Above 128: ended by
 * signal n - 128. */
enum exit_code {
	EXIT_CLEAN = 0,     /* every test passed, nothing leaked beyond its allowance */
	EXIT_FINDINGS = 1,  /* a test failed or something leaked */
	EXIT_USAGE = 2,     /* wrong command line or configuration */
	EXIT_UNCHECKED = 3, /* nothing could be checked: build failure, no Go, watcher lost */
};

/* A word that may follow a command and is no option. */
struct word_row {
	const char *name, *meaning; /* static */
};

/*
 * What there is to say about a command is said here once: the parser, --help, the manual and
 * completion have the same rows. about and notes are paragraphs, a '\n' between; lines that begin
 * with two spaces are shown as they are.
 */
struct command {
	const char *name;
	const char *args;    /* what follows the name in the usage line; '\n': another way */
	const char *summary; /* one line, no final full stop */
	const char *about;   /* what it does */
	const char *notes;   /* what follows the options; NULL: nothing */
	/* Of options one of the two; none: there is --help alone. */
	const struct option_row *options;
	bool (*option_at)(size_t i, struct option_row *row);
	const char *words; /* what the words are: "formats"; NULL: there are none */
	bool (*word_at)(size_t i, struct word_row *row);
	bool words_are_values; /* of an option: they do not follow the command alone */
	/* Sets *code and returns true, or sets *err and returns false. */
	bool (*run)(int argc, char **argv, int *code, struct err *err);
};

/* The i-th option of a command, whichever way it has them. */
bool command_option_at(const struct command *c, size_t i, struct option_row *row);

/* In the order that help shows, NULL after the last. Static. */
const struct command *command_at(size_t i);

extern const struct command cmd_allow;
extern const struct command cmd_baseline;
extern const struct command cmd_bisect;
extern const struct command cmd_blame;
extern const struct command cmd_compare;
extern const struct command cmd_completion;
extern const struct command cmd_config;
extern const struct command cmd_doctor;
extern const struct command cmd_exec;
extern const struct command cmd_explain;
extern const struct command cmd_hook;
extern const struct command cmd_init;
extern const struct command cmd_manual;
extern const struct command cmd_merge;
extern const struct command cmd_report;
extern const struct command cmd_test;
extern const struct command cmd_trace;
extern const struct command cmd_version;

#endif
