#include "account/owner.h"

#include <string.h>

#include "account/opening.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/vec.h"
#include "gotest/name.h"

enum { MARK_RUN_LINE = 1, MARK_BENCH_LINE };

/* The place of a function in a stack, -1: not there. */
static int find_frame(const struct trace_stack *s, const char *function)
{
	for (uint32_t i = 0; s && i < s->len; i++)
		if (!strcmp(s->frames[i].function, function))
			return (int)i;
	return -1;
}

static bool has_prefix(const struct trace_stack *s, const char *prefix)
{
	for (uint32_t i = 0; s && i < s->len; i++)
		if (starts_with(s->frames[i].function, prefix))
			return true;
	return false;
}

static bool is_init(const char *function)
{
	struct str top = name_outermost(function);

	return str_is(top, "init") || str_starts(top, "init.");
}

static struct owner *new_owner(struct owners *o, enum owner_kind kind)
{
	struct owner *w = ARENA_NEW(&o->arena, struct owner);

	w->kind = kind;
	w->function = "";
	w->run_index = -1;
	return w;
}

static void keep_opening(struct owners *o, const struct trace_stack *s)
{
	for (size_t i = 0; i < o->openings.len; i++)
		if (o->openings.items[i] == s)
			return;
	VEC_PUSH(&o->openings, trace_stack_hold(o->trace, s));
}

/* Every RUN line is written through the printer's lock: see gotest/name.h's
 * neighbour facts in src/testing/testing.go, (*chattyPrinter).Updatef. */
static uint32_t mark(void *ctx, const struct trace_stack *s)
{
	struct owners *o = ctx;

	if (o->keep_openings && opening_of(s))
		keep_opening(o, s);
	if (find_frame(s, "testing.(*chattyPrinter).Updatef") < 0)
		return 0;
	if (find_frame(s, "testing.(*B).Run") >= 0)
		return MARK_BENCH_LINE;
	return find_frame(s, "testing.(*T).Run") >= 0 ||
		       find_frame(s, "testing.(*F).Fuzz.func1") >= 0 ||
		       find_frame(s, "testing.runFuzzTests") >= 0
		   ? MARK_RUN_LINE
		   : 0;
}

static void marked(void *ctx, struct goroutine *g, int64_t time_ns, uint32_t what)
{
	struct owners *o = ctx;

	map_set(what == MARK_RUN_LINE ? &o->writes : &o->bench_writes, g->id, (uintptr_t)time_ns);
}

static bool claim_write(struct map *writes, struct owner *w, uint64_t creator)
{
	uintptr_t *at = map_find(writes, creator);

	if (!at)
		return false;
	w->write_ns = (int64_t)*at;
	map_del(writes, creator);
	return true;
}

static bool is_test_owner(const struct owner *w)
{
	return w->kind == OWNER_TEST || w->kind == OWNER_FUZZ;
}

/* A new test, subtest, seed or fuzz target. */
static struct owner *start_test(struct owners *o, const struct goroutine *g,
				const struct goroutine *creator, struct owner *from)
{
	struct owner *w = new_owner(o, OWNER_TEST);

	if (from && is_test_owner(from)) {
		w->parent = from;
		w->kind = from->kind;
	}
	if (!strcmp(g->start, "testing.fRunner"))
		w->kind = OWNER_FUZZ;
	w->start_ns = g->born_ns;
	w->before = o->alive;
	if (w->parent && g->created_at)
		w->run_at = trace_stack_hold(o->trace, g->created_at);
	o->unclaimed |= !claim_write(&o->writes, w, creator ? creator->id : 0);
	VEC_PUSH(&o->all, w);
	return w;
}

/* A benchmark's first round comes behind its RUN line, the others follow from the same
 * goroutine: src/testing/benchmark.go, (*B).Run. */
static struct owner *start_benchmark(struct owners *o, const struct goroutine *g,
				     struct owner *from)
{
	struct owner *w = map_get(&o->benchmarks, g->creator);

	if (w && strcmp(g->start, "testing.(*B).run1.func1") != 0)
		return w;
	w = new_owner(o, OWNER_BENCHMARK);
	w->parent = from && from->kind == OWNER_BENCHMARK ? from : NULL;
	w->start_ns = g->born_ns;
	claim_write(&o->bench_writes, w, g->creator);
	map_put(&o->benchmarks, g->creator, w);
	VEC_PUSH(&o->all, w);
	return w;
}

/* An owner that is known by the name of its function alone: an example has no
 * goroutine of its own, a timer no creator. */
static struct owner *by_function(struct owners *o, enum owner_kind kind, struct str function)
{
	struct owner *w;

	for (size_t i = 0; i < o->all.len; i++) {
		w = o->all.items[i];
		if (!w->parent && w->kind == kind && str_is(function, w->function))
			return w;
	}
	w = new_owner(o, kind);
	w->function = arena_strndup(&o->arena, function.p, function.n);
	VEC_PUSH(&o->all, w);
	return w;
}

/* As go test takes names: the prefix, then no lower-case letter. */
static bool is_named(struct str name, const char *prefix)
{
	return str_skip(&name, prefix) && (!name.n || name.p[0] < 'a' || name.p[0] > 'z');
}

static bool kind_by_name(struct str name, enum owner_kind *kind)
{
	static const struct {
		const char *prefix;
		enum owner_kind kind;
	} prefixes[] = {
		{ "Test", OWNER_TEST },
		{ "Benchmark", OWNER_BENCHMARK },
		{ "Example", OWNER_EXAMPLE },
		{ "Fuzz", OWNER_FUZZ },
	};

	if (str_is(name, "TestMain")) {
		*kind = OWNER_TESTMAIN;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (is_named(name, prefixes[i].prefix)) {
			*kind = prefixes[i].kind;
			return true;
		}
	return false;
}

struct owner *owner_by_function(struct owners *o, const char *function)
{
	struct str name = name_outermost(function);
	enum owner_kind kind;

	if (!kind_by_name(name, &kind))
		return NULL;
	if (kind == OWNER_TESTMAIN)
		return o->main;
	return by_function(
	    o, kind, (struct str){ .p = function, .n = (size_t)(name.p + name.n - function) });
}

/* Without a creator the closure's name is all there is: "pkg.TestX.func1". */
static struct owner *by_start_name(struct owners *o, const char *start)
{
	struct owner *w = owner_by_function(o, start);

	return w ? w : o->unknown;
}

static struct owner *made_on_main(struct owners *o, const struct goroutine *g)
{
	int at = find_frame(g->created_at, "testing.runExample");

	if (at > 0)
		return by_function(o, OWNER_EXAMPLE,
				   str_of(g->created_at->frames[at - 1].function));
	for (uint32_t i = 0; g->created_at && i < g->created_at->len; i++)
		if (is_init(g->created_at->frames[i].function))
			return o->init;
	return o->main;
}

/* A child's creation stack shows the function of the test that made it: the frame
 * above the runner. */
static void learn_function(struct owners *o, struct owner *w, const struct trace_stack *s)
{
	static const char *const runners[] = { "testing.tRunner", "testing.fRunner",
					       "testing.(*B).runN" };

	if (w->function[0])
		return;
	for (size_t i = 0; i < ARRAY_LEN(runners); i++) {
		int at = find_frame(s, runners[i]);

		if (at > 0) {
			const char *f = s->frames[at - 1].function;

			w->function = arena_strndup(&o->arena, f, strlen(f));
			return;
		}
	}
}

static bool starts_test(const struct goroutine *g)
{
	return (!strcmp(g->start, "testing.tRunner") &&
		!has_prefix(g->created_at, "testing/synctest.")) ||
	       !strcmp(g->start, "testing.fRunner");
}

static bool starts_benchmark(const struct goroutine *g)
{
	return !strcmp(g->start, "testing.(*B).run1.func1") ||
	       !strcmp(g->start, "testing.(*B).launch");
}

static struct owner *find_owner(struct owners *o, const struct goroutine *g,
				const struct goroutine *creator)
{
	const struct lineage *from = creator ? creator->user : NULL;

	if (starts_test(g))
		return start_test(o, g, creator, from ? from->owner : NULL);
	if (starts_benchmark(g))
		return start_benchmark(o, g, from ? from->owner : NULL);
	if (!g->creator)
		return by_start_name(o, g->start);
	if (!from || from->owner == o->main)
		return made_on_main(o, g);
	if (from->system)
		return o->unknown; /* a finalizer, a cleanup: whoever made the object */
	return from->owner;
}

static void count_birth(struct owners *o, struct owner *w)
{
	if (w->kind != OWNER_TESTMAIN && w->kind != OWNER_INIT)
		o->started++;
	for (; w; w = w->parent) {
		w->started++;
		if (++w->alive > w->peak)
			w->peak = w->alive;
	}
}

static void created(void *ctx, struct goroutine *g, struct goroutine *creator)
{
	struct owners *o = ctx;
	struct lineage *l = calloc(1, sizeof(*l));
	struct lineage *from = creator ? creator->user : NULL;

	if (!l)
		abort();
	l->refs = 1;
	l->system = name_is_system_goroutine(g->start);
	l->root = starts_test(g) || starts_benchmark(g);
	l->owner = find_owner(o, g, creator);
	o->signals |= starts_with(g->start, "os/signal.");
	if (from && !l->root) {
		learn_function(o, from->owner, g->created_at);
		l->parent = from;
		from->refs++;
	} else if (from) {
		learn_function(o, from->owner, g->created_at);
	}
	if (g->created_at)
		l->at = trace_stack_hold(o->trace, g->created_at);
	g->user = l;
	if (l->system)
		return;
	o->alive++;
	curve_add(&o->curve, g->born_ns, o->alive);
	if (!l->root)
		count_birth(o, l->owner);
}

static void drop(struct owners *o, struct lineage *l)
{
	while (l && --l->refs == 0) {
		struct lineage *parent = l->parent;

		trace_stack_drop(o->trace, l->at);
		free(l);
		l = parent;
	}
}

static void count_death(struct owners *o, const struct goroutine *g, const struct lineage *l,
			int64_t time_ns)
{
	o->alive--;
	curve_add(&o->curve, time_ns, o->alive);
	if (l->root && starts_test(g)) {
		l->owner->after = o->alive;
		l->owner->end_ns = time_ns;
		return;
	}
	if (!l->root)
		for (struct owner *w = l->owner; w; w = w->parent)
			w->alive--;
}

static void ended(void *ctx, struct goroutine *g, int64_t time_ns)
{
	struct owners *o = ctx;
	struct lineage *l = g->user;

	map_del(&o->writes, g->id);
	map_del(&o->bench_writes, g->id);
	map_del(&o->benchmarks, g->id);
	if (!l)
		return;
	if (!l->system)
		count_death(o, g, l, time_ns);
	g->user = NULL;
	drop(o, l);
}

void owners_init(struct owners *o, struct trace_hooks *hooks)
{
	*o = (struct owners){ 0 };
	o->main = new_owner(o, OWNER_TESTMAIN);
	o->init = new_owner(o, OWNER_INIT);
	o->unknown = new_owner(o, OWNER_UNKNOWN);
	*hooks = (struct trace_hooks){
		.ctx = o,
		.created = created,
		.ended = ended,
		.mark = mark,
		.marked = marked,
	};
}

static int by_write_time(const void *a, const void *b)
{
	const struct owner *x = *(struct owner *const *)a, *y = *(struct owner *const *)b;

	return (x->write_ns > y->write_ns) - (x->write_ns < y->write_ns);
}

static void finish_curve(struct owners *o)
{
	struct trace_facts facts = { 0 };

	if (o->trace)
		trace_facts(o->trace, &facts);
	o->begin_ns = facts.first_ns;
	if (o->curve.len && facts.last_ns > o->curve.end_ns)
		curve_reach(&o->curve, facts.last_ns);
}

void owners_finish(struct owners *o)
{
	struct {
		struct owner **items;
		size_t len, cap;
	} written = { 0 };

	for (size_t i = 0; i < o->all.len; i++)
		if (o->all.items[i]->write_ns)
			VEC_PUSH(&written, o->all.items[i]);
	if (written.len)
		qsort(written.items, written.len, sizeof(struct owner *), by_write_time);
	for (size_t i = 0; i < written.len; i++) {
		struct owner *w = written.items[i];

		w->run_index = w->kind == OWNER_BENCHMARK ? o->bench_lines++ : o->run_lines++;
	}
	VEC_FREE(&written);
	finish_curve(o);
}

int64_t owners_since_begin(const struct owners *o, int64_t ns)
{
	return ns > o->begin_ns ? ns - o->begin_ns : 0;
}

void owners_release(struct owners *o)
{
	size_t at = 0;
	struct goroutine *g;

	while (o->trace && (g = trace_next(o->trace, &at))) {
		drop(o, g->user);
		g->user = NULL;
	}
	for (size_t i = 0; i < o->all.len; i++)
		if (o->all.items[i]->run_at)
			trace_stack_drop(o->trace, o->all.items[i]->run_at);
	for (size_t i = 0; i < o->openings.len; i++)
		trace_stack_drop(o->trace, o->openings.items[i]);
	VEC_FREE(&o->openings);
	VEC_FREE(&o->all);
	map_release(&o->writes);
	map_release(&o->bench_writes);
	map_release(&o->benchmarks);
	arena_clear(&o->arena);
}

const struct lineage *lineage_of(const struct goroutine *g)
{
	return g->user;
}

bool owner_is_suspect(const struct goroutine *g)
{
	const struct lineage *l = g->user;

	return l && !l->system && !l->root && l->owner->kind != OWNER_TESTMAIN &&
	       l->owner->kind != OWNER_INIT;
}

const char *owner_top_name(struct owners *o, const struct owner *w)
{
	struct str name;

	while (w->parent)
		w = w->parent;
	if (!w->function[0])
		return "";
	name = name_outermost(w->function);
	return arena_strndup(&o->arena, name.p, name.n);
}

#define RUNNING_SHOWN 5

const char *owners_running_at(struct owners *o, int64_t ns)
{
	AUTO_BUF names = { 0 };
	int n = 0;

	for (size_t i = 0; i < o->all.len && n < RUNNING_SHOWN; i++) {
		const struct owner *w = o->all.items[i];

		if (w->parent || !w->start_ns || w->start_ns > ns ||
		    (w->end_ns && w->end_ns < ns) || !w->function[0])
			continue;
		buf_printf(&names, "%s%s", n++ ? ", " : "", owner_top_name(o, w));
	}
	return arena_strndup(&o->arena, buf_str(&names), names.len);
}

struct owner *owner_of_unseen(struct owners *o, const char *created_by, uint64_t creator,
			      bool has_test_main)
{
	const struct goroutine *g = creator && o->trace ? trace_find(o->trace, creator) : NULL;
	const struct lineage *l = g ? g->user : NULL;

	if (l)
		return l->system ? o->unknown : l->owner;
	if (is_init(created_by))
		return o->init;
	if (str_is(name_outermost(created_by), "TestMain"))
		return o->main;
	if (creator == 1)
		return has_test_main ? o->main : o->init;
	return o->unknown;
}
