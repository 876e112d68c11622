/* The last lines: how much was looked at, what was found, what was not checked. */
#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include "report/group.h"
#include "report/screen.h"

/* One line when there is nothing to say. Packages that were not checked, or in
 * part, are always listed with the reason. */
void summary_print(struct screen *s, const struct run_file *r, const struct groups *g);

/* Appends the first of these lines, not wrapped and without its end; there is no text from outside in
 * it. */
void summary_put_totals(struct buf *out, const struct run_file *r, const struct groups *g);

/* A table of the goroutines of each test. */
void counts_print(struct screen *s, const struct run_file *r);

#endif
