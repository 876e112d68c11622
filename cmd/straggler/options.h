/* The options of a command: long ones and -h, taken one by one. The same rows are what help, the
 * manual and completion have. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <getopt.h>

#include "base/err.h"
#include "config/setting.h"

struct option_row {
	const char *name;  /* without dashes; NULL ends a table */
	const char *value; /* what it takes, "FILE"; "[=FILE]": or nothing; NULL: nothing */
	int letter;        /* what options_next returns, above 0 */
	const char *help;  /* a phrase, with its default in brackets */
	/* It is this setting: help and default are in its row (config/setting.h). */
	bool is_setting;
	enum setting_id setting;
};

static inline bool option_needs_value(const struct option_row *row)
{
	return row->value && *row->value != '[';
}

#define OPTION_HELP                                                 \
	{                                                           \
		.name = "help", .letter = 'h', .help = "print this" \
	}

#define OPTIONS_END (-1)
#define OPTIONS_BAD 0

/*
 * The next option's letter, with its value in optarg; OPTIONS_END when there are no more: the rest
 * of argv begins at optind then. OPTIONS_BAD: *err is set, in the words of the command. in_order
 * stops at the first word that is no option; else words and options may be mixed. From the
 * first call to the last a process reads one command line.
 */
int options_next(const char *command, const struct option_row *rows, bool in_order, int argc,
		 char **argv, struct err *err);

#endif
