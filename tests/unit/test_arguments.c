#include <string.h>

#include "base/buf.h"
#include "unit.h"
#include "watch/arguments.h"

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct arguments read_words(const char *const *words)
{
	struct arguments a;
	size_t n = 0;

	while (words[n])
		n++;
	arguments_read(&a, (char *const *)(uintptr_t)words, n);
	return a;
}

static void the_binary_and_the_end_of_the_flags_are_found(void **state)
{
	static const struct {
		const char *words[8];
		size_t binary, rest;
	} table[] = {
		{ { "m.test" }, 0, 1 },
		{ { "m.test", "-test.v", "-test.run", "X" }, 0, 4 },
		{ { "m.test", "-test.v", "pos", "-test.run=X" }, 0, 2 },
		{ { "m.test", "-test.run" }, 0, 2 },
		{ { "m.test", "-test.v", "--", "-test.run=X" }, 0, 2 },
		{ { "m.test", "-test.v", "-", "x" }, 0, 2 },
		{ { "m.test", "-own", "pos" }, 0, 2 },
		{ { "m.test", "-test.timeout", "-test.v", "x" }, 0, 3 },
		{ { "m.test", "-test.fuzzworker", "x" }, 0, 2 },
		{ { "m.test", "x.test" }, 0, 1 },
		{ { "sudo", "-E", "/tmp/m.test", "-test.v" }, 2, 4 },
		{ { "/tmp/a.out", "-test.v", "x" }, 0, 2 },
		{ { "wrap", "a.test", "b.test" }, 1, 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct arguments a = read_words(table[i].words);

		if (a.binary != table[i].binary || a.rest != table[i].rest)
			fail_msg("row %zu: binary %zu, rest %zu", i, a.binary, a.rest);
	}
}

static void no_words_are_no_arguments(void **state)
{
	struct arguments a = read_words(WORDS(NULL));

	(void)state;
	assert_int_equal(a.len, 0);
	assert_int_equal(a.rest, 0);
	assert_null(arguments_flag(&a, "run").p);
}

static void the_last_value_of_a_flag_counts(void **state)
{
	static const struct {
		const char *words[8];
		const char *name, *value; /* NULL: not given */
	} table[] = {
		{ { "m.test", "-test.run=A", "-test.run=B" }, "run", "B" },
		{ { "m.test", "--test.run", "A" }, "run", "A" },
		{ { "m.test", "-test.run=" }, "run", "" },
		{ { "m.test", "-test.run" }, "run", "" },
		{ { "m.test", "-test.run=a=b" }, "run", "a=b" },
		{ { "m.test", "-test.short" }, "short", "true" },
		{ { "m.test", "-test.short=false" }, "short", "false" },
		{ { "m.test", "-test.v", "x", "-test.run=A" }, "run", NULL },
		{ { "m.test", "-run=A" }, "run", NULL },
		{ { "m.test", "-test.runs=A" }, "run", NULL },
		{ { "m.test", "-test.run", "-test.v", "-test.count=2" }, "run", "-test.v" },
		{ { "m.test", "-test.run", "-test.v", "-test.count=2" }, "v", NULL },
		{ { "m.test", "-test.run", "-test.v", "-test.count=2" }, "count", "2" },
		{ { "wrap", "-test.run=A", "m.test" }, "run", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct arguments a = read_words(table[i].words);
		struct str got = arguments_flag(&a, table[i].name);

		if (table[i].value ? !got.p || !str_is(got, table[i].value) : got.p != NULL)
			fail_msg("row %zu: '%.*s'", i, (int)got.n, got.p ? got.p : "(none)");
	}
}

/* What becomes of words, as one text. */
static const char *applied(struct buf *out, struct arena *arena, const char *const *words,
			   const char *const *drop, const char *const *add)
{
	struct arguments a = read_words(words);
	struct arguments_change change = { .drop = drop, .add = add };
	char **argv = arguments_apply(&a, &change, arena);

	buf_reset(out);
	for (size_t i = 0; argv[i]; i++)
		buf_printf(out, "%s%s", i ? " " : "", argv[i]);
	return buf_str(out);
}

static void flags_are_taken_out_and_put_behind_the_binary(void **state)
{
	struct arena arena = { 0 };
	AUTO_BUF b = { 0 };

	(void)state;
	assert_string_equal(applied(&b, &arena, WORDS("m.test", "-test.v"), NULL, NULL),
			    "m.test -test.v");
	assert_string_equal(applied(&b, &arena,
				    WORDS("m.test", "-test.trace=a", "-test.v", "--test.trace", "b",
					  "pos", "-test.trace=c"),
				    WORDS("trace"), WORDS("-test.trace=ours", "-x")),
			    "m.test -test.trace=ours -x -test.v pos -test.trace=c");
	assert_string_equal(applied(&b, &arena, WORDS("sudo", "m.test", "-test.run", "A", "-own"),
				    WORDS("run", "own"), WORDS("-test.run=B")),
			    "sudo m.test -test.run=B -own");
	assert_string_equal(
	    applied(&b, &arena, WORDS("m.test", "-test.run"), WORDS("run"), WORDS("-a")),
	    "m.test -a");
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_binary_and_the_end_of_the_flags_are_found),
		cmocka_unit_test(no_words_are_no_arguments),
		cmocka_unit_test(the_last_value_of_a_flag_counts),
		cmocka_unit_test(flags_are_taken_out_and_put_behind_the_binary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
