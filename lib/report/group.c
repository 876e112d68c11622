#include "report/group.h"

#include <string.h>

#include "base/vec.h"

static int rank(enum status s)
{
	static const int ranks[] = { [STATUS_LEAK] = 0, [STATUS_NOTE] = 1, [STATUS_ALLOWED] = 2 };

	return ranks[s];
}

/* A finding without a key is alone. */
static int compare_identity(const struct finding *a, const struct finding *b)
{
	int c = rank(a->status) - rank(b->status);

	if (!c)
		c = strcmp(a->package, b->package);
	if (!c)
		c = strcmp(a->key, b->key);
	if (!c && !*a->key)
		c = (a > b) - (a < b);
	return c;
}

static int compare_findings(const void *left, const void *right)
{
	const struct finding *a = *(const struct finding *const *)left;
	const struct finding *b = *(const struct finding *const *)right;
	int c = compare_identity(a, b);

	return c ? c : (a > b) - (a < b);
}

static int compare_groups(const void *left, const void *right)
{
	const struct finding *a = ((const struct group *)left)->items[0];
	const struct finding *b = ((const struct group *)right)->items[0];
	int c = rank(a->status) - rank(b->status);

	return c ? c : (a > b) - (a < b);
}

void groups_of(struct groups *g, const struct run_file *r)
{
	size_t n = r->findings.len, cap = 0;

	*g = (struct groups){ 0 };
	if (!n)
		return;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): it is an array of pointers */
	g->sorted = vec_reserve_(NULL, &cap, n, sizeof(*g->sorted));
	for (size_t i = 0; i < n; i++)
		g->sorted[i] = &r->findings.items[i];
	/* NOLINTNEXTLINE(bugprone-sizeof-expression) */
	qsort(g->sorted, n, sizeof(*g->sorted), compare_findings);
	for (size_t i = 0; i < n; i++) {
		struct group alone = { .items = &g->sorted[i], .len = 1 };

		if (i && !compare_identity(g->sorted[i - 1], g->sorted[i]))
			g->items[g->len - 1].len++;
		else
			VEC_PUSH(g, alone);
	}
	qsort(g->items, g->len, sizeof(*g->items), compare_groups);
}

void groups_release(struct groups *g)
{
	free(g->sorted);
	free(g->items);
	*g = (struct groups){ 0 };
}

uint64_t group_goroutines(const struct group *g)
{
	uint64_t n = 0;

	for (size_t i = 0; i < g->len; i++)
		n += g->items[i]->count;
	return n;
}
