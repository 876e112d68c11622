#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/chance.h"
#include "account/comparison.h"
#include "unit.h"

static void assert_about(double got, double want)
{
	assert_true(fabs(got - want) < 1e-9);
}

static void chance_is_that_of_a_rate_nobody_knows(void **state)
{
	(void)state;
	assert_about(chance_unseen(1, 1, 0), 1);
	assert_about(chance_unseen(1, 1, 1), 1 / 3.0);
	assert_about(chance_unseen(5, 5, 5), 1 / 462.0);
	assert_about(chance_unseen(1, 5, 5), 5 / 7.0 * 6 / 8 * 7 / 9 * 8 / 10 * 9 / 11);
	assert_about(chance_unseen(0, 0, 1), 1 / 2.0);
	/* The integral over all rates, by steps. */
	{
		double sum = 0, norm = 0;

		for (int i = 0; i < 100000; i++) {
			double p = (i + 0.5) / 100000;
			double likely = pow(p, 3) * pow(1 - p, 7);

			norm += likely;
			sum += likely * pow(1 - p, 12);
		}
		assert_true(fabs(chance_unseen(3, 10, 12) - sum / norm) < 1e-6);
	}
}

static void repeats_are_the_fewest_that_do(void **state)
{
	static const struct {
		uint32_t seen, runs;
		double wanted;
	} cases[] = { { 1, 1, 0.05 }, { 5, 5, 0.001 }, { 4, 20, 0.01 }, { 20, 20, 0.0005 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint32_t n = chance_repeats(cases[i].seen, cases[i].runs, cases[i].wanted, 10000);

		assert_true(chance_unseen(cases[i].seen, cases[i].runs, n) <= cases[i].wanted);
		assert_true(chance_unseen(cases[i].seen, cases[i].runs, n - 1) > cases[i].wanted);
	}
	assert_int_equal(chance_repeats(0, 9, 0.01, 50), 50);
	assert_int_equal(chance_repeats(3, 3, 1, 50), 0);
}

/* --- comparisons ---------------------------------------------------------------------- */

#define RUNS_MAX 12

/* A run in which package m was checked as said, with leaks of the keys. A key may be
 * "a*3": three goroutines; "-a": allowed; "~a": only shown. */
static void run_make(struct run_file *r, const char *checked, const char *keys)
{
	AUTO_BUF line = { 0 };
	char word[32];
	int used;

	record_read_line(r, "{\"type\":\"run\",\"schema\":1}", 25, NULL);
	if (checked) {
		buf_printf(&line, "{\"type\":\"package\",\"package\":\"m\",\"checked\":\"%s\"}",
			   checked);
		assert_true(record_read_line(r, line.data, line.len, NULL));
	}
	if (checked) {
		static const char test[] = "{\"type\":\"test\",\"package\":\"m\",\"test\":\"T\"}";

		assert_true(record_read_line(r, test, sizeof(test) - 1, NULL));
	}
	for (; sscanf(keys, " %31s%n", word, &used) == 1; keys += used) {
		int many = strchr(word, '*') ? atoi(strchr(word, '*') + 1) : 1;
		bool allowed = *word == '-', shown = *word == '~';
		char *key = word + (allowed || shown ? 1 : 0);

		key[strcspn(key, "*")] = '\0';
		buf_reset(&line);
		buf_printf(&line,
			   "{\"type\":\"finding\",\"package\":\"m\",\"test\":\"T\",\"key\":\"%s\","
			   "\"status\":\"%s\",\"count\":%d,\"tolerated\":%s}",
			   key, allowed ? "allowed" : "leak", many, shown ? "true" : "false");
		assert_true(record_read_line(r, line.data, line.len, NULL));
	}
}

struct sides {
	struct run_file files[2][RUNS_MAX];
	const struct run_file *items[2][RUNS_MAX];
	size_t len[2];
	struct comparison_input in;
	struct comparison made;
};

static void add_run(struct sides *s, int side, const char *checked, const char *keys)
{
	size_t n = s->len[side]++;

	assert_true(n < RUNS_MAX);
	run_make(&s->files[side][n], checked, keys);
	s->items[side][n] = &s->files[side][n];
}

static void compare_sides(struct sides *s)
{
	s->in.base = (struct runs){ s->items[0], s->len[0] };
	s->in.here = (struct runs){ s->items[1], s->len[1] };
	comparison_release(&s->made);
	comparison_make(&s->made, &s->in);
}

static void sides_release(struct sides *s)
{
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < s->len[side]; i++)
			run_file_release(&s->files[side][i]);
	comparison_release(&s->made);
}
#define AUTO_SIDES CLEANUP(sides_release) struct sides

/* "new a, known b": in their order. */
static void assert_compared(struct sides *s, const char *want)
{
	AUTO_BUF got = { 0 };

	compare_sides(s);
	for (size_t i = 0; i < s->made.len; i++)
		buf_printf(&got, "%s%s %s", i ? ", " : "", standing_name(s->made.items[i].standing),
			   s->made.items[i].key);
	assert_string_equal(buf_str(&got), want);
}

static void one_run_a_side_decides(void **state)
{
	AUTO_SIDES s = { 0 };

	(void)state;
	add_run(&s, 0, "yes", "a c*2 d");
	add_run(&s, 1, "yes", "a*4 b a c -d");
	assert_compared(&s, "new b, known a, known c, gone d");
	assert_int_equal(s.made.items[1].count, 5);
	assert_int_equal(s.made.items[1].base_count, 1);
	assert_int_equal(s.made.items[0].chance_ppm, 333333);
	assert_true(comparison_fails(s.made.items, s.made.len));
	assert_false(comparison_wants_base(&s.made));
}

static void only_new_leaks_fail(void **state)
{
	AUTO_SIDES s = { 0 };

	(void)state;
	add_run(&s, 0, "yes", "a gone");
	add_run(&s, 1, "yes", "a ~shown");
	assert_compared(&s, "new shown, known a, gone gone");
	assert_false(comparison_fails(s.made.items, s.made.len));
}

static void a_flaky_leak_is_not_new(void **state)
{
	AUTO_SIDES s = { 0 };

	(void)state;
	for (int i = 0; i < 5; i++)
		add_run(&s, 0, "yes", i == 2 ? "old b" : "old");
	for (int i = 0; i < 5; i++)
		add_run(&s, 1, "yes", i == 3 ? "old fresh b rare" : "old fresh");
	assert_compared(&s, "new fresh, flaky b, flaky rare, known old");
	assert_true(comparison_wants_base(&s.made));
	assert_int_equal(s.made.items[2].seen, 1);
	assert_int_equal(s.made.items[2].base_runs, 5);
}

static void more_base_runs_make_it_new(void **state)
{
	AUTO_SIDES s = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		add_run(&s, 1, "yes", i == 1 ? "" : "a");
	add_run(&s, 0, "yes", "");
	assert_compared(&s, "flaky a");
	for (int i = 0; i < 11; i++)
		add_run(&s, 0, "yes", "");
	assert_compared(&s, "new a");
	assert_true(s.made.items[0].chance_ppm < 50000);
}

static bool is_absent(void *ctx, const char *package)
{
	return !strcmp(ctx, package);
}

static void a_base_that_could_not_look_accuses_nobody(void **state)
{
	AUTO_SIDES broken = { 0 }, partly = { 0 }, left_out = { 0 };
	char m[] = "m";

	(void)state;
	add_run(&broken, 0, "no", "");
	add_run(&broken, 1, "yes", "a");
	assert_compared(&broken, "unchecked a");
	assert_false(comparison_fails(broken.made.items, broken.made.len));
	broken.in.absent = is_absent;
	broken.in.ctx = m;
	assert_compared(&broken, "new a");

	add_run(&partly, 0, "part", "b");
	add_run(&partly, 1, "yes", "a b");
	assert_compared(&partly, "unchecked a, known b");

	add_run(&left_out, 0, NULL, "");
	add_run(&left_out, 1, "yes", "a");
	assert_compared(&left_out, "unchecked a");
}

static void a_package_that_is_not_there_leaks_nothing(void **state)
{
	AUTO_SIDES s = { 0 };
	static const char other[] =
	    "{\"type\":\"package\",\"package\":\"other\",\"checked\":\"yes\"}";

	(void)state;
	add_run(&s, 0, NULL, "");
	assert_true(record_read_line(&s.files[0][0], other, sizeof(other) - 1, NULL));
	add_run(&s, 1, "yes", "a");
	s.in.alike = true;
	assert_compared(&s, "new a");
}

static void a_test_that_was_left_out_proves_nothing(void **state)
{
	AUTO_SIDES s = { 0 };

	(void)state;
	add_run(&s, 0, "yes", "");
	add_run(&s, 1, "yes", "a");
	s.files[0][0].tests.items[0].test = "Other";
	assert_compared(&s, "unchecked a");
	s.in.alike = true;
	assert_compared(&s, "new a");
}

static void sides_that_are_both_checked_in_part_compare(void **state)
{
	AUTO_SIDES s = { 0 };

	(void)state;
	add_run(&s, 0, "part", "b");
	add_run(&s, 1, "part", "a");
	assert_compared(&s, "new a, gone b");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(chance_is_that_of_a_rate_nobody_knows),
		cmocka_unit_test(repeats_are_the_fewest_that_do),
		cmocka_unit_test(one_run_a_side_decides),
		cmocka_unit_test(only_new_leaks_fail),
		cmocka_unit_test(a_flaky_leak_is_not_new),
		cmocka_unit_test(more_base_runs_make_it_new),
		cmocka_unit_test(a_base_that_could_not_look_accuses_nobody),
		cmocka_unit_test(a_package_that_is_not_there_leaks_nothing),
		cmocka_unit_test(a_test_that_was_left_out_proves_nothing),
		cmocka_unit_test(sides_that_are_both_checked_in_part_compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
