#include <stdio.h>
#include <string.h>

#include "account/record.h"
#include "base/str.h"
#include "unit.h"

static const char finding_line[] =
    "{\"type\":\"finding\",\"package\":\"example.com/m/fetch\",\"test\":\"TestFetch/a\","
    "\"run_index\":3,\"one_of_subtests\":true,\"owner\":\"test\",\"class\":\"chan-send\","
    "\"detail\":\"buffer-full 2/2\",\"status\":\"leak\",\"certainty\":\"proven\",\"count\":37,"
    "\"key\":\"7f3a2c91\",\"started\":\"m.fetchAll.func1\",\"created_at\":{\"function\":"
    "\"m.fetchAll\",\"file\":\"/src/m/fetch.go\",\"line\":41,\"source\":\"go func() {\"},"
    "\"user_at\":{\"function\":\"m.fetchAll\",\"file\":\"/src/m/fetch.go\",\"line\":41},"
    "\"blocked_at\":{\"function\":\"m.fetchAll.func1\",\"file\":\"/src/m/fetch.go\","
    "\"line\":42},\"creation_chain\":[{\"function\":\"m.TestFetch\",\"file\":"
    "\"/src/m/fetch_test.go\",\"line\":12}],\"stack\":[],\"wait_reason\":\"chan send\","
    "\"wait_ns\":1200000000,\"born_ns\":0,\"seen\":\"1/2\",\"while_tests\":\"TestA, "
    "TestB\",\"why\":\"arg 0\","
    "\"allowance\":\".straggler.yaml:7\"}\n";

static bool read_text(struct run_file *r, const char *line, struct err *err)
{
	return record_read_line(r, line, strlen(line), err);
}

static void a_finding_comes_back_byte_for_byte(void **state)
{
	AUTO_RUN_FILE r = { 0 };
	AUTO_BUF out = { 0 };
	const struct finding *f;

	(void)state;
	assert_true(read_text(&r, finding_line, NULL));
	assert_int_equal(r.findings.len, 1);
	f = &r.findings.items[0];
	assert_int_equal(f->class, CLASS_CHAN_SEND);
	assert_int_equal(f->certainty, CERTAINTY_PROVEN);
	assert_int_equal(f->run_index, 3);
	assert_true(f->seen == 1 && f->runs == 2 && f->one_of_subtests);
	assert_int_equal(f->chain.len, 1);
	assert_string_equal(f->chain.items[0].source, "");
	assert_int_equal(f->blocked_at.line, 42);
	record_write_finding(&out, f);
	assert_string_equal(buf_str(&out), finding_line);
}

static void the_other_lines_come_back_byte_for_byte(void **state)
{
	static const char text[] =
	    "{\"type\":\"run\",\"schema\":1,\"tool\":\"0.1.0\",\"go_version\":\"go1.26.8\","
	    "\"module\":\"m\",\"dir\":\"/src\",\"head\":\"\",\"started\":\"2026-01-02T03:04:05Z\","
	    "\"args\":[\"-run\",\"X\",\"./...\"]}\n"
	    "{\"type\":\"test\",\"package\":\"m\",\"test\":\"TestA\",\"result\":\"pass\","
	    "\"elapsed_ns\":5,\"start_ns\":0,\"end_ns\":5,\"goroutines\":{\"before\":2,\"after\":3,"
	    "\"started\":4,\"peak\":5,"
	    "\"left\":1}}\n"
	    "{\"type\":\"test\",\"package\":\"m\",\"test\":\"TestB\",\"result\":\"unknown\","
	    "\"elapsed_ns\":0}\n"
	    "{\"type\":\"package\",\"package\":\"m\",\"result\":\"fail\",\"elapsed_ns\":9,"
	    "\"checked\":\"part\",\"why\":\"killed\",\"goroutines\":12345678901,"
	    "\"undecided_gone\":1,\"run_lines\":2,\"run_names\":true,\"times\":{\"start_ns\":1,"
	    "\"settle_ns\":2,\"dump_ns\":3,\"look_ns\":4,\"peak_bytes\":5},"
	    "\"curve\":{\"trace_ns\":9,\"begin_ns\":1,\"step_ns\":4,\"peak\":[3,4294967295],"
	    "\"last\":[2,0]}}\n"
	    "{\"type\":\"end\",\"elapsed_ns\":7,\"exit_code\":1}\n";
	AUTO_RUN_FILE r = { 0 };
	AUTO_BUF out = { 0 };
	struct str rest = str_of(text), line;

	(void)state;
	while (str_line(&rest, &line))
		assert_true(record_read_line(&r, line.p, line.n, NULL));
	record_write_run(&out, &r.run);
	record_write_test(&out, &r.tests.items[0]);
	record_write_test(&out, &r.tests.items[1]);
	record_write_package(&out, &r.packages.items[0]);
	record_write_end(&out, &r.end);
	assert_string_equal(buf_str(&out), text);
	assert_true(r.end.present && r.tests.items[0].counted && !r.tests.items[1].counted);
}

static void what_is_absent_has_a_value(void **state)
{
	AUTO_RUN_FILE r = { 0 };
	const struct finding *f;

	(void)state;
	assert_true(
	    read_text(&r, "{\"type\":\"finding\",\"new_in_2030\":[{}],\"why\":null}", NULL));
	f = &r.findings.items[0];
	assert_string_equal(f->package, "");
	assert_string_equal(f->why, "");
	assert_string_equal(f->user_at.function, "");
	assert_string_equal(f->created_at.source, "");
	assert_int_equal(f->run_index, -1);
	assert_int_equal(f->born_ns, -1);
	assert_int_equal(f->chain.len, 0);
	assert_true(read_text(&r, "{\"type\":\"new_in_2030\",\"count\":\"x\"}", NULL));
}

static void refuses_wrong_kinds_words_and_ranges(void **state)
{
	static const char *const bad[] = {
		"",
		"{",
		"[]",
		"1",
		"{}",
		"{\"type\":1}",
		"{\"type\":\"finding\",\"package\":1}",
		"{\"type\":\"finding\",\"class\":\"chan-sent\"}",
		"{\"type\":\"finding\",\"class\":3}",
		"{\"type\":\"finding\",\"owner\":\"\"}",
		"{\"type\":\"finding\",\"count\":-1}",
		"{\"type\":\"finding\",\"count\":4294967296}",
		"{\"type\":\"finding\",\"count\":\"1\"}",
		"{\"type\":\"finding\",\"wait_ns\":9223372036854775807}",
		"{\"type\":\"finding\",\"wait_ns\":-99999999999999999999}",
		"{\"type\":\"finding\",\"run_index\":-1}",
		"{\"type\":\"finding\",\"seen\":\"1\"}",
		"{\"type\":\"finding\",\"seen\":\"1/2/3\"}",
		"{\"type\":\"finding\",\"seen\":\"-1/2\"}",
		"{\"type\":\"finding\",\"seen\":\"1/4294967296\"}",
		"{\"type\":\"finding\",\"stack\":{}}",
		"{\"type\":\"finding\",\"stack\":[1]}",
		"{\"type\":\"finding\",\"stack\":[{\"line\":-1}]}",
		"{\"type\":\"finding\",\"created_at\":[]}",
		"{\"type\":\"finding\",\"one_of_subtests\":1}",
		"{\"type\":\"test\",\"goroutines\":7}",
		"{\"type\":\"test\",\"start_ns\":-1}",
		"{\"type\":\"package\",\"curve\":[]}",
		"{\"type\":\"package\",\"curve\":{\"peak\":7}}",
		"{\"type\":\"package\",\"curve\":{\"peak\":[-1]}}",
		"{\"type\":\"package\",\"curve\":{\"last\":[\"1\"]}}",
		"{\"type\":\"run\",\"schema\":2}",
		"{\"type\":\"run\",\"schema\":1,\"args\":[1]}",
		"{\"type\":\"run\"}",
	};
	AUTO_RUN_FILE r = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = { 0 };

		if (read_text(&r, bad[i], &err))
			fail_msg("taken: %s", bad[i]);
		assert_true(err.code == ERR_PARSE && err.msg[0]);
	}
	assert_true(!r.findings.len && !r.tests.len && !r.run.schema);
}

static void a_message_names_key_and_word(void **state)
{
	AUTO_RUN_FILE r = { 0 };
	struct err err;

	(void)state;
	assert_false(read_text(&r, "{\"type\":\"finding\",\"class\":\"chan-sent\"}", &err));
	assert_string_equal(err.msg, "\"class\": unknown word \"chan-sent\"");
}

static bool read_file(struct run_file *r, const char *text, struct err *err)
{
	char path[] = "/tmp/straggler_record_XXXXXX";
	AUTO_CLOSE int fd = mkstemp(path);
	bool ok;

	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	ok = run_file_read(r, path, err);
	unlink(path);
	return ok;
}

#define RUN "{\"type\":\"run\",\"schema\":1}\n"

static void an_interrupted_file_is_good_up_to_its_last_line(void **state)
{
	AUTO_RUN_FILE r = { 0 }, whole = { 0 };

	(void)state;
	assert_true(read_file(&r, RUN "{\"type\":\"finding\"}\n{\"type\":\"find", NULL));
	assert_true(r.findings.len == 1 && !r.end.present);
	assert_true(read_file(&whole, RUN "{\"type\":\"end\",\"exit_code\":3}", NULL));
	assert_true(whole.end.present && whole.end.exit_code == 3);
}

static void a_damaged_file_is_refused_with_its_line(void **state)
{
	AUTO_RUN_FILE r = { 0 }, none = { 0 }, empty = { 0 };
	struct err err;

	(void)state;
	assert_false(read_file(&r, RUN "{\"type\":\"finding\"}\n{\"type\":\"find\n" RUN, &err));
	assert_true(err.line == 3 && err.col > 1 && err.file[0]);
	assert_false(read_file(&none, "{\"type\":\"finding\"}\n", &err));
	assert_int_equal(err.line, 1);
	assert_false(read_file(&empty, "", &err));
	assert_int_equal(err.code, ERR_PARSE);
	assert_false(run_file_read(&empty, "/nonexistent/run.jsonl", &err));
	assert_int_equal(err.code, ERR_OS);
}

static void every_class_has_its_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < CLASS_COUNT; i++) {
		const struct class_row *row = class_row((enum class_id)i);
		enum class_id id;

		assert_true(row->id && row->cause && row->usually);
		assert_true(class_by_name(row->id, &id) && id == (enum class_id)i);
	}
	assert_false(class_by_name("", &(enum class_id){ 0 }));
}

static void assert_cause(enum class_id id, const char *detail, const char *want)
{
	AUTO_BUF out = { 0 };

	class_cause(&out, id, detail);
	assert_string_equal(buf_str(&out), want);
}

static void a_detail_is_part_of_the_cause(void **state)
{
	(void)state;
	assert_cause(CLASS_CHAN_SEND, "", "sends on a channel that nobody receives from any more");
	assert_cause(CLASS_CHAN_SEND, "unbuffered",
		     "sends on an unbuffered channel that nobody receives from any more");
	assert_cause(CLASS_CHAN_SEND, "buffer-full 2/2",
		     "sends on a full channel (2 of 2) that nobody receives from any more");
	assert_cause(CLASS_WAITGROUP, "counter 1",
		     "waits for a WaitGroup whose counter never gets down from 1 to 0");
	assert_cause(CLASS_LOCK_CYCLE, "2",
		     "is deadlocked: 2 goroutines wait for each other's locks");
	assert_cause(CLASS_IO, "in memory",
		     "waits for input, or for its output to be taken (in memory)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_finding_comes_back_byte_for_byte),
		cmocka_unit_test(the_other_lines_come_back_byte_for_byte),
		cmocka_unit_test(what_is_absent_has_a_value),
		cmocka_unit_test(refuses_wrong_kinds_words_and_ranges),
		cmocka_unit_test(a_message_names_key_and_word),
		cmocka_unit_test(an_interrupted_file_is_good_up_to_its_last_line),
		cmocka_unit_test(a_damaged_file_is_refused_with_its_line),
		cmocka_unit_test(every_class_has_its_words),
		cmocka_unit_test(a_detail_is_part_of_the_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
