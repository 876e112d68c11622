/* What a comparison with a base came to. */
#ifndef REPORT_COMPARED_H
#define REPORT_COMPARED_H

#include "report/screen.h"

/* A line that says with what, and one for each leak, the ones that fail the run first.
 * Nothing when the run was compared with nothing. */
void compared_print(struct screen *s, const struct run_file *r);

/* Appends "1 new leak (3 goroutines), 2 known" in place of how many leaks there are. */
void compared_put_verdict(struct buf *out, const struct run_file *r);

/* Whether a finding is to be shown in full: it is new, or nobody can say. */
bool compared_is_shown(const struct run_file *r, const struct finding *f);

/* Whether the run fails of it: a leak that is not only shown and that the base, where there
 * is one, does not have. */
bool compared_fails(const struct run_file *r, const struct finding *f);

#endif
