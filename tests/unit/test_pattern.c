#include "base/vec.h"
#include "gotest/pattern.h"
#include "unit.h"

static void names_stand_for_themselves(void **state)
{
	AUTO_BUF b = { 0 };

	(void)state;
	pattern_quote(&b, "a.b(c)|d[e]{2}^f$g*h+i?j\\k", 26);
	assert_string_equal(buf_str(&b), "a\\.b\\(c\\)\\|d\\[e\\]\\{2\\}\\^f\\$g\\*h\\+i\\?j\\\\k");
}

static void any_of_them_each_once(void **state)
{
	AUTO_WORDS names = { 0 };
	AUTO_BUF b = { 0 };

	(void)state;
	pattern_any(&b, &names);
	assert_string_equal(buf_str(&b), "");
	VEC_PUSH(&names, "TestA");
	VEC_PUSH(&names, "TestB.c");
	VEC_PUSH(&names, "TestA");
	pattern_any(&b, &names);
	assert_string_equal(buf_str(&b), "^(TestA|TestB\\.c)$");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_stand_for_themselves),
		cmocka_unit_test(any_of_them_each_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
