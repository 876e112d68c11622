#include "report/compared.h"

#include "account/comparison.h"
#include "report/text.h"

#define COMMIT_SHOWN 7 /* digits */

static bool is_shown(const struct compared *c)
{
	return c->standing == STANDING_NEW || (c->standing == STANDING_UNCHECKED && c->seen);
}

bool compared_is_shown(const struct run_file *r, const struct finding *f)
{
	const struct compared *c;

	if (!r->base.present || f->status != STATUS_LEAK)
		return true;
	c = comparison_find(r->compared.items, r->compared.len, f);
	return !c || is_shown(c);
}

bool compared_fails(const struct run_file *r, const struct finding *f)
{
	const struct compared *c;

	if (f->status != STATUS_LEAK || f->tolerated)
		return false;
	if (!r->base.present)
		return true;
	c = comparison_find(r->compared.items, r->compared.len, f);
	return !c || c->standing == STANDING_NEW;
}

static size_t count(const struct run_file *r, enum standing standing)
{
	size_t n = 0;

	for (size_t i = 0; i < r->compared.len; i++)
		n += r->compared.items[i].standing == standing ? 1 : 0;
	return n;
}

static uint64_t new_goroutines(const struct run_file *r)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->compared.len; i++)
		if (r->compared.items[i].standing == STANDING_NEW &&
		    !class_row(r->compared.items[i].class)->unit)
			n += r->compared.items[i].count;
	return n;
}

static void put_goroutines(struct buf *out, uint64_t n)
{
	if (!n)
		return;
	buf_puts(out, " (");
	screen_count(out, n, "goroutine");
	buf_putc(out, ')');
}

void compared_put_verdict(struct buf *out, const struct run_file *r)
{
	static const struct {
		enum standing standing;
		const char *word;
	} others[] = {
		{ STANDING_FLAKY, "flaky" },
		{ STANDING_UNCHECKED, "not compared" },
		{ STANDING_KNOWN, "known" },
		{ STANDING_GONE, "gone" },
	};
	size_t fresh = count(r, STANDING_NEW);

	if (fresh) {
		screen_count(out, fresh, "new leak");
		put_goroutines(out, new_goroutines(r));
	} else {
		buf_puts(out, "no new leaks");
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		size_t n = count(r, others[i].standing);

		if (!n)
			continue;
		buf_puts(out, ", ");
		text_number(out, n);
		buf_printf(out, " %s", others[i].word);
	}
}

static void put_base(struct buf *out, const struct base_record *b)
{
	AUTO_BUF commit = { 0 };

	text_clean(&commit, b->commit);
	text_clean(out, *b->rev ? b->rev : "the base");
	if (commit.len)
		buf_printf(out, " (%.*s)", COMMIT_SHOWN, buf_str(&commit));
	buf_puts(out, ", ");
	screen_count(out, b->runs, "run");
	buf_puts(out, " here, ");
	text_number(out, b->base_runs);
	buf_puts(out, " there");
}

static void put_share(struct buf *out, uint32_t seen, uint32_t runs)
{
	if (seen) {
		text_number(out, seen);
		buf_puts(out, " of ");
		text_number(out, runs);
	} else {
		buf_printf(out, runs ? "none of " : "none");
		if (runs)
			text_number(out, runs);
	}
}

static void put_chance(struct buf *out, const struct compared *c)
{
	double percent = c->chance_ppm / 1e4;

	if (!c->chance_ppm)
		return;
	buf_printf(
	    out, percent < 1 ? "; that this is chance: %.2g %%" : "; that this is chance: %.0f %%",
	    percent);
}

static void put_runs(struct buf *out, const struct compared *c)
{
	buf_puts(out, "in ");
	if (c->standing == STANDING_UNCHECKED) {
		put_share(out, c->seen ? c->seen : c->base_seen, c->seen ? c->runs : c->base_runs);
		buf_puts(out, c->seen ? " here; the base did not check this"
				      : " there; it was not checked here");
		return;
	}
	put_share(out, c->seen, c->runs);
	buf_puts(out, " here, ");
	put_share(out, c->base_seen, c->base_runs);
	buf_puts(out, " there");
	put_chance(out, c);
}

static void print_item(struct screen *s, const struct compared *c)
{
	const char *unit = class_row(c->class)->unit;
	AUTO_BUF line = { 0 };

	if (*c->test)
		text_clean(&line, c->test);
	else
		buf_puts(&line, "no test");
	buf_puts(&line, " (");
	text_clean(&line, c->package);
	buf_puts(&line, ") ");
	text_clean(&line, c->key);
	buf_printf(&line, " [%s]: ", class_row(c->class)->id);
	screen_count(&line, c->seen ? c->count : c->base_count, unit ? unit : "goroutine");
	if (c->seen && c->base_seen && c->count != c->base_count) {
		buf_puts(&line, " (");
		text_number(&line, c->base_count);
		buf_puts(&line, " there)");
	}
	buf_puts(&line, ", ");
	put_runs(&line, c);
	/* The label's room is too small for "unchecked". */
	screen_entry(s, c->standing == STANDING_UNCHECKED ? "unknown" : standing_name(c->standing),
		     buf_str(&line));
}

void compared_print(struct screen *s, const struct run_file *r)
{
	AUTO_BUF title = { 0 };

	if (!r->base.present)
		return;
	buf_puts(&title, "compared with ");
	put_base(&title, &r->base);
	if (!r->compared.len)
		buf_puts(&title, ": no leaks on either side");
	screen_line(s, 0, SCREEN_INDENT, buf_str(&title));
	for (size_t i = 0; i < r->compared.len; i++)
		print_item(s, &r->compared.items[i]);
}
