/* What the text is shown on. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdio.h>

#include "report/report.h"

/*
 * Sets colour and width of *o for what is written to fd. when is "auto", "always" or "never": auto is yes on a
 * terminal unless NO_COLOR is set or TERM is "dumb". Width is the terminal's, else
 * $COLUMNS, else left as it is. Fails with ERR_USAGE on another word.
 */
bool terminal_options(const char *when, int fd, struct report_options *o, struct err *err);

/* Prints one line, its end added. Names and texts from outside show themselves in it and do
 * nothing: see text_clean(). */
void terminal_line(FILE *out, const char *fmt, ...) PRINTF(2, 3);

/* Prints "straggler: " and what went wrong on standard error. */
void terminal_error(const struct err *err);

#endif
