/*
 * Whose change a leak is: the commits of a range, ranked for every leak of a run.
 *
 * Ranked by what a commit touched, the likeliest first: the line of the go statement; the line
 * that blocks; a line gone that let somebody go on (Close, cancel, Unlock, Done, <-, …) in any
 * function of the chain or the stack; the version of the module that has the go statement; the
 * capacity of a channel; a return; the test; other lines of these functions. A commit that took something away or
 * returned early after the go statement was written comes before the one that wrote it: until
 * then it may have been right.
 *
 * Nobody is guessed at: a leak that nothing in the range touches has no suspect, and says
 * which commit the go statement is from.
 *
 * Limits. A function that was moved and renamed at once, or moved by a merge itself, is new where
 * it is. Of a merge only what none of its parents has counts, so one that takes a line away that
 * one parent never had is not seen. In a shallow clone only first parents are followed. The
 * deadline is looked at after each commit: one very large commit, or the search for
 * renames in it, may take longer.
 */
#ifndef VCS_BLAME_H
#define VCS_BLAME_H

#include "account/record.h"
#include "vcs/repo.h"

#define BLAME_SUSPECTS_MAX 5 /* a finding */
#define BLAME_REASONS_MAX  4 /* a suspect */

struct blame_spec {
	const struct repo *repo;
	const char *since;   /* a revision; NULL: see vcs/range.h */
	int64_t deadline_ns; /* of clock_now_ns(), 0: none */
};

struct blame_facts {
	size_t commits;  /* in the range */
	bool late;       /* the deadline came before its end */
	bool shallow;    /* it ended where a shallow clone does */
	char words[256]; /* the range: "since origin/main (1a2b3c4)" */
};

/*
 * Sets suspect_commits and suspect_note of every leak in *run, whose arena holds them. Begins
 * at the commit that the run says it was at, and with what is not committed if HEAD is that
 * still. Fails as vcs/repo.h says; findings are unchanged then.
 */
bool blame_run(struct run_file *run, const struct blame_spec *spec, struct blame_facts *facts,
	       struct err *err);

#endif
