/* Text for a terminal: harmless, measured in columns, cut and wrapped. */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "base/buf.h"
#include "base/str.h"
#include "base/utf8.h"

/* What utf8_clean() appends is clean, which the functions below ask for. */
static inline void text_clean(struct buf *out, const char *s)
{
	utf8_clean(out, s);
}

/* Columns that clean text takes: wcwidth() of the current LC_CTYPE, 1 for what
 * that does not know. */
size_t text_columns(struct str clean);

/* Appends clean text in at most columns (1 at least); where it was cut, at its end
 * or at its front, is "…". No character is broken. */
void text_cut(struct buf *out, struct str clean, size_t columns);
void text_cut_front(struct buf *out, struct str clean, size_t columns);

/* Appends clean text in lines of at most columns, broken at spaces but not between a
 * number and its unit, within a word only when it is longer than a line, there behind a slash if it has one. indent spaces go before each line but the
 * first; no newline ends the last. */
void text_wrap(struct buf *out, struct str clean, size_t columns, size_t indent);

void text_spaces(struct buf *out, size_t n);

/* Appends n with commas between thousands: "5,210". */
void text_number(struct buf *out, uint64_t n);

/* What follows a noun, or a unit, of which there are n: "", "s", "es". Static. */
const char *text_plural(uint64_t n, const char *noun);

#endif
