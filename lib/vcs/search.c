#include "vcs/search.h"

#include <string.h>

#include "base/vec.h"

static void *zeroed(size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (!p)
		abort();
	return p;
}

/* Marks the commit and all that leads to it. Parents have smaller indices, so one pass down is
 * enough. */
static void mark_ancestors(const struct search *s, size_t commit)
{
	memset(s->marks, 0, s->history->len * sizeof(bool));
	s->marks[commit] = true;
	for (size_t i = commit + 1; i--;) {
		const struct history_commit *c = &s->history->items[i];

		for (uint32_t p = 0; s->marks[i] && p < c->parents_len; p++)
			s->marks[c->parents[p]] = true;
	}
}

/* Keeps the candidates that are marked, or those that are not. */
static void keep(struct search *s, bool marked)
{
	s->left = 0;
	for (size_t i = 0; i < s->history->len; i++) {
		s->candidates[i] &= s->marks[i] == marked;
		s->left += s->candidates[i] ? 1 : 0;
	}
}

void search_init(struct search *s, const struct history *h, size_t bad)
{
	*s = (struct search){ .history = h };
	s->verdicts = zeroed(h->len, sizeof(*s->verdicts));
	s->candidates = zeroed(h->len, sizeof(*s->candidates));
	s->weights = zeroed(h->len, sizeof(*s->weights));
	s->marks = zeroed(h->len, sizeof(*s->marks));
	memset(s->candidates, true, h->len * sizeof(bool));
	search_tell(s, bad, VERDICT_BAD);
}

void search_release(struct search *s)
{
	free(s->verdicts);
	free(s->candidates);
	free(s->weights);
	free(s->marks);
	*s = (struct search){ 0 };
}

void search_tell(struct search *s, size_t commit, enum verdict verdict)
{
	s->verdicts[commit] = verdict;
	if (verdict != VERDICT_GOOD && verdict != VERDICT_BAD)
		return;
	mark_ancestors(s, commit);
	if (verdict == VERDICT_BAD && s->candidates[commit])
		s->bad = commit;
	if (verdict == VERDICT_GOOD || s->bad == commit)
		keep(s, verdict == VERDICT_BAD);
}

/* The candidates that lead to a merge. */
static uint32_t count_ancestors(struct search *s, size_t commit)
{
	uint32_t n = 0;

	mark_ancestors(s, commit);
	for (size_t i = 0; i <= commit; i++)
		n += s->marks[i] && s->candidates[i] ? 1 : 0;
	return n;
}

/* How many candidates lead to the commit, itself among them. */
static uint32_t weigh(struct search *s, size_t commit)
{
	const struct history_commit *c = &s->history->items[commit];
	uint32_t parents = 0, weight = 0;

	for (uint32_t p = 0; p < c->parents_len; p++) {
		if (!s->candidates[c->parents[p]])
			continue;
		parents++;
		weight = s->weights[c->parents[p]];
	}
	return parents > 1 ? count_ancestors(s, commit) : weight + 1;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

enum search_step search_next(struct search *s, size_t *commit)
{
	size_t best = s->history->len, best_half = 0;

	for (size_t i = 0; i <= s->bad; i++) {
		size_t half;

		if (!s->candidates[i])
			continue;
		s->weights[i] = weigh(s, i);
		half = smaller(s->weights[i], s->left - s->weights[i]);
		if (i == s->bad || s->verdicts[i] == VERDICT_SKIP || half < best_half)
			continue;
		if (best == s->history->len || half > best_half) {
			best = i;
			best_half = half;
		}
	}
	*commit = s->left == 1 ? s->bad : best;
	if (s->left == 1)
		return SEARCH_FOUND;
	return best < s->history->len ? SEARCH_TEST : SEARCH_OPEN;
}

uint32_t search_steps(const struct search *s)
{
	uint32_t n = 0;

	for (size_t left = s->left; left > 1; left = (left + 1) / 2)
		n++;
	return n;
}
