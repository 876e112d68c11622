#include "run/rerun.h"

#include <inttypes.h>
#include <string.h>

#include "base/vec.h"
#include "gotest/pattern.h"

void reruns_release(struct reruns *r)
{
	VEC_FREE(&r->targets);
}

static bool is_below(const char *test, const char *parent)
{
	size_t n = strlen(parent);

	return !strncmp(test, parent, n) && test[n] == '/';
}

static bool has_failed_subtest(const struct package_result *p, const char *test)
{
	for (size_t i = 0; i < p->runs.len; i++)
		if (p->runs.items[i].result == TEST_RESULT_FAIL &&
		    is_below(p->runs.items[i].name, test))
			return true;
	return false;
}

static bool is_target(const struct reruns *r, const struct package_result *p, const char *test)
{
	for (size_t i = 0; i < r->targets.len; i++)
		if (!strcmp(r->targets.items[i].package, p->package) &&
		    !strcmp(r->targets.items[i].test, test))
			return true;
	return false;
}

static void add_target(struct reruns *r, const struct package_result *p, const char *test)
{
	struct rerun_target target = { .package = p->package, .test = test };
	AUTO_BUF pattern = { 0 };

	pattern_levels(&pattern, test);
	target.pattern = arena_strndup(r->arena, buf_str(&pattern), pattern.len);
	VEC_PUSH(&r->targets, target);
}

/* Whether the package failed otherwise than by tests that ran to their ends: then another run of
 * those says nothing of the rest. */
static bool hides_tests(const struct package_result *p)
{
	size_t failed = 0;

	for (size_t i = 0; i < p->runs.len; i++) {
		const struct test_run *run = &p->runs.items[i];

		if (run->result == TEST_RESULT_NONE && !test_name_is_benchmark(run->name))
			return true;
		failed += run->result == TEST_RESULT_FAIL ? 1 : 0;
	}
	return p->dump.len || p->build_failed || !failed;
}

static void add_targets(struct reruns *r, const struct package_result *p)
{
	for (size_t i = 0; i < p->runs.len; i++) {
		const struct test_run *run = &p->runs.items[i];

		if (run->result == TEST_RESULT_FAIL && !has_failed_subtest(p, run->name) &&
		    !is_target(r, p, run->name))
			add_target(r, p, run->name);
	}
}

static const char *give_up(struct reruns *r, const struct buf *why)
{
	r->targets.len = 0;
	return arena_strndup(r->arena, buf_str(why), why->len);
}

const char *reruns_plan(struct reruns *r, const struct results *results, uint32_t max_failures)
{
	AUTO_BUF why = { 0 };

	for (size_t i = 0; r->most && i < results->packages.len; i++) {
		const struct package_result *p = results->packages.items[i];

		if (!p->ended || p->result != TEST_RESULT_FAIL)
			continue;
		if (hides_tests(p)) {
			buf_printf(&why,
				   "no test runs again: %s failed in a way that may hide others",
				   p->package);
			return give_up(r, &why);
		}
		add_targets(r, p);
	}
	if (r->targets.len > max_failures) {
		buf_printf(&why, "no test runs again: %zu failed, more than %" PRIu32,
			   r->targets.len, max_failures);
		return give_up(r, &why);
	}
	return NULL;
}

const struct rerun_target *reruns_due(struct reruns *r)
{
	struct rerun_target *t = r->targets.items;

	while (r->at < r->targets.len && (t[r->at].passed || t[r->at].attempts == r->most))
		r->at++;
	if (r->at == r->targets.len)
		return NULL;
	t[r->at].attempts++;
	r->started++;
	return &t[r->at];
}

bool reruns_judge(struct reruns *r, const struct results *attempt)
{
	struct rerun_target *t = &r->targets.items[r->at];
	const struct package_result *p = results_package(attempt, t->package);
	bool ran = false;

	for (size_t i = 0; p && i < p->runs.len; i++)
		ran |= !strcmp(p->runs.items[i].name, t->test) &&
		       p->runs.items[i].result == TEST_RESULT_PASS;
	t->passed = ran && p->ended && p->result == TEST_RESULT_PASS;
	return t->passed;
}

/* The target that speaks for a failed test: itself, or a subtest that passed last or not at all. */
static const struct rerun_target *speaker(const struct reruns *r, const struct package_result *p,
					  const char *test)
{
	const struct rerun_target *found = NULL;

	for (size_t i = 0; i < r->targets.len; i++) {
		const struct rerun_target *t = &r->targets.items[i];

		if (strcmp(t->package, p->package) != 0 ||
		    (strcmp(t->test, test) != 0 && !is_below(t->test, test)))
			continue;
		if (!t->passed)
			return t;
		found = t;
	}
	return found;
}

static bool apply_package(const struct reruns *r, struct package_result *p)
{
	bool passed = true;

	for (size_t i = 0; i < p->runs.len; i++) {
		struct test_run *run = &p->runs.items[i];
		const struct rerun_target *t;

		if (run->result != TEST_RESULT_FAIL)
			continue;
		t = speaker(r, p, run->name);
		run->attempts = t ? t->attempts + 1 : 1;
		run->failures = t && t->passed ? run->attempts - 1 : run->attempts;
		if (t && t->passed)
			run->result = TEST_RESULT_PASS;
		passed &= run->result == TEST_RESULT_PASS;
	}
	if (passed)
		p->result = TEST_RESULT_PASS;
	return passed;
}

size_t reruns_apply(const struct reruns *r, struct results *results)
{
	size_t passed = 0;

	for (size_t i = 0; r->started && i < results->packages.len; i++) {
		struct package_result *p = results->packages.items[i];

		if (p->ended && p->result == TEST_RESULT_FAIL)
			passed += apply_package(r, p) ? 1 : 0;
	}
	return passed;
}

/* --- what is remembered ---------------------------------------------------------------- */

void reruns_record(struct run_file *file, const struct package_result *p)
{
	size_t k = 0;

	for (size_t i = 0; i < file->packages.len; i++)
		if (!strcmp(file->packages.items[i].package, p->package) &&
		    p->result == TEST_RESULT_PASS)
			file->packages.items[i].result = "pass";
	/* A record for each run, in their order. */
	for (size_t i = 0; i < file->tests.len && k < p->runs.len; i++) {
		struct test_record *t = &file->tests.items[i];
		const struct test_run *run = &p->runs.items[k];

		if (strcmp(t->package, p->package) != 0 || strcmp(t->test, run->name) != 0)
			continue;
		k++;
		t->attempts = run->attempts;
		t->failures = run->failures;
		if (run->attempts && run->result == TEST_RESULT_PASS)
			t->result = "pass";
	}
}

static bool is_same(const struct finding *a, const struct finding *b)
{
	return !strcmp(a->package, b->package) && !strcmp(a->key, b->key) &&
	       !strcmp(a->test, b->test) && a->class == b->class;
}

static bool holds(const struct run_file *r, const struct finding *f)
{
	for (size_t i = 0; i < r->findings.len; i++)
		if (is_same(&r->findings.items[i], f))
			return true;
	return false;
}

static bool has_run(const struct package_result *p, const char *test)
{
	for (size_t i = 0; i < p->runs.len; i++)
		if (!strcmp(p->runs.items[i].name, test))
			return true;
	return false;
}

static void add_finding(struct run_file *to, const struct finding *from, uint32_t runs)
{
	struct finding f = *from;
	AUTO_BUF line = { 0 };

	f.runs += runs;
	record_write_finding(&line, &f);
	record_read_line(to, line.data, line.len - 1, NULL);
}

void reruns_join(struct run_file *to, const struct run_file *attempt,
		 const struct package_result *ran, uint32_t runs)
{
	size_t before = to->findings.len;

	for (size_t i = 0; i < attempt->findings.len; i++)
		if (!holds(to, &attempt->findings.items[i]))
			add_finding(to, &attempt->findings.items[i], runs);
	for (size_t i = 0; i < before; i++) {
		struct finding *f = &to->findings.items[i];

		if (strcmp(f->package, ran->package) != 0 || f->hang || !has_run(ran, f->test))
			continue;
		f->runs++;
		f->seen += holds(attempt, f) ? 1 : 0;
	}
}

void reruns_write(const struct run_file *file, const char *package, struct buf *lines)
{
	for (size_t i = 0; i < file->packages.len; i++)
		if (!strcmp(file->packages.items[i].package, package))
			record_write_package(lines, &file->packages.items[i]);
	for (size_t i = 0; i < file->tests.len; i++)
		if (!strcmp(file->tests.items[i].package, package))
			record_write_test(lines, &file->tests.items[i]);
	for (size_t i = 0; i < file->findings.len; i++)
		if (!strcmp(file->findings.items[i].package, package))
			record_write_finding(lines, &file->findings.items[i]);
}
