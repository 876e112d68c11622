/* What a class of findings means, and the story of one of them. */
#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

#include "report/screen.h"

/* What it is, how it is known, what usually helps, where to read on, and code that leaks beside
 * code that does not. */
void explain_class(struct screen *s, enum class_id id);

/* A line for each class. */
void explain_classes(struct screen *s);

/* All that is known of the findings with a key, then their classes. Returns false, and prints
 * nothing, when the run has none. */
bool explain_key(struct screen *s, const struct run_file *r, const char *key);

#endif
