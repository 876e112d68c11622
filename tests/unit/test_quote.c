#include <string.h>

#include "gotest/quote.h"
#include "unit.h"

static void words_are_split_as_go_does(void **state)
{
	struct arena a = { 0 };
	AUTO_WORDS w = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_true(quote_split(" one 'two words'\t\"it's\"''x\n", &a, &w, &err));
	assert_int_equal(w.len, 5);
	assert_string_equal(w.items[0], "one");
	assert_string_equal(w.items[1], "two words");
	assert_string_equal(w.items[2], "it's");
	assert_string_equal(w.items[3], "");
	assert_string_equal(w.items[4], "x");
	assert_true(quote_split("a'b c\"d", &a, &w, &err));
	assert_string_equal(w.items[5], "a'b");
	assert_string_equal(w.items[6], "c\"d");
	arena_clear(&a);
}

static void an_open_quote_changes_nothing(void **state)
{
	struct arena a = { 0 };
	AUTO_WORDS w = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_false(quote_split("one 'two", &a, &w, &err));
	assert_int_equal(err.code, ERR_PARSE);
	assert_int_equal(w.len, 0);
	arena_clear(&a);
}

static void joined_words_split_again(void **state)
{
	static const char *const words[] = {
		"plain", "two words", "it's", "", "say \"x\"", "tab\t"
	};
	struct arena a = { 0 };
	AUTO_WORDS w = { 0 };
	AUTO_BUF text = { 0 };

	(void)state;
	assert_true(quote_join(&text, words, ARRAY_LEN(words), NULL));
	assert_string_equal(text.data, "plain 'two words' \"it's\" '' 'say \"x\"' 'tab\t'");
	assert_true(quote_split(text.data, &a, &w, NULL));
	assert_int_equal(w.len, ARRAY_LEN(words));
	for (size_t i = 0; i < w.len; i++)
		assert_string_equal(w.items[i], words[i]);
	arena_clear(&a);
}

static void both_quotes_cannot_be_joined(void **state)
{
	static const char *const words[] = { "fine", "both ' and \"" };
	struct err err = { 0 };
	AUTO_BUF text = { 0 };

	(void)state;
	assert_false(quote_join(&text, words, ARRAY_LEN(words), &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_int_equal(text.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_split_as_go_does),
		cmocka_unit_test(an_open_quote_changes_nothing),
		cmocka_unit_test(joined_words_split_again),
		cmocka_unit_test(both_quotes_cannot_be_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
