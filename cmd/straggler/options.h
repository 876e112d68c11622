/* The options of a command: long ones and -h, taken one by one. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <getopt.h>

#include "base/err.h"

#define OPTIONS_END (-1)
#define OPTIONS_BAD 0

/*
 * The next option's val, with its value in optarg; OPTIONS_END when there are no more: the rest
 * of argv begins at optind then. OPTIONS_BAD: *err is set, in the words of the command. in_order
 * stops at the first word that is no option; else words and options may be mixed. From the
 * first call to the last a process reads one command line.
 */
int options_next(const char *command, const struct option *options, bool in_order, int argc,
		 char **argv, struct err *err);

#endif
