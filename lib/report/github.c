#include <inttypes.h>
#include <string.h>

#include "report/compared.h"
#include "report/entry.h"
#include "report/place.h"
#include "report/report.h"
#include "report/text.h"

/* The runner shows so many of each kind and drops the rest. */
#define SHOWN 10

/* How the runner reads a command (ActionCommand.cs, actions/runner 2.x): %, carriage return and
 * newline are escaped everywhere, ':' and ',' in a property, too. */
static void put_escaped(struct buf *out, const char *s, const char *special)
{
	for (; *s; s++) {
		if (strchr(special, *s))
			buf_printf(out, "%%%02X", (unsigned int)(unsigned char)*s);
		else
			buf_putc(out, *s);
	}
}

static void put_data(struct buf *out, const char *clean)
{
	put_escaped(out, clean, "%\r\n");
}

static void put_property(struct buf *out, const char *name, const char *raw)
{
	AUTO_BUF clean = { 0 };

	text_clean(&clean, raw);
	buf_printf(out, "%s=", name);
	put_escaped(out, buf_str(&clean), "%\r\n:,");
}

/* The smaller the sooner it is shown. */
static int rank(const struct run_file *r, const struct group *g)
{
	const struct finding *f = g->items[0];

	if (f->status != STATUS_LEAK)
		return f->status == STATUS_NOTE ? 2 : 3;
	for (size_t i = 0; i < g->len; i++)
		if (compared_fails(r, g->items[i]))
			return 0;
	return 1;
}

static void put_place(struct buf *out, const struct run_file *r, const struct finding *f)
{
	const struct place *p = place_of_interest(&r->run, f);
	AUTO_BUF path = { 0 };

	if (!place_repository_file(&path, &r->run, p))
		return;
	put_property(out, "file", buf_str(&path));
	buf_printf(out, ",line=%" PRIu32 ",", p->line ? p->line : 1);
}

static const char *title_of(const struct finding *f)
{
	if (class_row(f->class)->is_growth)
		return f->status == STATUS_LEAK ? "memory leak" : "memory";
	if (f->class == CLASS_MEMORY_SURGE)
		return "memory";
	if (f->status != STATUS_LEAK)
		return "goroutines";
	return class_row(f->class)->unit ? "leak" : "goroutine leak";
}

static void put_command(struct buf *out, const struct run_file *r, const struct group *g)
{
	static const char *const commands[] = { "error", "warning", "notice" };
	const struct finding *f = g->items[0];
	AUTO_BUF title = { 0 }, text = { 0 };

	buf_printf(&title, "%s [%s]", title_of(f), class_row(f->class)->id);
	entry_text(&text, r, g, false);
	buf_printf(out, "::%s ", commands[rank(r, g)]);
	put_place(out, r, f);
	put_property(out, "title", buf_str(&title));
	buf_puts(out, "::");
	put_data(out, buf_str(&text));
	buf_putc(out, '\n');
}

/* Whether a change of those under review may have brought it in. */
static bool is_suspected(const struct group *g)
{
	for (size_t i = 0; i < g->len; i++)
		if (g->items[i]->suspect_commits.len)
			return true;
	return false;
}

/* Groups are in the order of status already: a few passes sort them, what may be this change's doing
 * before what was there. */
static size_t put_commands(struct buf *out, const struct run_file *r, const struct groups *g)
{
	size_t n = 0;

	for (int wanted = 0; wanted <= 5; wanted++) {
		for (size_t i = 0; i < g->len; i++) {
			int last = is_suspected(&g->items[i]) ? 0 : 1;

			if (2 * rank(r, &g->items[i]) + last != wanted)
				continue;
			if (n++ < SHOWN)
				put_command(out, r, &g->items[i]);
		}
	}
	return n;
}

static void put_unchecked(struct buf *out, const struct run_file *r)
{
	AUTO_BUF text = { 0 };

	for (size_t i = 0; i < r->packages.len; i++) {
		const struct package_record *p = &r->packages.items[i];

		if (p->checked == CHECKED_YES || !strcmp(p->result, "skip"))
			continue;
		text_clean(&text, p->package);
		buf_puts(&text,
			 p->checked == CHECKED_NO ? ": not checked: " : ": checked in part: ");
		text_clean(&text, *p->why ? p->why : "no reason is known");
		buf_putc(&text, '\n');
	}
	if (!text.len)
		return;
	buf_puts(out, "::warning title=packages that straggler could not check whole::");
	put_data(out, buf_str(&text));
	buf_putc(out, '\n');
}

static bool write_commands(const struct run_file *r, const struct report_options *o,
			   struct buf *out, struct err *err)
{
	AUTO_GROUPS g = { 0 };
	size_t n;

	(void)o;
	(void)err;
	groups_of(&g, r);
	n = put_commands(out, r, &g);
	if (n > SHOWN)
		buf_printf(out, "straggler: %zu more are not shown here\n", n - SHOWN);
	put_unchecked(out, r);
	return true;
}

const struct report report_github = {
	.name = "github",
	.summary = "annotations for GitHub Actions: the ten that matter most",
	.write = write_commands,
};
