#include "account/repeats.h"

#include <inttypes.h>
#include <string.h>

#include "account/policy.h"
#include "base/vec.h"

#define DOUBTS_MOST 5 /* two rounds and more */

/* The name spaces of tallies. */
enum space { PACKAGE = 'p', TEST = 't', KEY = 'k', LEAK = 'l' /* a key of one test */ };

/* A run that is being added. */
struct adding {
	struct repeats *r;
	const struct run_file *run;
	const char *settings;
	struct map failed; /* of texts: repeats of tests that did not pass */
	struct map taken;  /* of tallies: leaks that this run is the first to have */
	uint32_t number;   /* of the run, 1-based */
};

static const char *keep(struct repeats *r, const struct buf *text)
{
	return texts_keep(&r->texts, text->data, text->len);
}

static struct repeats_tally *tally_of(struct repeats *r, enum space space, const char *package,
				      const char *name)
{
	AUTO_BUF text = { 0 };
	const uintptr_t *at;
	uintptr_t id;

	buf_printf(&text, "%c%s\1%s", space, package, name);
	id = (uintptr_t)keep(r, &text);
	at = map_find(&r->by_name, id);
	if (at)
		return &r->tallies.items[*at - 1];
	VEC_PUSH(&r->tallies,
		 ((struct repeats_tally){ .name = texts_keep(&r->texts, name, strlen(name)) }));
	map_set(&r->by_name, id, r->tallies.len);
	return &r->tallies.items[r->tallies.len - 1];
}

static void count(struct repeats_tally *t, uint32_t run, bool plain)
{
	if (t->last_run != run) {
		t->last_run = run;
		t->in_run = t->failed_in_run = 0;
		t->first_failed = false;
		t->runs++;
		t->plain += plain;
	}
	t->in_run++;
	t->repeats++;
}

static bool is_plain(const struct adding *a)
{
	return !*a->settings;
}

/* What watchers look for by repeats of their own: stress leaves no time for them. */
static bool is_searched(const struct finding *f)
{
	return class_row(f->class)->counted && !class_row(f->class)->is_figure;
}

static struct repeats_tally *key_tally(struct repeats *r, const struct finding *f)
{
	return tally_of(r, KEY, f->package, f->key);
}

static struct repeats_tally *leak_tally(struct repeats *r, const struct finding *f)
{
	AUTO_BUF name = { 0 };

	buf_printf(&name, "%s\1%s", f->key, f->test);
	return tally_of(r, LEAK, f->package, buf_str(&name));
}

static bool ended_well(const struct test_record *t)
{
	return !strcmp(t->result, "pass") || !strcmp(t->result, "skip");
}

/* --- tests ---------------------------------------------------------------------------- */

static uintptr_t repeat_id(struct repeats *r, const char *package, const char *test, uint32_t n)
{
	AUTO_BUF text = { 0 };

	buf_printf(&text, "r%s\1%s\1%" PRIu32, package, test, n);
	return (uintptr_t)keep(r, &text);
}

static bool is_checked_in_part(const struct run_file *run, const char *package)
{
	for (size_t i = 0; i < run->packages.len; i++)
		if (!strcmp(run->packages.items[i].package, package))
			return run->packages.items[i].checked == CHECKED_PART;
	return false;
}

static void add_test(struct adding *a, const struct test_record *test)
{
	struct repeats *r = a->r;
	struct repeats_tally *t = tally_of(r, TEST, test->package, test->test);

	count(t, a->number, is_plain(a));
	t->in_doubt = is_checked_in_part(a->run, test->package);
	if (ended_well(test))
		return;
	map_set(&a->failed, repeat_id(r, test->package, test->test, t->in_run), 1);
	if (strcmp(test->result, "fail") != 0)
		return;
	t->failed_in_run++;
	t->first_failed |= t->in_run == 1;
}

/* A test that passes, and from then on never again, does not stand what it left behind. What it did
 * leave is worth another run when this one could not tell. */
static void find_fresh(struct repeats_tally *t)
{
	if (t->doubts < DOUBTS_MOST)
		t->doubts += t->in_doubt;
	t->fresh |= !t->in_doubt || t->doubts == DOUBTS_MOST;
}

static void judge(struct adding *a)
{
	for (size_t i = 0; i < a->r->tallies.len; i++) {
		struct repeats_tally *t = &a->r->tallies.items[i];

		if (t->last_run != a->number || !t->failed_in_run || strchr(t->name, '/'))
			continue;
		if (!t->first_failed && t->failed_in_run == t->in_run - 1)
			find_fresh(t);
		else if (t->passed)
			t->failed++;
	}
}

static void add_packages(struct adding *a)
{
	for (size_t i = 0; i < a->run->packages.len; i++) {
		const struct package_record *p = &a->run->packages.items[i];

		if (p->checked != CHECKED_NO)
			count(tally_of(a->r, PACKAGE, p->package, ""), a->number, is_plain(a));
	}
}

/* --- leaks ---------------------------------------------------------------------------- */

/* The test passed in the first run, and not in the repeat that left this. */
static bool failed_there(struct adding *a, const struct finding *f)
{
	const struct repeats_tally *t = tally_of(a->r, TEST, f->package, f->test);
	uint32_t repeat = f->repeat ? f->repeat : 1;

	return t->passed && map_find(&a->failed, repeat_id(a->r, f->package, f->test, repeat));
}

/* Goroutines with the finding's key in its repeat. */
static uint64_t count_alike(const struct run_file *run, const struct finding *f)
{
	uint64_t n = 0;

	for (size_t i = 0; i < run->findings.len; i++) {
		const struct finding *other = &run->findings.items[i];

		if (other->repeat == f->repeat && !strcmp(other->key, f->key) &&
		    !strcmp(other->package, f->package))
			n += other->count;
	}
	return n;
}

/* A note, such as a run makes of what it cannot decide, is less than a leak. */
static bool counts_as_leak(const struct finding *f)
{
	return f->status != STATUS_NOTE || f->hang;
}

/* What the first run only observed, and another one knows. */
static void forget_observed(struct run_file *first, const struct finding *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < first->findings.len; i++) {
		const struct finding *old = &first->findings.items[i];

		if (counts_as_leak(old) || old->certainty != CERTAINTY_OBSERVED ||
		    strcmp(old->key, f->key) != 0 || !finding_same_test(old, f))
			first->findings.items[kept++] = *old;
	}
	first->findings.len = kept;
}

static void take(struct adding *a, const struct finding *from)
{
	struct finding f = *from;
	AUTO_BUF line = { 0 }, fact = { 0 };

	if (!is_plain(a))
		f.settings = a->settings;
	if (f.status == STATUS_LEAK && *f.allowance && count_alike(a->run, &f) <= f.allowed)
		f.status = STATUS_ALLOWED;
	if (f.status == STATUS_LEAK && failed_there(a, &f)) {
		f.status = STATUS_NOTE;
		buf_printf(&fact, "%s%sits test failed in that run", f.fact, *f.fact ? "; " : "");
		f.fact = buf_str(&fact);
	}
	if (counts_as_leak(&f))
		forget_observed(a->r->first, &f);
	record_write_finding(&line, &f);
	record_read_line(a->r->first, line.data, line.len - 1, NULL);
}

static bool is_repeatable(const struct finding *f)
{
	return *f->key && !class_row(f->class)->is_figure && f->hang != HANG_SLOW;
}

/* Notes the first repeat of each leak that is new. Returns how many those are. */
static size_t find_new(struct adding *a)
{
	size_t new = 0;

	for (size_t i = 0; i < a->run->findings.len; i++) {
		const struct finding *f = &a->run->findings.items[i];
		struct repeats_tally *t = is_repeatable(f) ? leak_tally(a->r, f) : NULL;
		const uintptr_t *repeat;
		uintptr_t id;

		if (!t || (f->status != STATUS_LEAK && !f->hang))
			continue;
		id = (uintptr_t)(t - a->r->tallies.items);
		repeat = map_find(&a->taken, id);
		if ((t->taken && !repeat) || (repeat && *repeat <= f->repeat))
			continue;
		new += !t->taken;
		t->taken = true;
		map_set(&a->taken, id, f->repeat);
	}
	return new;
}

/* Of a leak that is new the first repeat that shows it is taken, with all that it left. A run's
 * findings come in the order of its goroutines. */
static size_t add_findings(struct adding *a)
{
	size_t new = find_new(a);

	for (size_t i = 0; i < a->run->findings.len; i++) {
		const struct finding *f = &a->run->findings.items[i];
		struct repeats_tally *t;
		const uintptr_t *repeat;

		if (!is_repeatable(f))
			continue;
		count(key_tally(a->r, f), a->number, is_plain(a));
		t = leak_tally(a->r, f);
		count(t, a->number, is_plain(a));
		repeat = map_find(&a->taken, (uintptr_t)(t - a->r->tallies.items));
		if (repeat && *repeat == f->repeat)
			take(a, f);
	}
	return new;
}

static size_t add(struct adding *a)
{
	size_t new;

	add_packages(a);
	for (size_t i = 0; i < a->run->tests.len; i++)
		add_test(a, &a->run->tests.items[i]);
	judge(a);
	new = add_findings(a);
	map_release(&a->failed);
	map_release(&a->taken);
	return new;
}

/* --- all runs -------------------------------------------------------------------------- */

void repeats_begin(struct repeats *r, struct run_file *first)
{
	struct adding a = { .r = r, .run = first, .settings = "", .number = 1 };

	r->first = first;
	r->texts.arena = &r->arena;
	add_packages(&a);
	for (size_t i = 0; i < first->tests.len; i++) {
		const struct test_record *test = &first->tests.items[i];
		struct repeats_tally *t = tally_of(r, TEST, test->package, test->test);

		count(t, 1, true);
		if (t->in_run == 1)
			t->passed = ended_well(test);
	}
	for (size_t i = 0; i < first->findings.len; i++)
		if (is_repeatable(&first->findings.items[i])) {
			struct repeats_tally *t = leak_tally(r, &first->findings.items[i]);

			count(t, 1, true);
			t->taken |= counts_as_leak(&first->findings.items[i]);
			count(key_tally(r, &first->findings.items[i]), 1, true);
		}
}

static uint32_t failures(const struct repeats *r)
{
	uint32_t n = 0;

	for (size_t i = 0; i < r->tallies.len; i++)
		n += r->tallies.items[i].failed;
	return n;
}

size_t repeats_add(struct repeats *r, const struct run_file *run, const char *settings)
{
	struct adding a = { .r = r, .run = run, .settings = settings, .number = ++r->added + 1 };
	uint32_t before = failures(r);
	size_t new = add(&a);

	r->failed += failures(r) > before ? 1 : 0;
	return new;
}

void repeats_fresh(const struct repeats *r, struct words *tests)
{
	for (size_t i = 0; i < r->tallies.len; i++) {
		size_t k = 0;

		while (k < tests->len && strcmp(tests->items[k], r->tallies.items[i].name) != 0)
			k++;
		if (r->tallies.items[i].fresh && k == tests->len)
			VEC_PUSH(tests, r->tallies.items[i].name);
	}
}

/* A run without the test, or in which the package could not be checked, could not see it. */
static uint32_t runs_of(struct repeats *r, const struct finding *f)
{
	const struct repeats_tally *package = tally_of(r, PACKAGE, f->package, "");
	bool plain = is_searched(f);
	uint32_t checked = plain ? package->plain : package->runs;

	if (*f->test) {
		const struct repeats_tally *test = tally_of(r, TEST, f->package, f->test);
		uint32_t runs = plain ? test->plain : test->runs;

		return runs < checked ? runs : checked;
	}
	return checked;
}

static void tell_findings(struct repeats *r)
{
	for (size_t i = 0; i < r->first->findings.len; i++) {
		struct finding *f = &r->first->findings.items[i];
		uint32_t runs;

		if (!is_repeatable(f))
			continue;
		runs = runs_of(r, f);
		f->seen = key_tally(r, f)->runs;
		f->runs = runs > f->seen ? runs : f->seen;
	}
}

static void put_name(struct buf *out, const struct repeats_tally *t)
{
	buf_printf(out, "%s%s", out->len ? ", " : "", t->name);
}

void repeats_end(struct repeats *r, struct repeated_record *record)
{
	AUTO_BUF failing = { 0 }, fresh = { 0 };

	*record = (struct repeated_record){
		.present = true, .runs = r->added, .failed = r->failed, .note = ""
	};
	for (size_t i = 0; i < r->tallies.len; i++) {
		const struct repeats_tally *t = &r->tallies.items[i];

		if (t->failed) {
			put_name(&failing, t);
			buf_printf(&failing, " %" PRIu32, t->failed);
		}
		if (t->fresh)
			put_name(&fresh, t);
	}
	for (size_t i = 0; i < r->first->tests.len; i++) {
		const struct test_record *test = &r->first->tests.items[i];
		uint32_t repeats = tally_of(r, TEST, test->package, test->test)->repeats;

		record->repeats = repeats > record->repeats ? repeats : record->repeats;
	}
	record->failing = arena_strndup(&r->arena, buf_str(&failing), failing.len);
	record->fresh = arena_strndup(&r->arena, buf_str(&fresh), fresh.len);
	tell_findings(r);
}

void repeats_release(struct repeats *r)
{
	map_release(&r->by_name);
	VEC_FREE(&r->tallies);
	texts_release(&r->texts);
	arena_clear(&r->arena);
}
