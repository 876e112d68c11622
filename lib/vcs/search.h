/*
 * Which commit brought something in: bisection over a history with merges.
 *
 * Candidates are the commits that lead to the earliest bad one known and to no good one. A
 * commit is chosen that leads to about half of them, so that either answer halves them. One
 * that can tell nothing is skipped and stays a candidate. It knows nothing of git: it is
 * told a history and verdicts.
 */
#ifndef VCS_SEARCH_H
#define VCS_SEARCH_H

#include "vcs/history.h"

enum verdict {
	VERDICT_NONE, /* not tested */
	VERDICT_GOOD, /* it is not there, so neither in what leads to it */
	VERDICT_BAD,  /* it is there */
	VERDICT_SKIP, /* nobody can say */
};

struct search {
	const struct history *history; /* borrowed */
	enum verdict *verdicts;        /* owned; of each commit */
	bool *candidates;              /* owned; the bad one is among them */
	uint32_t *weights;             /* internal, owned */
	bool *marks;                   /* internal, owned */
	size_t bad;                    /* index of the earliest bad commit known */
	size_t left;                   /* how many candidates there are */
};

/* bad is an index. */
void search_init(struct search *s, const struct history *h, size_t bad);
void search_release(struct search *s);
#define AUTO_SEARCH CLEANUP(search_release) struct search

/* Of a candidate, or of any commit before the first search_next. */
void search_tell(struct search *s, size_t commit, enum verdict verdict);

enum search_step {
	SEARCH_TEST,  /* *commit is to be tested */
	SEARCH_FOUND, /* *commit brought it in */
	SEARCH_OPEN,  /* it is one of the candidates: all but the bad one were skipped */
};

enum search_step search_next(struct search *s, size_t *commit);

/* About how many tests are left. */
uint32_t search_steps(const struct search *s);

#endif
