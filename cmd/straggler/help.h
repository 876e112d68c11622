/* What --help prints, from a command's rows. */
#ifndef HELP_H
#define HELP_H

#include "base/buf.h"
#include "cmd.h"

/* To standard output. */
void help_print(const struct command *c);

/* Appends "--since REV". */
void help_put_option(struct buf *out, const struct option_row *row);

/* Appends what an option does, with its default. */
void help_put_meaning(struct buf *out, const struct option_row *row);

#endif
