/* Findings that a reader takes for one: what one go statement left behind. */
#ifndef REPORT_GROUP_H
#define REPORT_GROUP_H

#include "account/record.h"

/* Findings of one package with the same key and status, in the order of the run
 * file; at least one. They may differ in test, class and blocking site: a loop is in
 * another state each time, a shared helper is called by many tests. */
struct group {
	const struct finding **items; /* borrowed from struct groups */
	size_t len;
};

/* Leaks first, then notes, then what was allowed; each in the order of their first
 * findings. */
struct groups {
	const struct finding **sorted; /* owned; the findings are the run file's */
	struct group *items;           /* owned */
	size_t len, cap;
};

void groups_of(struct groups *g, const struct run_file *r);
void groups_release(struct groups *g);

#define AUTO_GROUPS CLEANUP(groups_release) struct groups

/* All goroutines of the group. */
uint64_t group_goroutines(const struct group *g);

#endif
