/* What the terminal shows of one group: read in ten seconds. */
#ifndef REPORT_ENTRY_H
#define REPORT_ENTRY_H

#include "report/group.h"
#include "report/screen.h"

/*
 * A leak has everything: what, how sure, where it came from, where it hangs, what
 * usually helps, how to see it again, how to excuse it. A note has less, an
 * allowed one a line.
 */
void entry_print(struct screen *s, const struct group *g);

/* Its title and where it was started. */
void entry_print_head(struct screen *s, const struct group *g);

/* Appends the same for a file, a hundred columns wide and without colours; verbose: with all that
 * is known of it. Clean text in lines. */
void entry_text(struct buf *out, const struct run_file *r, const struct group *g, bool verbose);

/* Appends what its goroutines do, as it came from outside: "sends on …". */
void entry_cause(struct buf *out, const struct finding *f);

/* Appends whose it is, clean: "TestX/sub", "a subtest of TestX", "init". */
void entry_owner(struct buf *out, const struct finding *f);

#endif
