#include <string.h>

#include "account/merge.h"
#include "base/str.h"
#include "unit.h"

static void read_lines(struct run_file *r, const char *text)
{
	struct str rest = str_of(text), line;

	while (str_line(&rest, &line))
		assert_true(record_read_line(r, line.p, line.n, NULL));
}

static void run_make(struct run_file *r, const char *shard, const char *lines)
{
	AUTO_BUF text = { 0 };

	buf_printf(
	    &text,
	    "{\"type\":\"run\",\"schema\":1,\"module\":\"m\",\"head\":\"abc\",\"root\":\"/one\","
	    "\"started\":\"2026-01-02\",\"args\":[\"--shard\",\"x\",\"./...\"],"
	    "\"shard\":\"%s\"}\n%s",
	    shard, lines);
	read_lines(r, buf_str(&text));
}

#define PACKAGE(name, result, checked)                                        \
	"{\"type\":\"package\",\"package\":\"" name "\",\"result\":\"" result \
	"\",\"checked\":\"" checked "\",\"why\":\"" checked "\"}\n"
#define LEAK(package, file, count)                                                          \
	"{\"type\":\"finding\",\"package\":\"" package "\",\"key\":\"k\",\"count\":" #count \
	",\"blocked_at\":{\"file\":\"" file "\"},\"stack\":[{\"file\":\"" file "\"}]}\n"
#define END(code) "{\"type\":\"end\",\"elapsed_ns\":" #code ",\"exit_code\":" #code "}\n"

static void joins_what_shares_found(void **state)
{
	AUTO_RUN_FILE a = { 0 }, b = { 0 }, all = { 0 };
	const struct run_file *runs[] = { &a, &b };

	(void)state;
	run_make(&a, "1/2", PACKAGE("m/a", "pass", "yes") LEAK("m/a", "/one/a.go", 1) END(0));
	run_make(&b, "2/2",
		 PACKAGE("m/b", "pass", "yes") LEAK("m/b", "/other/b.go", 2)
		     LEAK("m/b", "/others/b.go", 1) END(1));
	b.run.root = "/other";
	b.run.started = "2026-01-01";
	assert_true(run_merge(runs, 2, &all, NULL));
	assert_int_equal(all.packages.len, 2);
	assert_int_equal(all.findings.len, 3);
	assert_string_equal(all.findings.items[1].blocked_at.file, "/one/b.go");
	assert_string_equal(all.findings.items[1].stack.items[0].file, "/one/b.go");
	assert_string_equal(all.findings.items[2].blocked_at.file, "/others/b.go");
	assert_int_equal(all.warnings.len, 0);
	assert_int_equal(all.end.exit_code, 1);
	assert_string_equal(all.run.started, "2026-01-01");
	assert_string_equal(all.run.shard, "");
	assert_int_equal(all.run.args_len, 1);
	assert_string_equal(all.run.args[0], "./...");
}

static void a_second_try_takes_nothing_back(void **state)
{
	AUTO_RUN_FILE a = { 0 }, b = { 0 }, all = { 0 };
	const struct run_file *runs[] = { &a, &b };

	(void)state;
	run_make(&a, "",
		 PACKAGE("m/a", "fail", "yes") LEAK("m/a", "x", 2) LEAK("m/a", "y", 1) END(1));
	run_make(&b, "", PACKAGE("m/a", "pass", "part") LEAK("m/a", "x", 1));
	assert_true(run_merge(runs, 2, &all, NULL));
	assert_int_equal(all.packages.len, 1);
	assert_string_equal(all.packages.items[0].result, "fail");
	assert_int_equal(all.packages.items[0].checked, CHECKED_PART);
	assert_string_equal(all.packages.items[0].why, "part");
	assert_int_equal(all.findings.len, 2);
	assert_int_equal(all.findings.items[0].count, 2);
	assert_false(all.end.present);
	assert_int_equal(all.warnings.len, 1);
	assert_non_null(strstr(all.warnings.items[0].text, "m/a is in more than one run"));
}

#define TEST(package, name)                                               \
	"{\"type\":\"test\",\"package\":\"" package "\",\"test\":\"" name \
	"\",\"result\":\"pass\"}\n"
#define SEEN(package, name, key, seen)                                                           \
	"{\"type\":\"finding\",\"package\":\"" package "\",\"test\":\"" name "\",\"key\":\"" key \
	"\",\"count\":1,\"seen\":\"" seen "\"}\n"
#define REPEATED(runs, failing, note)                                                 \
	"{\"type\":\"repeated\",\"runs\":" #runs ",\"lost\":1,\"failing\":\"" failing \
	"\",\"note\":\"" note "\"}\n"

static void assert_seen(const struct run_file *r, const char *key, uint32_t seen, uint32_t runs)
{
	for (size_t i = 0; i < r->findings.len; i++) {
		if (strcmp(r->findings.items[i].key, key) != 0)
			continue;
		assert_int_equal(r->findings.items[i].seen, seen);
		assert_int_equal(r->findings.items[i].runs, runs);
		return;
	}
	fail_msg("no finding has the key %s", key);
}

static void counts_how_often_all_have_seen_it(void **state)
{
	AUTO_RUN_FILE a = { 0 }, b = { 0 }, c = { 0 }, all = { 0 };
	const struct run_file *runs[] = { &a, &b, &c };
	AUTO_BUF text = { 0 };

	(void)state;
	run_make(&a, "",
		 PACKAGE("m/a", "pass", "yes") TEST("m/a", "TestA") TEST("m/a", "TestB")
		     SEEN("m/a", "TestA", "both", "1/3") SEEN("m/a", "TestA", "first", "2/3")
			 SEEN("m/a", "TestB", "alone", "1/3") REPEATED(2, "TestA 1", "") END(1));
	run_make(&b, "",
		 PACKAGE("m/a", "pass", "yes") TEST("m/a", "TestA")
		     SEEN("m/a", "TestA", "both", "2/2") SEEN("m/a", "TestA", "second", "1/2")
			 REPEATED(1, "TestB 1", "why") END(1));
	run_make(&c, "", PACKAGE("m/a", "pass", "no") TEST("m/a", "TestA") END(0));
	assert_true(run_merge(runs, 3, &all, NULL));
	assert_seen(&all, "both", 3, 5);
	assert_seen(&all, "first", 2, 5);
	assert_seen(&all, "second", 1, 5);
	assert_seen(&all, "alone", 1, 3);
	assert_true(all.repeated.present);
	assert_int_equal(all.repeated.runs, 2);
	assert_int_equal(all.repeated.lost, 2);
	assert_string_equal(all.repeated.failing, "TestA 1, TestB 1");
	assert_string_equal(all.repeated.note, "why");
	assert_string_equal(all.warnings.items[all.warnings.len - 1].text,
			    "run 3 was not repeated, the first was");
	run_file_write(&all, &text);
	assert_non_null(strstr(buf_str(&text), "{\"type\":\"repeated\",\"runs\":2,\"lost\":2,"));
}

static void says_which_share_is_missing(void **state)
{
	AUTO_RUN_FILE a = { 0 }, all = { 0 };
	const struct run_file *runs[] = { &a };

	(void)state;
	run_make(&a, "2/4", END(3));
	assert_true(run_merge(runs, 1, &all, NULL));
	assert_int_equal(all.warnings.len, 1);
	assert_string_equal(all.warnings.items[0].text, "shards that are missing: 1/4, 3/4, 4/4");
	assert_int_equal(all.end.exit_code, 3);
}

static void assert_refused(const char *module, const char *head, bool based, const char *why)
{
	AUTO_RUN_FILE a = { 0 }, b = { 0 }, all = { 0 };
	const struct run_file *runs[] = { &a, &b };
	struct err err;

	run_make(&a, "1/2", "");
	run_make(&b, "2/2", "");
	b.run.module = module;
	b.run.head = head;
	b.base = (struct base_record){ .present = based, .commit = "base" };
	assert_false(run_merge(runs, 2, &all, &err));
	assert_string_equal(err.msg, why);
}

static void refuses_what_is_not_one_run(void **state)
{
	(void)state;
	assert_refused("n", "abc", false, "run 2 is of module n, the first of m");
	assert_refused("m", "", false, "run 2 is of commit none, the first of abc");
	assert_refused("m", "abc", true, "run 2 is compared with commit base, the first with none");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_what_shares_found),
		cmocka_unit_test(a_second_try_takes_nothing_back),
		cmocka_unit_test(counts_how_often_all_have_seen_it),
		cmocka_unit_test(says_which_share_is_missing),
		cmocka_unit_test(refuses_what_is_not_one_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
