#include <string.h>

#include "run/retry.h"
#include "unit.h"

#include "go_events.h"

struct fixture {
	struct arena arena;
	struct results results;
	struct run_file pending;
	struct retries retries;
};

static void watched(struct fixture *f, const char *package, bool traced)
{
	AUTO_BUF line = { 0 };

	record_write_package(
	    &line,
	    &(struct package_record){
		.package = package, .module = "", .result = "fail", .why = "", .traced = traced });
	assert_true(record_read_line(&f->pending, line.data, line.len - 1, NULL));
}

static void failed(struct fixture *f, const char *package, const char *test)
{
	put_run(&f->results, package, test, "fail");
	put_result(&f->results, "fail", package, "");
}

static bool want(struct fixture *f, const char *package)
{
	return retries_want(&f->retries, results_package(&f->results, package), &f->pending);
}

static void set_up(struct fixture *f)
{
	*f = (struct fixture){ 0 };
	retries_init(&f->retries, &f->arena);
}

static void tear_down(struct fixture *f)
{
	retries_release(&f->retries);
	results_release(&f->results);
	run_file_release(&f->pending);
	arena_clear(&f->arena);
}

/* One package m with a failed test, wanted. */
static void set_up_failed(struct fixture *f)
{
	set_up(f);
	watched(f, "m", true);
	failed(f, "m", "TestA");
	assert_true(want(f, "m"));
}

/* The run under way says how its package ended. */
static void end_with(struct fixture *f, const char *action)
{
	struct test_event e = { .package = "m", .test = "" };

	e.action = !strcmp(action, "pass") ? TEST_ACTION_PASS : TEST_ACTION_FAIL;
	retries_event(
	    &f->retries,
	    &(struct test_event){ .package = "m", .test = "TestA", .action = TEST_ACTION_FAIL });
	retries_event(&f->retries, &e);
}

static struct retry_run due(struct fixture *f)
{
	struct retry_run run = { 0 };

	assert_true(retries_due(&f->retries, &run));
	assert_string_equal(run.package, "m");
	assert_string_equal(retries_package(&f->retries), "m");
	return run;
}

static void nobody_left(struct fixture *f)
{
	struct retry_run run;

	assert_false(retries_due(&f->retries, &run));
	assert_string_equal(retries_package(&f->retries), "");
	assert_false(retries_counts(&f->retries));
}

static void only_what_failed_traced_is_asked_again(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	failed(&f, "silent", "TestA");
	assert_false(want(&f, "silent"));
	watched(&f, "untraced", false);
	failed(&f, "untraced", "TestA");
	assert_false(want(&f, "untraced"));
	watched(&f, "passed", true);
	put_run(&f.results, "passed", "TestA", "pass");
	put_result(&f.results, "fail", "passed", "");
	assert_false(want(&f, "passed"));
	watched(&f, "m", true);
	watched(&f, "m", false);
	failed(&f, "m", "TestA");
	assert_false(want(&f, "m"));
	nobody_left(&f);
	tear_down(&f);
}

static void the_pattern_names_each_failed_test_once(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	watched(&f, "m", true);
	put_run(&f.results, "m", "TestA", "fail");
	put_run(&f.results, "m", "TestA/sub", "fail");
	put_run(&f.results, "m", "TestA", "fail");
	put_run(&f.results, "m", "TestB", "pass");
	put_run(&f.results, "m", "TestÜ_1", "");
	put_result(&f.results, "fail", "m", "");
	assert_true(want(&f, "m"));
	assert_string_equal(due(&f).pattern, "^(TestA|TestÜ_1)$");
	tear_down(&f);
}

static void fails_untraced_too_so_the_first_result_stands(void **state)
{
	struct fixture f;
	struct retry_run run;

	(void)state;
	set_up_failed(&f);
	run = due(&f);
	assert_true(!run.trace && run.pattern && !retries_counts(&f.retries));
	end_with(&f, "fail");
	assert_int_equal(retries_next(&f.retries), RETRY_FIRST_STANDS);
	assert_int_equal(retries_replaced(&f.retries), 0);
	nobody_left(&f);
	tear_down(&f);
}

static void passes_traced_the_second_time_so_it_was_a_flake(void **state)
{
	struct fixture f;
	struct retry_run run;

	(void)state;
	set_up_failed(&f);
	due(&f);
	end_with(&f, "pass");
	assert_int_equal(retries_next(&f.retries), RETRY_GO_ON);
	run = due(&f);
	assert_true(run.trace && run.pattern && !retries_counts(&f.retries));
	end_with(&f, "pass");
	assert_int_equal(retries_next(&f.retries), RETRY_FIRST_STANDS);
	nobody_left(&f);
	tear_down(&f);
}

static void fails_traced_alone_so_the_package_runs_without(void **state)
{
	struct fixture f;
	struct retry_run run;

	(void)state;
	set_up_failed(&f);
	due(&f);
	end_with(&f, "pass");
	assert_int_equal(retries_next(&f.retries), RETRY_GO_ON);
	due(&f);
	end_with(&f, "fail");
	assert_int_equal(retries_next(&f.retries), RETRY_GO_ON);
	run = due(&f);
	assert_true(!run.trace && !run.pattern && retries_counts(&f.retries));
	end_with(&f, "fail");
	assert_int_equal(retries_next(&f.retries), RETRY_REPLACED);
	assert_int_equal(retries_replaced(&f.retries), 1);
	nobody_left(&f);
	tear_down(&f);
}

static void crash_of_the_tracer(struct fixture *f)
{
	static const char *const says[] = { "SIGSEGV: segmentation violation\n",
					    "runtime.fpTracebackPCs(...)\n" };

	set_up(f);
	watched(f, "m", true);
	for (size_t i = 0; i < ARRAY_LEN(says); i++)
		results_add(&f->results, &(struct test_event){ .package = "m",
							       .test = "",
							       .action = TEST_ACTION_OUTPUT,
							       .failed_build = "",
							       .output = str_of(says[i]) });
	put_result(&f->results, "fail", "m", "");
	assert_true(want(f, "m"));
}

static void when_the_tracer_dies_the_package_runs_with_another(void **state)
{
	struct fixture f;
	struct retry_run run;

	(void)state;
	crash_of_the_tracer(&f);
	run = due(&f);
	assert_true(run.trace && !run.frame_pointers && !run.pattern && retries_counts(&f.retries));
	end_with(&f, "pass");
	assert_int_equal(retries_next(&f.retries), RETRY_REPLACED);
	assert_int_equal(retries_replaced(&f.retries), 1);
	nobody_left(&f);
	tear_down(&f);
}

static void and_when_that_fails_without_a_trace(void **state)
{
	struct fixture f;
	struct retry_run run;

	(void)state;
	crash_of_the_tracer(&f);
	due(&f);
	end_with(&f, "fail");
	assert_int_equal(retries_next(&f.retries), RETRY_GO_ON);
	run = due(&f);
	assert_true(!run.trace && !run.pattern && retries_counts(&f.retries));
	end_with(&f, "fail");
	assert_int_equal(retries_next(&f.retries), RETRY_REPLACED);
	nobody_left(&f);
	tear_down(&f);
}

/* Without an end nothing is known, and what was known stays. */
static void a_run_that_does_not_end_decides_nothing(void **state)
{
	struct fixture f;

	(void)state;
	set_up_failed(&f);
	due(&f);
	assert_int_equal(retries_next(&f.retries), RETRY_FIRST_STANDS);
	nobody_left(&f);
	assert_true(want(&f, "m"));
	due(&f);
	end_with(&f, "pass");
	assert_int_equal(retries_next(&f.retries), RETRY_GO_ON);
	due(&f); /* what the run before said is forgotten */
	assert_int_equal(retries_next(&f.retries), RETRY_FIRST_STANDS);
	nobody_left(&f);
	tear_down(&f);
}

static void packages_take_turns(void **state)
{
	struct fixture f;
	struct retry_run run;

	(void)state;
	set_up_failed(&f);
	watched(&f, "n", true);
	failed(&f, "n", "TestN");
	assert_true(want(&f, "n"));
	due(&f);
	retries_give_up(&f.retries);
	assert_true(retries_due(&f.retries, &run));
	assert_string_equal(run.package, "n");
	assert_string_equal(run.pattern, "^(TestN)$");
	retries_give_up(&f.retries);
	nobody_left(&f);
	tear_down(&f);
}

static void what_was_said_of_a_package_can_be_forgotten(void **state)
{
	static const char lines[] = "{\"type\":\"test\",\"package\":\"m\",\"test\":\"TestA\"}\n"
				    "{\"type\":\"test\",\"package\":\"n\",\"test\":\"TestN\"}\n"
				    "{\"type\":\"finding\",\"package\":\"n\"}\n"
				    "{\"type\":\"finding\",\"package\":\"m\"}\n";
	struct str rest = str_of(lines), line;
	struct fixture f;

	(void)state;
	set_up(&f);
	watched(&f, "m", true);
	watched(&f, "n", true);
	watched(&f, "m", true);
	while (str_line(&rest, &line))
		record_read_line(&f.pending, line.p, line.n, NULL);
	retries_forget(&f.pending, "m");
	assert_int_equal(f.pending.packages.len, 1);
	assert_int_equal(f.pending.tests.len, 1);
	assert_int_equal(f.pending.findings.len, 1);
	assert_string_equal(f.pending.packages.items[0].package, "n");
	assert_string_equal(f.pending.tests.items[0].package, "n");
	assert_string_equal(f.pending.findings.items[0].package, "n");
	tear_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_failed_traced_is_asked_again),
		cmocka_unit_test(the_pattern_names_each_failed_test_once),
		cmocka_unit_test(fails_untraced_too_so_the_first_result_stands),
		cmocka_unit_test(passes_traced_the_second_time_so_it_was_a_flake),
		cmocka_unit_test(fails_traced_alone_so_the_package_runs_without),
		cmocka_unit_test(when_the_tracer_dies_the_package_runs_with_another),
		cmocka_unit_test(and_when_that_fails_without_a_trace),
		cmocka_unit_test(a_run_that_does_not_end_decides_nothing),
		cmocka_unit_test(packages_take_turns),
		cmocka_unit_test(what_was_said_of_a_package_can_be_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
