#include "account/waiting.h"
#include "unit.h"

static const struct site sends = { .reason = "chan send" };
static const struct site sleeps = { .reason = "sleep" };

static void add(struct waiting *w, size_t finding, uint64_t object)
{
	waiting_add(w, finding, &(struct witness){ .site = &sends, .object = object });
}

static void expect(const struct waiting *w, size_t finding, uint32_t count, const char *text)
{
	AUTO_BUF out = { 0 };

	waiting_tell(w, finding, count, "channel", &out);
	assert_string_equal(buf_str(&out), text);
}

static void many_at_one_are_one_story(void **state)
{
	struct waiting w = { 0 };

	(void)state;
	add(&w, 0, 64);
	add(&w, 0, 64);
	expect(&w, 0, 2, "all of them wait for the same channel");
	add(&w, 1, 64);
	expect(&w, 0, 2, "all of them wait for the same channel, and 1 more waits for it");
	expect(&w, 1, 1, "2 more wait for the same channel");
	waiting_release(&w);
}

static void each_at_its_own_are_many(void **state)
{
	struct waiting w = { 0 };

	(void)state;
	add(&w, 3, 64);
	add(&w, 3, 128);
	add(&w, 3, 128);
	expect(&w, 3, 3, "they wait for 2 different channels");
	waiting_release(&w);
}

static void what_is_not_known_of_all_is_not_said(void **state)
{
	struct waiting w = { 0 };

	(void)state;
	add(&w, 0, 64);
	add(&w, 0, 0);
	waiting_add(&w, 0, &(struct witness){ .site = &sleeps, .object = 64 });
	expect(&w, 0, 3, "");
	expect(&w, 7, 1, "");
	add(&w, 1, 128);
	expect(&w, 1, 1, "");
	waiting_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_at_one_are_one_story),
		cmocka_unit_test(each_at_its_own_are_many),
		cmocka_unit_test(what_is_not_known_of_all_is_not_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
