#include <stdarg.h>
#include <string.h>

#include "account/owner.h"
#include "base/str.h"
#include "base/vec.h"
#include "unit.h"

#define BASE_REFS 1000 /* hand-made stacks are never freed by the table */

/* The trace's hooks, driven by hand. */
struct fixture {
	struct owners owners;
	struct trace_hooks hooks;
	struct arena arena;
	struct {
		struct trace_stack **items;
		size_t len, cap;
	} stacks;
	struct {
		struct goroutine **items;
		size_t len, cap;
	} goroutines;
	struct goroutine main; /* is older than the trace */
	int64_t now_ns;
};

static void set_up(struct fixture *f)
{
	*f = (struct fixture){ .main = { .id = 1, .start = "runtime.main" }, .now_ns = 100 };
	owners_init(&f->owners, &f->hooks);
	f->owners.trace = trace_new(&f->hooks);
}

static void dies(struct fixture *f, struct goroutine *g)
{
	f->hooks.ended(f->hooks.ctx, g, f->now_ns++);
}

/* Once all have ended every stack that was held has been dropped again. */
static void tear_down(struct fixture *f)
{
	struct trace_reader *trace = f->owners.trace;

	for (size_t i = 0; i < f->goroutines.len; i++)
		dies(f, f->goroutines.items[i]);
	VEC_FREE(&f->goroutines);
	owners_release(&f->owners);
	trace_free(trace);
	for (size_t i = 0; i < f->stacks.len; i++)
		assert_int_equal(f->stacks.items[i]->refs, BASE_REFS);
	VEC_FREE(&f->stacks);
	arena_clear(&f->arena);
}

/* Functions, leaf first, ended by NULL. */
static const struct trace_stack *stack(struct fixture *f, ...)
{
	struct trace_stack *s =
	    arena_alloc(&f->arena, sizeof(*s) + 16 * sizeof(struct trace_frame));
	const char *function;
	va_list ap;

	s->refs = BASE_REFS;
	va_start(ap, f);
	while ((function = va_arg(ap, const char *)))
		s->frames[s->len++] = (struct trace_frame){ function, "/m.go", 1 };
	va_end(ap);
	VEC_PUSH(&f->stacks, s);
	return s;
}

static struct goroutine *born(struct fixture *f, struct goroutine *creator, const char *start,
			      const struct trace_stack *at)
{
	struct goroutine *g = ARENA_NEW(&f->arena, struct goroutine);

	g->id = 10 + f->stacks.len + (uint64_t)f->now_ns;
	g->creator = creator ? creator->id : 0;
	g->born_here = true;
	g->born_ns = f->now_ns++;
	g->start = start;
	g->created_at = at;
	f->hooks.created(f->hooks.ctx, g, creator);
	VEC_PUSH(&f->goroutines, g);
	return g;
}

static const struct owner *owner_of(const struct goroutine *g)
{
	return lineage_of(g)->owner;
}

/* Its RUN line, then the goroutine. */
static struct goroutine *test_born(struct fixture *f, struct goroutine *parent,
				   const char *function)
{
	const struct trace_stack *writes =
	    stack(f, "syscall.write", "testing.(*chattyPrinter).Updatef", "testing.(*T).Run", NULL);
	const struct trace_stack *at =
	    function
		? stack(f, "testing.(*T).Run", function, "testing.tRunner", NULL)
		: stack(f, "testing.(*T).Run", "testing.runTests.func1", "testing.tRunner", NULL);
	uint32_t mark = f->hooks.mark(f->hooks.ctx, writes);

	assert_int_not_equal(mark, 0);
	f->hooks.marked(f->hooks.ctx, parent, f->now_ns++, mark);
	return born(f, parent, "testing.tRunner", at);
}

static struct goroutine *child_of(struct fixture *f, struct goroutine *g, const char *function)
{
	return born(f, g, "m.helper.func1",
		    stack(f, "m.helper", function, "testing.tRunner", NULL));
}

static void what_a_test_starts_is_its_own(void **state)
{
	struct goroutine *test, *child, *grandchild;
	struct fixture f;

	(void)state;
	set_up(&f);
	test = test_born(&f, &f.main, NULL);
	child = child_of(&f, test, "m.TestA");
	grandchild = born(&f, child, "m.inner", stack(&f, "m.helper.func1", NULL));
	assert_int_equal(owner_of(test)->kind, OWNER_TEST);
	assert_ptr_equal(owner_of(child), owner_of(test));
	assert_ptr_equal(owner_of(grandchild), owner_of(test));
	assert_string_equal(owner_top_name(&f.owners, owner_of(grandchild)), "TestA");
	assert_true(owner_is_suspect(child) && owner_is_suspect(grandchild));
	assert_false(owner_is_suspect(test) || owner_is_suspect(&f.main));
	assert_null(owner_of(test)->parent);
	assert_ptr_equal(lineage_of(grandchild)->parent, lineage_of(child));
	tear_down(&f);
}

static void the_curve_follows_all_but_the_runtime(void **state)
{
	struct goroutine *test, *child;
	struct fixture f;
	const struct curve *c = &f.owners.curve;

	(void)state;
	set_up(&f);
	test = test_born(&f, &f.main, NULL);
	child = child_of(&f, test, "m.TestA");
	born(&f, child, "runtime.bgsweep", NULL);
	dies(&f, child);
	assert_int_equal(c->begin_ns, test->born_ns);
	assert_true(c->len == 1 && c->peak[0] == 2 && c->last[0] == 1);
	owners_finish(&f.owners);
	assert_int_equal(owners_since_begin(&f.owners, test->born_ns), test->born_ns);
	tear_down(&f);
}

/* The creators are dead by the end. */
static void a_lineage_outlives_its_creators(void **state)
{
	struct goroutine *test, *child, *grandchild;
	const struct lineage *l;
	struct fixture f;

	(void)state;
	set_up(&f);
	test = test_born(&f, &f.main, NULL);
	child = child_of(&f, test, "m.TestA");
	grandchild = born(&f, child, "m.inner", stack(&f, "m.helper.func1", NULL));
	dies(&f, child);
	dies(&f, test);
	l = lineage_of(grandchild);
	assert_true(owner_is_suspect(grandchild));
	assert_string_equal(l->parent->at->frames[1].function, "m.TestA");
	assert_true(l->parent->parent->root);
	dies(&f, grandchild);
	tear_down(&f);
}

static void goroutines_are_counted_by_owner(void **state)
{
	struct goroutine *a, *b, *sub, *c, *d;
	const struct owner *w;
	struct fixture f;

	(void)state;
	set_up(&f);
	a = test_born(&f, &f.main, NULL);
	b = child_of(&f, a, "m.TestA");
	assert_int_equal(owner_of(a)->peak, 1);
	sub = test_born(&f, a, "m.TestA");
	c = child_of(&f, sub, "m.TestA.func1");
	dies(&f, b);
	d = child_of(&f, sub, "m.TestA.func1");
	dies(&f, d);
	w = owner_of(a);
	assert_true(w->before == 0 && w->started == 3 && w->peak == 2 && w->alive == 1);
	w = owner_of(sub);
	assert_true(w->before == 2 && w->started == 2 && w->peak == 2 && w->alive == 1);
	assert_ptr_equal(w->parent, owner_of(a));
	dies(&f, sub);
	assert_true(w->after == 2 && w->end_ns == f.now_ns - 1);
	assert_int_equal(owner_of(a)->end_ns, 0);
	assert_int_equal(f.owners.started, 3);
	dies(&f, c);
	assert_int_equal(w->alive, 0);
	tear_down(&f);
}

static void run_lines_are_numbered_by_their_writes(void **state)
{
	struct goroutine *a, *sub, *late;
	const struct owner *of_a, *of_sub, *of_late;
	struct fixture f;

	(void)state;
	set_up(&f);
	a = test_born(&f, &f.main, NULL);
	f.now_ns = 300;
	late = test_born(&f, &f.main, NULL);
	f.now_ns = 200; /* told later, written before */
	sub = test_born(&f, a, "m.TestA");
	of_a = owner_of(a);
	of_sub = owner_of(sub);
	of_late = owner_of(late);
	owners_finish(&f.owners);
	assert_true(of_a->run_index == 0 && of_sub->run_index == 1 && of_late->run_index == 2);
	assert_int_equal(f.owners.run_lines, 3);
	assert_false(f.owners.unclaimed);
	assert_string_equal(of_sub->run_at->frames[1].function, "m.TestA");
	assert_null(of_a->run_at);
	tear_down(&f);
}

static void a_test_without_a_write_is_noticed(void **state)
{
	struct goroutine *test;
	struct fixture f;

	(void)state;
	set_up(&f);
	test = born(&f, &f.main, "testing.tRunner", stack(&f, "testing.(*T).Run", NULL));
	owners_finish(&f.owners);
	assert_true(f.owners.unclaimed);
	assert_int_equal(owner_of(test)->run_index, -1);
	tear_down(&f);
}

static void only_writes_of_run_lines_are_marked(void **state)
{
	static const char updatef[] = "testing.(*chattyPrinter).Updatef";
	struct trace_hooks *h;
	struct fixture f;

	(void)state;
	set_up(&f);
	h = &f.hooks;
	assert_int_equal(h->mark(h->ctx, stack(&f, "os.(*File).Write", "testing.(*T).Run", NULL)),
			 0);
	assert_int_equal(h->mark(h->ctx, stack(&f, updatef, "testing.(*T).Parallel", NULL)), 0);
	assert_int_not_equal(h->mark(h->ctx, stack(&f, updatef, "testing.(*F).Fuzz.func1", NULL)),
			     0);
	assert_int_not_equal(h->mark(h->ctx, stack(&f, updatef, "testing.runFuzzTests", NULL)), 0);
	assert_int_not_equal(h->mark(h->ctx, stack(&f, updatef, "testing.(*B).Run", NULL)),
			     h->mark(h->ctx, stack(&f, updatef, "testing.(*T).Run", NULL)));
	tear_down(&f);
}

static void fuzz_seeds_belong_to_their_target(void **state)
{
	struct goroutine *target, *seed, *child;
	struct fixture f;

	(void)state;
	set_up(&f);
	target = born(&f, &f.main, "testing.fRunner", stack(&f, "testing.runFuzzTests", NULL));
	seed = born(&f, target, "testing.tRunner",
		    stack(&f, "testing.(*F).Fuzz.func1", "testing.(*F).Fuzz", "m.FuzzA",
			  "testing.fRunner", NULL));
	child = child_of(&f, seed, "m.FuzzA.func1");
	assert_int_equal(owner_of(target)->kind, OWNER_FUZZ);
	assert_int_equal(owner_of(seed)->kind, OWNER_FUZZ);
	assert_ptr_equal(owner_of(seed)->parent, owner_of(target));
	assert_ptr_equal(owner_of(child), owner_of(seed));
	assert_string_equal(owner_top_name(&f.owners, owner_of(child)), "FuzzA");
	tear_down(&f);
}

/* testing/synctest runs its function on a second tRunner, which is no new test. */
static void a_bubble_goes_on_with_its_test(void **state)
{
	struct goroutine *test, *bubble, *child;
	struct fixture f;

	(void)state;
	set_up(&f);
	test = test_born(&f, &f.main, NULL);
	bubble = born(&f, test, "testing.tRunner",
		      stack(&f, "testing.testingSynctestTest", "testing/synctest.Test", "m.TestA",
			    "testing.tRunner", NULL));
	child = child_of(&f, bubble, "m.TestA.func1");
	assert_ptr_equal(owner_of(child), owner_of(test));
	assert_false(lineage_of(bubble)->root);
	assert_false(f.owners.unclaimed);
	assert_int_equal(f.owners.all.len, 1);
	tear_down(&f);
}

static void the_rounds_of_a_benchmark_are_one(void **state)
{
	struct goroutine *first, *launch, *child, *next, *sub;
	const struct trace_stack *run;
	struct fixture f;

	(void)state;
	set_up(&f);
	run = stack(&f, "testing.(*chattyPrinter).Updatef", "testing.(*B).Run", NULL);
	f.hooks.marked(f.hooks.ctx, &f.main, f.now_ns++, f.hooks.mark(f.hooks.ctx, run));
	first = born(&f, &f.main, "testing.(*B).run1.func1", stack(&f, "testing.(*B).run1", NULL));
	launch = born(&f, &f.main, "testing.(*B).launch", stack(&f, "testing.(*B).doBench", NULL));
	child = born(&f, launch, "m.leak",
		     stack(&f, "m.BenchmarkA", "testing.(*B).runN", "testing.(*B).launch", NULL));
	sub = born(&f, first, "testing.(*B).run1.func1", stack(&f, "testing.(*B).run1", NULL));
	next = born(&f, &f.main, "testing.(*B).run1.func1", stack(&f, "testing.(*B).run1", NULL));
	assert_int_equal(owner_of(first)->kind, OWNER_BENCHMARK);
	assert_ptr_equal(owner_of(launch), owner_of(first));
	assert_ptr_equal(owner_of(child), owner_of(first));
	assert_string_equal(owner_top_name(&f.owners, owner_of(child)), "BenchmarkA");
	assert_ptr_equal(owner_of(sub)->parent, owner_of(first));
	assert_ptr_not_equal(owner_of(next), owner_of(first));
	assert_false(owner_is_suspect(launch));
	owners_finish(&f.owners);
	assert_true(f.owners.bench_lines == 1 && f.owners.run_lines == 0);
	assert_int_equal(owner_of(first)->run_index, 0);
	tear_down(&f);
}

static void examples_run_on_the_main_goroutine(void **state)
{
	struct goroutine *a, *b;
	struct fixture f;

	(void)state;
	set_up(&f);
	a = born(
	    &f, &f.main, "m.leak",
	    stack(&f, "m.start", "m.ExampleA", "testing.runExample", "testing.runExamples", NULL));
	b = born(&f, &f.main, "m.leak", stack(&f, "m.ExampleA", "testing.runExample", NULL));
	assert_int_equal(owner_of(a)->kind, OWNER_EXAMPLE);
	assert_ptr_equal(owner_of(a), owner_of(b));
	assert_string_equal(owner_top_name(&f.owners, owner_of(a)), "ExampleA");
	assert_true(owner_is_suspect(a));
	tear_down(&f);
}

static void the_rest_of_main_is_init_or_test_main(void **state)
{
	struct goroutine *init, *closure, *pool, *worker;
	struct goroutine older = { .id = 7, .start = "m.pool" };
	struct fixture f;

	(void)state;
	set_up(&f);
	init =
	    born(&f, &f.main, "m.leak", stack(&f, "m.start", "m.init.0", "runtime.doInit1", NULL));
	closure = born(&f, &f.main, "m.leak", stack(&f, "m.init.func1", "runtime.doInit1", NULL));
	pool = born(&f, &f.main, "m.leak", stack(&f, "m.TestMain", "main.main", NULL));
	worker = born(&f, &older, "m.leak", stack(&f, "m.pool", NULL));
	assert_int_equal(owner_of(init)->kind, OWNER_INIT);
	assert_int_equal(owner_of(closure)->kind, OWNER_INIT);
	assert_int_equal(owner_of(pool)->kind, OWNER_TESTMAIN);
	assert_int_equal(owner_of(worker)->kind, OWNER_TESTMAIN);
	assert_false(owner_is_suspect(init) || owner_is_suspect(pool) || owner_is_suspect(worker));
	assert_int_equal(f.owners.started, 0);
	tear_down(&f);
}

static const struct owner *by_timer(struct fixture *f, const char *start)
{
	return owner_of(born(f, NULL, start, NULL));
}

/* time.AfterFunc's goroutines have no creator, and only their function's name. */
static void timers_go_by_the_name_of_their_function(void **state)
{
	static const struct {
		const char *start;
		enum owner_kind kind;
	} table[] = {
		{ "m.TestA.func1", OWNER_TEST },           { "m.TestA.TestA.func2.1", OWNER_TEST },
		{ "m.BenchmarkA.func1", OWNER_BENCHMARK }, { "m.FuzzA.func1", OWNER_FUZZ },
		{ "m.ExampleA.func1", OWNER_EXAMPLE },     { "m.TestMain.func1", OWNER_TESTMAIN },
		{ "m.TestMainWindow.func1", OWNER_TEST },  { "m.Test_x.func1", OWNER_TEST },
		{ "m.Testable.func1", OWNER_UNKNOWN },     { "m.helper.func1", OWNER_UNKNOWN },
		{ "m.(*TestT).run-fm", OWNER_UNKNOWN },    { "", OWNER_UNKNOWN },
	};
	struct fixture f;

	(void)state;
	set_up(&f);
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (by_timer(&f, table[i].start)->kind != table[i].kind)
			fail_msg("%s", table[i].start);
	assert_ptr_equal(by_timer(&f, "m.TestA.func7"), by_timer(&f, "m.TestA.func8"));
	assert_string_equal(owner_top_name(&f.owners, by_timer(&f, "m.TestA.func7")), "TestA");
	assert_ptr_not_equal(by_timer(&f, "m.TestA.func7"), by_timer(&f, "n.TestA.func7"));
	tear_down(&f);
}

static void the_runtime_is_nobodys(void **state)
{
	struct goroutine *test, *system, *cleanup;
	struct fixture f;

	(void)state;
	set_up(&f);
	test = test_born(&f, &f.main, NULL);
	system = born(&f, test, "runtime.gcBgMarkWorker", stack(&f, "runtime.gcStart", NULL));
	cleanup = born(&f, system, "m.late", stack(&f, "m.cleanup", NULL));
	assert_true(lineage_of(system)->system);
	assert_false(owner_is_suspect(system));
	assert_int_equal(owner_of(test)->started, 0);
	assert_int_equal(owner_of(cleanup)->kind, OWNER_UNKNOWN);
	assert_true(owner_is_suspect(cleanup));
	assert_false(f.owners.signals);
	born(&f, test, "os/signal.loop", stack(&f, "os/signal.Notify", NULL));
	assert_true(f.owners.signals);
	assert_int_equal(owner_of(test)->started, 0);
	tear_down(&f);
}

static void the_tests_of_a_moment_are_named(void **state)
{
	struct goroutine *a, *b, *sub;
	int64_t both, one;
	struct fixture f;

	(void)state;
	set_up(&f);
	a = test_born(&f, &f.main, NULL);
	child_of(&f, a, "m.TestA");
	b = test_born(&f, &f.main, NULL);
	child_of(&f, b, "m.TestB");
	sub = test_born(&f, a, "m.TestA");
	child_of(&f, sub, "m.TestA.func1");
	both = f.now_ns++;
	dies(&f, a);
	one = f.now_ns;
	assert_string_equal(owners_running_at(&f.owners, both), "TestA, TestB");
	assert_string_equal(owners_running_at(&f.owners, one), "TestB");
	assert_string_equal(owners_running_at(&f.owners, 1), "");
	tear_down(&f);
}

static void the_dump_tells_what_the_trace_has_not_seen(void **state)
{
	struct owners *o;
	struct fixture f;

	(void)state;
	set_up(&f);
	o = &f.owners;
	assert_int_equal(owner_of_unseen(o, "m.init.0", 1, true)->kind, OWNER_INIT);
	assert_int_equal(owner_of_unseen(o, "m.TestMain", 1, true)->kind, OWNER_TESTMAIN);
	assert_int_equal(owner_of_unseen(o, "m.TestMain.func1", 9, true)->kind, OWNER_TESTMAIN);
	assert_int_equal(owner_of_unseen(o, "m.start", 1, true)->kind, OWNER_TESTMAIN);
	assert_int_equal(owner_of_unseen(o, "m.start", 1, false)->kind, OWNER_INIT);
	assert_int_equal(owner_of_unseen(o, "m.start", 9, true)->kind, OWNER_UNKNOWN);
	assert_int_equal(owner_of_unseen(o, "", 0, true)->kind, OWNER_UNKNOWN);
	tear_down(&f);
}

/* Who made the creator is then not known, whatever its id. */
static void the_dump_alone_tells_without_a_trace(void **state)
{
	struct trace_reader *trace;
	struct owners *o;
	struct fixture f;

	(void)state;
	set_up(&f);
	o = &f.owners;
	trace = o->trace;
	o->trace = NULL;
	assert_int_equal(owner_of_unseen(o, "m.leak", 6, false)->kind, OWNER_UNKNOWN);
	assert_int_equal(owner_of_unseen(o, "m.init.0", 1, true)->kind, OWNER_INIT);
	o->trace = trace;
	tear_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_test_starts_is_its_own),
		cmocka_unit_test(the_curve_follows_all_but_the_runtime),
		cmocka_unit_test(a_lineage_outlives_its_creators),
		cmocka_unit_test(goroutines_are_counted_by_owner),
		cmocka_unit_test(run_lines_are_numbered_by_their_writes),
		cmocka_unit_test(a_test_without_a_write_is_noticed),
		cmocka_unit_test(only_writes_of_run_lines_are_marked),
		cmocka_unit_test(fuzz_seeds_belong_to_their_target),
		cmocka_unit_test(a_bubble_goes_on_with_its_test),
		cmocka_unit_test(the_rounds_of_a_benchmark_are_one),
		cmocka_unit_test(examples_run_on_the_main_goroutine),
		cmocka_unit_test(the_rest_of_main_is_init_or_test_main),
		cmocka_unit_test(timers_go_by_the_name_of_their_function),
		cmocka_unit_test(the_runtime_is_nobodys),
		cmocka_unit_test(the_tests_of_a_moment_are_named),
		cmocka_unit_test(the_dump_tells_what_the_trace_has_not_seen),
		cmocka_unit_test(the_dump_alone_tells_without_a_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
