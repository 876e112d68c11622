/* Places below each other: label, file:line, function, source, in columns. */
#ifndef REPORT_ROWS_H
#define REPORT_ROWS_H

#include "report/screen.h"

struct row {
	const char *label;                        /* static */
	const char *location, *function, *source; /* clean, in the arena */
	bool strong;                              /* the source line is what the reader looks for */
};

struct rows {
	struct arena arena;
	struct row *items; /* owned */
	size_t len, cap;
};

/* package is whose functions are shown without a package name. The row is the
 * caller's to change until the next one. */
struct row *rows_add(struct rows *rows, const struct screen *s, const char *label,
		     const char *package, const struct place *p);

/* Aligned when the screen is wide enough, else each source below its place. */
void rows_print(const struct rows *rows, struct screen *s);

void rows_release(struct rows *rows);

#define AUTO_ROWS CLEANUP(rows_release) struct rows

#endif
