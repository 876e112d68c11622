#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "gotest/render.h"
#include "gotest/results.h"
#include "unit.h"

struct show {
	struct render render;
	struct results results;
};

static struct show show_new(struct render_options o)
{
	return (struct show){ .render = render_new(o) };
}

static void show_free(struct show *s)
{
	render_free(&s->render);
	results_release(&s->results);
}

/* Lines end in '\n'; strings in them are written with ' for ". */
static void feed(struct show *s, const char *lines)
{
	AUTO_FREE char *text = strdup(lines);
	struct str rest, line;

	assert_non_null(text);
	for (char *p = text; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	rest = str_of(text);
	while (str_line(&rest, &line)) {
		AUTO_TEST_EVENT e = { 0 };
		bool is_event = test_event_read(&e, line.p, line.n);

		if (is_event)
			results_add(&s->results, &e);
		render_line(&s->render, is_event ? &e : NULL, line);
	}
}

static void shown(struct show *s, const char *out, const char *err)
{
	assert_string_equal(buf_str(&s->render.out), out);
	assert_string_equal(buf_str(&s->render.err), err);
	buf_reset(&s->render.out);
	buf_reset(&s->render.err);
}

#define START(p)     "{'Action':'start','Package':'" p "'}\n"
#define OUT(p, t, o) "{'Action':'output','Package':'" p "','Test':'" t "','Output':'" o "\\n'}\n"
#define SAY(p, o)    "{'Action':'output','Package':'" p "','Output':'" o "\\n'}\n"
#define RUN(p, t)    "{'Action':'run','Package':'" p "','Test':'" t "'}\n" OUT(p, t, "=== RUN   " t)
#define END(p, t, u, l)                       \
	OUT(p, t, "--- " u ": " t " (0.10s)") \
	"{'Action':'" l "','Package':'" p "','Test':'" t "','Elapsed':0.1}\n"
#define OK(p)          \
	SAY(p, "PASS") \
	SAY(p, "ok  \\t" p "\\t0.1s") "{'Action':'pass','Package':'" p "','Elapsed':0.5}\n"
#define FAILED(p)      \
	SAY(p, "FAIL") \
	SAY(p, "FAIL\\t" p "\\t0.1s") "{'Action':'fail','Package':'" p "','Elapsed':0.5}\n"

static void packages_come_in_their_order(void **state)
{
	struct show s = show_new((struct render_options){ .final_fail = true });

	(void)state;
	feed(&s, START("m/a") START("m/b") RUN("m/b", "TestB") OUT("m/b", "TestB", "noise")
		     END("m/b", "TestB", "PASS", "pass") OK("m/b"));
	shown(&s, "", "");
	feed(&s, RUN("m/a", "TestA") OUT("m/a", "TestA", "print")
		     OUT("m/a", "TestA", "    a_test.go:3: log") END("m/a", "TestA", "FAIL", "fail")
			 FAILED("m/a"));
	shown(&s,
	      "print\n--- FAIL: TestA (0.10s)\n    a_test.go:3: log\nFAIL\nFAIL\tm/a\t0.1s\n"
	      "ok  \tm/b\t0.1s\n",
	      "");
	render_end(&s.render, true);
	shown(&s, "FAIL\n", "");
	show_free(&s);
}

static void a_build_speaks_on_stderr(void **state)
{
	struct show s = show_new((struct render_options){ .final_fail = true });
	struct totals t;

	(void)state;
	feed(&s, "{'ImportPath':'m/a','Action':'build-output','Output':'# m/a\\n'}\n"
		 "{'ImportPath':'m/a','Action':'build-fail'}\n" START("m/a")
		     SAY("m/a",
			 "FAIL\\tm/a [build failed]") "{'Action':'fail','Package':'m/"
						      "a','FailedBuild':'m/a'}\n" START("m/old")
							  SAY("m/old", "FAIL\\tm/old [build "
								       "failed]") "{'Action':'fail'"
										  ",'Package':'m/"
										  "old'}\nraw "
										  "text\n");
	shown(&s, "FAIL\tm/a [build failed]\nFAIL\tm/old [build failed]\nraw text\n", "# m/a\n");
	t = results_totals(&s.results);
	assert_int_equal(t.build_failed, 2);
	assert_int_equal(t.packages_failed, 2);
	assert_string_equal(results_package(&s.results, "m/a")->failed_build, "m/a");
	show_free(&s);
}

static void a_failed_package_waits(void **state)
{
	struct show s = show_new((struct render_options){ .hold_failed = true });

	(void)state;
	feed(&s, START("m/a") FAILED("m/a") START("m/b") OK("m/b"));
	shown(&s, "", "");
	assert_true(render_held(&s.render, "m/a"));
	assert_false(render_held(&s.render, "m/b"));
	render_release(&s.render, "m/b");
	shown(&s, "", "");
	render_release(&s.render, "m/a");
	shown(&s, "FAIL\nFAIL\tm/a\t0.1s\nok  \tm/b\t0.1s\n", "");
	show_free(&s);
}

static void another_run_takes_its_place(void **state)
{
	struct show s = show_new((struct render_options){ .hold_failed = true });

	(void)state;
	feed(&s, START("m/a") RUN("m/a", "TestA") END("m/a", "TestA", "FAIL", "fail") FAILED("m/a")
		     START("m/b") OK("m/b"));
	render_again(&s.render, "m/a");
	results_again(&s.results, "m/a");
	feed(&s, START("m/a") RUN("m/a", "TestA") END("m/a", "TestA", "PASS", "pass") OK("m/a"));
	shown(&s, "ok  \tm/a\t0.1s\nok  \tm/b\t0.1s\n", "");
	assert_int_equal(results_totals(&s.results).packages_failed, 0);
	assert_int_equal(results_totals(&s.results).tests, 1);
	show_free(&s);
}

static void a_stream_waits_from_the_failure_on(void **state)
{
	struct show s = show_new((struct render_options){ .stream = true, .hold_failed = true });

	(void)state;
	feed(&s, START("m/a") RUN("m/a", "TestA") OUT("m/a", "TestA", "at once"));
	shown(&s, "at once\n", "");
	feed(&s, END("m/a", "TestA", "FAIL", "fail") FAILED("m/a"));
	shown(&s, "", "");
	render_release(&s.render, "m/a");
	shown(&s, "--- FAIL: TestA (0.10s)\nFAIL\nFAIL\tm/a\t0.1s\n", "");
	show_free(&s);
}

static void json_passes_unchanged(void **state)
{
	static const char line[] = "{ \"Action\":\"start\", \"Package\":\"m/a\",\"New\":[1]}";
	struct show s = show_new((struct render_options){ .json = true, .final_fail = true });

	(void)state;
	feed(&s, line);
	feed(&s, "not json\n");
	render_end(&s.render, true);
	shown(&s, "{ \"Action\":\"start\", \"Package\":\"m/a\",\"New\":[1]}\nnot json\n", "");
	show_free(&s);
}

static void held_json_is_replaced(void **state)
{
	struct show s = show_new((struct render_options){ .json = true, .hold_failed = true });

	(void)state;
	feed(&s, START("m/a") FAILED("m/a") START("m/b"));
	shown(&s, "", "");
	render_again(&s.render, "m/a");
	feed(&s, "{'Action':'pass','Package':'m/a'}\n");
	shown(&s, "{\"Action\":\"pass\",\"Package\":\"m/a\"}\n", "");
	render_end(&s.render, false);
	shown(&s, "{\"Action\":\"start\",\"Package\":\"m/b\"}\n", "");
	show_free(&s);
}

/* Frames of 1.27 are typed, so that a test's own words are not taken for one. */
static void typed_frames_are_believed(void **state)
{
	struct show s = show_new((struct render_options){ .stream = true });

	(void)state;
	feed(&s,
	     START("m/a") "{'Action':'run','Package':'m/a','Test':'TestA'}\n"
			  "{'Action':'output','Package':'m/a','Test':'TestA','Output':'=== RUN   "
			  "TestA\\n','OutputType':'frame'}\n" OUT(
			      "m/a", "TestA",
			      "=== RUN   TestA") "{'Action':'output','Package':'m/"
						 "a','Test':'TestA','Output':'    odd "
						 "log\\n','OutputType':'error'}\n");
	shown(&s, "=== RUN   TestA\n", "");
	show_free(&s);
}

static void results_keep_the_order_of_runs(void **state)
{
	struct show s = show_new((struct render_options){ 0 });
	const struct package_result *p;
	AUTO_WORDS failed = { 0 };
	struct totals t;

	(void)state;
	feed(&s, START("m/a") RUN("m/a", "TestA") RUN("m/a", "TestA/x")
		     END("m/a", "TestA/x", "FAIL", "fail") END("m/a", "TestA", "FAIL", "fail")
			 RUN("m/a", "TestA") END("m/a", "TestA", "PASS", "pass") RUN("m/a", "TestB")
			     END("m/a", "TestB", "SKIP", "skip") RUN("m/a", "TestC")
				 RUN("m/a", "BenchmarkD"));
	feed(&s, OUT("m/a", "TestC", "panic: test timed out after 1s")
		     OUT("m/a", "TestC", "goroutine 1 [running]:") FAILED("m/a"));
	p = results_package(&s.results, "m/a");
	assert_int_equal(p->runs.len, 6);
	assert_string_equal(p->runs.items[1].name, "TestA/x");
	assert_int_equal(p->runs.items[0].result, TEST_RESULT_FAIL);
	assert_int_equal(p->runs.items[2].result, TEST_RESULT_PASS);
	assert_int_equal(p->runs.items[2].elapsed_ns, 100 * NS_PER_MS);
	assert_int_equal(p->runs.items[4].result, TEST_RESULT_NONE);
	assert_int_equal(p->elapsed_ns, 500 * NS_PER_MS);
	assert_true(starts_with(buf_str(&p->dump), "panic: test timed out after 1s\ngoroutine 1"));
	package_result_failed(p, &failed);
	assert_int_equal(failed.len, 2);
	assert_string_equal(failed.items[0], "TestA");
	assert_string_equal(failed.items[1], "TestC");
	t = results_totals(&s.results);
	assert_int_equal(t.tests, 5);
	assert_int_equal(t.passed, 1);
	assert_int_equal(t.failed, 2);
	assert_int_equal(t.skipped, 1);
	assert_int_equal(t.unfinished, 1);
	show_free(&s);
}

static void what_passes_keeps_no_dump(void **state)
{
	struct show s = show_new((struct render_options){ 0 });

	(void)state;
	feed(&s, START("m/a") SAY("m/a", "panic: only printed") OK("m/a"));
	assert_int_equal(results_package(&s.results, "m/a")->dump.len, 0);
	show_free(&s);
}

static void events_are_told_from_text(void **state)
{
	static const char *const text[] = {
		"", "{", "# m/a", "{\"a\":1}", "[1]", "{\"Action\":3}"
	};
	static const char line[] =
	    "{\"Action\":\"new\",\"Elapsed\":1e300,\"Output\":\"a\\u0000b\"}\n";
	AUTO_TEST_EVENT e = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(text); i++)
		assert_false(test_event_read(&e, text[i], strlen(text[i])));
	assert_true(test_event_read(&e, line, strlen(line)));
	assert_int_equal(e.action, TEST_ACTION_UNKNOWN);
	assert_int_equal(e.elapsed_ns, -1);
	assert_int_equal(e.output.n, 3);
}

static void a_table_keeps_names_apart(void **state)
{
	struct table t = { 0 };
	char name[32];
	int values[2];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "name %d", i);
		table_put(&t, str_of(name), &values[i % 2]);
	}
	table_del(&t, str_of("name 500"));
	assert_null(table_get(&t, str_of("name 500")));
	assert_ptr_equal(table_get(&t, str_of("name 501")), &values[1]);
	table_release(&t, NULL);
	assert_null(table_get(&t, str_of("name 501")));
}

/* Who prints without end is remembered by the beginning and the end. */
static void output_is_bounded(void **state)
{
	CLEANUP(output_release) struct output o = { 0 };
	AUTO_BUF short_text = { 0 }, all = { 0 };
	char line[32];

	(void)state;
	for (int i = 0; i < 100000; i++) {
		snprintf(line, sizeof(line), "line %06d\n", i);
		output_add(&o, str_of(line));
		assert_true(o.text.len < OUTPUT_HEAD + 5 * OUTPUT_TAIL);
	}
	output_put(&o, OUTPUT_HEAD, OUTPUT_TAIL, &all);
	assert_true(all.len < OUTPUT_HEAD + OUTPUT_TAIL + 64);
	output_put(&o, 24, 24, &short_text);
	assert_string_equal(buf_str(&short_text), "line 000000\nline 000001\n"
						  "... 1199952 bytes are left out here ...\n"
						  "line 099998\nline 099999\n");
}

/* One that fails waits, as go's text does, and what another run says takes its place. */
static void a_format_waits(void **state)
{
	struct render_options o = { .hold_failed = true, .module = "m" };
	struct show s = { 0 };

	(void)state;
	o.format = &format_testname;
	o.results = &s.results;
	s.render = render_new(o);
	feed(&s, START("m/a") RUN("m/a", "TestA") OUT("m/a", "TestA", "bad")
		     END("m/a", "TestA", "FAIL", "fail") FAILED("m/a"));
	shown(&s, "", "");
	assert_true(render_held(&s.render, "m/a"));
	render_again(&s.render, "m/a");
	results_again(&s.results, "m/a");
	feed(&s, START("m/a") RUN("m/a", "TestA") END("m/a", "TestA", "PASS", "pass") OK("m/a"));
	shown(&s, "PASS a.TestA (0.10s)\nPASS a\n", "");
	render_end(&s.render, false);
	render_recap(&s.render, &(struct recap){ .runs = 1, .elapsed_ns = 1500 * NS_PER_MS });
	shown(&s, "\nDONE 1 test in 1.500s\n", "");
	show_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packages_come_in_their_order),
		cmocka_unit_test(a_build_speaks_on_stderr),
		cmocka_unit_test(a_failed_package_waits),
		cmocka_unit_test(another_run_takes_its_place),
		cmocka_unit_test(a_stream_waits_from_the_failure_on),
		cmocka_unit_test(json_passes_unchanged),
		cmocka_unit_test(held_json_is_replaced),
		cmocka_unit_test(typed_frames_are_believed),
		cmocka_unit_test(results_keep_the_order_of_runs),
		cmocka_unit_test(what_passes_keeps_no_dump),
		cmocka_unit_test(events_are_told_from_text),
		cmocka_unit_test(a_table_keeps_names_apart),
		cmocka_unit_test(output_is_bounded),
		cmocka_unit_test(a_format_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
