#include <string.h>

#include "account/policy.h"
#include "unit.h"

/* What a watcher does that got both a policy to read and an option of its own. */
static void a_policy_that_was_read_takes_another_value(void **state)
{
	static const char text[] =
	    "{\"scopes\":[{\"package\":\"\",\"test\":\"\",\"values\":[],\"classes\":[]}],"
	    "\"rules\":[]}";
	struct policy p = { 0 };
	struct err err;

	(void)state;
	assert_true(policy_read(&p, text, strlen(text), &err));
	policy_override(&p, SETTING_SETTLE, 3);
	policy_override(&p, SETTING_SETTLE, 5);
	assert_int_equal(policy_get(&p, SETTING_SETTLE, "m", "TestA"), 5);
	policy_release(&p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_that_was_read_takes_another_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
