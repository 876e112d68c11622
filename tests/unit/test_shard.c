#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/vec.h"
#include "run/shard.h"
#include "unit.h"

static const char listing[] = "m/d\t1\t0\n"
			      "m/a\t2\t1\n"
			      "m/none\t0\t0\n"
			      "m/c\t0\t1\n"
			      "m/b\t1\t0\n";

static void put_share(struct buf *out, const struct run_file *run, uint32_t index, uint32_t total)
{
	struct shard s = { index, total };
	struct shard_packages packages = { 0 };
	AUTO_WORDS chosen = { 0 };
	struct arena a = { 0 };

	shard_list(&packages, listing, sizeof(listing) - 1, &a);
	shard_weigh(&packages, run);
	shard_choose(&packages, &s, &chosen);
	for (size_t i = 0; i < chosen.len; i++)
		buf_printf(out, "%s%s", i ? " " : "", chosen.items[i]);
	VEC_FREE(&packages);
	arena_clear(&a);
}

static void assert_shares(const struct run_file *run, uint32_t total, const char *want)
{
	AUTO_BUF got = { 0 };

	for (uint32_t i = 1; i <= total; i++) {
		put_share(&got, run, i, total);
		buf_puts(&got, i < total ? " | " : "");
	}
	assert_string_equal(buf_str(&got), want);
}

static void deals_in_turns_without_a_run(void **state)
{
	(void)state;
	assert_shares(NULL, 1, "m/a m/b m/c m/d m/none");
	assert_shares(NULL, 2, "m/a m/c m/none | m/b m/d");
	assert_shares(NULL, 3, "m/a m/d | m/b m/none | m/c");
	assert_shares(NULL, 7, "m/a | m/b | m/c | m/d | m/none |  | ");
}

static void add_package(struct run_file *r, const char *path, int seconds)
{
	struct package_record p = { .package = path, .elapsed_ns = seconds * NS_PER_S };

	VEC_PUSH(&r->packages, p);
}

static void divides_the_time_of_an_earlier_run(void **state)
{
	AUTO_RUN_FILE r = { 0 };

	(void)state;
	add_package(&r, "m/a", 2);
	add_package(&r, "m/d", 9);
	add_package(&r, "m/b", 4);
	add_package(&r, "m/gone", 100);
	/* c is new: it costs the mean, 5 s. */
	assert_shares(&r, 2, "m/a m/d | m/b m/c m/none");
	r.packages.items[0].elapsed_ns = INT64_MAX;
	assert_shares(&r, 2, "m/a | m/b m/c m/d m/none");
}

static void reads_which_share_it_is(void **state)
{
	static const char *const wrong[] = { "",     "1",    "0/2",     "3/2",         "1/0",
					     "1/2/", "-1/2", "1/10001", "1/ 2",        " 1/2",
					     "a/b",  "1/2a", "01/2",    "4294967297/2" };
	struct shard s;
	struct err err;

	(void)state;
	assert_true(shard_parse("2/10", &s, NULL));
	assert_int_equal(s.index, 2);
	assert_int_equal(s.total, 10);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_false(shard_parse(wrong[i], &s, &err));
		assert_int_equal(err.code, ERR_USAGE);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(deals_in_turns_without_a_run),
		cmocka_unit_test(divides_the_time_of_an_earlier_run),
		cmocka_unit_test(reads_which_share_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
