#include "unit.h"
#include "watch/panic.h"

static void the_first_panic_is_found(void **state)
{
	static const char text[] =
	    "late print\npanic: boom: panic: twice\n\ngoroutine 7 [running]:\n"
	    "panic: second\n";
	struct panic p;

	(void)state;
	assert_true(panic_find(text, sizeof(text) - 1, &p));
	assert_true(str_is(p.message, "boom: panic: twice"));
	assert_true(str_is(p.dump, "\ngoroutine 7 [running]:\npanic: second\n"));
}

static void a_fatal_error_counts_too(void **state)
{
	static const char text[] = "fatal error: concurrent map writes\ngoroutine 7 [running]:\n";
	struct panic p;

	(void)state;
	assert_true(panic_find(text, sizeof(text) - 1, &p));
	assert_true(str_is(p.message, "concurrent map writes"));
	assert_true(str_is(p.dump, "goroutine 7 [running]:\n"));
}

static void marks_before_error_text_are_skipped(void **state)
{
	static const char text[] = "\x0f\x16panic: boom\n";
	struct panic p;

	(void)state;
	assert_true(panic_find(text, sizeof(text) - 1, &p));
	assert_true(str_is(p.message, "boom"));
	assert_int_equal(p.dump.n, 0);
}

static void a_cut_text_is_read_as_far_as_it_goes(void **state)
{
	struct panic p;

	(void)state;
	assert_true(panic_find("panic: half", 11, &p));
	assert_true(str_is(p.message, "half"));
	assert_false(panic_find("panic: half", 6, &p));
}

static void what_only_looks_like_one_is_none(void **state)
{
	static const char text[] = "don't panic: it is a log\npanic\npanic:\n panic: x\n\x0f\x16";
	struct panic p;

	(void)state;
	assert_false(panic_find(text, sizeof(text) - 1, &p));
	assert_false(panic_find(NULL, 0, &p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_panic_is_found),
		cmocka_unit_test(a_fatal_error_counts_too),
		cmocka_unit_test(marks_before_error_text_are_skipped),
		cmocka_unit_test(a_cut_text_is_read_as_far_as_it_goes),
		cmocka_unit_test(what_only_looks_like_one_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
