#include "report/progress.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/vec.h"
#include "gotest/format.h"
#include "report/text.h"

void progress_release(struct progress *p)
{
	table_release(&p->since, free);
}

struct running {
	const struct package_result *package;
	int64_t since_ns;
};

struct all_running {
	struct running *items;
	size_t len, cap;
};

static int64_t since(struct progress *p, const char *package, int64_t now_ns)
{
	int64_t *first = table_get(&p->since, str_of(package));

	if (!first) {
		first = malloc(sizeof(*first));
		if (!first)
			abort();
		*first = now_ns;
		table_put(&p->since, str_of(package), first);
	}
	return *first;
}

static int longest_first(const void *a, const void *b)
{
	int64_t x = ((const struct running *)a)->since_ns,
		y = ((const struct running *)b)->since_ns;

	return (x > y) - (x < y);
}

static void find_running(struct progress *p, const struct results *results, int64_t now_ns,
			 struct all_running *all)
{
	for (size_t i = 0; i < results->packages.len; i++) {
		const struct package_result *package = results->packages.items[i];

		if (package->started && !package->ended)
			VEC_PUSH(all,
				 ((struct running){ package, since(p, package->package, now_ns) }));
	}
	if (all->len)
		qsort(all->items, all->len, sizeof(*all->items), longest_first);
}

/* Whole seconds: tenths only make a line restless. */
static void put_seconds(struct buf *out, int64_t ns)
{
	char text[32];

	if (ns < 60 * NS_PER_S)
		buf_printf(out, "%d s", (int)(ns / NS_PER_S));
	else
		buf_puts(out, duration_format(ns, text));
}

static void put_head(const struct progress *p, size_t done, size_t known, int64_t now_ns,
		     struct buf *out)
{
	size_t all = p->expected > known ? p->expected : known;
	int64_t ns = now_ns - p->start_ns;

	text_number(out, done);
	if (p->expected) {
		buf_putc(out, '/');
		text_number(out, all);
		buf_printf(out, " package%s", all == 1 ? "" : "s");
	} else {
		buf_puts(out, " done");
	}
	buf_puts(out, ", ");
	put_seconds(out, ns);
	if (p->expected && p->expected_ns - ns >= NS_PER_S) {
		buf_puts(out, ", ");
		put_seconds(out, p->expected_ns - ns);
		buf_puts(out, " left");
	}
}

static void put_running(const struct running *r, const char *module, int64_t now_ns, bool first,
			struct buf *out)
{
	const char *package = r->package->package, *base = strrchr(package, '/');
	struct scene scene = { .package = r->package, .module = module };
	uint32_t alive = r->package->alive;

	buf_putc(out, ' ');
	/* In its own package a module is ".": that is no name in a line of names. */
	if (!strcmp(package, module))
		text_clean(out, base ? base + 1 : package);
	else
		format_put_package(&scene, out);
	buf_putc(out, ' ');
	put_seconds(out, now_ns - r->since_ns);
	if (!alive)
		return;
	buf_puts(out, " (");
	text_number(out, alive);
	if (first)
		buf_printf(out, " goroutine%s", text_plural(alive, "goroutine"));
	buf_putc(out, ')');
}

static bool fits(const struct buf *line, size_t more, size_t columns)
{
	return text_columns((struct str){ line->data, line->len }) + more <= columns;
}

/* As many as have room; at least one, cut. */
static void put_list(const struct all_running *all, const char *module, size_t columns,
		     int64_t now_ns, struct buf *out)
{
	buf_putc(out, ':');
	for (size_t i = 0; i < all->len; i++) {
		size_t before = out->len;
		AUTO_BUF more = { 0 };

		if (i)
			buf_putc(out, ',');
		if (i + 1 < all->len)
			buf_printf(&more, ", %zu more", all->len - i - 1);
		put_running(&all->items[i], module, now_ns, !i, out);
		if (fits(out, more.len, columns))
			continue;
		out->len = before;
		if (!i) {
			put_running(&all->items[i], module, now_ns, false, out);
			continue;
		}
		buf_printf(out, ", %zu more", all->len - i);
		return;
	}
}

void progress_put(struct progress *p, const struct results *results, const char *module,
		  size_t columns, int64_t now_ns, struct buf *out)
{
	struct all_running all = { 0 };
	AUTO_BUF line = { 0 };
	size_t done = 0;

	find_running(p, results, now_ns, &all);
	for (size_t i = 0; i < results->packages.len; i++)
		done += results->packages.items[i]->ended ? 1 : 0;
	if (all.len) {
		put_head(p, done, done + all.len, now_ns, &line);
		put_list(&all, module, columns, now_ns, &line);
		text_cut(out, (struct str){ line.data, line.len }, columns);
	}
	VEC_FREE(&all);
}
