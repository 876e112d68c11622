#include <string.h>

#include "account/run_line.h"
#include "run/resolve.h"
#include "unit.h"

#include "go_events.h"

#define RULES 4

struct fixture {
	struct results results;
	struct run_file from, to;
	struct buf lines;
	struct policy policy;
	uint64_t used[RULES];
	bool possible[RULES];
};

static void tear_down(struct fixture *f)
{
	results_release(&f->results);
	run_file_release(&f->from);
	run_file_release(&f->to);
	buf_release(&f->lines);
	policy_release(&f->policy);
}

static void say(struct fixture *f, const char *line)
{
	assert_true(record_read_line(&f->from, line, strlen(line), NULL));
}

static void resolve(struct fixture *f)
{
	const struct resolve_rules rules = { .policy = &f->policy,
					     .used = f->used,
					     .possible = f->possible };

	resolve_package(&f->from, results_package(&f->results, "m"), "m", &rules, &f->to,
			&f->lines);
}

/* TestA with two subtests, an example, two benchmarks. */
static void run_some(struct fixture *f)
{
	put_run(&f->results, "m", "TestA", "");
	put_run(&f->results, "m", "TestA/x", "pass");
	put_run(&f->results, "m", "TestA/y", "skip");
	put_result(&f->results, "fail", "m", "TestA");
	put_run(&f->results, "m", "ExampleE", "pass");
	put_run(&f->results, "m", "BenchmarkB", "");
	put_run(&f->results, "m", "BenchmarkB/z", "");
	put_result(&f->results, "fail", "m", "");
}

#define FINDING(owner, index, count)                                                              \
	"{\"type\":\"finding\",\"package\":\"m\",\"test\":\"top\",\"run_index\":" index           \
	",\"one_of_subtests\":true,\"owner\":\"" owner "\",\"class\":\"select\",\"count\":" count \
	"}"
#define WATCHED(tests, benchmarks, more)                               \
	"{\"type\":\"package\",\"package\":\"m\",\"run_lines\":" tests \
	",\"bench_lines\":" benchmarks more "}"

static const struct finding *found(const struct fixture *f, size_t i)
{
	assert_true(i < f->to.findings.len);
	return &f->to.findings.items[i];
}

static void findings_get_the_names_of_their_lines(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	run_some(&f);
	say(&f, WATCHED("3", "2", ",\"run_names\":true"));
	say(&f, FINDING("test", "2", "4"));
	say(&f, FINDING("benchmark", "1", "1"));
	say(&f, FINDING("test", "0", "2"));
	say(&f, "{\"type\":\"finding\",\"package\":\"n\",\"test\":\"other\"}");
	resolve(&f);
	assert_int_equal(f.to.findings.len, 3);
	assert_string_equal(found(&f, 0)->test, "TestA/y");
	assert_string_equal(found(&f, 1)->test, "BenchmarkB/z");
	assert_string_equal(found(&f, 2)->test, "TestA");
	assert_false(found(&f, 0)->one_of_subtests);
	assert_int_equal(found(&f, 0)->run_index, -1);
	tear_down(&f);
}

static void expect_top(const char *watched)
{
	struct fixture f = { 0 };

	run_some(&f);
	if (watched)
		say(&f, watched);
	say(&f, FINDING("test", "2", "4"));
	resolve(&f);
	assert_string_equal(found(&f, 0)->test, "top");
	assert_true(found(&f, 0)->one_of_subtests);
	assert_int_equal(found(&f, 0)->run_index, -1);
	tear_down(&f);
}

static void numbers_that_do_not_agree_name_nothing(void **state)
{
	(void)state;
	expect_top(WATCHED("2", "2", ",\"run_names\":true"));
	expect_top(WATCHED("7", "2", ",\"run_names\":true"));
	expect_top(WATCHED("3", "1", ",\"run_names\":true"));
	expect_top(WATCHED("3", "2", ""));
	expect_top(NULL);
}

static const struct test_record *test_at(const struct fixture *f, size_t i, const char *name)
{
	assert_true(i < f->to.tests.len);
	assert_string_equal(f->to.tests.items[i].test, name);
	assert_int_equal(f->to.tests.items[i].run_index, -1);
	return &f->to.tests.items[i];
}

static void every_test_that_ran_has_a_record(void **state)
{
	const struct test_record *t;
	struct fixture f = { 0 };

	(void)state;
	run_some(&f);
	say(&f, WATCHED("3", "2", ",\"run_names\":true"));
	say(&f, FINDING("test", "2", "4"));
	say(&f, FINDING("test", "0", "2"));
	say(&f, "{\"type\":\"test\",\"package\":\"m\",\"test\":\"TestA\",\"run_index\":1,"
		"\"goroutines\":{\"before\":2,\"after\":3,\"started\":4,\"peak\":5,\"left\":9}}");
	say(&f, "{\"type\":\"test\",\"package\":\"m\",\"test\":\"TestA\",\"run_index\":99,"
		"\"goroutines\":{\"before\":1}}");
	say(&f, "{\"type\":\"test\",\"package\":\"n\",\"test\":\"TestA\",\"run_index\":0,"
		"\"goroutines\":{\"before\":1}}");
	resolve(&f);
	assert_int_equal(f.to.tests.len, 6);
	t = test_at(&f, 0, "TestA");
	assert_true(!t->counted && t->left == 0);
	assert_string_equal(t->result, "fail");
	assert_int_equal(t->elapsed_ns, 250000000);
	t = test_at(&f, 1, "TestA/x");
	assert_true(t->counted && t->before == 2 && t->after == 3 && t->started == 4 &&
		    t->peak == 5);
	assert_int_equal(t->left, 0);
	assert_string_equal(test_at(&f, 2, "TestA/y")->result, "skip");
	assert_string_equal(test_at(&f, 4, "BenchmarkB")->result, "unknown");
	assert_int_equal(test_at(&f, 4, "BenchmarkB")->elapsed_ns, 0);
	tear_down(&f);
}

/* What a test left is what was found, its subtests' too. */
static void what_is_left_counts_up_to_the_top(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	put_run(&f.results, "m", "TestA", "pass");
	put_run(&f.results, "m", "TestA/x", "pass");
	put_run(&f.results, "m", "TestAB", "pass");
	put_result(&f.results, "pass", "m", "");
	say(&f, WATCHED("3", "0", ",\"run_names\":true"));
	for (int i = 0; i < 3; i++)
		say(&f, "{\"type\":\"test\",\"package\":\"m\",\"run_index\":0,\"goroutines\":{}}");
	f.from.tests.items[1].run_index = 1;
	f.from.tests.items[2].run_index = 2;
	say(&f, FINDING("test", "0", "1"));
	say(&f, FINDING("test", "1", "10"));
	say(&f, FINDING("test", "2", "100"));
	resolve(&f);
	assert_int_equal(test_at(&f, 0, "TestA")->left, 11);
	assert_int_equal(test_at(&f, 1, "TestA/x")->left, 10);
	assert_int_equal(test_at(&f, 2, "TestAB")->left, 100);
	tear_down(&f);
}

static const struct package_record *package_of(const struct fixture *f)
{
	assert_int_equal(f->to.packages.len, 1);
	return &f->to.packages.items[0];
}

static void go_says_how_a_package_ended_and_the_watcher_the_rest(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	run_some(&f);
	say(&f, WATCHED("1", "0", ",\"checked\":\"no\",\"why\":\"the first\""));
	say(&f, WATCHED("3", "2", ",\"checked\":\"part\",\"why\":\"killed\",\"result\":\"pass\""));
	resolve(&f);
	assert_string_equal(package_of(&f)->result, "fail");
	assert_int_equal(package_of(&f)->elapsed_ns, 250000000);
	assert_int_equal(package_of(&f)->checked, CHECKED_PART);
	assert_string_equal(package_of(&f)->why, "killed");
	tear_down(&f);
}

static void a_package_that_nobody_watched_is_not_checked(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	run_some(&f);
	resolve(&f);
	assert_int_equal(package_of(&f)->checked, CHECKED_NO);
	assert_string_equal(package_of(&f)->why, "its watcher did not report");
	tear_down(&f);
	f = (struct fixture){ 0 };
	resolve(&f); /* go said nothing either */
	assert_int_equal(package_of(&f)->checked, CHECKED_NO);
	assert_string_equal(package_of(&f)->result, "unknown");
	tear_down(&f);
	f = (struct fixture){ 0 };
	put_result(&f.results, "skip", "m", "");
	resolve(&f);
	assert_int_equal(package_of(&f)->checked, CHECKED_YES);
	assert_string_equal(package_of(&f)->result, "skip");
	tear_down(&f);
}

static void what_did_not_build_is_not_checked(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	put_result(&f.results, "fail", "m", "");
	results_package(&f.results, "m")->build_failed = true;
	resolve(&f);
	assert_string_equal(package_of(&f)->result, "build");
	assert_int_equal(package_of(&f)->checked, CHECKED_NO);
	assert_string_equal(package_of(&f)->why, "it did not build");
	tear_down(&f);
}

static void run_lines_must_agree_with_the_trace(void **state)
{
	static const char *const names[] = { "TestA", "TestA/x", "Example", "BenchmarkB",
					     "BenchmarkC" };
	struct run_lines l = { .names = names, .len = 5, .tests = 2, .benchmarks = 2 };

	(void)state;
	assert_true(run_lines_agree(&l));
	assert_string_equal(run_line_name(&l, OWNER_TEST, 1), "TestA/x");
	assert_string_equal(run_line_name(&l, OWNER_FUZZ, 0), "TestA");
	assert_null(run_line_name(&l, OWNER_TEST, 2));
	assert_null(run_line_name(&l, OWNER_TEST, -1));
	assert_string_equal(run_line_name(&l, OWNER_BENCHMARK, 1), "BenchmarkC");
	assert_null(run_line_name(&l, OWNER_BENCHMARK, 2));
	assert_null(run_line_name(&l, OWNER_BENCHMARK, -1));
	l.benchmarks = 1;
	assert_false(run_lines_agree(&l));
	l = (struct run_lines){ .names = names, .len = 5, .tests = 1, .benchmarks = 2 };
	assert_false(run_lines_agree(&l));
	l.tests = 6;
	assert_false(run_lines_agree(&l));
	assert_true(run_lines_agree(&(struct run_lines){ 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings_get_the_names_of_their_lines),
		cmocka_unit_test(numbers_that_do_not_agree_name_nothing),
		cmocka_unit_test(every_test_that_ran_has_a_record),
		cmocka_unit_test(what_is_left_counts_up_to_the_top),
		cmocka_unit_test(go_says_how_a_package_ended_and_the_watcher_the_rest),
		cmocka_unit_test(a_package_that_nobody_watched_is_not_checked),
		cmocka_unit_test(what_did_not_build_is_not_checked),
		cmocka_unit_test(run_lines_must_agree_with_the_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
