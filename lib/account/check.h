/* What is odd about a configuration that can be read. */
#ifndef ACCOUNT_CHECK_H
#define ACCOUNT_CHECK_H

#include "account/policy.h"

struct warnings {
	struct warning_record *items; /* owned; texts in the arena given with each call */
	size_t len, cap;
};

/*
 * Warns of allowances that have expired, that are too broad (nothing says where the goroutine
 * comes from, or only a function that every stack has), and of those and sections that can never
 * match: the folder of their package is not in the module. The catalogue is not looked at.
 */
void check_config(const struct config *c, const struct policy_place *place, struct arena *a,
		  struct warnings *w);

/* Warns of variables that look like ours, STRAGGLER_SETTEL, but for a slip of the pen. own is
 * NULL-terminated: those that are no settings' twins. */
void check_environment(char *const *envp, const char *const *own, struct arena *a,
		       struct warnings *w);

/* Warns of a Go (minor: 26 for go1.26.8, -1: not known) whose memory nobody knows to read. */
void check_go(const char *version, int minor, struct arena *a, struct warnings *w);

/* What became of the rules in a run. Borrowed. */
struct use {
	const uint64_t *used; /* goroutines, one a rule */
	const bool *possible; /* one a rule: its package and test were in the run, or all were */
	const char *const *tests; /* that ran */
	size_t tests_len;
};

/* Warns of possible allowances that matched nothing, with the test that was probably meant where
 * none has the name, and of those of a baseline (they have a key) that allow more goroutines than
 * there are. Of those that were warned of before nothing more is said. */
void check_use(const struct policy *p, const struct use *use, struct arena *a,
	       const struct warnings *before, struct warnings *w);

void warnings_release(struct warnings *w);
#define AUTO_WARNINGS CLEANUP(warnings_release) struct warnings

#endif
