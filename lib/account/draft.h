/* The allowance that excuses a finding and as little else as possible. */
#ifndef ACCOUNT_DRAFT_H
#define ACCOUNT_DRAFT_H

#include "account/policy.h"

/*
 * What all findings with one key have in common. package, created_by and started stay what
 * they are when code moves; the test is no part of it where the user's own code has the go
 * statement, because a lazily started singleton is first touched by another test each time.
 * Where a library has it, many tests get to it, so test and class narrow it.
 */
struct draft {
	const char *package, *created_by, *started, *test, *class; /* NULL: left out */
	uint64_t count;         /* goroutines now, others included */
	uint64_t others;        /* those of other keys that no rule can tell apart */
	size_t findings;        /* 0: no finding has the key */
	const char *allowed_by; /* the rule that excuses all of them already, NULL: none */
	const char *beyond; /* the rule that would but for its count: one behind it is too late */
	uint64_t beyond_count; /* goroutines that this rule is asked about */
};

/* Decides anew on all findings, as the policy wants it now: p outlives r. Their order changes. */
void draft_decide(struct run_file *r, const struct policy *p);

/* Strings are the run file's. */
struct draft draft_of(const struct run_file *r, const char *key);

#endif
