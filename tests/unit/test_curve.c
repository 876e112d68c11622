#include "account/curve.h"
#include "unit.h"

static void a_sample_has_the_most_and_the_last(void **state)
{
	struct curve c = { 0 };

	(void)state;
	curve_add(&c, 5000, 1);
	curve_add(&c, 5001, 4);
	curve_add(&c, 5002, 2);
	curve_add(&c, 5000 + curve_step_ns(&c), 3);
	assert_int_equal(c.begin_ns, 5000);
	assert_int_equal(c.len, 2);
	assert_true(c.peak[0] == 4 && c.last[0] == 2);
	assert_true(c.peak[1] == 3 && c.last[1] == 3);
}

/* Whoever was alive before a step counts in it, too. */
static void what_was_alive_goes_on_to_be(void **state)
{
	struct curve c = { 0 };

	(void)state;
	curve_add(&c, 0, 7);
	curve_add(&c, 5 * curve_step_ns(&c), 6);
	assert_int_equal(c.len, 6);
	for (size_t i = 0; i < 5; i++)
		assert_true(c.peak[i] == 7 && c.last[i] == 7);
	assert_true(c.peak[5] == 7 && c.last[5] == 6);
}

static void a_peak_outlives_every_doubling(void **state)
{
	struct curve c = { 0 };
	uint32_t most = 0;

	(void)state;
	for (int64_t t = 0; t < INT64_C(3600) * 1000000000; t += 10000019)
		curve_add(&c, t, t == INT64_C(1000) * 10000019 ? 99 : 5);
	for (size_t i = 0; i < c.len; i++)
		most = c.peak[i] > most ? c.peak[i] : most;
	assert_int_equal(most, 99);
	assert_true(c.len > CURVE_SAMPLES / 2 && c.len <= CURVE_SAMPLES);
	assert_int_equal(c.last[c.len - 1], 5);
	assert_int_equal(c.end_ns, (int64_t)c.len * curve_step_ns(&c));
}

/* Two threads' clocks may disagree a little. */
static void time_does_not_go_back(void **state)
{
	struct curve c = { 0 };

	(void)state;
	curve_add(&c, 100000, 1);
	curve_add(&c, 200000, 2);
	curve_add(&c, 50000, 3);
	assert_int_equal(c.begin_ns, 100000);
	assert_true(c.peak[0] == 1 && c.last[c.len - 1] == 3);
}

static void the_end_of_time_is_in_a_curve(void **state)
{
	struct curve c = { 0 };

	(void)state;
	curve_add(&c, 0, 1);
	curve_add(&c, INT64_MAX, 2);
	curve_add(&c, INT64_MAX, 3);
	assert_true(c.len <= CURVE_SAMPLES && c.peak[c.len - 1] == 3);
	assert_int_equal(c.end_ns, INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sample_has_the_most_and_the_last),
		cmocka_unit_test(what_was_alive_goes_on_to_be),
		cmocka_unit_test(a_peak_outlives_every_doubling),
		cmocka_unit_test(time_does_not_go_back),
		cmocka_unit_test(the_end_of_time_is_in_a_curve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
