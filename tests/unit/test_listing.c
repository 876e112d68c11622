#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "gotest/listing.h"
#include "unit.h"

static const char listing[] = "m\t/s\tfmt\n"
			      "m [m.test]\t/s\tfmt\n"
			      "m.test\t/s\tfmt\tm [m.test]\n"
			      "m/user\t/s/user\tfmt\tm\n"
			      "m/user.test\t/s/user\tfmt\tm\tm/user [m/user.test]\n"
			      "m/none\t/s/none\tm\n"
			      "m/far\t/s/far\tfmt\n"
			      "m/far.test\t/s/far\tfmt\tm/far [m/far.test]\n";

static void assert_reached(const char *folder, bool all, const char *want)
{
	AUTO_WORDS folders = { 0 }, out = { 0 };
	struct arena a = { 0 };
	AUTO_BUF got = { 0 };

	VEC_PUSH(&folders, folder);
	listing_reached(listing, sizeof(listing) - 1, &folders, all, &a, &out);
	for (size_t i = 0; i < out.len; i++)
		buf_printf(&got, "%s%s", i ? " " : "", out.items[i]);
	assert_string_equal(buf_str(&got), want);
	arena_clear(&a);
}

static void reaches_the_package_and_what_imports_it(void **state)
{
	(void)state;
	assert_reached("/s", false, "m m/user");
	assert_reached("/s/user", false, "m/user");
	assert_reached("/s/far", false, "m/far");
	assert_reached("/s/none", false, "");
	assert_reached("/elsewhere", false, "");
	assert_reached("/elsewhere", true, "m m/user m/far");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reaches_the_package_and_what_imports_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
