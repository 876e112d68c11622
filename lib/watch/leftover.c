#include "watch/leftover.h"

#include <string.h>

#include "account/key.h"
#include "account/opening.h"
#include "account/places.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/vec.h"
#include "gotest/name.h"

#define BUDGET_NS (20 * NS_PER_S) /* beside the time that the tests took */
#define REPEATS   2
#define MORE      4
#define MANY      20
#define HASTE_NS  (100 * NS_PER_MS) /* to settle while owners are searched for */

/* A search for owners under way. */
struct leftovers {
	struct watch *w;
	int64_t deadline_ns;
	struct sources sources;
	struct words tests; /* that may be owners */
	bool out_of_time;
	struct holdings open; /* of the first run: those that no test was found for yet */
};

static const char *text(struct leftovers *s, const char *t)
{
	return arena_strndup(&s->w->r->arena, t, strlen(t));
}

/* --- which tests ------------------------------------------------------------------------ */

static bool has_finding(const struct watch *w, const char *test)
{
	size_t n = strlen(test);

	for (size_t i = 0; i < w->first.findings.len; i++) {
		const char *other = w->first.findings.items[i].test;

		if (!strncmp(other, test, n) && (!other[n] || other[n] == '/'))
			return true;
	}
	return false;
}

static bool is_listed(const struct words *tests, const char *test)
{
	for (size_t i = 0; i < tests->len; i++)
		if (!strcmp(tests->items[i], test))
			return true;
	return false;
}

/* The trace names only tests that started a goroutine; the RUN lines of a repeat name all. */
static void list_tests(struct leftovers *s, const struct look *all)
{
	for (size_t i = 0; i < all->names.len; i++) {
		const char *name = all->names.items[i];

		if (!strchr(name, '/') && !has_finding(s->w, name) && !is_listed(&s->tests, name))
			VEC_PUSH(&s->tests, text(s, name));
	}
}

/* --- repeats ------------------------------------------------------------------------------ */

/* patient: what is left has all its time to end, before a test is accused of it. False: nothing is
 * known. l is to be released in any case. */
static bool repeat(struct leftovers *s, const struct words *tests, int64_t times, bool patient,
		   struct look *l)
{
	int64_t left_ns = s->deadline_ns - clock_now_ns();
	int64_t settle_ns = patient || s->w->settle_ns < HASTE_NS ? s->w->settle_ns : HASTE_NS;
	bool ok = runs_tally(s->w, &(struct tally){ tests, times, settle_ns, left_ns }, l);

	s->out_of_time |= left_ns <= 0 || l->aborted;
	return ok;
}

static uint32_t count_of(const struct look *l, const struct holding *like)
{
	const struct holding *h = inventory_find(&l->inventory, like);

	return h ? h->count : 0;
}

/* --- findings ------------------------------------------------------------------------------- */

static bool opens(const struct holding *h, enum opening o)
{
	if (h->child)
		return o == OPENING_CHILD;
	switch (h->kind) {
	case DESCRIPTOR_FILE:
		return o == OPENING_FILE;
	case DESCRIPTOR_SOCKET:
		return o == (strstr(h->words, " to ") ? OPENING_CONNECTION : OPENING_LISTENER);
	case DESCRIPTOR_OTHER:
		return o == OPENING_OTHER;
	case DESCRIPTOR_PIPE:
	case DESCRIPTOR_INNER:
		break;
	}
	return false;
}

/* The only caller that opens such things; NULL: there are several, or none is seen. */
static const struct trace_stack *opened_by(const struct look *l, const struct holding *h)
{
	const struct trace_stack *found = NULL;

	for (size_t i = 0; i < l->owners.openings.len; i++) {
		const struct trace_stack *s = l->owners.openings.items[i];

		if (!opens(h, opening_of(s)))
			continue;
		if (found && !opening_same(found, s))
			return NULL;
		found = s;
	}
	return found;
}

/* Where the user's code called, and the way there. */
static void set_places(struct leftovers *s, struct finding *f, const struct trace_stack *stack)
{
	struct arena *a = &s->w->r->arena;
	struct places chain = { 0 };

	places_add_stack(a, &s->sources, &chain, stack, 0);
	while (chain.len > 1 && name_is_std(chain.items[chain.len - 1].function))
		chain.len--;
	f->chain = places_keep(a, &chain);
	f->created_at = f->chain.items[f->chain.len - 1];
	f->user_at = *places_innermost(&f->chain, s->w->binary.module);
}

static void set_key(struct leftovers *s, struct finding *f, const struct holding *h)
{
	char key[KEY_LEN + 1];

	key_make(&(struct key_parts){ .package = f->package,
				      .created_by = class_row(f->class)->id,
				      .file = "",
				      .started = *f->created_at.function ? "" : h->words,
				      .user = f->created_at.function },
		 &s->sources, key);
	f->key = text(s, key);
}

/* What a test is known by when no call is: its first line, in its package's folder. */
static void set_test(struct leftovers *s, struct finding *f)
{
	AUTO_BUF file = { 0 }, function = { 0 };
	struct arena *a = &s->w->r->arena;
	struct places chain = { 0 };
	uint32_t line;

	if (!s->w->spec->dir ||
	    !source_find_test(&s->sources, s->w->spec->dir, f->test, &file, &line))
		return;
	buf_printf(&function, "%s.%s", f->package, f->test);
	VEC_PUSH(&chain, place_make(a, &s->sources, buf_str(&function), buf_str(&file), line));
	f->chain = places_keep(a, &chain);
	f->user_at = f->chain.items[0];
}

/* Of the same call, with other words: one finding. */
static struct finding *same_call(struct leftovers *s, const struct finding *f)
{
	for (size_t i = 0; i < s->w->r->findings.len; i++) {
		struct finding *other = &s->w->r->findings.items[i];

		if (other->class == f->class && f->created_at.line &&
		    !strcmp(other->test, f->test) && other->created_at.line == f->created_at.line &&
		    !strcmp(other->created_at.file, f->created_at.file))
			return other;
	}
	return NULL;
}

static void add_finding(struct leftovers *s, struct finding *f)
{
	struct finding *same = same_call(s, f);
	AUTO_BUF detail = { 0 };

	if (!same) {
		VEC_PUSH(&s->w->r->findings, *f);
		return;
	}
	same->count += f->count;
	if (ends_with(same->detail, ", …"))
		return;
	buf_printf(&detail, "%s, …", same->detail);
	same->detail = text(s, buf_str(&detail));
}

static void forget(struct leftovers *s, const struct holding *h)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->open.len; i++)
		if (!holding_same(&s->open.items[i], h))
			s->open.items[kept++] = s->open.items[i];
	s->open.len = kept;
}

static struct finding make_finding(struct leftovers *s, const struct holding *h, const char *test,
				   uint32_t count)
{
	struct finding f = finding_blank;

	f.package = s->w->r->package.package;
	f.test = text(s, test);
	f.owner = *test ? owner_kind_of(test) : OWNER_UNKNOWN;
	f.class = h->child ? CLASS_UNWAITED_CHILD : CLASS_FD;
	f.detail = text(s, h->words);
	f.status = STATUS_NOTE;
	f.certainty = CERTAINTY_CONFIRMED;
	f.count = count;
	f.settings = "--second-look=always";
	f.seen = f.runs = 2;
	return f;
}

static void accuse(struct leftovers *s, const struct holding *h, const char *test, uint32_t count,
		   const struct trace_stack *stack)
{
	struct finding f = make_finding(s, h, test, count);

	f.status =
	    policy_status(s->w->spec->policy, f.package, test, f.class, class_row(f.class)->status);
	if (stack)
		set_places(s, &f, stack);
	else
		set_test(s, &f);
	f.why = stack ? "no other call of its test opens such a thing"
		      : "the trace does not show which call it was";
	set_key(s, &f, h);
	add_finding(s, &f);
	forget(s, h);
}

/* It grows, but no test was found: in no time, or they leave it together only. */
static void note_rest(struct leftovers *s)
{
	for (size_t i = 0; i < s->open.len; i++) {
		const struct holding *h = &s->open.items[i];
		struct finding f = make_finding(s, h, "", h->count);

		f.why = s->out_of_time ? "there was no time to find its test"
				       : "no test alone leaves it";
		set_key(s, &f, h);
		VEC_PUSH(&s->w->r->findings, f);
	}
}

/* --- the search -------------------------------------------------------------------------- */

/* Whether each of so many more repeats left at least one more. */
static bool grew(const struct look *before, const struct look *after, int64_t repeats,
		 const struct holding *h)
{
	return count_of(after, h) >= count_of(before, h) + (uint32_t)repeats;
}

static bool any_grew(const struct look *twice, const struct look *more)
{
	for (size_t i = 0; i < twice->inventory.left.len; i++)
		if (grew(twice, more, MORE - REPEATS, &twice->inventory.left.items[i]))
			return true;
	return false;
}

/* What two more repeats added to, and many more did, too; what these did not is kept. */
static bool judge_growth(struct leftovers *s, const struct words *test, const struct look *twice,
			 const struct look *more)
{
	struct look many;
	bool found = false;
	bool ok = repeat(s, test, MANY, true, &many) && many.suspects <= many.excused;

	for (size_t i = 0; ok && i < twice->inventory.left.len; i++) {
		const struct holding *h = &twice->inventory.left.items[i];

		if (!grew(twice, more, MORE - REPEATS, h))
			continue;
		if (!grew(more, &many, MANY - MORE, h)) {
			forget(s, h);
			continue;
		}
		accuse(s, h, test->items[0],
		       (count_of(&many, h) - count_of(more, h)) / (MANY - MORE),
		       opened_by(&many, h));
		found = true;
	}
	look_release(&many);
	return found;
}

/* One test: more repeats tell what of it grows. twice is what two left. */
static bool judge_test(struct leftovers *s, const struct words *test, const struct look *twice)
{
	struct look more;
	bool ok = repeat(s, test, MORE, true, &more) && more.suspects <= more.excused;
	bool found = ok && any_grew(twice, &more) && judge_growth(s, test, twice, &more);

	look_release(&more);
	return found;
}

/* Whether what is left may be of more than one run. */
static bool may_grow(const struct look *twice)
{
	for (size_t i = 0; i < twice->inventory.left.len; i++)
		if (twice->inventory.left.items[i].count >= REPEATS)
			return true;
	return false;
}

static bool search(struct leftovers *s, const struct words *tests);

static bool search_halves(struct leftovers *s, const struct words *tests)
{
	struct words first = { .items = tests->items, .len = (tests->len + 1) / 2 };
	struct words rest = { .items = tests->items + first.len, .len = tests->len - first.len };
	bool found = search(s, &first);

	return (rest.len && search(s, &rest)) || found;
}

static bool search(struct leftovers *s, const struct words *tests)
{
	struct look twice;
	bool ok = repeat(s, tests, REPEATS, false, &twice) && may_grow(&twice);
	bool found = false;

	if (ok && tests->len == 1)
		found = twice.suspects <= twice.excused && judge_test(s, tests, &twice);
	look_release(&twice);
	return ok && tests->len > 1 ? search_halves(s, tests) : found;
}

/* What is the same number after two runs is kept. Returns whether anything else is left. */
static bool keep_growing(struct leftovers *s, const struct look *twice)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->open.len; i++)
		if (count_of(twice, &s->open.items[i]) > s->open.items[i].count)
			s->open.items[kept++] = s->open.items[i];
	s->open.len = kept;
	return kept > 0;
}

/* All that the user chose, twice: nothing more, when nothing grows. */
static void search_all(struct leftovers *s)
{
	struct look twice;
	bool ok = repeat(s, NULL, REPEATS, false, &twice);
	bool grows = ok && keep_growing(s, &twice);

	list_tests(s, &twice);
	look_release(&twice);
	if (grows && s->tests.len)
		search(s, &s->tests);
	/* A goroutine that is left may hold the rest. */
	if (ok && !s->w->first.suspects)
		note_rest(s);
}

/* Whether a first run of which all is known left anything. */
static bool left_any(const struct watch *w)
{
	const struct look *l = &w->first;

	return l->trapped && !l->trap_missing && l->traced && !l->trace_error[0] &&
	       l->facts.end == TRACE_TESTS && !l->ran_again && l->inventory.taken &&
	       l->inventory.left.len && !w->r->signal;
}

void leftovers_judge(struct watch *w)
{
	struct leftovers s = { .w = w };
	int64_t budget = BUDGET_NS + w->first.end_ns;

	if (!left_any(w))
		return;
	for (size_t i = 0; i < w->first.inventory.left.len; i++)
		w->r->package.left_open += w->first.inventory.left.items[i].count;
	if (w->second_look != SECOND_LOOK_ALWAYS)
		return;
	w->r->package.left_open = 0;
	if (budget > runs_limit(w))
		budget = runs_limit(w);
	s.deadline_ns = clock_now_ns() + budget;
	for (size_t i = 0; i < w->first.inventory.left.len; i++)
		VEC_PUSH(&s.open, w->first.inventory.left.items[i]);
	search_all(&s);
	VEC_FREE(&s.open);
	VEC_FREE(&s.tests);
	sources_release(&s.sources);
}
