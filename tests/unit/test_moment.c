#include "trace/moment.h"

#include <inttypes.h>

#include "base/buf.h"
#include "unit.h"

enum { A = 1, B, C };

static const char names[] = "0abc";

/* Three lives, which are there from the beginning. */
static struct moments begin(void)
{
	struct moments m = { 0 };

	for (uint32_t i = A; i <= C; i++)
		assert_int_equal(moments_life(&m, i), i);
	return m;
}

/* "a+b@7 a!9@8 b.@9": who creates whom, calls at what stack, ends; when. */
static void check(struct moments *m, const char *want)
{
	AUTO_BUF said = { 0 };
	struct told t;

	assert_true(moments_order(m));
	while (moments_next(m, &t)) {
		buf_putc(&said, names[t.actor]);
		if (t.kind == MOMENT_CREATED)
			buf_printf(&said, "+%c", names[t.of]);
		else if (t.kind == MOMENT_CALL)
			buf_printf(&said, "!%" PRIu32, t.of);
		else
			buf_putc(&said, '.');
		buf_printf(&said, "@%" PRIu64 " ", t.time);
	}
	assert_string_equal(buf_str(&said), want);
	moments_reset(m);
	moments_release(m);
}

static void threads_are_merged_by_time(void **state)
{
	struct moments m = begin();
	struct moment_stream one = { 0 }, two = { 0 };

	(void)state;
	life_at(&m, B)->born_here = true;
	moments_stint(&m, &one, A, 0);
	moments_push(&m, &one, MOMENT_CREATED, B, 100);
	moments_push(&m, &one, MOMENT_CALL, 9, 300);
	moments_stint(&m, &two, B, 1);
	moments_push(&m, &two, MOMENT_CALL, 8, 200);
	moments_push(&m, &two, MOMENT_ENDED, B, 400);
	check(&m, "a+b@100 b!8@200 a!9@300 b.@400 ");
}

static void times_may_be_far_apart(void **state)
{
	struct moments m = begin();
	struct moment_stream one = { 0 };

	(void)state;
	moments_stint(&m, &one, A, 0);
	moments_push(&m, &one, MOMENT_CALL, 1, UINT64_MAX - 9);
	moments_push(&m, &one, MOMENT_CALL, 2, UINT64_MAX - 1);
	check(&m, "a!1@18446744073709551606 a!2@18446744073709551614 ");
}

/* Only in one stint: what another thread did between comes between. */
static void the_last_of_equal_calls_is_told(void **state)
{
	struct moments m = begin();
	struct moment_stream one = { 0 };

	(void)state;
	moments_stint(&m, &one, A, 1);
	moments_push(&m, &one, MOMENT_CALL, 7, 10);
	moments_push(&m, &one, MOMENT_CALL, 7, 20);
	moments_stint(&m, &one, A, 2);
	moments_push(&m, &one, MOMENT_CALL, 7, 30);
	check(&m, "a!7@20 a!7@30 ");
}

/* The clock of the second thread is behind: B acts before it is born, A's stint 2 comes before
 * its stint 1. What happened later is told later, and its time is no earlier. */
static void causes_come_before_clocks(void **state)
{
	struct moments m = begin();
	struct moment_stream one = { 0 }, two = { 0 };

	(void)state;
	life_at(&m, B)->born_here = true;
	moments_stint(&m, &two, B, 1);
	moments_push(&m, &two, MOMENT_CALL, 3, 50);
	moments_push(&m, &two, MOMENT_ENDED, B, 60);
	moments_stint(&m, &two, A, 2);
	moments_push(&m, &two, MOMENT_CALL, 2, 70);
	moments_push(&m, &two, MOMENT_ENDED, A, 80);
	moments_stint(&m, &one, A, 1);
	moments_push(&m, &one, MOMENT_CREATED, B, 100);
	moments_push(&m, &one, MOMENT_CALL, 1, 110);
	check(&m, "a+b@100 b!3@100 b.@100 a!1@110 a!2@110 a.@110 ");
}

static void many_moments_keep_their_order(void **state)
{
	struct moments m = begin();
	struct moment_stream s[2] = { 0 };
	struct told t;
	uint64_t n = 0;

	(void)state;
	moments_stint(&m, &s[0], A, 1);
	moments_stint(&m, &s[1], B, 1);
	for (uint32_t i = 0; i < 1000; i++)
		moments_push(&m, &s[i % 3 == 0], MOMENT_CALL, i, i);
	assert_true(moments_order(&m));
	for (; moments_next(&m, &t); n++)
		assert_int_equal(t.of, n);
	assert_int_equal(n, 1000);
	moments_reset(&m);
	moments_release(&m);
}

static void a_circle_has_no_order(void **state)
{
	struct moments m = begin();
	struct moment_stream one = { 0 }, two = { 0 };

	(void)state;
	life_at(&m, A)->born_here = life_at(&m, B)->born_here = true;
	moments_stint(&m, &one, A, 1);
	moments_push(&m, &one, MOMENT_CREATED, B, 1);
	moments_stint(&m, &two, B, 1);
	moments_push(&m, &two, MOMENT_CREATED, A, 2);
	assert_false(moments_order(&m));
	assert_string_equal(m.why, "goroutines that created each other");
	moments_reset(&m);
	moments_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_are_merged_by_time),
		cmocka_unit_test(times_may_be_far_apart),
		cmocka_unit_test(the_last_of_equal_calls_is_told),
		cmocka_unit_test(causes_come_before_clocks),
		cmocka_unit_test(many_moments_keep_their_order),
		cmocka_unit_test(a_circle_has_no_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
