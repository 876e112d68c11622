#include "account/comparison.h"

#include <string.h>

#include "account/chance.h"
#include "base/texts.h"
#include "base/vec.h"

/* What is being made: items by their identity. */
struct maker {
	struct comparison *to;
	struct arena arena;
	struct texts texts;
	struct map by_identity; /* text to 1 + index */
	const struct comparison_input *in;
};

/* A figure of a test has no key. */
static const char *identity(struct maker *m, const struct finding *f)
{
	AUTO_BUF text = { 0 };

	if (*f->key)
		buf_printf(&text, "%s %s", f->package, f->key);
	else
		buf_printf(&text, "%s  %s %d", f->package, f->test, (int)f->class);
	return texts_keep(&m->texts, text.data, text.len);
}

static struct compared *item_of(struct maker *m, const struct finding *f)
{
	const char *id = identity(m, f);
	const uintptr_t *at = map_find(&m->by_identity, (uintptr_t)id);
	struct compared c = { .package = f->package,
			      .test = f->test,
			      .key = f->key,
			      .class = f->class,
			      .tolerated = f->tolerated };

	if (at)
		return &m->to->items[*at - 1];
	VEC_PUSH(m->to, c);
	map_set(&m->by_identity, (uintptr_t)id, m->to->len);
	return &m->to->items[m->to->len - 1];
}

/* Goroutines of one run by item; item i is counted in counts[i]. */
struct counts {
	uint32_t *items;
	size_t len, cap;
};

static void count_run(struct maker *m, const struct run_file *run, struct counts *counts)
{
	counts->len = 0;
	for (size_t i = 0; i < run->findings.len; i++) {
		const struct finding *f = &run->findings.items[i];
		struct compared *c;

		if (f->status != STATUS_LEAK)
			continue;
		c = item_of(m, f);
		c->tolerated &= f->tolerated;
		while (counts->len < m->to->len)
			VEC_PUSH(counts, 0);
		counts->items[c - m->to->items] += f->count;
	}
}

static void add_runs(struct maker *m, const struct runs *runs, bool base)
{
	struct counts counts = { 0 };

	for (size_t i = 0; i < runs->len; i++) {
		count_run(m, runs->items[i], &counts);
		for (size_t k = 0; k < counts.len; k++) {
			struct compared *c = &m->to->items[k];
			uint32_t *most = base ? &c->base_count : &c->count;
			uint32_t *seen = base ? &c->base_seen : &c->seen;

			*most = counts.items[k] > *most ? counts.items[k] : *most;
			*seen += counts.items[k] ? 1 : 0;
		}
	}
	VEC_FREE(&counts);
}

/* --- which runs count ------------------------------------------------------------ */

static const struct package_record *package_in(const struct run_file *run, const char *package)
{
	for (size_t i = 0; i < run->packages.len; i++)
		if (!strcmp(run->packages.items[i].package, package))
			return &run->packages.items[i];
	return NULL;
}

static bool any_checked(const struct run_file *run)
{
	for (size_t i = 0; i < run->packages.len; i++)
		if (run->packages.items[i].checked != CHECKED_NO)
			return true;
	return false;
}

static bool wholly_checked(const struct runs *runs, const char *package)
{
	for (size_t i = 0; i < runs->len; i++) {
		const struct package_record *p = package_in(runs->items[i], package);

		if (p && p->checked == CHECKED_YES)
			return true;
	}
	return false;
}

/* Goroutines of init have no test that could have been left out. */
static bool has_test(const struct run_file *run, const struct compared *c)
{
	if (!*c->test)
		return true;
	for (size_t i = 0; i < run->tests.len; i++)
		if (!strcmp(run->tests.items[i].package, c->package) &&
		    !strcmp(run->tests.items[i].test, c->test))
			return true;
	return false;
}

/* A run that was checked in part counts where the other side was not checked better. */
static bool run_counts(const struct maker *m, const struct run_file *run, const struct runs *other,
		       const struct compared *c)
{
	const struct package_record *p = package_in(run, c->package);

	if (!p)
		return m->in->alike && any_checked(run);
	if (!m->in->alike && !has_test(run, c))
		return false;
	return p->checked == CHECKED_YES ||
	       (p->checked == CHECKED_PART && !wholly_checked(other, c->package));
}

static uint32_t count_runs(const struct maker *m, const struct runs *runs, const struct runs *other,
			   const struct compared *c, uint32_t seen)
{
	uint32_t n = 0;

	for (size_t i = 0; i < runs->len; i++)
		n += run_counts(m, runs->items[i], other, c) ? 1 : 0;
	return n > seen ? n : seen;
}

/* --- what it comes to -------------------------------------------------------------- */

static enum standing judge_one_sided(struct compared *c, enum standing when_sure)
{
	bool here = when_sure == STANDING_NEW;
	uint32_t seen = here ? c->seen : c->base_seen, of = here ? c->runs : c->base_runs;
	uint32_t unseen = here ? c->base_runs : c->runs;
	double chance;

	if (!unseen)
		return STANDING_UNCHECKED;
	chance = chance_unseen(seen, of, unseen);
	c->chance_ppm = (uint32_t)(chance * 1e6 + 0.5);
	/* Who asks for no repeats takes one run's word. */
	return c->runs < 2 || chance <= CHANCE_UNLIKELY ? when_sure : STANDING_FLAKY;
}

static enum standing judge(struct compared *c)
{
	if (!c->base_seen)
		return judge_one_sided(c, STANDING_NEW);
	if (!c->seen)
		return judge_one_sided(c, STANDING_GONE);
	return c->seen == c->runs && c->base_seen == c->base_runs ? STANDING_KNOWN : STANDING_FLAKY;
}

static void conclude(struct maker *m, struct compared *c)
{
	const struct comparison_input *in = m->in;

	c->runs = count_runs(m, &in->here, &in->base, c, c->seen);
	c->base_runs = count_runs(m, &in->base, &in->here, c, c->base_seen);
	if (!c->base_runs && in->absent && in->absent(in->ctx, c->package))
		c->base_runs = in->base.len ? (uint32_t)in->base.len : 1;
	c->standing = judge(c);
}

static int rank(const struct compared *c)
{
	return (int)c->standing;
}

/* Stable and short: there are few leaks. */
static void sort(struct comparison *c)
{
	for (size_t i = 1; i < c->len; i++) {
		struct compared moved = c->items[i];
		size_t k = i;

		for (; k && rank(&c->items[k - 1]) > rank(&moved); k--)
			c->items[k] = c->items[k - 1];
		c->items[k] = moved;
	}
}

void comparison_make(struct comparison *c, const struct comparison_input *in)
{
	struct maker m = { .to = c, .in = in };

	m.texts.arena = &m.arena;
	add_runs(&m, &in->here, false);
	add_runs(&m, &in->base, true);
	for (size_t i = 0; i < c->len; i++)
		conclude(&m, &c->items[i]);
	sort(c);
	map_release(&m.by_identity);
	texts_release(&m.texts);
	arena_clear(&m.arena);
}

void comparison_release(struct comparison *c)
{
	VEC_FREE(c);
}

bool comparison_fails(const struct compared *items, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (items[i].standing == STANDING_NEW && !items[i].tolerated)
			return true;
	return false;
}

bool comparison_wants_base(const struct comparison *c)
{
	for (size_t i = 0; i < c->len; i++)
		if (c->items[i].standing == STANDING_FLAKY && !c->items[i].base_seen &&
		    c->items[i].base_runs)
			return true;
	return false;
}

const struct compared *comparison_find(const struct compared *items, size_t len,
				       const struct finding *f)
{
	for (size_t i = 0; i < len; i++) {
		const struct compared *c = &items[i];

		if (strcmp(c->package, f->package) != 0 || strcmp(c->key, f->key) != 0)
			continue;
		if (*f->key || (c->class == f->class && !strcmp(c->test, f->test)))
			return c;
	}
	return NULL;
}
