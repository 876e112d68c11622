/* The manual, from the rows of commands, settings, classes and records: what --help prints, in
 * other forms. */
#ifndef MANUAL_H
#define MANUAL_H

#include "base/buf.h"
#include "cmd.h"

/* Appends the man page (man 7 man) of a command, NULL: of the program. day is the date in its
 * footer, "2026-11-30". */
void manual_put_page(struct buf *out, const struct command *c, const char *day);

/* A chapter of the reference, in Markdown. */
struct manual_chapter {
	const char *name; /* "exit-status" */
	const char *summary;
	void (*put)(struct buf *out);
};

/* NULL after the last. Static. */
const struct manual_chapter *manual_chapter_at(size_t i);

/* What a process exits with, and what its environment says: {"0", "the tests passed …"}. */
bool manual_exit_at(size_t i, struct word_row *row);
bool manual_variable_at(size_t i, struct word_row *row);

#endif
