#include "gotest/results.h"

#include <ctype.h>

#include "base/vec.h"
#include "gotest/frame.h"

/* How a dying Go program begins its last words. */
static const char *const last_words[] = { "panic: ", "fatal error: ", "SIGQUIT: quit",
					  "unexpected fault address " };

/* How one begins that got a signal it does not stand: on a thread's own stack, or in the runtime. */
static const char *const faults[] = { "SIGSEGV: ", "SIGBUS: ", "fatal error: unexpected signal" };

bool test_name_is_benchmark(const char *name)
{
	/* Go's rule: what follows does not begin with a lower-case letter. */
	return starts_with(name, "Benchmark") && !islower((unsigned char)name[9]);
}

static void package_clear(struct package_result *p)
{
	for (size_t i = 0; i < p->runs.len; i++)
		output_release(&p->runs.items[i].output);
	VEC_FREE(&p->runs);
	output_release(&p->output);
	buf_release(&p->dump);
	table_release(&p->last, NULL);
	*p = (struct package_result){
		.package = p->package, .elapsed_ns = -1, .failed_build = "", .coverage = ""
	};
}

static struct package_result *package_of(struct results *r, const char *name)
{
	struct package_result *p = results_package(r, name);

	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	p->package = arena_strndup(&r->arena, name, strlen(name));
	package_clear(p);
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers, so that they stay */
	VEC_PUSH(&r->packages, p);
	table_put(&r->by_name, str_of(name), p);
	return p;
}

struct package_result *results_package(const struct results *r, const char *package)
{
	return table_get(&r->by_name, str_of(package));
}

void results_again(struct results *r, const char *package)
{
	struct package_result *p = results_package(r, package);

	if (p)
		package_clear(p);
}

static void add_run(struct results *r, struct package_result *p, const char *name)
{
	struct test_run run = { .name = arena_strndup(&r->arena, name, strlen(name)),
				.elapsed_ns = -1 };

	VEC_PUSH(&p->runs, run);
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): an index, 0 is "none" */
	table_put(&p->last, str_of(name), (void *)(uintptr_t)p->runs.len);
}

static struct test_run *find_run(const struct package_result *p, const char *test)
{
	size_t index = (uintptr_t)table_get(&p->last, str_of(test));

	return index ? &p->runs.items[index - 1] : NULL;
}

const struct test_run *package_result_run(const struct package_result *p, const char *test)
{
	return find_run(p, test);
}

static void end_run(struct package_result *p, const struct test_event *e, enum test_result result)
{
	struct test_run *run = find_run(p, e->test);

	if (!run)
		return; /* the end of a test that never began */
	run->result = result;
	run->elapsed_ns = e->elapsed_ns;
	if (result == TEST_RESULT_PASS)
		p->spent = (size_t)(run - p->runs.items) + 1;
}

static void drop_spent(struct package_result *p)
{
	if (p->spent)
		output_release(&p->runs.items[p->spent - 1].output);
	p->spent = 0;
}

static void end_package(struct results *r, struct package_result *p, const struct test_event *e,
			enum test_result result)
{
	p->ended = true;
	p->result = result;
	p->elapsed_ns = e->elapsed_ns;
	if (*e->failed_build) {
		p->build_failed = true;
		p->failed_build =
		    arena_strndup(&r->arena, e->failed_build, strlen(e->failed_build));
		p->build = table_get(&r->builds, str_of(e->failed_build));
	}
	if (result != TEST_RESULT_FAIL) {
		buf_release(&p->dump);
		output_release(&p->output);
	}
	table_release(&p->last, NULL);
}

static void end(struct results *r, struct package_result *p, const struct test_event *e,
		enum test_result result)
{
	if (*e->test)
		end_run(p, e, result);
	else
		end_package(r, p, e, result);
}

static bool begins_with_any(struct str text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(text, words[i]))
			return true;
	return false;
}

/* Go 1.22 and 1.23 name no failed build, but all print this line. */
static bool says_not_built(const struct test_event *e)
{
	struct str text = e->output;

	if (*e->test || !str_skip(&text, "FAIL\t") || !str_skip(&text, e->package))
		return false;
	return str_is(text, " [build failed]\n") || str_is(text, " [setup failed]\n");
}

/* What testing and go say of a package by themselves. */
static bool is_package_frame(struct str line)
{
	static const char *const own[] = {
		"PASS\n",       "FAIL\n",     "ok  \t",         "?   \t",
		"exit status ", "coverage: ", "-test.shuffle ", "testing: warning: no tests to run"
	};

	if (str_starts(line, "FAIL\t"))
		return line.n < 2 || memcmp(line.p + line.n - 2, "]\n", 2) != 0;
	return begins_with_any(line, own, ARRAY_LEN(own));
}

static void add_package_text(struct results *r, struct package_result *p, struct str line)
{
	if (str_starts(line, "coverage: ") && str_ends_line(line))
		p->coverage = arena_strndup(&r->arena, line.p, line.n - 1);
	if (!is_package_frame(line))
		output_add(&p->output, line);
}

static void add_text(struct results *r, struct package_result *p, const struct test_event *e)
{
	struct test_run *run = find_run(p, e->test);

	if (!*e->test)
		add_package_text(r, p, e->output);
	else if (run && run->result != TEST_RESULT_PASS && !frame_is_update(e->output, e->test) &&
		 !frame_is_report(e->output, e->test))
		output_add(&run->output, e->output);
}

static void add_output(struct package_result *p, const struct test_event *e)
{
	size_t room = DUMP_MAX - p->dump.len;
	size_t n = e->output.n < room ? e->output.n : room;

	p->build_failed |= says_not_built(e);
	p->faulted |= begins_with_any(e->output, faults, ARRAY_LEN(faults));
	p->tracer_died |= p->faulted && str_starts(e->output, "runtime.fpTracebackPCs(");
	if (!p->dump.len && !begins_with_any(e->output, last_words, ARRAY_LEN(last_words)))
		return;
	buf_put(&p->dump, e->output.p, n);
	p->dump_cut |= n < e->output.n;
}

static void add_build_text(struct results *r, const struct test_event *e)
{
	struct output *o = table_get(&r->builds, str_of(e->import_path));

	if (!o) {
		o = calloc(1, sizeof(*o));
		if (!o)
			abort();
		table_put(&r->builds, str_of(e->import_path), o);
	}
	output_add(o, e->output);
}

void results_add(struct results *r, const struct test_event *e)
{
	struct package_result *p;

	if (e->action == TEST_ACTION_BUILD_OUTPUT)
		add_build_text(r, e);
	if (!*e->package)
		return;
	p = package_of(r, e->package);
	drop_spent(p);
	switch (e->action) {
	case TEST_ACTION_START:
		p->started = true;
		break;
	case TEST_ACTION_RUN:
		add_run(r, p, e->test);
		break;
	case TEST_ACTION_OUTPUT:
		add_text(r, p, e);
		add_output(p, e);
		break;
	case TEST_ACTION_PASS:
	case TEST_ACTION_BENCH:
		end(r, p, e, TEST_RESULT_PASS);
		break;
	case TEST_ACTION_FAIL:
		end(r, p, e, TEST_RESULT_FAIL);
		break;
	case TEST_ACTION_SKIP:
		end(r, p, e, TEST_RESULT_SKIP);
		break;
	default:
		break;
	}
}

static void drop_output(void *value)
{
	output_release(value);
	free(value);
}

void results_release(struct results *r)
{
	for (size_t i = 0; i < r->packages.len; i++) {
		package_clear(r->packages.items[i]);
		free(r->packages.items[i]);
	}
	VEC_FREE(&r->packages);
	table_release(&r->by_name, NULL);
	table_release(&r->builds, drop_output);
	arena_clear(&r->arena);
}

size_t package_result_tests(const struct package_result *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->runs.len; i++)
		n += test_name_is_benchmark(p->runs.items[i].name) ? 0 : 1;
	return n;
}

bool test_run_failed(const struct package_result *p, const struct test_run *run)
{
	return run->result == TEST_RESULT_FAIL ||
	       (run->result == TEST_RESULT_NONE && p->ended && p->result == TEST_RESULT_FAIL &&
		!test_name_is_benchmark(run->name));
}

static void count_runs(struct totals *t, const struct package_result *p)
{
	for (size_t i = 0; i < p->runs.len; i++) {
		const struct test_run *run = &p->runs.items[i];

		if (test_name_is_benchmark(run->name))
			continue;
		t->tests++;
		t->passed += run->result == TEST_RESULT_PASS;
		t->failed += run->result == TEST_RESULT_FAIL;
		t->skipped += run->result == TEST_RESULT_SKIP;
		t->unfinished += p->ended && run->result == TEST_RESULT_NONE;
	}
}

struct totals results_totals(const struct results *r)
{
	struct totals t = { 0 };

	for (size_t i = 0; i < r->packages.len; i++) {
		const struct package_result *p = r->packages.items[i];

		t.packages += p->ended;
		t.packages_failed += p->result == TEST_RESULT_FAIL;
		t.packages_skipped += p->result == TEST_RESULT_SKIP;
		t.build_failed += p->build_failed;
		count_runs(&t, p);
	}
	return t;
}

void package_result_failed(const struct package_result *p, struct words *out)
{
	struct table seen = { 0 };

	for (size_t i = 0; i < p->runs.len; i++) {
		const struct test_run *run = &p->runs.items[i];
		bool failed =
		    run->result == TEST_RESULT_FAIL ||
		    (run->result == TEST_RESULT_NONE && !test_name_is_benchmark(run->name));

		if (!failed || strchr(run->name, '/') || table_get(&seen, str_of(run->name)))
			continue;
		table_put(&seen, str_of(run->name), p->runs.items);
		VEC_PUSH(out, run->name);
	}
	table_release(&seen, NULL);
}
