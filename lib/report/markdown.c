#include <inttypes.h>
#include <string.h>

#include "report/compared.h"
#include "report/entry.h"
#include "report/place.h"
#include "report/report.h"
#include "report/summary.h"
#include "report/text.h"

/* A comment on GitHub takes 65,536 characters, a job summary 1 MiB. */
#define LIMIT           64000
#define TABLE_LIMIT     (LIMIT / 2)
#define SHOWN_UNCHECKED 20
#define TESTS_WHOLE     20  /* a go statement that more tests reach is told in short */
#define CELL            100 /* columns */

/* Clean text that is nothing but itself, in Markdown, in a cell and in HTML: each character of
 * ASCII that could mean something is a reference, which is read after all else. In <code>
 * nobody is mentioned. */
static void put_code(struct buf *out, const char *clean)
{
	AUTO_BUF cut = { 0 };

	text_cut(&cut, str_of(clean), CELL);
	buf_puts(out, "<code>");
	for (const char *p = buf_str(&cut); *p; p++) {
		unsigned char c = (unsigned char)*p;
		bool plain = c >= 0x80 || c == ' ' || (c >= '0' && c <= '9') ||
			     ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

		if (plain)
			buf_putc(out, *p);
		else
			buf_printf(out, "&#%u;", c);
	}
	buf_puts(out, "</code>");
}

static void put_raw_code(struct buf *out, const char *raw)
{
	AUTO_BUF clean = { 0 };

	text_clean(&clean, raw);
	put_code(out, buf_str(&clean));
}

/* Within <pre> nothing is Markdown (CommonMark 0.31, section 4.6, the first kind of HTML
 * block), up to the tag that ends it. */
static void put_pre(struct buf *out, const char *text)
{
	buf_puts(out, "<pre>");
	for (; *text; text++) {
		if (strchr("<>&", *text))
			buf_printf(out, "&#%u;", (unsigned int)(unsigned char)*text);
		else
			buf_putc(out, *text);
	}
	buf_puts(out, "</pre>\n");
}

static const char *word(const struct run_file *r, const struct finding *f)
{
	if (f->status != STATUS_LEAK)
		return status_name(f->status);
	return compared_fails(r, f) ? "**leak**" : "leak, only shown";
}

static void put_owner(struct buf *out, const struct group *g)
{
	AUTO_BUF owner = { 0 };

	entry_owner(&owner, g->items[0]);
	put_code(out, buf_str(&owner));
	if (g->len > 1)
		buf_puts(out, " and others");
}

static void put_row(struct buf *out, const struct run_file *r, const struct group *g)
{
	const struct finding *f = g->items[0];
	const struct place *p = place_of_interest(&r->run, f);
	AUTO_BUF place = { 0 };

	place_file(&place, &r->run, p);
	if (p->line)
		buf_printf(&place, ":%" PRIu32, p->line);
	buf_printf(out, "| %s | ", word(r, f));
	put_owner(out, g);
	buf_puts(out, " | ");
	put_raw_code(out, f->package);
	buf_puts(out, " | ");
	text_number(out, group_goroutines(g));
	buf_printf(out, " | %s | ", class_row(f->class)->id);
	put_raw_code(out, buf_str(&place));
	buf_puts(out, " |\n");
}

static void put_details(struct buf *out, const struct run_file *r, const struct group *g)
{
	const struct finding *f = g->items[0];
	AUTO_BUF text = { 0 };

	entry_text(&text, r, g, g->len <= TESTS_WHOLE);
	buf_printf(out, "\n<details><summary>%s: ", class_row(f->class)->id);
	put_owner(out, g);
	buf_puts(out, "</summary>\n\n");
	put_pre(out, buf_str(&text));
	buf_puts(out, "\n</details>\n");
}

static bool is_shown(const struct group *g)
{
	return g->items[0]->status != STATUS_ALLOWED;
}

typedef void part_fn(struct buf *out, const struct run_file *r, const struct group *g);

/* Returns how many there was no room for. Each is shown whole or not at all. */
static size_t put_parts(struct buf *out, const struct run_file *r, const struct groups *g,
			part_fn *put, size_t limit)
{
	size_t dropped = 0;

	for (size_t i = 0; i < g->len; i++) {
		AUTO_BUF part = { 0 };

		if (!is_shown(&g->items[i]))
			continue;
		put(&part, r, &g->items[i]);
		if (dropped || out->len + part.len > limit)
			dropped++;
		else
			buf_put(out, buf_str(&part), part.len);
	}
	return dropped;
}

static void put_unchecked(struct buf *out, const struct run_file *r)
{
	size_t n = 0, shown = 0;

	for (size_t i = 0; i < r->packages.len; i++) {
		const struct package_record *p = &r->packages.items[i];

		if (p->checked == CHECKED_YES || !strcmp(p->result, "skip"))
			continue;
		if (n++ >= SHOWN_UNCHECKED)
			continue;
		shown++;
		buf_printf(out, "%s- %s: ", n == 1 ? "\n" : "",
			   p->checked == CHECKED_NO ? "not checked" : "checked in part");
		put_raw_code(out, p->package);
		buf_puts(out, ", ");
		put_raw_code(out, *p->why ? p->why : "no reason is known");
		buf_putc(out, '\n');
	}
	if (n > shown)
		buf_printf(out, "- and %zu more\n", n - shown);
}

static bool any_shown(const struct groups *g)
{
	return g->len && is_shown(&g->items[0]);
}

static bool write_summary(const struct run_file *r, const struct report_options *o, struct buf *out,
			  struct err *err)
{
	AUTO_GROUPS g = { 0 };
	size_t rows = 0, details = 0;

	(void)o;
	(void)err;
	groups_of(&g, r);
	buf_puts(out, "### ");
	summary_put_totals(out, r, &g);
	buf_putc(out, '\n');
	put_unchecked(out, r);
	if (any_shown(&g)) {
		buf_puts(out, "\n| | test | package | goroutines | class | started |\n"
			      "|---|---|---|---:|---|---|\n");
		rows = put_parts(out, r, &g, put_row, TABLE_LIMIT);
		details = put_parts(out, r, &g, put_details, LIMIT);
	}
	if (rows || details)
		buf_printf(out,
			   "\nThere is no room for %zu more rows and %zu more stacks: `straggler "
			   "report term` shows them.\n",
			   rows, details);
	return true;
}

const struct report report_markdown = {
	.name = "markdown",
	.summary = "a table and folded stacks, for a job summary or a comment",
	.write = write_summary,
};
