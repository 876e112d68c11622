#include "unit.h"

#include "vcs/declarations.h"

struct fixture {
	struct arena arena;
	struct declarations d;
};

static void scan(struct fixture *f, const char *text)
{
	*f = (struct fixture){ 0 };
	declarations_read(&f->d, str_of(text), &f->arena);
}

static void release(struct fixture *f)
{
	declarations_release(&f->d);
	arena_clear(&f->arena);
}

static void assert_declaration(const struct fixture *f, size_t i, const char *name, uint32_t first,
			       uint32_t last)
{
	assert_true(i < f->d.len);
	assert_string_equal(f->d.items[i].name, name);
	assert_int_equal(f->d.items[i].first, first);
	assert_int_equal(f->d.items[i].last, last);
}

static void functions_have_go_s_names(void **state)
{
	struct fixture f;

	(void)state;
	scan(&f, "package m\n"
		 "\n"
		 "func plain() {\n"
		 "}\n"
		 "func (t *T) pointer(a int) (b int) {\n"
		 "\treturn a\n"
		 "}\n"
		 "func (T) value() {}\n"
		 "func (s *Stack[K, V]) push(v V) {\n"
		 "}\n"
		 "func generic[T any](v T) {\n"
		 "}\n"
		 "type F func()\n"
		 "var x = func() {\n"
		 "\tgo f()\n"
		 "}\n");
	assert_int_equal(f.d.len, 6);
	assert_declaration(&f, 0, "plain", 3, 4);
	assert_declaration(&f, 1, "(*T).pointer", 5, 7);
	assert_declaration(&f, 2, "T.value", 8, 8);
	assert_declaration(&f, 3, "(*Stack).push", 9, 10);
	assert_declaration(&f, 4, "generic", 11, 12);
	assert_declaration(&f, 5, "var x", 14, 16);
	assert_ptr_equal(declarations_at(&f.d, 6), &f.d.items[1]);
	assert_null(declarations_at(&f.d, 13));
	assert_ptr_equal(declarations_named(&f.d, "generic", 0), &f.d.items[4]);
	assert_null(declarations_named(&f.d, "generic", 1));
	release(&f);
}

/* What looks like an end or a beginning in a string, rune or comment is none. */
static void only_code_counts(void **state)
{
	struct fixture f;

	(void)state;
	scan(&f, "func one() {\n"
		 "\ts := `\n"
		 "}\n"
		 "func no() {\n"
		 "`\n"
		 "\tr := '{' // {\n"
		 "\tq := \"}\\\"{\"\n"
		 "\t/*\n"
		 "}\n"
		 "func never() {}\n"
		 "*/\n"
		 "\tb := '\\''\n"
		 "}\n"
		 "var text = `\n"
		 "func text() {}\n"
		 "`\n"
		 "func two() {\n"
		 "}");
	assert_int_equal(f.d.len, 3);
	assert_declaration(&f, 0, "one", 1, 13);
	assert_declaration(&f, 1, "var text", 14, 16);
	assert_declaration(&f, 2, "two", 17, 18);
	release(&f);
}

static void long_headers_and_several_inits_are_kept_apart(void **state)
{
	struct fixture f;

	(void)state;
	scan(&f, "func init() {\n"
		 "}\n"
		 "func long(\n"
		 "\ta int,\n"
		 ") (\n"
		 "\terr error,\n"
		 ") {\n"
		 "\tgo g()\n"
		 "}\n"
		 "func init() {\n"
		 "}\n");
	assert_int_equal(f.d.len, 3);
	assert_declaration(&f, 1, "long", 3, 9);
	assert_ptr_equal(declarations_named(&f.d, "init", 0), &f.d.items[0]);
	assert_ptr_equal(declarations_named(&f.d, "init", 1), &f.d.items[2]);
	release(&f);
}

static void what_never_ends_ends_with_the_text(void **state)
{
	struct fixture f;

	(void)state;
	scan(&f, "func a() {\n\n");
	assert_int_equal(f.d.len, 1);
	assert_int_equal(f.d.items[0].first, 1);
	release(&f);
	scan(&f, "func");
	assert_int_equal(f.d.len, 1);
	assert_string_equal(f.d.items[0].name, "");
	release(&f);
	scan(&f, "func (\"");
	release(&f);
	scan(&f, "`");
	assert_int_equal(f.d.len, 0);
	release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_have_go_s_names),
		cmocka_unit_test(only_code_counts),
		cmocka_unit_test(long_headers_and_several_inits_are_kept_apart),
		cmocka_unit_test(what_never_ends_ends_with_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
