/*
 * Which RUN line names which test. The trace has the writes of the lines, the output has their
 * texts; both are in the same order, because the printer's lock puts them in one
 * (account/owner.h). Lines of examples are written by other means: they come behind those of
 * the tests and before those of the benchmarks.
 */
#ifndef ACCOUNT_RUN_LINE_H
#define ACCOUNT_RUN_LINE_H

#include "account/record.h"

struct run_lines {
	const char *const *names; /* of a process's "=== RUN" lines in order, borrowed */
	size_t len;
	size_t tests, benchmarks; /* lines that were counted in the trace */
};

/* Whether the numbers agree, so that the ordinals mean something. */
bool run_lines_agree(const struct run_lines *l);

/* The name at an ordinal, a benchmark's among the benchmarks. NULL: there is none. Only where
 * the numbers agree. */
const char *run_line_name(const struct run_lines *l, enum owner_kind owner, int64_t index);

#endif
