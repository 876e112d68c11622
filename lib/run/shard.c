#include "run/shard.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/vec.h"

#define SHARDS_MAX       10000
#define WITHOUT_TESTS_NS NS_PER_MS
/* Sums of these for every package there may be do not overflow. */
#define COST_MAX_NS (36000 * NS_PER_S)

static bool take_number(const char **text, uint32_t *number)
{
	char *end;
	unsigned long n;

	if (**text < '1' || **text > '9')
		return false;
	n = strtoul(*text, &end, 10);
	*text = end;
	*number = (uint32_t)n;
	return n <= SHARDS_MAX;
}

bool shard_parse(const char *text, struct shard *s, struct err *err)
{
	const char *rest = text;
	struct shard read;

	if (!take_number(&rest, &read.index) || *rest++ != '/' ||
	    !take_number(&rest, &read.total) || *rest || read.index > read.total)
		return err_set(err, ERR_USAGE,
			       "a shard is I/N, from 1/N to N/N with N up to %d, not '%.60s'",
			       SHARDS_MAX, text);
	*s = read;
	return true;
}

static struct str until(struct str *rest, char c)
{
	const char *end = rest->n ? memchr(rest->p, c, rest->n) : NULL;
	struct str piece = *rest;

	if (end)
		piece.n = (size_t)(end - rest->p);
	rest->p += piece.n + (end ? 1 : 0);
	rest->n -= piece.n + (end ? 1 : 0);
	return piece;
}

void shard_list(struct shard_packages *p, const char *text, size_t n, struct arena *a)
{
	struct str rest = { text, n }, line;

	while (str_line(&rest, &line)) {
		struct str path = until(&line, '\t');
		struct str own = until(&line, '\t');
		struct shard_package package = { .has_tests =
						     !str_is(own, "0") || !str_is(line, "0") };

		if (!path.n)
			continue;
		package.path = arena_strndup(a, path.p, path.n);
		VEC_PUSH(p, package);
	}
}

static int by_path(const void *a, const void *b)
{
	const struct shard_package *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static int by_cost(const void *a, const void *b)
{
	const struct shard_package *x = a, *y = b;

	if (x->cost_ns != y->cost_ns)
		return x->cost_ns > y->cost_ns ? -1 : 1;
	return by_path(a, b);
}

static void sort(struct shard_packages *p, int (*compare)(const void *, const void *))
{
	if (p->len)
		qsort(p->items, p->len, sizeof(p->items[0]), compare);
}

static struct shard_package *find(const struct shard_packages *p, const char *path)
{
	struct shard_package wanted = { .path = path };

	return p->len ? bsearch(&wanted, p->items, p->len, sizeof(wanted), by_path) : NULL;
}

void shard_weigh(struct shard_packages *p, const struct run_file *run)
{
	int64_t sum = 0, known = 0, mean;

	sort(p, by_path);
	for (size_t i = 0; i < p->len; i++)
		p->items[i].cost_ns = p->items[i].has_tests ? 0 : WITHOUT_TESTS_NS;
	for (size_t i = 0; run && i < run->packages.len; i++) {
		const struct package_record *r = &run->packages.items[i];
		struct shard_package *found = find(p, r->package);

		if (!found || found->cost_ns || r->elapsed_ns <= 0)
			continue;
		found->cost_ns = r->elapsed_ns < COST_MAX_NS ? r->elapsed_ns : COST_MAX_NS;
		known++;
		sum += found->cost_ns;
	}
	mean = known ? sum / known : NS_PER_S;
	for (size_t i = 0; i < p->len; i++)
		if (!p->items[i].cost_ns)
			p->items[i].cost_ns = mean;
}

static uint32_t least(const int64_t *loads, uint32_t total)
{
	uint32_t at = 0;

	for (uint32_t i = 1; i < total; i++)
		if (loads[i] < loads[at])
			at = i;
	return at;
}

static int by_word(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

void shard_choose(struct shard_packages *p, const struct shard *s, struct words *out)
{
	struct arena arena = { 0 };
	int64_t *loads = arena_alloc(&arena, s->total * sizeof(*loads));
	size_t before = out->len;

	sort(p, by_cost);
	for (size_t i = 0; i < p->len; i++) {
		uint32_t to = least(loads, s->total);

		loads[to] += p->items[i].cost_ns;
		if (to == s->index - 1)
			VEC_PUSH(out, p->items[i].path);
	}
	if (out->len > before)
		qsort(out->items + before, out->len - before, sizeof(out->items[0]), by_word);
	arena_clear(&arena);
}
