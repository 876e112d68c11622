/* The allowance that excuses a finding and as little else as possible. */
#ifndef ACCOUNT_DRAFT_H
#define ACCOUNT_DRAFT_H

#include "account/record.h"

/*
 * What all findings with one key have in common. package, created_by and started stay what
 * they are when code moves; the test is no part of it where the user's own code has the go
 * statement, because a lazily started singleton is first touched by another test each time.
 * Where a library has it, many tests get to it, so test and class narrow it.
 */
struct draft {
	const char *package, *created_by, *started, *test, *class; /* NULL: left out */
	uint64_t count;                                            /* goroutines now */
	size_t findings;                                           /* 0: no finding has the key */
	const char *allowed_by; /* the rule that excuses all of them already, NULL: none */
	const char *beyond; /* the rule that would but for its count: a new one comes too late */
};

/* Strings are the run file's. */
struct draft draft_of(const struct run_file *r, const char *key);

#endif
