#include "report/suspects.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "report/entry.h"
#include "report/text.h"

#define SUSPECTS_SHOWN 3
#define SHA_SHOWN      7
#define DAY_S          INT64_C(86400)

/* RFC 3339, UTC, as the run file has it; 0: it is not. */
static int64_t seconds_of(const char *date)
{
	struct tm tm = { 0 };

	return strptime(date, "%Y-%m-%dT%H:%M:%SZ", &tm) ? (int64_t)timegm(&tm) : 0;
}

static void put_ago(struct buf *out, int64_t n, const char *unit)
{
	buf_printf(out, "%" PRId64 " %s%s ago", n, unit, n == 1 ? "" : "s");
}

/* Less than a day. */
static void put_hours(struct buf *out, int64_t seconds)
{
	if (seconds < 60)
		buf_puts(out, "just now");
	else if (seconds < 3600)
		put_ago(out, seconds / 60, "minute");
	else
		put_ago(out, seconds / 3600, "hour");
}

/* How long before the run: what is shown must not change with the day it is shown on. */
static void put_age(struct buf *out, const struct run_record *run, const char *date)
{
	int64_t then_s = seconds_of(date), run_s = seconds_of(run->started), days;

	if (!then_s || !run_s || run_s < then_s) {
		text_clean(out, date);
		return;
	}
	days = (run_s - then_s) / DAY_S;
	if (days == 0)
		put_hours(out, run_s - then_s);
	else if (days < 60)
		put_ago(out, days, "day");
	else if (days < 730)
		put_ago(out, days / 30, "month");
	else
		put_ago(out, days / 365, "year");
}

static void put_reason(struct buf *out, const struct suspect_reason *r)
{
	text_clean(out, r->text);
	if (!*r->file)
		return;
	buf_puts(out, " at ");
	text_clean(out, r->file);
	if (r->line)
		buf_printf(out, ":%" PRIu32, r->line);
}

static void put_commit(struct buf *out, const struct run_record *run,
		       const struct suspect_commit *c)
{
	if (*c->sha) {
		AUTO_BUF sha = { 0 };

		text_clean(&sha, c->sha);
		buf_put(out, buf_str(&sha), strnlen(buf_str(&sha), SHA_SHOWN));
		buf_putc(out, ' ');
		text_clean(out, c->author);
		buf_puts(out, ", ");
		put_age(out, run, c->date);
		buf_puts(out, ": ");
	}
	text_clean(out, c->summary);
}

static void print_suspect(struct screen *s, const char *label, const struct suspect_commit *c)
{
	size_t shown = s->options->verbose ? c->reasons.len : 1;
	AUTO_BUF line = { 0 };

	put_commit(&line, s->run, c);
	if (!s->options->verbose && c->reasons.len) {
		buf_puts(&line, " (");
		put_reason(&line, &c->reasons.items[0]);
		buf_putc(&line, ')');
	}
	screen_entry(s, label, buf_str(&line));
	for (size_t i = 0; i < shown && s->options->verbose; i++) {
		buf_reset(&line);
		put_reason(&line, &c->reasons.items[i]);
		screen_entry(s, "", buf_str(&line));
	}
}

/* Findings of one group have the same go statement; where one has no suspects another may. */
static const struct finding *most_telling(const struct group *g)
{
	for (size_t i = 0; i < g->len; i++)
		if (g->items[i]->suspect_commits.len)
			return g->items[i];
	return g->items[0];
}

void suspects_print(struct screen *s, const struct group *g)
{
	const struct finding *f = most_telling(g);
	size_t n = f->suspect_commits.len;
	AUTO_BUF note = { 0 };

	if (n > SUSPECTS_SHOWN && !s->options->verbose)
		n = SUSPECTS_SHOWN;
	for (size_t i = 0; i < n; i++)
		print_suspect(s, i ? "" : "suspect", &f->suspect_commits.items[i]);
	if (!f->suspect_note || !*f->suspect_note)
		return;
	text_clean(&note, f->suspect_note);
	screen_entry(s, n ? "" : "suspect", buf_str(&note));
}

static bool write_suspects(const struct run_file *r, const struct report_options *o,
			   struct buf *out, struct err *err)
{
	struct report_options all = *o;
	struct screen s;
	AUTO_GROUPS g = { 0 };

	(void)err;
	all.verbose = true;
	s = screen_of(r, &all, out);
	groups_of(&g, r);
	for (size_t i = 0; i < g.len; i++) {
		if (g.items[i].items[0]->status != STATUS_LEAK)
			continue;
		entry_print_head(&s, &g.items[i]);
		suspects_print(&s, &g.items[i]);
		buf_putc(out, '\n');
	}
	return true;
}

const struct report report_suspects = {
	.name = "suspects",
	.summary = "the leaks and the commits that may have brought them in",
	.write = write_suspects,
};
