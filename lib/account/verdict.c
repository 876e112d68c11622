#include "account/verdict.h"

#include <string.h>

#include "account/key.h"
#include "account/places.h"
#include "account/waiting.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/vec.h"
#include "gotest/name.h"

#define STACK_MAX 64

struct outer_waits outer_waits(const struct trace_reader *r)
{
	struct outer_waits w = { 0 };
	const struct goroutine *g;
	size_t at = 0;

	while ((g = trace_next(r, &at))) {
		const struct lineage *l = lineage_of(g);

		if (g->id == 1 || name_is_system_goroutine(g->start) || (l && l->system) ||
		    starts_with(g->start, "runtime"))
			continue;
		w.calls |= g->state == GOROUTINE_SYSCALL;
		w.network |= g->state == GOROUTINE_WAITING && !strcmp(g->reason, "network");
	}
	return w;
}

/* One goroutine that is still there. */
struct survivor {
	const struct goroutine *g;     /* NULL: the trace does not know it */
	const struct witness *w;       /* NULL: it is not in the dump */
	const struct lineage *lineage; /* NULL with g */
	struct owner *owner;
};

struct survivors {
	struct survivor *items;
	size_t len, cap;
};

struct bench {
	const struct evidence *e;
	struct classifier classifier;
	struct survivors survivors;
	struct map groups; /* hash of a finding's identity -> index + 1 */
	struct waiting waiting;
	struct map mixed; /* index + 1 of findings whose goroutines have different facts */
	struct map tests; /* hash of its test, class and key -> index of the first such + 1 */
	struct findings *out;
};

static bool is_nobodys(const char *start)
{
	return name_is_system_goroutine(start) || !strcmp(start, "runtime.main") ||
	       !strcmp(start, "testing.tRunner") || !strcmp(start, "testing.fRunner") ||
	       starts_with(start, "testing.(*B).");
}

/* "originating from" sections run from the inside out: the frame above the runner is the
 * test's function. */
static struct owner *owner_by_ancestors(const struct evidence *e, const struct witness *w)
{
	for (size_t i = 1; i < w->ancestors_len; i++)
		if (!strcmp(w->ancestors[i].function, "testing.tRunner") ||
		    !strcmp(w->ancestors[i].function, "testing.fRunner") ||
		    !strcmp(w->ancestors[i].function, "testing.runExample") ||
		    !strcmp(w->ancestors[i].function, "testing.(*B).runN"))
			return owner_by_function(e->owners, w->ancestors[i - 1].function);
	return NULL;
}

static void add_unseen(struct bench *b, const struct witness *w)
{
	struct survivor s = { .w = w };

	if (w->id == 1 || is_nobodys(site_start(w->site)) ||
	    (w->site->len == 1 && starts_with(site_start(w->site), "runtime.")))
		return;
	s.owner = owner_by_ancestors(b->e, w);
	if (!s.owner)
		s.owner = owner_of_unseen(b->e->owners, w->site->created_by.function, w->creator,
					  b->e->binary->has_test_main);
	VEC_PUSH(&b->survivors, s);
}

static void add_from_dump(struct bench *b)
{
	for (size_t i = 0; i < b->e->witnesses->all.len; i++) {
		const struct witness *w = &b->e->witnesses->all.items[i];
		const struct goroutine *g =
		    b->e->owners->trace ? trace_find(b->e->owners->trace, w->id) : NULL;
		const struct lineage *l = g ? lineage_of(g) : NULL;
		struct survivor s = { .g = g, .w = w, .lineage = l };

		if (!l) {
			add_unseen(b, w);
			continue;
		}
		if (l->system || l->root)
			continue;
		s.owner = l->owner;
		VEC_PUSH(&b->survivors, s);
	}
}

static void add_from_trace(struct bench *b)
{
	const struct goroutine *g;
	size_t at = 0;

	while (b->e->owners->trace && (g = trace_next(b->e->owners->trace, &at))) {
		struct survivor s = { .g = g, .lineage = lineage_of(g) };

		if (!s.lineage || s.lineage->system || s.lineage->root ||
		    (b->e->witnesses && witness_find(b->e->witnesses, g->id)))
			continue;
		s.owner = s.lineage->owner;
		VEC_PUSH(&b->survivors, s);
	}
}

/* The frame that tRunner called; NULL: it is no test's own goroutine. A dump for SIGQUIT shows
 * the wrapper of the go statement, too. */
static const struct dump_frame *test_frame(const struct witness *w)
{
	size_t n = w->site->len;

	if (n && strstr(w->site->frames[n - 1].function, ".gowrap"))
		n--;
	return n > 1 && !strcmp(w->site->frames[n - 1].function, "testing.tRunner")
		   ? &w->site->frames[n - 2]
		   : NULL;
}

static bool runs_test(const struct witness *w)
{
	return test_frame(w) != NULL;
}

/* The goroutine of the test that w descends from, by creators that still live; NULL: none. */
static const struct witness *test_of(const struct evidence *e, const struct witness *w)
{
	for (int i = 0; w && i < PLACES_MAX; i++) {
		if (runs_test(w))
			return w;
		w = w->creator ? witness_find(e->witnesses, w->creator) : NULL;
	}
	return NULL;
}

/* It waits for its subtests, or for its turn. */
static bool waits_in_testing(const struct witness *w)
{
	const struct dump_frame *user = site_user(w->site);

	return runs_test(w) && user && str_is(name_package(user->function), "testing");
}

static void add_hung(struct bench *b)
{
	for (size_t i = 0; i < b->e->witnesses->all.len; i++) {
		struct survivor s = { .w = &b->e->witnesses->all.items[i] };
		const struct witness *test = test_of(b->e, s.w);

		if (test && !waits_in_testing(s.w))
			s.owner = owner_by_function(b->e->owners, test_frame(test)->function);
		if (s.owner)
			VEC_PUSH(&b->survivors, s);
	}
}

static const char *keep(const struct evidence *e, const char *s)
{
	return s && s[0] ? arena_strndup(e->arena, s, strlen(s)) : "";
}

static struct place make_place(const struct evidence *e, const char *function, const char *file,
			       uint32_t line)
{
	return place_make(e->arena, e->sources, function, file, line);
}

static void chain_from_lineage(const struct evidence *e, const struct lineage *l,
			       struct places *chain)
{
	if (l->parent && !l->root)
		chain_from_lineage(e, l->parent, chain);
	/* The stack that started the test itself is the test runner's business. */
	if (l->at && !l->root)
		places_add_stack(e->arena, e->sources, chain, l->at, 0);
}

/* A test's own goroutine comes from the first line of its function. */
static void chain_of_test(const struct evidence *e, const struct witness *w, struct places *chain)
{
	const struct dump_frame *f = test_frame(w);
	uint32_t line = source_func_line(e->sources, f->file, f->line);

	VEC_PUSH(chain, make_place(e, f->function, f->file, line ? line : f->line));
}

/* The creators that are in the dump. */
static void chain_of_creators(const struct evidence *e, const struct witness *w,
			      struct places *chain)
{
	const struct dump_frame *c = &w->site->created_by;
	const struct witness *by = witness_find(e->witnesses, w->creator);

	if (by && !runs_test(by) && chain->len < PLACES_MAX)
		chain_of_creators(e, by, chain);
	VEC_PUSH(chain, make_place(e, c->function, c->file, c->line));
}

static void chain_of_hung(const struct evidence *e, const struct witness *w, struct places *chain)
{
	if (runs_test(w))
		chain_of_test(e, w, chain);
	else
		chain_of_creators(e, w, chain);
}

static void chain_from_dump(const struct evidence *e, const struct witness *w, struct places *chain)
{
	const struct dump_frame *c = &w->site->created_by;
	size_t from = w->ancestors_len;

	for (size_t i = 0; i < w->ancestors_len; i++)
		if (place_is_runner(w->ancestors[i].function)) {
			from = i;
			break;
		}
	for (size_t i = from; i-- > 0 && chain->len < PLACES_MAX;)
		VEC_PUSH(chain, make_place(e, w->ancestors[i].function, w->ancestors[i].file,
					   w->ancestors[i].line));
	if (c->function && c->function[0])
		VEC_PUSH(chain, make_place(e, c->function, c->file, c->line));
}

static struct places make_chain(const struct evidence *e, const struct survivor *s)
{
	struct places chain = { 0 };

	if (s->lineage)
		chain_from_lineage(e, s->lineage, &chain);
	if (e->hung && s->w)
		chain_of_hung(e, s->w, &chain);
	else if (!chain.len && s->w)
		chain_from_dump(e, s->w, &chain);
	return places_keep(e->arena, &chain);
}

static struct places make_stack(const struct evidence *e, const struct survivor *s)
{
	struct places stack = { 0 };

	for (size_t i = 0; s->w && i < s->w->site->len && i < STACK_MAX; i++) {
		const struct dump_frame *f = &s->w->site->frames[i];

		VEC_PUSH(&stack, make_place(e, f->function, f->file, f->line));
	}
	for (uint32_t i = 0; !s->w && s->g->last && i < s->g->last->len && i < STACK_MAX; i++) {
		const struct trace_frame *f = &s->g->last->frames[i];

		VEC_PUSH(&stack, make_place(e, f->function, f->file, f->line));
	}
	return places_keep(e->arena, &stack);
}

/* Where it hangs in words of the user's: the first frame outside the standard
 * library, else the first outside the runtime. */
static const struct place *blocked_in(const struct places *stack)
{
	const struct place *outside = NULL;

	for (size_t i = 0; i < stack->len; i++) {
		const struct place *p = &stack->items[i];

		if (!name_is_std(p->function))
			return p;
		if (!outside && !function_is_runtime(p->function))
			outside = p;
	}
	return outside ? outside : stack->len ? &stack->items[0] : &place_nowhere;
}

static bool is_from_timer(const struct place *created)
{
	return !created->function[0] || !strcmp(created->function, "time.goFunc");
}

/* The go statement; that of a timer's goroutine is time.goFunc's, for all of them, and not even
 * that is known without a dump. */
static struct place created_at(const struct places *chain)
{
	return chain->len ? chain->items[chain->len - 1] : place_nowhere;
}

/* The first line of the function that a timer started: a method value has a wrapper
 * around it. */
static struct place timer_function(const struct evidence *e, const struct places *stack)
{
	for (size_t i = stack->len; i-- > 0;) {
		const struct place *p = &stack->items[i];
		uint32_t line = source_func_line(e->sources, p->file, p->line);

		if (strcmp(p->file, "<autogenerated>") != 0)
			return make_place(e, p->function, p->file, line ? line : p->line);
	}
	return place_nowhere;
}

/* Since when it waits, as the trace tells. The dump's minutes may say too many: they count from
 * the collection before the one that first saw it wait. */
static int64_t waited_ns(const struct evidence *e, const struct survivor *s)
{
	bool waits = s->g && s->g->state == GOROUTINE_WAITING && s->g->since_ns;

	return waits && e->now_ns > s->g->since_ns ? e->now_ns - s->g->since_ns : 0;
}

/* Since the trace began, -1: not known. */
static int64_t born_ns_of(const struct evidence *e, const struct survivor *s)
{
	return s->g && s->g->born_here ? owners_since_begin(e->owners, s->g->born_ns) : -1;
}

static enum status status_of(const struct bench *b, const struct survivor *s, enum class_id class)
{
	const struct evidence *e = b->e;

	if (e->hung || s->owner->kind == OWNER_TESTMAIN || s->owner->kind == OWNER_INIT ||
	    s->owner->kind == OWNER_UNKNOWN)
		return STATUS_NOTE;
	return policy_status(e->policy, e->package, owner_top_name(e->owners, s->owner), class,
			     class_row(class)->status);
}

static const char *start_of(const struct survivor *s)
{
	if (s->g && s->g->start[0])
		return s->g->start;
	if (s->w && runs_test(s->w))
		return "testing.tRunner";
	return s->w ? site_start(s->w->site) : "";
}

/* os/exec starts several goroutines for one process, net/http two for a client's connection: they
 * are one leak of the line that led there. */
static bool is_one_of_several(const struct finding *f)
{
	return starts_with(f->created_at.function, "os/exec.") ||
	       !strcmp(f->created_at.function, "net/http.(*Transport).dialConn");
}

static const char *make_key(struct bench *b, const struct finding *f)
{
	bool several = is_one_of_several(f);
	const struct place *at = several ? &f->user_at : &f->created_at;
	bool timer = is_from_timer(at);
	char key[KEY_LEN + 1];

	key_make(&(struct key_parts){ .package = f->package,
				      .created_by = timer ? "time.goFunc" : at->function,
				      .file = timer ? "" : at->file,
				      .line = at->line,
				      .started = several ? "" : f->started,
				      .user = timer ? "" : f->user_at.function },
		 b->e->sources, key);
	return keep(b->e, key);
}

static struct place user_at(struct bench *b, const struct finding *f)
{
	struct place p = is_from_timer(&f->created_at)
			     ? timer_function(b->e, &f->stack)
			     : *places_innermost(&f->chain, b->e->binary->module);

	return p.function[0] ? p : f->created_at;
}

/* Of a hung test: another test's goroutine made its own. */
static bool in_subtest(const struct evidence *e, const struct witness *w)
{
	const struct witness *by = witness_find(e->witnesses, test_of(e, w)->creator);

	return by && runs_test(by);
}

static void name_owner(struct bench *b, const struct survivor *s, struct finding *f)
{
	f->owner = s->owner->kind;
	f->run_index = s->owner->run_index;
	f->test = keep(b->e, owner_top_name(b->e->owners, s->owner));
	f->one_of_subtests = s->owner->parent || (b->e->hung && in_subtest(b->e, s->w));
	if (f->owner == OWNER_TESTMAIN || f->owner == OWNER_INIT || f->owner == OWNER_UNKNOWN)
		f->test = "";
	f->while_tests = s->g && f->owner == OWNER_TESTMAIN
			     ? keep(b->e, owners_running_at(b->e->owners, s->g->born_ns))
			     : "";
}

static enum certainty certainty_of(const struct evidence *e, const struct survivor *s)
{
	if (!s->w)
		return CERTAINTY_OBSERVED;
	if (s->w->leaked)
		return CERTAINTY_PROVEN;
	return e->hung ? CERTAINTY_OBSERVED : CERTAINTY_CONFIRMED;
}

static struct finding make_finding(struct bench *b, const struct survivor *s,
				   const struct verdict_class *v)
{
	const struct evidence *e = b->e;
	struct finding f = finding_blank;

	f.package = e->package;
	f.class = v->id;
	f.detail = keep(e, v->detail);
	f.status = status_of(b, s, v->id);
	f.certainty = certainty_of(e, s);
	f.hang = e->hung ? HANG_STUCK : HANG_NOT;
	f.count = 1;
	f.started = keep(e, start_of(s));
	f.chain = make_chain(e, s);
	f.stack = make_stack(e, s);
	f.wait_reason = keep(e, s->w ? s->w->site->reason : s->g->reason);
	f.wait_ns = waited_ns(e, s);
	f.born_ns = born_ns_of(e, s);
	f.why = keep(e, v->why);
	f.fact = keep(e, v->fact);
	name_owner(b, s, &f);
	f.created_at = created_at(&f.chain);
	f.blocked_at = *blocked_in(&f.stack);
	f.user_at = user_at(b, &f);
	f.key = make_key(b, &f);
	if (is_from_timer(&f.created_at))
		f.created_at = f.user_at;
	return f;
}

static uint64_t hash_text(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * UINT64_C(1099511628211);
	return (h ^ 0xff) * UINT64_C(1099511628211);
}

/* The identity of a finding before it is made: cheap, for a hundred thousand of them. */
static uint64_t identity(const struct survivor *s, const struct verdict_class *v)
{
	uint64_t h = UINT64_C(14695981039346656037);

	h = (h ^ (uintptr_t)s->owner) * UINT64_C(1099511628211);
	h = (h ^ v->id) * UINT64_C(1099511628211);
	h = hash_text(hash_text(h, v->detail), start_of(s));
	if (s->lineage && s->lineage->at)
		h = (h ^ s->lineage->at->hash) * UINT64_C(1099511628211);
	if (s->w)
		h = (h ^ s->w->site->hash) * UINT64_C(1099511628211);
	return h;
}

static bool same_line(const struct place *a, const struct place *b)
{
	return a->line == b->line && !strcmp(a->file, b->file) && !strcmp(a->function, b->function);
}

static bool same_test(const struct finding *a, const struct finding *b)
{
	return finding_same_test(a, b) && a->run_index == b->run_index;
}

static bool same_finding(const struct finding *a, const struct finding *b)
{
	if (a->class != b->class || !same_test(a, b) || strcmp(a->key, b->key) != 0)
		return false;
	if (a->class == CLASS_PROCESS || is_one_of_several(a))
		return same_line(&a->user_at, &b->user_at);
	/* One go statement may start several functions: an allowance may excuse one of them. */
	return !strcmp(a->started, b->started) && same_line(&a->created_at, &b->created_at) &&
	       same_line(&a->blocked_at, &b->blocked_at) && !strcmp(a->detail, b->detail);
}

/* Of what all findings that are the same have in common. */
static uint64_t hash_test(const struct finding *f)
{
	uint64_t h = hash_text(hash_text(UINT64_C(14695981039346656037), f->test), f->key);

	h = (h ^ (uint64_t)f->run_index) * UINT64_C(1099511628211);
	h = (h ^ f->owner) * UINT64_C(1099511628211);
	return (h ^ f->class) * UINT64_C(1099511628211);
}

/* NULL: there is none, and the next that is added will be it. */
static struct finding *find_same(struct bench *b, const struct finding *f)
{
	uint64_t h = hash_test(f);
	uintptr_t *first = map_find(&b->tests, h);

	if (!first)
		map_set(&b->tests, h, b->out->len + 1);
	for (size_t i = first ? *first - 1 : b->out->len; i < b->out->len; i++)
		if (same_finding(&b->out->items[i], f))
			return &b->out->items[i];
	return NULL;
}

static void count_left(struct owner *w)
{
	for (; w; w = w->parent)
		w->left++;
}

/* The weakest of them speaks for all. */
static void count_more(const struct evidence *e, struct finding *f, const struct survivor *s)
{
	enum certainty c = certainty_of(e, s);
	int64_t born_ns = born_ns_of(e, s);

	f->count++;
	if (c < f->certainty)
		f->certainty = c;
	if (f->born_ns < 0 || (born_ns >= 0 && born_ns < f->born_ns))
		f->born_ns = born_ns;
}

/* Facts are those of the first; they may not be the others'. */
static size_t count_alike(struct bench *b, size_t finding, const struct verdict_class *v,
			  const struct survivor *s)
{
	struct finding *f = &b->out->items[finding];

	count_more(b->e, f, s);
	if (strcmp(f->fact, v->fact) != 0)
		map_set(&b->mixed, finding + 1, 1);
	if (!*f->fact)
		f->fact = keep(b->e, v->fact);
	return finding;
}

/* Returns the index of its finding. */
static size_t account_for(struct bench *b, const struct survivor *s)
{
	struct verdict_class v =
	    s->w ? classify(&b->classifier, s->w, s->g) : classify_traced(s->g);
	uint64_t id = identity(s, &v);
	uintptr_t *known = map_find(&b->groups, id);
	struct finding f, *same;

	count_left(s->owner);
	if (known)
		return count_alike(b, *known - 1, &v, s);
	f = make_finding(b, s, &v);
	same = find_same(b, &f);
	if (same) {
		same->wait_ns = f.wait_ns > same->wait_ns ? f.wait_ns : same->wait_ns;
		map_set(&b->groups, id, (uintptr_t)(same - b->out->items) + 1);
		return count_alike(b, (size_t)(same - b->out->items), &v, s);
	}
	VEC_PUSH(b->out, f);
	map_set(&b->groups, id, b->out->len);
	return b->out->len - 1;
}

static void take(struct bench *b, const struct survivor *s)
{
	size_t finding = account_for(b, s);

	if (s->w)
		waiting_add(&b->waiting, finding, s->w);
}

static const char *waited_for(enum class_id class)
{
	switch (class) {
	case CLASS_CHAN_SEND:
	case CLASS_CHAN_RECEIVE:
		return "channel";
	case CLASS_MUTEX:
		return "lock";
	case CLASS_WAITGROUP:
		return "WaitGroup";
	default:
		return NULL;
	}
}

/* "it waits …" */
static void tell_several(struct bench *b, size_t finding)
{
	struct finding *f = &b->out->items[finding];
	AUTO_BUF text = { 0 };

	if (f->count == 1 || !starts_with(f->fact, "it "))
		return;
	buf_printf(&text, "%s of them %s", map_find(&b->mixed, finding + 1) ? "one" : "each",
		   f->fact + strlen("it "));
	f->fact = keep(b->e, buf_str(&text));
}

/* When all are known: who waits for the same. */
static void tell_waiting(struct bench *b, size_t first)
{
	for (size_t i = first; i < b->out->len; i++) {
		struct finding *f = &b->out->items[i];
		const char *noun = waited_for(f->class);
		AUTO_BUF text = { 0 };

		if (!noun) {
			tell_several(b, i);
			continue;
		}
		waiting_tell(&b->waiting, i, f->count, noun, &text);
		if (*f->fact && text.len)
			buf_printf(&text, "; %s", f->fact);
		if (text.len)
			f->fact = keep(b->e, buf_str(&text));
	}
}

static void prepare(struct bench *b)
{
	struct {
		const struct witness **items;
		size_t len, cap;
	} w = { 0 };

	for (size_t i = 0; i < b->survivors.len; i++)
		if (b->survivors.items[i].w)
			VEC_PUSH(&w, b->survivors.items[i].w);
	if (b->e->witnesses)
		classifier_prepare(&b->classifier, b->e->witnesses, w.items, w.len,
				   b->e->scan_budget_ns);
	VEC_FREE(&w);
}

static bool has_ended(const struct owner *w)
{
	return w->end_ns || (w->kind != OWNER_TEST && w->kind != OWNER_FUZZ);
}

static bool counts(const struct evidence *e, const struct survivor *s)
{
	if (e->except && e->except == (s->w ? s->w->id : s->g->id))
		return false;
	return !e->ended_only || has_ended(s->owner);
}

uint64_t verdict_late_panic(const struct evidence *e, struct str message, struct findings *out)
{
	struct bench b = { .e = e, .out = out };
	struct verdict_class v = { CLASS_LATE_PANIC, "", "it panicked while the exit was held",
				   "" };
	const struct witness *w = e->witnesses->all.len ? &e->witnesses->all.items[0] : NULL;
	const struct goroutine *g =
	    w && e->owners->trace ? trace_find(e->owners->trace, w->id) : NULL;
	struct survivor s = { .g = g, .w = w, .lineage = g ? lineage_of(g) : NULL };

	if (!w)
		return 0;
	s.owner = s.lineage ? s.lineage->owner
			    : owner_of_unseen(e->owners, w->site->created_by.function, w->creator,
					      e->binary->has_test_main);
	v.detail = arena_strndup(e->arena, message.p, message.n);
	VEC_PUSH(out, make_finding(&b, &s, &v));
	count_left(s.owner);
	return w->id;
}

void verdict(const struct evidence *e, struct findings *out)
{
	struct bench b = { .e = e, .out = out };
	size_t first = out->len;

	classifier_init(&b.classifier, e->arena, e->memory, e->binary, e->sources);
	if (e->hung)
		add_hung(&b);
	else if (e->witnesses)
		add_from_dump(&b);
	if (!e->hung && (!e->witnesses || !e->dump_whole))
		add_from_trace(&b);
	prepare(&b);
	for (size_t i = 0; i < b.survivors.len; i++)
		if (counts(e, &b.survivors.items[i]))
			take(&b, &b.survivors.items[i]);
	tell_waiting(&b, first);
	waiting_release(&b.waiting);
	VEC_FREE(&b.survivors);
	map_release(&b.groups);
	map_release(&b.mixed);
	map_release(&b.tests);
	classifier_release(&b.classifier);
}
