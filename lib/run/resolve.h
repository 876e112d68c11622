/*
 * Joins the records of one package: the watcher counts RUN lines in the trace, go's
 * stream has their names.
 */
#ifndef RUN_RESOLVE_H
#define RUN_RESOLVE_H

#include "account/policy.h"
#include "gotest/results.h"

/* What the allowances came to: used and possible have one a rule of the policy. */
struct resolve_rules {
	const struct policy *policy;
	uint64_t *used; /* goroutines that it matched */
	bool *possible; /* a package and a test that it speaks of were in the run */
	bool chosen;    /* flags chose among the tests */
	bool ended;     /* a signal ended the run: what did not report had no time to */
};

/*
 * Names the findings and counts of a package in *from (what the sink said) and appends
 * them, with a record for every test that ran, to *to, and their lines to *lines. When the
 * numbers of RUN lines do not agree, findings keep their top-level test
 * and say that the subtest is not known. result may be NULL: go said nothing. With the names the
 * allowances decide, and tests beyond their limits become findings.
 */
void resolve_package(const struct run_file *from, const struct package_result *result,
		     const char *package, const struct resolve_rules *rules, struct run_file *to,
		     struct buf *lines);

#endif
