#include <string.h>

#include "base/vec.h"
#include "gotest/cmdline.h"
#include "unit.h"

enum { SETTLE, COUNTS, REPORT, HELP };
static const struct option_spec options[] = {
	[SETTLE] = { "settle", true },
	[COUNTS] = { "counts", false },
	[REPORT] = { "report", true },
	[HELP] = { "help", false },
};

struct parsed {
	struct arena arena;
	struct cmdline c;
	struct words argv;
	struct err err;
	bool ok;
};

/* line is in go's quoting. */
static struct parsed *parse(const char *line, const char *goflags)
{
	struct parsed *p = calloc(1, sizeof(*p));
	struct cmdline_input in = { .options = options,
				    .options_len = ARRAY_LEN(options),
				    .goflags = goflags };

	assert_non_null(p);
	assert_true(quote_split(line, &p->arena, &p->argv, NULL));
	in.argc = (int)p->argv.len;
	in.argv = calloc(p->argv.len + 1, sizeof(*in.argv));
	assert_non_null(in.argv);
	for (size_t i = 0; i < p->argv.len; i++)
		in.argv[i] = arena_strndup(&p->arena, p->argv.items[i], strlen(p->argv.items[i]));
	p->ok = cmdline_parse(&p->c, &in, &p->arena, &p->err);
	free(in.argv);
	return p;
}

static void drop(struct parsed *p)
{
	cmdline_release(&p->c);
	words_release(&p->argv);
	arena_clear(&p->arena);
	free(p);
}

static const char *const wrap[] = { "/our tool", "exec", "--" };

/* The inner call, a newline between words, borrowed until the next call. */
static const char *inner(const struct parsed *p, struct inner_call call)
{
	static char text[1024];
	AUTO_WORDS words = { 0 };
	AUTO_BUF all = { 0 };

	call.go = "go";
	assert_true(cmdline_inner(&p->c, &call, &words, NULL));
	for (size_t i = 0; i < words.len; i++)
		buf_printf(&all, "%s%s", i ? "\n" : "", words.items[i]);
	assert_in_range(all.len, 1, sizeof(text) - 1);
	memcpy(text, all.data, all.len + 1);
	return text;
}

static const struct inner_call wrapped = { .wrap = wrap, .wrap_len = ARRAY_LEN(wrap) };

static void options_are_told_from_flags(void **state)
{
	struct parsed *p = parse("--settle 2s ./a --report=json=x -run X --counts --report md=y "
				 "./b --run=Y -short",
				 "");

	(void)state;
	assert_true(p->ok);
	assert_int_equal(p->c.options.len, 4);
	assert_string_equal(cmdline_option(&p->c, SETTLE), "2s");
	assert_string_equal(cmdline_option(&p->c, COUNTS), "");
	assert_string_equal(cmdline_option(&p->c, REPORT), "md=y");
	assert_null(cmdline_option(&p->c, HELP));
	assert_string_equal(cmdline_flag(&p->c, "run"), "X"); /* ./b is the test's, all after it */
	assert_false(cmdline_flag_on(&p->c, "short"));
	assert_int_equal(p->c.packages.len, 1);
	drop(p);
}

static void ours_do_not_part_packages(void **state)
{
	struct parsed *p = parse("-v ./a --settle=2s ./b -test.run=X -timeout 1s", "");

	(void)state;
	assert_true(p->ok);
	assert_int_equal(p->c.packages.len, 2);
	assert_string_equal(p->c.packages.items[1], "./b");
	assert_string_equal(cmdline_flag(&p->c, "run"), "X");
	assert_string_equal(cmdline_flag(&p->c, "timeout"), "1s");
	assert_true(cmdline_flag_on(&p->c, "v"));
	assert_string_equal(inner(p, wrapped),
			    "go\ntest\n-json\n-exec='/our tool' exec --\n./a\n./b\n-test.run=X\n"
			    "-timeout\n1s");
	drop(p);
}

static void what_is_the_tests_is_not_touched(void **state)
{
	struct parsed *p = parse("./a -args --settle 1s -v --x -help", "");

	(void)state;
	assert_true(p->ok);
	assert_null(cmdline_option(&p->c, SETTLE));
	assert_false(cmdline_flag_on(&p->c, "v"));
	assert_true(p->c.test_help);
	assert_string_equal(inner(p, (struct inner_call){ 0 }),
			    "go\ntest\n-json\n./a\n-args\n--settle\n1s\n-v\n--x\n-help");
	drop(p);
}

/* Without -v the positional would be taken for a package. */
static void a_positional_stays_one(void **state)
{
	struct parsed *p = parse("./a -v pos --settle", "");

	(void)state;
	assert_true(p->ok);
	assert_int_equal(p->c.packages.len, 1);
	assert_string_equal(inner(p, (struct inner_call){ 0 }),
			    "go\ntest\n-json\n./a\n-args\npos\n--settle");
	drop(p);
}

static void flags_of_the_test_binary_pass(void **state)
{
	struct parsed *p = parse("-update value -own=1 --settle 1s -v", "");

	(void)state;
	assert_true(p->ok);
	assert_int_equal(p->c.packages.len, 0);
	assert_string_equal(cmdline_option(&p->c, SETTLE), "1s");
	assert_true(cmdline_flag_on(&p->c, "v"));
	assert_string_equal(inner(p, (struct inner_call){ 0 }),
			    "go\ntest\n-json\n-update\nvalue\n-own=1");
	drop(p);
}

static void mistakes_are_named(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{ "--setle 1s", "unknown option --setle: did you mean --settle?" },
		{ "--zzzzzz", "a flag of the test binary takes one dash: -zzzzzz" },
		{ "./a --settle", "--settle needs a value" },
		{ "--counts=yes", "--counts takes no value" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct parsed *p = parse(cases[i].line, "");

		assert_false(p->ok);
		assert_int_equal(p->err.code, ERR_USAGE);
		assert_non_null(strstr(p->err.msg, cases[i].says));
		drop(p);
	}
}

static void the_directory_stays_first(void **state)
{
	struct parsed *p = parse("--counts -C sub -v ./a", "");

	(void)state;
	assert_string_equal(p->c.dir, "sub");
	assert_string_equal(inner(p, wrapped),
			    "go\ntest\n-C\nsub\n-json\n-exec='/our tool' exec --\n./a");
	drop(p);
}

static void goflags_hold_until_replaced(void **state)
{
	struct parsed *p =
	    parse("-run=B", "-v -run=A -mod=mod '-exec=qemu -L \"/x y\"' -unknown --timeout=3s");

	(void)state;
	assert_true(p->ok);
	assert_true(cmdline_flag_on(&p->c, "v"));
	assert_string_equal(cmdline_flag(&p->c, "run"), "B");
	assert_string_equal(cmdline_flag(&p->c, "timeout"), "3s");
	assert_string_equal(inner(p, wrapped),
			    "go\ntest\n-json\n-exec='/our tool' exec -- qemu -L \"/x y\"\n-run=B");
	drop(p);
	p = parse("", "-v 'open");
	assert_false(p->ok);
	assert_int_equal(p->err.code, ERR_PARSE);
	drop(p);
}

static void ldflags_are_added_to_each(void **state)
{
	struct inner_call call = { .extra_ldflags = "-s=false" };
	struct parsed *p = parse("-ldflags=all=-w -ldflags '-X a=b'", "-ldflags=-v");

	(void)state;
	assert_string_equal(inner(p, call), "go\ntest\n-json\n-ldflags=-s=false\n"
					    "-ldflags=-v -s=false\n-ldflags=all=-w -s=false\n"
					    "-ldflags=-X a=b -s=false");
	assert_string_equal(inner(p, (struct inner_call){ 0 }),
			    "go\ntest\n-json\n-ldflags=all=-w\n-ldflags=-X a=b");
	drop(p);
}

static void a_second_run_chooses_anew(void **state)
{
	static const char *const packages[] = { "m/a" };
	struct inner_call call = { .run = "^TestX$", .packages = packages, .packages_len = 1 };
	struct parsed *p = parse("-race -run T -coverprofile c.out -bench=. ./... -skip S -short "
				 "-exec 'time -v' -args x",
				 "");

	(void)state;
	assert_string_equal(inner(p, call), "go\ntest\n-json\n-exec=time -v\n-run\n^TestX$\nm/a\n"
					    "-race\n-short\n-args\nx");
	drop(p);
}

static void a_command_that_cannot_be_quoted_fails(void **state)
{
	static const char *const odd[] = { "/it's \"here\"" };
	struct inner_call call = { .go = "go", .wrap = odd, .wrap_len = 1 };
	struct parsed *p = parse("", NULL);
	AUTO_WORDS words = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_false(cmdline_inner(&p->c, &call, &words, &err));
	assert_int_equal(err.code, ERR_USAGE);
	drop(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_told_from_flags),
		cmocka_unit_test(ours_do_not_part_packages),
		cmocka_unit_test(what_is_the_tests_is_not_touched),
		cmocka_unit_test(a_positional_stays_one),
		cmocka_unit_test(flags_of_the_test_binary_pass),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(the_directory_stays_first),
		cmocka_unit_test(goflags_hold_until_replaced),
		cmocka_unit_test(ldflags_are_added_to_each),
		cmocka_unit_test(a_second_run_chooses_anew),
		cmocka_unit_test(a_command_that_cannot_be_quoted_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
