#include "account/key.h"
#include "account/source.h"
#include "unit.h"

#include "written.h"

static const char text[] = "package m\n"
			   "\n"
			   "func first() {\n"
			   "\tgo one()\n"
			   "\tgo func() { // go on\n"
			   "\t\tgo two()\n"
			   "\t}()\n"
			   "}\n"
			   "\n"
			   "func second() {\n"
			   "\tcargo, gopher := 1, 2 // go\n"
			   "\tgo three() \t\r\n"
			   "}";

struct fixture {
	struct written written;
	struct sources sources;
	const char *file;
};

static void set_up(struct fixture *f)
{
	*f = (struct fixture){ 0 };
	written_begin(&f->written);
	f->file = written_file(&f->written, "m.go", text);
}

static void tear_down(struct fixture *f)
{
	sources_release(&f->sources);
	written_end(&f->written);
}

static void lines_come_without_their_margins(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	assert_true(str_is(source_line(&f.sources, f.file, 1), "package m"));
	assert_true(str_is(source_line(&f.sources, f.file, 2), ""));
	assert_true(str_is(source_line(&f.sources, f.file, 12), "go three()"));
	assert_true(str_is(source_line(&f.sources, f.file, 13), "}"));
	assert_int_equal(source_line(&f.sources, f.file, 0).n, 0);
	assert_int_equal(source_line(&f.sources, f.file, 14).n, 0);
	tear_down(&f);
}

static const char selects[] =
    "func f() {\n"
    "\tselect {\n"
    "\tcase <-ctx.Done(): // the end: here\n"
    "\t\tselect {\n"
    "\t\tcase <-inner:\n"
    "\t\t}\n"
    "\tcase v, ok := <-m[\":\"][1:2]:\n"
    "\n"
    "\t// case <-none:\n"
    "\tcase out <- func() { a := 1 }:\n"
    "\t}\n"
    "\tselect {}\n"
    "\tselect {\n"
    "\tcase <-a_channel_that_has_so_long_a_name_that_nobody_would_read_it_to_its_end:\n"
    "\tcase <-another_one_that_has_quite_as_long_a_name_as_the_first_of_them:\n"
    "\t}\n"
    "}\n"
    "\tselect {\n"
    "\tcase <-last";

static void assert_cases(struct fixture *f, uint32_t line, const char *want)
{
	const char *file = written_file(&f->written, "s.go", selects);
	AUTO_BUF out = { 0 };

	source_cases(&f->sources, file, line, &out);
	assert_string_equal(buf_str(&out), want);
}

static void a_select_has_cases(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	assert_cases(&f, 1, "");
	assert_cases(&f, 2, "<-ctx.Done(), v, ok := <-m[\":\"][1:2], out <- func() { a := 1 }");
	assert_cases(&f, 4, "<-inner");
	assert_cases(&f, 12, "");
	assert_cases(&f, 13,
		     "<-a_channel_that_has_so_long_a_name_that_nobody_would_read_it_to_its_end, …");
	assert_cases(&f, 18, "<-last");
	assert_cases(&f, 99, "");
	tear_down(&f);
}

static void what_cannot_be_read_has_no_lines(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	assert_int_equal(source_line(&f.sources, "/nowhere/m.go", 1).n, 0);
	assert_int_equal(source_line(&f.sources, "example.com/m/m.go", 1).n, 0);
	assert_int_equal(source_line(&f.sources, "", 1).n, 0);
	assert_int_equal(source_line(&f.sources, "/dev/zero", 1).n, 0);
	assert_int_equal(source_line(&f.sources, f.written.folder, 1).n, 0);
	assert_int_equal(source_top_func_line(&f.sources, "/nowhere/m.go", 9), 0);
	assert_int_equal(source_go_ordinal(&f.sources, "/nowhere/m.go", 9), 0);
	tear_down(&f);
}

static void files_are_read_once(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	assert_true(str_is(source_line(&f.sources, f.file, 1), "package m"));
	f.file = written_file(&f.written, "m.go", "package n\n");
	assert_true(str_is(source_line(&f.sources, f.file, 1), "package m"));
	tear_down(&f);
}

static void functions_begin_where_they_say(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	assert_int_equal(source_func_line(&f.sources, f.file, 6), 5);
	assert_int_equal(source_top_func_line(&f.sources, f.file, 6), 3);
	assert_int_equal(source_func_line(&f.sources, f.file, 12), 10);
	assert_int_equal(source_top_func_line(&f.sources, f.file, 3), 3);
	assert_int_equal(source_func_line(&f.sources, f.file, 2), 0);
	tear_down(&f);
}

static const char nested[] = "package m\n" /* 1 */
			     "func run() {\n"
			     "\tgo func() {\n" /* 3 */
			     "\t\tmu.Lock()\n"
			     "\n"
			     "\t}()\n"
			     "again:\n"
			     "\tfor range 3 {\n" /* 8 */
			     "\t\tlog.Print(\"go func\", 'g', `go`)\n"
			     "\t\tother.Lock()\n" /* 10 */
			     "\t\tx(func() { go y() })\n"
			     "\t\tdefer func() {\n" /* 12 */
			     "\t\t\tz()\n"
			     "\t\t}()\n"
			     "\t}\n"
			     "}\n";

static void a_closure_that_ended_above_is_not_meant(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	f.file = written_file(&f.written, "nested.go", nested);
	assert_int_equal(source_func_line(&f.sources, f.file, 4), 3);
	assert_int_equal(source_func_line(&f.sources, f.file, 10), 2);
	assert_int_equal(source_func_line(&f.sources, f.file, 13), 12);
	assert_int_equal(source_closure_end(&f.sources, f.file, 3), 6);
	assert_int_equal(source_closure_end(&f.sources, f.file, 12), 14);
	assert_int_equal(source_closure_end(&f.sources, f.file, 11), 11);
	assert_int_equal(source_closure_end(&f.sources, f.file, 8), 8);
	assert_true(source_may_say(&f.sources, f.file, 10, "z()"));
	assert_false(source_may_say(&f.sources, f.file, 10, "Done()"));
	assert_true(source_may_say(&f.sources, "/nowhere/m.go", 10, "Done()"));
	/* What is quoted is no statement. */
	assert_int_equal(source_go_ordinal(&f.sources, f.file, 10), 1);
	assert_int_equal(source_go_ordinal(&f.sources, f.file, 11), 2);
	tear_down(&f);
}

static void go_statements_are_counted_in_their_function(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	assert_int_equal(source_go_ordinal(&f.sources, f.file, 4), 1);
	assert_int_equal(source_go_ordinal(&f.sources, f.file, 5), 2);
	assert_int_equal(source_go_ordinal(&f.sources, f.file, 6), 3);
	assert_int_equal(source_go_ordinal(&f.sources, f.file, 12), 1);
	assert_int_equal(source_go_ordinal(&f.sources, f.file, 1), 0);
	tear_down(&f);
}

struct key {
	char digits[KEY_LEN + 1];
};

static struct key key_of(struct fixture *f, const char *created_by, const char *file, uint32_t line,
			 const char *started, const char *user)
{
	struct key k;

	key_make(&(struct key_parts){ .package = "m",
				      .created_by = created_by,
				      .file = file,
				      .line = line,
				      .started = started,
				      .user = user },
		 &f->sources, k.digits);
	return k;
}

static void a_key_survives_what_moves_around_it(void **state)
{
	char old[96];
	struct fixture f;
	struct key k, moved;
	const char *file;

	(void)state;
	set_up(&f);
	snprintf(old, sizeof(old), "%s", f.file);
	k = key_of(&f, "m.first.func1", old, 6, "m.two", "m.TestA");
	assert_int_equal(strlen(k.digits), KEY_LEN);
	assert_int_equal(strspn(k.digits, "0123456789abcdef"), KEY_LEN);
	/* Another file, other lines, other numbers of closures, another test's closure. */
	file = written_file(
	    &f.written, "renamed.go",
	    "package m\n\n// A comment.\n\nfunc zero() { go none() }\n\nfunc first() {\n"
	    "\tx := func() {}\n\tgo one()\n\n\tgo func() {\n\t\tx()\n\t\tgo two()\n\t}()\n}\n");
	moved = key_of(&f, "m.first.func2", file, 13, "m.two", "m.TestA.func3.1");
	assert_string_equal(k.digits, moved.digits);
	moved = key_of(&f, "m.first.func2.gowrap1", file, 13, "m.other", "m.TestA");
	assert_string_equal(k.digits, moved.digits);
	tear_down(&f);
}

static void a_key_tells_leaks_apart(void **state)
{
	struct fixture f;
	struct key k, other;

	(void)state;
	set_up(&f);
	k = key_of(&f, "m.first", f.file, 4, "m.one", "m.TestA");
	other = key_of(&f, "m.first", f.file, 5, "m.one", "m.TestA");
	assert_string_not_equal(k.digits, other.digits);
	other = key_of(&f, "m.second", f.file, 4, "m.one", "m.TestA");
	assert_string_not_equal(k.digits, other.digits);
	other = key_of(&f, "m.first", f.file, 4, "m.one", "m.TestB");
	assert_string_not_equal(k.digits, other.digits);
	other = key_of(&f, "m.first", f.file, 4, "m.one", "");
	assert_string_not_equal(k.digits, other.digits);
	tear_down(&f);
}

/* Where there is no source the started function tells go statements apart. */
static void without_source_the_started_function_counts(void **state)
{
	struct fixture f;
	struct key k, other;

	(void)state;
	set_up(&f);
	k = key_of(&f, "m.first", "m/m.go", 4, "m.one", "");
	other = key_of(&f, "m.first", "m/m.go", 40, "m.one", "");
	assert_string_equal(k.digits, other.digits);
	other = key_of(&f, "m.first", "m/m.go", 4, "m.two", "");
	assert_string_not_equal(k.digits, other.digits);
	tear_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_without_their_margins),
		cmocka_unit_test(a_select_has_cases),
		cmocka_unit_test(what_cannot_be_read_has_no_lines),
		cmocka_unit_test(files_are_read_once),
		cmocka_unit_test(functions_begin_where_they_say),
		cmocka_unit_test(a_closure_that_ended_above_is_not_meant),
		cmocka_unit_test(go_statements_are_counted_in_their_function),
		cmocka_unit_test(a_key_survives_what_moves_around_it),
		cmocka_unit_test(a_key_tells_leaks_apart),
		cmocka_unit_test(without_source_the_started_function_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
