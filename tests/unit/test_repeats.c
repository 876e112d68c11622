#include <string.h>

#include "account/repeats.h"
#include "base/clock.h"
#include "run/effort.h"
#include "unit.h"

static void add_line(struct run_file *r, const char *line)
{
	assert_true(record_read_line(r, line, strlen(line), NULL));
}

static void begin(struct run_file *r)
{
	add_line(r, "{\"type\":\"run\",\"schema\":1}");
	add_line(r, "{\"type\":\"package\",\"package\":\"m\",\"checked\":\"yes\"}");
}

static void add_test(struct run_file *r, const char *name, const char *result)
{
	AUTO_BUF line = { 0 };

	buf_printf(&line, "{\"type\":\"test\",\"package\":\"m\",\"test\":\"%s\",\"result\":\"%s\"}",
		   name, result);
	add_line(r, buf_str(&line));
}

/* more: further members, beginning with a comma. */
static void add_leak(struct run_file *r, const char *test, const char *key, const char *more)
{
	AUTO_BUF line = { 0 };

	buf_printf(&line,
		   "{\"type\":\"finding\",\"package\":\"m\",\"test\":\"%s\",\"key\":\"%s\","
		   "\"class\":\"chan-send\",\"status\":\"leak\",\"count\":1%s}",
		   test, key, more);
	add_line(r, buf_str(&line));
}

static const struct finding *find(const struct run_file *r, const char *key)
{
	for (size_t i = 0; i < r->findings.len; i++)
		if (!strcmp(r->findings.items[i].key, key))
			return &r->findings.items[i];
	return NULL;
}

static void a_leak_of_any_run_is_one(void **state)
{
	struct run_file runs[3] = { 0 };
	struct repeats r = { 0 };
	struct repeated_record record;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		begin(&runs[i]);
		add_test(&runs[i], "TestA", "pass");
		add_test(&runs[i], "TestB", i == 2 ? "fail" : "pass");
	}
	add_leak(&runs[0], "TestA", "aaaaaaaa", "");
	add_leak(&runs[1], "TestA", "bbbbbbbb", "");
	add_leak(&runs[2], "TestA", "bbbbbbbb", "");
	repeats_begin(&r, &runs[0]);
	assert_int_equal(repeats_add(&r, &runs[1], ""), 1);
	assert_int_equal(repeats_add(&r, &runs[2], ""), 0);
	repeats_end(&r, &record);
	assert_int_equal(runs[0].findings.len, 2);
	assert_int_equal(find(&runs[0], "aaaaaaaa")->seen, 1);
	assert_int_equal(find(&runs[0], "aaaaaaaa")->runs, 3);
	assert_int_equal(find(&runs[0], "bbbbbbbb")->seen, 2);
	assert_int_equal(find(&runs[0], "bbbbbbbb")->status, STATUS_LEAK);
	assert_int_equal(record.runs, 2);
	assert_int_equal(record.failed, 1);
	assert_string_equal(record.failing, "TestB 1");
	assert_string_equal(record.fresh, "");
	repeats_release(&r);
	for (size_t i = 0; i < 3; i++)
		run_file_release(&runs[i]);
}

/* With one processor nothing is decided; what one run only observed is a leak of the next. */
static void a_note_is_not_the_leak(void **state)
{
	static const char note[] = ",\"certainty\":\"observed\"";
	struct run_file runs[4] = { 0 };
	struct repeats r = { 0 };
	struct repeated_record record;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		begin(&runs[i]);
		add_test(&runs[i], "TestA", "pass");
		add_leak(&runs[i], "TestA", "aaaaaaaa", i < 2 ? note : "");
		if (i)
			add_leak(&runs[i], "TestA", "bbbbbbbb", i < 2 ? note : "");
		for (size_t k = 0; i < 2 && k < runs[i].findings.len; k++)
			runs[i].findings.items[k].status = STATUS_NOTE;
	}
	repeats_begin(&r, &runs[0]);
	assert_int_equal(repeats_add(&r, &runs[1], "-cpu=1"), 0);
	assert_int_equal(repeats_add(&r, &runs[2], "-cpu=4"), 2);
	assert_int_equal(repeats_add(&r, &runs[3], "-cpu=8"), 0);
	repeats_end(&r, &record);
	assert_int_equal(runs[0].findings.len, 2);
	assert_int_equal(find(&runs[0], "aaaaaaaa")->status, STATUS_LEAK);
	assert_int_equal(find(&runs[0], "aaaaaaaa")->seen, 4);
	assert_string_equal(find(&runs[0], "bbbbbbbb")->settings, "-cpu=4");
	assert_int_equal(find(&runs[0], "bbbbbbbb")->seen, 3);
	repeats_release(&r);
	for (size_t i = 0; i < 4; i++)
		run_file_release(&runs[i]);
}

/* Runs that could not tell what such a test left are not the last ones to have it, but it does not get
 * them for ever. */
static void who_needs_a_process_of_its_own_gets_another_run(void **state)
{
	struct run_file first = { 0 }, many[5] = { 0 };
	struct repeats r = { 0 };

	(void)state;
	begin(&first);
	add_test(&first, "TestOnce", "pass");
	repeats_begin(&r, &first);
	for (size_t i = 0; i < ARRAY_LEN(many); i++) {
		AUTO_WORDS fresh = { 0 };

		begin(&many[i]);
		assert_int_equal(many[i].packages.len, 1);
		many[i].packages.items[0].checked = CHECKED_PART;
		add_test(&many[i], "TestOnce", "pass");
		add_test(&many[i], "TestOnce", "fail");
		repeats_add(&r, &many[i], "-count=2");
		repeats_fresh(&r, &fresh);
		assert_int_equal(fresh.len, i == 4);
	}
	repeats_release(&r);
	run_file_release(&first);
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		run_file_release(&many[i]);
}

/* In one process: the settings go with what they showed, and so does the repeat. */
static void repeats_in_one_process_are_told_apart(void **state)
{
	struct run_file first = { 0 }, many = { 0 };
	AUTO_WORDS fresh = { 0 };
	struct repeats r = { 0 };
	struct repeated_record record;

	(void)state;
	begin(&first);
	begin(&many);
	add_test(&first, "TestA", "pass");
	add_test(&first, "TestOnce", "pass");
	for (size_t i = 0; i < 4; i++) {
		add_test(&many, "TestA", "pass");
		add_test(&many, "TestOnce", i ? "fail" : "pass");
	}
	/* The runtime gives new goroutines out as it has them: not in the order of the repeats. */
	add_leak(&many, "TestA", "aaaaaaaa", ",\"repeat\":4,\"repeats_seen\":\"2/4\"");
	add_leak(&many, "TestA", "aaaaaaaa", ",\"repeat\":3,\"repeats_seen\":\"2/4\"");
	add_leak(&many, "TestOnce", "bbbbbbbb", ",\"repeat\":2,\"repeats_seen\":\"3/4\"");
	repeats_begin(&r, &first);
	assert_int_equal(repeats_add(&r, &many, "-race -count=4"), 2);
	repeats_fresh(&r, &fresh);
	repeats_end(&r, &record);
	assert_int_equal(first.findings.len, 2);
	assert_int_equal(find(&first, "aaaaaaaa")->repeat, 3);
	assert_int_equal(find(&first, "aaaaaaaa")->repeats_seen, 2);
	assert_int_equal(find(&first, "aaaaaaaa")->seen, 1);
	assert_int_equal(find(&first, "aaaaaaaa")->runs, 2);
	assert_string_equal(find(&first, "aaaaaaaa")->settings, "-race -count=4");
	/* Repeating is what it does not stand: nobody is accused of that. */
	assert_int_equal(find(&first, "bbbbbbbb")->status, STATUS_NOTE);
	assert_int_equal(fresh.len, 1);
	assert_string_equal(fresh.items[0], "TestOnce");
	assert_string_equal(record.fresh, "TestOnce");
	assert_int_equal(record.failed, 0);
	assert_int_equal(record.repeats, 5);
	repeats_release(&r);
	run_file_release(&first);
	run_file_release(&many);
}

static void an_allowance_is_good_for_each_repeat(void **state)
{
	struct run_file first = { 0 }, many = { 0 };
	struct repeats r = { 0 };
	struct repeated_record record;

	(void)state;
	begin(&first);
	begin(&many);
	add_test(&first, "TestA", "pass");
	for (size_t i = 0; i < 4; i++)
		add_test(&many, "TestA", "pass");
	add_leak(&many, "TestA", "aaaaaaaa", ",\"repeat\":1,\"allowance\":\"y:1\",\"allowed\":1");
	add_leak(&many, "TestA", "aaaaaaaa", ",\"repeat\":2,\"allowance\":\"y:1\",\"allowed\":1");
	add_leak(&many, "TestA", "bbbbbbbb", ",\"repeat\":2,\"allowance\":\"y:2\",\"allowed\":1");
	add_leak(&many, "TestA", "bbbbbbbb", ",\"repeat\":2,\"allowance\":\"y:2\",\"allowed\":1");
	repeats_begin(&r, &first);
	repeats_add(&r, &many, "");
	repeats_end(&r, &record);
	assert_int_equal(find(&first, "aaaaaaaa")->status, STATUS_ALLOWED);
	assert_int_equal(find(&first, "bbbbbbbb")->status, STATUS_LEAK);
	repeats_release(&r);
	run_file_release(&first);
	run_file_release(&many);
}

/* Stress does not look for what is open. */
static void descriptors_are_those_of_plain_runs(void **state)
{
	static const char line[] =
	    "{\"type\":\"finding\",\"package\":\"m\",\"test\":\"TestA\",\"key\":\"aaaaaaaa\","
	    "\"class\":\"fd\",\"status\":\"leak\",\"count\":1,"
	    "\"settings\":\"--second-look=always\"}";
	struct run_file runs[3] = { 0 };
	struct repeats r = { 0 };
	struct repeated_record record;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		begin(&runs[i]);
		add_test(&runs[i], "TestA", "pass");
	}
	add_line(&runs[1], line);
	repeats_begin(&r, &runs[0]);
	assert_int_equal(repeats_add(&r, &runs[1], ""), 1);
	assert_int_equal(repeats_add(&r, &runs[2], "-race -count=64"), 0);
	repeats_end(&r, &record);
	assert_int_equal(runs[0].findings.len, 1);
	assert_int_equal(runs[0].findings.items[0].seen, 1);
	assert_int_equal(runs[0].findings.items[0].runs, 2);
	assert_string_equal(runs[0].findings.items[0].settings, "--second-look=always");
	repeats_release(&r);
	for (size_t i = 0; i < 3; i++)
		run_file_release(&runs[i]);
}

/* --- effort ---------------------------------------------------------------------------- */

static void effort_grows_until_nothing_new_comes(void **state)
{
	struct effort e = { .budget_ns = 60 * NS_PER_S, .cores = 2, .jobs = 2 };
	struct effort_run runs[2];
	const char *why = "";
	uint32_t last = 0, rounds = 0;

	(void)state;
	effort_learn(&e, 9 * NS_PER_S, NS_PER_MS, 0);
	assert_int_equal(e.spent_ns, 0);
	while (effort_next(&e, runs, &why) && rounds < 100) {
		assert_true(runs[0].count > last);
		assert_true(runs[0].cpu > e.cores && runs[1].cpu > runs[0].cpu);
		assert_int_not_equal(runs[0].shuffle, runs[1].shuffle);
		last = runs[0].count;
		effort_learn(&e, NS_PER_S, runs[0].count * NS_PER_MS, rounds++ ? 0 : 1);
	}
	assert_string_equal(why, "the last rounds showed nothing new");
	assert_true(e.repeats >= 400);
}

static void effort_stays_within_its_budget(void **state)
{
	static const int64_t repeats_ns[] = { NS_PER_MS, 300 * NS_PER_MS, 4 * NS_PER_S,
					      100 * NS_PER_S };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(repeats_ns); i++) {
		struct effort e = { .budget_ns = 20 * NS_PER_S, .cores = 2, .jobs = 1 };
		struct effort_run run;
		const char *why = "";

		effort_learn(&e, NS_PER_S, repeats_ns[i], 0);
		while (effort_next(&e, &run, &why)) {
			int64_t tests = run.count * repeats_ns[i];

			assert_true(tests <= e.budget_ns - e.spent_ns);
			effort_learn(&e, tests + NS_PER_S / 10, tests, 1);
		}
		assert_true(e.spent_ns <= e.budget_ns + NS_PER_S);
		assert_string_equal(why, "the time for it is spent");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_leak_of_any_run_is_one),
		cmocka_unit_test(a_note_is_not_the_leak),
		cmocka_unit_test(repeats_in_one_process_are_told_apart),
		cmocka_unit_test(who_needs_a_process_of_its_own_gets_another_run),
		cmocka_unit_test(an_allowance_is_good_for_each_repeat),
		cmocka_unit_test(descriptors_are_those_of_plain_runs),
		cmocka_unit_test(effort_grows_until_nothing_new_comes),
		cmocka_unit_test(effort_stays_within_its_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
