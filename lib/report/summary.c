#include "report/summary.h"

#include <inttypes.h>
#include <string.h>

#include "account/comparison.h"
#include "base/clock.h"
#include "report/compared.h"
#include "report/text.h"

#define WARNINGS_MAX 10

struct tally {
	size_t groups;
	uint64_t goroutines; /* that are still there */
	size_t tolerated;    /* groups that fail nothing */
};

static bool is_tolerated(const struct group *g)
{
	for (size_t i = 0; i < g->len; i++)
		if (!g->items[i]->tolerated)
			return false;
	return true;
}

static struct tally tally_of(const struct groups *g, enum status status)
{
	struct tally t = { 0 };

	for (size_t i = 0; i < g->len; i++) {
		if (g->items[i].items[0]->status != status || g->items[i].items[0]->hang)
			continue;
		t.groups++;
		if (!class_row(g->items[i].items[0]->class)->unit)
			t.goroutines += group_goroutines(&g->items[i]);
		t.tolerated += is_tolerated(&g->items[i]) ? 1 : 0;
	}
	return t;
}

/* A package without tests has nothing to check. */
static bool has_tests(const struct package_record *p)
{
	return strcmp(p->result, "skip") != 0;
}

static size_t packages_where(const struct run_file *r, bool checked_only)
{
	size_t n = 0;

	for (size_t i = 0; i < r->packages.len; i++) {
		const struct package_record *p = &r->packages.items[i];

		n += has_tests(p) && (!checked_only || p->checked != CHECKED_NO) ? 1 : 0;
	}
	return n;
}

static void put_goroutines(struct buf *out, struct tally t)
{
	if (!t.goroutines)
		return;
	buf_puts(out, " (");
	screen_count(out, t.goroutines, "goroutine");
	buf_putc(out, ')');
}

static void put_leaks(struct buf *out, struct tally t)
{
	screen_count(out, t.groups, "leak");
	put_goroutines(out, t);
	if (t.tolerated == t.groups) {
		buf_puts(out, " only reported");
	} else if (t.tolerated) {
		buf_puts(out, ", ");
		text_number(out, t.tolerated);
		buf_puts(out, " of them only reported");
	}
}

static bool same_hung(const struct finding *a, const struct finding *b)
{
	return a->hang && b->hang && !strcmp(a->package, b->package) && !strcmp(a->test, b->test);
}

static size_t count_hung(const struct run_file *r)
{
	const struct finding *f = r->findings.items;
	size_t n = 0;

	for (size_t i = 0; i < r->findings.len; i++) {
		size_t first = 0;

		while (first < i && !same_hung(&f[first], &f[i]))
			first++;
		n += f[i].hang && first == i ? 1 : 0;
	}
	return n;
}

static uint64_t count_left_open(const struct run_file *r)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->packages.len; i++)
		n += r->packages.items[i].left_open;
	return n;
}

static void put_verdict(struct buf *out, const struct run_file *r, const struct groups *g)
{
	struct tally leaks = tally_of(g, STATUS_LEAK), notes = tally_of(g, STATUS_NOTE);
	struct tally allowed = tally_of(g, STATUS_ALLOWED);
	size_t hung = count_hung(r);

	if (r->base.present && (leaks.groups || packages_where(r, true)))
		compared_put_verdict(out, r);
	else if (leaks.groups)
		put_leaks(out, leaks);
	else if (!packages_where(r, true))
		buf_puts(out,
			 packages_where(r, false) ? "no package could be checked" : "no tests ran");
	else if (notes.groups || allowed.groups || hung || count_left_open(r))
		buf_puts(out, "no leaks");
	else
		buf_puts(out, "nothing outlived its test");
	if (hung) {
		buf_puts(out, ", ");
		screen_count(out, hung, "test");
		buf_puts(out, " hung");
	}
	if (notes.groups) {
		buf_puts(out, ", ");
		screen_count(out, notes.groups, "note");
	}
	if (allowed.groups) {
		buf_puts(out, ", ");
		text_number(out, allowed.groups);
		buf_puts(out, " allowed");
		put_goroutines(out, allowed);
	}
}

static void put_tests(struct buf *out, const struct run_file *r)
{
	size_t failed = 0, flaky = 0;

	for (size_t i = 0; i < r->tests.len; i++) {
		bool fail = !strcmp(r->tests.items[i].result, "fail");

		failed += fail ? 1 : 0;
		flaky += !fail && r->tests.items[i].failures ? 1 : 0;
	}
	screen_count(out, r->tests.len, "test");
	if (!failed && !flaky)
		return;
	buf_puts(out, " (");
	if (failed) {
		text_number(out, failed);
		buf_puts(out, flaky ? " failed, " : " failed");
	}
	if (flaky) {
		text_number(out, flaky);
		buf_puts(out, " flaky");
	}
	buf_putc(out, ')');
}

static void put_extent(struct buf *out, const struct run_file *r)
{
	size_t checked = packages_where(r, true), all = packages_where(r, false);
	uint64_t goroutines = 0;
	char duration[32];

	for (size_t i = 0; i < r->packages.len; i++)
		goroutines += r->packages.items[i].goroutines;
	buf_puts(out, "; checked ");
	if (checked != all) {
		text_number(out, checked);
		buf_puts(out, " of ");
	}
	screen_count(out, all, "package");
	buf_puts(out, ", ");
	put_tests(out, r);
	buf_puts(out, ", ");
	screen_count(out, goroutines, "goroutine");
	if (r->end.present)
		buf_printf(out, " in %s", duration_format(r->end.elapsed_ns, duration));
}

static enum style style_of(const struct run_file *r, const struct groups *g)
{
	if (r->base.present ? comparison_fails(r->compared.items, r->compared.len)
			    : tally_of(g, STATUS_LEAK).groups > 0)
		return STYLE_BAD;
	return packages_where(r, true) ? STYLE_GOOD : STYLE_WARN;
}

void summary_put_totals(struct buf *out, const struct run_file *r, const struct groups *g)
{
	buf_puts(out, "straggler: ");
	put_verdict(out, r, g);
	if (packages_where(r, true))
		put_extent(out, r);
}

static void print_totals(struct screen *s, const struct run_file *r, const struct groups *g)
{
	AUTO_BUF line = { 0 };

	summary_put_totals(&line, r, g);
	screen_style(s, style_of(r, g));
	text_wrap(s->out, str_of(buf_str(&line)), s->width - SCREEN_INDENT, SCREEN_INDENT);
	screen_plain(s);
	buf_putc(s->out, '\n');
}

static bool same_reason(const struct package_record *a, const struct package_record *b)
{
	return a->checked == b->checked && !strcmp(a->why, b->why);
}

static bool is_listed(const struct package_record *p)
{
	return p->checked != CHECKED_YES && has_tests(p);
}

/* Whether an earlier package was listed for the same reason, and this with it. */
static bool was_listed(const struct run_file *r, size_t i)
{
	const struct package_record *p = r->packages.items;

	for (size_t j = 0; j < i; j++)
		if (is_listed(&p[j]) && same_reason(&p[j], &p[i]))
			return true;
	return false;
}

static void put_packages_like(struct buf *out, const struct run_file *r, size_t i)
{
	const struct package_record *p = r->packages.items;
	const char *between = "";

	for (size_t j = i; j < r->packages.len; j++) {
		if (!is_listed(&p[j]) || !same_reason(&p[j], &p[i]))
			continue;
		buf_puts(out, between);
		text_clean(out, p[j].package);
		between = ", ";
	}
}

static void print_unchecked(struct screen *s, const struct run_file *r)
{
	for (size_t i = 0; i < r->packages.len; i++) {
		const struct package_record *p = &r->packages.items[i];
		AUTO_BUF line = { 0 };

		if (!is_listed(p) || was_listed(r, i))
			continue;
		buf_puts(&line, p->checked == CHECKED_NO ? "not checked (" : "checked in part (");
		text_clean(&line, *p->why ? p->why : "no reason is known");
		buf_puts(&line, "): ");
		put_packages_like(&line, r, i);
		screen_style(s, STYLE_WARN);
		text_wrap(s->out, str_of(buf_str(&line)), s->width - SCREEN_INDENT, SCREEN_INDENT);
		screen_plain(s);
		buf_putc(s->out, '\n');
	}
}

static void print_not_counted(struct screen *s, uint64_t n, const char *which)
{
	AUTO_BUF line = { 0 };

	if (!n)
		return;
	buf_puts(&line, "not counted: ");
	screen_count(&line, n, "goroutine");
	buf_printf(&line, " %s", which);
	screen_line(s, 0, SCREEN_INDENT, buf_str(&line));
}

static void print_left_open(struct screen *s, const struct run_file *r)
{
	uint64_t n = count_left_open(r);
	AUTO_BUF line = { 0 };

	if (!n)
		return;
	buf_puts(&line, "not looked into: ");
	text_number(&line, n);
	buf_printf(&line, " descriptor%s or child%s left open (--second-look always tells whose)",
		   n == 1 ? "" : "s", n == 1 ? "" : "ren");
	screen_line(s, 0, SCREEN_INDENT, buf_str(&line));
}

static void print_undecided(struct screen *s, const struct run_file *r)
{
	uint64_t gone = 0, open = 0;

	for (size_t i = 0; i < r->packages.len; i++) {
		gone += r->packages.items[i].undecided_gone;
		open += r->packages.items[i].undecided_open;
	}
	print_not_counted(
	    s, gone, "that the first run could not decide on and the second did not see again");
	print_not_counted(s, open,
			  "that the first run could not decide on and nobody could look at again");
}

static void print_repeated(struct screen *s, const struct repeated_record *r)
{
	AUTO_BUF line = { 0 };
	char duration[32];

	if (!r->present)
		return;
	buf_puts(&line, "repeated: ");
	screen_count(&line, r->runs, "more run");
	buf_printf(&line, " in %s", duration_format(r->elapsed_ns, duration));
	if (r->repeats > r->runs + 1) {
		buf_puts(&line, ", a test ");
		text_number(&line, r->repeats);
		buf_puts(&line, " times at most");
	}
	if (r->lost)
		buf_printf(&line, "; %" PRIu32 " more did not come to their end", r->lost);
	if (*r->note)
		buf_puts(&line, "; ");
	text_clean(&line, r->note);
	screen_line(s, 0, SCREEN_INDENT, buf_str(&line));
}

/* What these runs say of the tests decides nothing. */
static void print_unsteady(struct screen *s, const struct repeated_record *r)
{
	AUTO_BUF failing = { 0 }, fresh = { 0 };

	if (r->present && r->failed) {
		buf_printf(&failing,
			   "failed in %" PRIu32 " of %" PRIu32 " of them (test, runs): ", r->failed,
			   r->runs);
		text_clean(&failing, r->failing);
		screen_line(s, SCREEN_INDENT, SCREEN_INDENT, buf_str(&failing));
	}
	if (r->present && *r->fresh) {
		buf_puts(&fresh, "cannot run twice in one process: ");
		text_clean(&fresh, r->fresh);
		screen_line(s, SCREEN_INDENT, SCREEN_INDENT, buf_str(&fresh));
	}
}

static void print_warning(struct screen *s, const struct buf *line)
{
	screen_style(s, STYLE_WARN);
	text_wrap(s->out, str_of(buf_str(line)), s->width - SCREEN_INDENT, SCREEN_INDENT);
	screen_plain(s);
	buf_putc(s->out, '\n');
}

/* A baseline has thousands of allowances: what is odd about them shall not bury the rest. */
static void print_warnings(struct screen *s, const struct run_file *r)
{
	size_t n = r->warnings.len;
	size_t shown = s->options->verbose || n <= WARNINGS_MAX ? n : WARNINGS_MAX;
	AUTO_BUF more = { 0 };

	for (size_t i = 0; i < shown; i++) {
		AUTO_BUF line = { 0 };

		buf_puts(&line, "warning: ");
		text_clean(&line, r->warnings.items[i].place);
		buf_puts(&line, ": ");
		text_clean(&line, r->warnings.items[i].text);
		print_warning(s, &line);
	}
	if (shown == n)
		return;
	buf_puts(&more, "warning: there are ");
	screen_count(&more, n - shown, "more warning");
	buf_puts(&more, ": --verbose shows all");
	print_warning(s, &more);
}

/* Exit codes above 128 are signals' by the shell's convention. */
static void print_interruption(struct screen *s, const struct end_record *end)
{
	const char *signal = end->exit_code > 128 ? sigabbrev_np(end->exit_code - 128) : NULL;

	if (end->present && !signal)
		return;
	screen_style(s, STYLE_WARN);
	if (end->present)
		buf_printf(s->out, "interrupted by SIG%s: this is what was found so far\n", signal);
	else
		buf_puts(s->out,
			 "interrupted: the run did not end, this is what it had found so far\n");
	screen_plain(s);
}

void summary_print(struct screen *s, const struct run_file *r, const struct groups *g)
{
	if (!s->options->quiet || style_of(r, g) != STYLE_GOOD)
		print_totals(s, r, g);
	print_unchecked(s, r);
	print_undecided(s, r);
	print_left_open(s, r);
	print_repeated(s, &r->repeated);
	print_unsteady(s, &r->repeated);
	print_warnings(s, r);
	print_interruption(s, &r->end);
}
