#include "report/entry.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "report/place.h"
#include "report/rerun.h"
#include "report/rows.h"
#include "report/suspects.h"
#include "report/text.h"

#define CHAIN_SHOWN 4 /* places between the go statement and the test */
#define TESTS_SHOWN 5
#define FACTS_SHOWN 3

/* Of what was only seen when the trace ended nobody knows that it never goes on. */
static bool may_go_on(const struct finding *f)
{
	return f->hang || (f->certainty == CERTAINTY_OBSERVED && class_row(f->class)->waits);
}

void entry_cause(struct buf *out, const struct finding *f)
{
	if (may_go_on(f))
		class_waits(out, f->class);
	else
		class_cause(out, f->class, f->detail);
}

void entry_owner(struct buf *out, const struct finding *f)
{
	static const char *const nameless[] = {
		[OWNER_TEST] = "a test",           [OWNER_EXAMPLE] = "an example",
		[OWNER_BENCHMARK] = "a benchmark", [OWNER_FUZZ] = "a fuzz target",
		[OWNER_TESTMAIN] = "TestMain",     [OWNER_INIT] = "init",
		[OWNER_PACKAGE] = "all tests",     [OWNER_UNKNOWN] = "unknown test",
	};

	if (f->one_of_subtests)
		buf_puts(out, "a subtest of ");
	if (*f->test)
		text_clean(out, f->test);
	else
		buf_puts(out, nameless[f->owner]);
}

/* Those that read the same, wherever each of them hangs. */
static bool same_cause(const struct finding *a, const struct finding *b)
{
	return a->class == b->class && !strcmp(a->detail, b->detail);
}

static const char *stuck_label(enum class_id class)
{
	if (class == CLASS_SPIN)
		return "runs";
	return class == CLASS_LATE_PANIC ? "panics" : "stuck";
}

/* Those that hang at one place, for whatever cause. */
static bool same_place(const struct finding *a, const struct finding *b)
{
	return !strcmp(stuck_label(a->class), stuck_label(b->class)) &&
	       place_equal(&a->blocked_at, &b->blocked_at);
}

typedef bool same_fn(const struct finding *a, const struct finding *b);

/* Whether item i is the first of those that are the same. */
static bool is_first(const struct group *g, size_t i, same_fn *same)
{
	for (size_t j = 0; j < i; j++)
		if (same(g->items[j], g->items[i]))
			return false;
	return true;
}

static int by_test(const void *a, const void *b)
{
	const struct finding *x = *(const struct finding *const *)a;
	const struct finding *y = *(const struct finding *const *)b;

	return x->owner != y->owner ? (x->owner < y->owner ? -1 : 1) : strcmp(x->test, y->test);
}

/* Each of 20,000 subtests may be one. */
static size_t count_tests(const struct group *g)
{
	struct arena scratch = { 0 };
	const struct finding **sorted = arena_alloc(&scratch, (g->len + 1) * sizeof(*sorted));
	size_t n = 0;

	for (size_t i = 0; i < g->len; i++)
		sorted[i] = g->items[i];
	qsort(sorted, g->len, sizeof(*sorted), by_test);
	for (size_t i = 0; i < g->len; i++)
		n += !i || !finding_same_test(sorted[i - 1], sorted[i]) ? 1 : 0;
	arena_clear(&scratch);
	return n;
}

static uint64_t goroutines_like(const struct group *g, size_t i, same_fn *same)
{
	uint64_t n = 0;

	for (size_t j = i; j < g->len; j++)
		n += same(g->items[i], g->items[j]) ? g->items[j]->count : 0;
	return n;
}

static void put_title(struct buf *out, const struct group *g)
{
	static const char *const words[] = {
		[STATUS_LEAK] = "LEAK",
		[STATUS_ALLOWED] = "ALLOWED",
		[STATUS_NOTE] = "NOTE",
	};
	const struct finding *f = g->items[0];
	size_t more = count_tests(g) - 1;

	buf_printf(out, "--- %s: ", f->hang ? "HUNG" : words[f->status]);
	entry_owner(out, f);
	if (more) {
		buf_puts(out, " and ");
		text_number(out, more);
		buf_puts(out, more == 1 ? " more test" : " more tests");
	}
	if (*f->package) {
		buf_puts(out, " (");
		text_clean(out, f->package);
		buf_putc(out, ')');
	}
}

static void print_title(struct screen *s, const struct group *g)
{
	AUTO_BUF title = { 0 };

	put_title(&title, g);
	screen_style(s, g->items[0]->status == STATUS_LEAK ? STYLE_BAD : STYLE_WARN);
	text_wrap(s->out, str_of(buf_str(&title)), s->width - SCREEN_INDENT, SCREEN_INDENT);
	screen_plain(s);
	buf_putc(s->out, '\n');
}

static void put_count(struct buf *out, const struct class_row *row, uint64_t n)
{
	screen_count(out, n, row->unit ? row->unit : "goroutine");
	buf_puts(out, n == 1 || row->is_figure ? " " : ": each ");
}

static void print_cause(struct screen *s, const struct finding *f, uint64_t n)
{
	const struct class_row *row = class_row(f->class);
	AUTO_BUF raw = { 0 }, line = { 0 };

	if (!row->is_growth)
		put_count(&line, row, n);
	entry_cause(&raw, f);
	text_clean(&line, buf_str(&raw));
	screen_style(s, STYLE_STRONG);
	text_spaces(s->out, SCREEN_INDENT);
	text_wrap(s->out, str_of(buf_str(&line)), s->width - SCREEN_INDENT, SCREEN_INDENT);
	screen_plain(s);
	buf_putc(s->out, '\n');
}

static void print_causes(struct screen *s, const struct group *g)
{
	for (size_t i = 0; i < g->len; i++)
		if (is_first(g, i, same_cause))
			print_cause(s, g->items[i], goroutines_like(g, i, same_cause));
}

/* The weakest of the group speaks for all. */
static enum certainty certainty_of(const struct group *g)
{
	enum certainty c = CERTAINTY_PROVEN;

	for (size_t i = 0; i < g->len; i++)
		if (g->items[i]->certainty < c)
			c = g->items[i]->certainty;
	return c;
}

/* What wakes up again and again waits for a moment each time: how long is nobody's question. */
static int64_t longest_wait_ns(const struct group *g)
{
	int64_t ns = 0;

	for (size_t i = 0; i < g->len; i++)
		if (g->items[i]->class != CLASS_TICKER && g->items[i]->wait_ns > ns)
			ns = g->items[i]->wait_ns;
	return ns;
}

static void put_certainty(struct buf *out, enum certainty c, bool one, bool verbose)
{
	switch (c) {
	case CERTAINTY_PROVEN:
		buf_printf(out, "proven: nothing can ever wake %s", one ? "it" : "them");
		return;
	case CERTAINTY_CONFIRMED:
		buf_puts(out,
			 verbose ? "confirmed: still there after time to finish" : "confirmed");
		return;
	case CERTAINTY_OBSERVED:
		buf_printf(out, "observed: there when the trace ended, no second witness");
		return;
	}
}

static bool same_class(const struct finding *a, const struct finding *b)
{
	return a->class == b->class;
}

static void put_classes(struct buf *out, const struct group *g)
{
	for (size_t i = 0; i < g->len; i++)
		if (is_first(g, i, same_class))
			buf_printf(out, "%s%s", i ? " and " : "",
				   class_row(g->items[i]->class)->id);
}

static void print_hang(struct screen *s, struct buf *line, const struct finding *f)
{
	buf_puts(line, ", when time was over; ");
	if (f->certainty == CERTAINTY_PROVEN)
		buf_puts(line, "proven deadlock: it hung again, and nothing can ever wake it");
	else
		buf_puts(line,
			 f->hang == HANG_STUCK
			     ? "no goroutine of this test could go on by itself"
			     : "the test may be slow: a goroutine of it ran, slept or did I/O");
	screen_line(s, SCREEN_INDENT, 0, buf_str(line));
}

static void print_certainty(struct screen *s, const struct group *g)
{
	const struct finding *f = g->items[0];
	int64_t wait_ns = longest_wait_ns(g);
	AUTO_BUF line = { 0 };
	char duration[32];

	put_classes(&line, g);
	if (class_row(f->class)->is_figure) {
		buf_printf(&line, ", %s", class_row(f->class)->counted);
		screen_line(s, SCREEN_INDENT, 0, buf_str(&line));
		return;
	}
	if (f->hang) {
		print_hang(s, &line, f);
		return;
	}
	buf_puts(&line, ", ");
	if (class_row(f->class)->unit)
		buf_printf(&line, "confirmed: %s", class_row(f->class)->counted);
	else
		put_certainty(&line, certainty_of(g), group_goroutines(g) == 1,
			      s->options->verbose);
	if (wait_ns > 0)
		buf_printf(&line, "; %s over %s", f->class == CLASS_SPIN ? "running" : "waiting",
			   duration_format(wait_ns, duration));
	if (f->runs > 1 && !class_row(f->class)->unit)
		buf_printf(&line, "; seen %" PRIu32 " of %" PRIu32, f->seen, f->runs);
	if (f->repeats && f->repeats_seen < f->repeats)
		buf_printf(&line,
			   "; left by %" PRIu32 " of %" PRIu32 " repeats, first by repeat %" PRIu32,
			   f->repeats_seen, f->repeats, f->repeat);
	screen_line(s, SCREEN_INDENT, 0, buf_str(&line));
}

static void add(struct rows *rows, const struct screen *s, const char *label,
		const struct finding *f, const struct place *p)
{
	if (place_is_known(p))
		rows_add(rows, s, label, f->package, p);
}

/* The lines that a reader looks for: what was started, where it hangs. */
static void add_strong(struct rows *rows, const struct screen *s, const char *label,
		       const struct finding *f, const struct place *p)
{
	if (place_is_known(p))
		rows_add(rows, s, label, f->package, p)->strong = true;
}

/* Where the user's innermost place is in the chain; all of it is outside of that
 * when it is not in there. */
static size_t user_index(const struct finding *f)
{
	size_t i = f->chain.len;

	while (i > 0 && !place_equal(&f->chain.items[i - 1], &f->user_at))
		i--;
	return i ? i - 1 : f->chain.len;
}

/* Outside of the user's innermost place the libraries in between say little. */
static bool is_shown(const struct screen *s, const struct finding *f, const struct place *p)
{
	return !place_equal(p, &f->created_at) &&
	       (s->options->verbose || place_is_users(s->run, p));
}

/* From the user's innermost place outwards; the test's own line is always among
 * them. */
static void add_chain(struct rows *rows, const struct screen *s, const struct finding *f)
{
	size_t left = 0, shown = 0, end = user_index(f);

	for (size_t i = 0; i < end; i++)
		left += is_shown(s, f, &f->chain.items[i]) ? 1 : 0;
	for (size_t i = end; i-- > 0;) {
		if (!is_shown(s, f, &f->chain.items[i]))
			continue;
		left--;
		if (shown + 1 >= CHAIN_SHOWN && left && !s->options->verbose)
			continue;
		add(rows, s, shown ? "" : "from", f, &f->chain.items[i]);
		shown++;
	}
}

/* Libraries between the user's innermost place and the go statement. */
static void add_between(struct rows *rows, const struct screen *s, const struct finding *f)
{
	for (size_t i = user_index(f) + 1; i < f->chain.len; i++)
		if (!place_equal(&f->chain.items[i], &f->created_at))
			add(rows, s, "through", f, &f->chain.items[i]);
}

static void add_origin(struct rows *rows, const struct screen *s, const struct finding *f)
{
	const struct class_row *row = class_row(f->class);
	const char *label = row->began ? row->began : "started";

	/* Of what was not started by a goroutine perhaps no more is known than the test. */
	if (row->unit && !place_is_known(&f->created_at))
		label = "in";

	if (!place_is_known(&f->user_at) || place_equal(&f->user_at, &f->created_at)) {
		add_strong(rows, s, label, f, &f->created_at);
		return;
	}
	add_strong(rows, s, label, f, &f->user_at);
	if (s->options->verbose)
		add_between(rows, s, f);
	add(rows, s, "inside", f, &f->created_at);
}

/* The innermost place of the user's code in the stack, NULL when it has none. */
static const struct place *users_place(const struct screen *s, const struct finding *f)
{
	for (size_t i = 0; i < f->stack.len; i++)
		if (place_is_users(s->run, &f->stack.items[i]))
			return &f->stack.items[i];
	return NULL;
}

/* "go http.Serve(l, nil)" is compiled into a function of its own, gowrap1, at the same line: where
 * that hangs says nothing that the go statement does not, the function that it calls does. */
static const struct place *called_by_go(const struct finding *f)
{
	for (size_t i = f->stack.len; i-- > 1;)
		if (strstr(f->stack.items[i].function, ".gowrap") &&
		    place_equal(&f->stack.items[i], &f->blocked_at))
			return &f->stack.items[i - 1];
	return NULL;
}

/* Where the user's code waits, and below it where that ends up. */
static void add_stuck(struct rows *rows, const struct screen *s, const struct finding *f)
{
	const char *label = stuck_label(f->class);
	const struct place *called = called_by_go(f);
	bool users = place_is_users(s->run, &f->blocked_at);
	const struct place *above = users ? NULL : users_place(s, f);

	if (called) {
		add_strong(rows, s, label, f, called);
		return;
	}
	if (!above) {
		add_strong(rows, s, label, f, &f->blocked_at);
		return;
	}
	add_strong(rows, s, label, f, above);
	add(rows, s, "inside", f, &f->blocked_at);
}

static void print_places(struct screen *s, const struct group *g)
{
	const struct finding *f = g->items[0];
	AUTO_ROWS rows = { 0 };

	add_origin(&rows, s, f);
	if (f->status == STATUS_LEAK || f->hang || class_row(f->class)->is_figure ||
	    s->options->verbose) {
		add_chain(&rows, s, f);
		for (size_t i = 0; i < g->len && !class_row(f->class)->is_growth; i++)
			if (is_first(g, i, same_place))
				add_stuck(&rows, s, g->items[i]);
	}
	rows_print(&rows, s);
}

static void print_other_tests(struct screen *s, const struct group *g)
{
	size_t others = count_tests(g) - 1, shown = 0;
	AUTO_BUF line = { 0 };

	for (size_t i = 1; i < g->len; i++) {
		uint64_t n = goroutines_like(g, i, finding_same_test);

		if (!is_first(g, i, finding_same_test))
			continue;
		if (shown == TESTS_SHOWN && !s->options->verbose)
			break;
		buf_puts(&line, shown++ ? ", " : "");
		entry_owner(&line, g->items[i]);
		if (n > 1)
			buf_printf(&line, " (%" PRIu64 ")", n);
	}
	if (others > shown)
		buf_printf(&line, " and %zu more", others - shown);
	if (others)
		screen_entry(s, "also", buf_str(&line));
}

static void print_text(struct screen *s, const char *label, const char *raw)
{
	AUTO_BUF clean = { 0 };

	text_clean(&clean, raw);
	if (clean.len)
		screen_entry(s, label, buf_str(&clean));
}

static bool same_fact(const struct finding *a, const struct finding *b)
{
	return !strcmp(a->fact, b->fact);
}

/* "TestA and 2 more": whose goroutines a fact is of, when it is not of the whole group. */
static void put_knowers(struct buf *out, const struct group *g, size_t first)
{
	struct arena scratch = { 0 };
	const struct finding **same = arena_alloc(&scratch, g->len * sizeof(*same));
	struct group of = { .items = same };

	for (size_t i = first; i < g->len; i++)
		if (same_fact(g->items[i], g->items[first]))
			same[of.len++] = g->items[i];
	if (of.len < g->len) {
		size_t more = count_tests(&of) - 1;

		buf_puts(out, " (");
		entry_owner(out, of.items[0]);
		if (more) {
			buf_puts(out, " and ");
			text_number(out, more);
			buf_puts(out, " more");
		}
		buf_putc(out, ')');
	}
	arena_clear(&scratch);
}

static void print_facts(struct screen *s, const struct group *g)
{
	size_t shown = 0;

	for (size_t i = 0; i < g->len && shown < FACTS_SHOWN; i++) {
		AUTO_BUF line = { 0 };

		if (!*g->items[i]->fact || !is_first(g, i, same_fact))
			continue;
		text_clean(&line, g->items[i]->fact);
		put_knowers(&line, g, i);
		screen_entry(s, shown++ ? "" : "known", buf_str(&line));
	}
}

static bool is_of_one_class(const struct group *g)
{
	for (size_t i = 1; i < g->len; i++)
		if (!same_class(g->items[0], g->items[i]))
			return false;
	return true;
}

/* Of several classes each has its own. */
static void print_advice(struct screen *s, const struct group *g)
{
	bool one = is_of_one_class(g);

	for (size_t i = 0; i < g->len; i++) {
		const struct class_row *row = class_row(g->items[i]->class);
		AUTO_BUF line = { 0 };

		if (!is_first(g, i, same_class))
			continue;
		if (!one)
			buf_printf(&line, "%s: ", row->id);
		buf_puts(&line, row->usually);
		screen_entry(s, i ? "" : "usually", buf_str(&line));
	}
}

static void print_commands(struct screen *s, const struct finding *f)
{
	AUTO_BUF again = { 0 }, excuse = { 0 };

	rerun_command(&again, s->run, f);
	screen_command(s, "again", buf_str(&again));
	if (!*f->key || f->hang)
		return;
	buf_puts(&excuse, "straggler allow ");
	text_clean(&excuse, f->key);
	screen_command(s, "excuse", buf_str(&excuse));
}

/* Why it is a leak though there is an allowance, or why it fails nothing. */
static void print_standing(struct screen *s, const struct finding *f)
{
	AUTO_BUF line = { 0 };

	if (f->status != STATUS_LEAK)
		return;
	if (*f->allowance) {
		text_clean(&line, f->allowance);
		buf_puts(&line, " allows ");
		text_number(&line, f->allowed);
		buf_puts(&line, " in this package, here are more");
		screen_entry(s, "beyond", buf_str(&line));
	}
	if (f->tolerated)
		screen_entry(s, "mode", "report: it is only shown, the run does not fail of it");
}

static void print_evidence(struct screen *s, const struct finding *f)
{
	AUTO_ROWS rows = { 0 };

	print_text(s, "key", f->key);
	print_text(s, "reason", f->wait_reason);
	print_text(s, "why", f->why);
	for (size_t i = 0; i < f->stack.len; i++)
		add(&rows, s, i ? "" : "stack", f, &f->stack.items[i]);
	rows_print(&rows, s);
}

static void print_allowed(struct screen *s, const struct group *g)
{
	const struct finding *f = g->items[0];
	const char *unit = class_row(f->class)->unit;
	AUTO_BUF line = { 0 };

	put_title(&line, g);
	buf_puts(&line, ": ");
	screen_count(&line, group_goroutines(g), unit ? unit : "goroutine");
	buf_printf(&line, " [%s]", class_row(f->class)->id);
	if (*f->allowance) {
		buf_puts(&line, " by ");
		text_clean(&line, f->allowance);
	}
	if (*f->reason) {
		buf_puts(&line, ": ");
		text_clean(&line, f->reason);
	}
	screen_line(s, 0, SCREEN_INDENT, buf_str(&line));
}

void entry_print(struct screen *s, const struct group *g)
{
	const struct finding *f = g->items[0];

	if (f->status == STATUS_ALLOWED) {
		print_allowed(s, g);
		return;
	}
	print_title(s, g);
	print_causes(s, g);
	print_certainty(s, g);
	print_places(s, g);
	print_facts(s, g);
	print_other_tests(s, g);
	print_text(s, "while", f->while_tests);
	print_standing(s, f);
	print_advice(s, g);
	suspects_print(s, g);
	if (f->status == STATUS_LEAK || f->hang || s->options->verbose)
		print_commands(s, f);
	if (s->options->verbose)
		print_evidence(s, f);
}

void entry_print_head(struct screen *s, const struct group *g)
{
	AUTO_ROWS rows = { 0 };

	print_title(s, g);
	add_origin(&rows, s, g->items[0]);
	rows_print(&rows, s);
}

void entry_text(struct buf *out, const struct run_file *r, const struct group *g, bool verbose)
{
	struct report_options plain = { .verbose = verbose };
	struct screen s = screen_of(r, &plain, out);

	entry_print(&s, g);
}
