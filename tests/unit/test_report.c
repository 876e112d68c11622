#include <locale.h>
#include <string.h>

#include "base/nearest.h"
#include "report/group.h"
#include "report/place.h"
#include "report/rerun.h"
#include "report/text.h"
#include "unit.h"

static const struct run_record app = {
	.schema = 1,
	.module = "example.com/app",
	.dir = "/home/ann/app",
};

static int with_utf8_characters(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

static void assert_clean(const char *raw, const char *want)
{
	AUTO_BUF out = { 0 };

	text_clean(&out, raw);
	assert_string_equal(buf_str(&out), want);
}

static void shows_what_would_drive_a_terminal(void **state)
{
	(void)state;
	assert_clean("\x1b[2J\a\r\n\x7f", "\\x1b[2J\\x07\\x0d\\n\\x7f");
	assert_clean("\xc2\x9b"
		     "1m \xe2\x80\xae x",
		     "\\x9b1m \\u202e x");
	assert_clean("a\tb \xff\xe2\x80 é", "a b \\xff\\xe2\\x80 é");
}

static void assert_cut(const char *clean, size_t columns, const char *want, const char *front)
{
	AUTO_BUF out = { 0 }, tail = { 0 };

	text_cut(&out, str_of(clean), columns);
	assert_string_equal(buf_str(&out), want);
	text_cut_front(&tail, str_of(clean), columns);
	assert_string_equal(buf_str(&tail), front);
}

static void cuts_between_characters(void **state)
{
	(void)state;
	assert_cut("abc", 3, "abc", "abc");
	assert_cut("abcd", 3, "ab…", "…cd");
	assert_cut("漢字漢", 6, "漢字漢", "漢字漢");
	assert_cut("漢字漢", 5, "漢字…", "…字漢");
	assert_cut("漢字漢", 4, "漢…", "…漢");
	assert_cut("漢", 1, "…", "…");
	assert_int_equal(text_columns(str_of("e\xcc\x81漢")), 3);
}

static void assert_wrapped(const char *clean, size_t columns, const char *want)
{
	AUTO_BUF out = { 0 };

	text_wrap(&out, str_of(clean), columns, 2);
	assert_string_equal(buf_str(&out), want);
}

static void wraps_at_spaces(void **state)
{
	(void)state;
	assert_wrapped("", 4, "");
	assert_wrapped("ab cd ef", 5, "ab cd\n  ef");
	assert_wrapped("ab  cd", 2, "ab\n  cd");
	assert_wrapped("a bcdefgh", 4, "a\n  bcde\n  fgh");
	assert_wrapped("a b/c/defg h", 5, "a\n  b/c/\n  defg\n  h");
	assert_wrapped("漢字", 1, "漢\n  字");
	assert_wrapped(" abc", 3, " ab\n  c");
}

static void groups_digits(void **state)
{
	AUTO_BUF out = { 0 };

	(void)state;
	text_number(&out, 0);
	buf_putc(&out, ' ');
	text_number(&out, 999);
	buf_putc(&out, ' ');
	text_number(&out, 1000);
	buf_putc(&out, ' ');
	text_number(&out, UINT64_MAX);
	assert_string_equal(buf_str(&out), "0 999 1,000 18,446,744,073,709,551,615");
}

static void assert_file(const char *function, const char *file, const char *want)
{
	struct place p = { .function = function, .file = file, .source = "", .cases = "" };
	AUTO_BUF out = { 0 };

	place_file(&out, &app, &p);
	assert_string_equal(buf_str(&out), want);
}

static void shortens_files(void **state)
{
	(void)state;
	assert_file("example.com/app/fetch.F", "/home/ann/app/fetch/f.go", "fetch/f.go");
	assert_file("example.com/lib.F", "/home/ann/lib/f.go", "../lib/f.go");
	assert_file("example.com/app.F", "/home/annapp/f.go", "../../annapp/f.go");
	assert_file("x.F", "/srv/x/f.go", "/srv/x/f.go");
	assert_file("net/http.(*T).f", "/usr/local/go/src/net/http/t.go", "net/http/t.go");
	assert_file("net/http.(*T).f",
		    "/home/ann/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64/src/"
		    "net/http/t.go",
		    "net/http/t.go");
	assert_file("vendor/golang.org/x/net/http2/hpack.F",
		    "/usr/lib/go/src/vendor/golang.org/x/net/http2/hpack/h.go",
		    "vendor/golang.org/x/net/http2/hpack/h.go");
	assert_file("github.com/Foo/bar.F", "/home/ann/go/pkg/mod/github.com/!foo/bar@v1.2.3/b.go",
		    "github.com/Foo/bar@v1.2.3/b.go");
	assert_file("example.com/app/fetch.F", "example.com/app/fetch/f.go", "fetch/f.go");
	assert_file("", "", "");
}

static void assert_function(const char *function, const char *want)
{
	AUTO_BUF out = { 0 };

	place_function(&out, "example.com/app/fetch", function);
	assert_string_equal(buf_str(&out), want);
}

static void shortens_functions(void **state)
{
	(void)state;
	assert_function("example.com/app/fetch.(*T).run.func1", "(*T).run.func1");
	assert_function("example.com/app/fetch_test.TestF", "TestF");
	assert_function("example.com/app/fetcher.F", "fetcher.F");
	assert_function("example.com/app/fetch.F[example.com/a/b.T]", "F[example.com/a/b.T]");
	assert_function("gopkg.in/yaml%2ev3.F", "yaml.F");
	assert_function("github.com/go-redis/redis/v8.NewClient", "redis.NewClient");
	assert_function("main.main", "main.main");
	assert_function("nodot", "nodot");
	assert_function("", "");
}

/* The linker escapes dots of the last path element. */
static void knows_a_package_with_a_dot_in_its_name(void **state)
{
	static const char function[] = "example.com/app%2ego.(*T).Run";
	struct run_record run = { .module = "example.com/app.go" };
	struct place at = { .function = function, .file = "" };
	AUTO_BUF own = { 0 }, other = { 0 };

	(void)state;
	place_function(&own, "example.com/app.go", function);
	assert_string_equal(buf_str(&own), "(*T).Run");
	place_function(&other, "example.com/app", function);
	assert_string_equal(buf_str(&other), "app.go.(*T).Run");
	assert_true(place_is_users(&run, &at));
}

static void tells_the_users_code(void **state)
{
	struct run_record none = app;
	struct place own = { .function = "example.com/app/fetch.F", .file = "/x.go" };
	struct place external = { .function = "example.com/app_test.F", .file = "/x.go" };
	struct place other = { .function = "example.com/apple.F", .file = "/x.go" };
	struct place std = { .function = "sync.(*Once).Do",
			     .file = "/usr/lib/go/src/sync/once.go" };
	struct place cached = { .function = "a.io/b.F", .file = "/r/pkg/mod/a.io/b@v1/b.go" };

	(void)state;
	none.module = "";
	assert_true(place_is_users(&app, &own) && place_is_users(&app, &external));
	assert_false(place_is_users(&app, &other) || place_is_users(&app, &std));
	assert_true(place_is_users(&none, &other));
	assert_false(place_is_users(&none, &std) || place_is_users(&none, &cached));
}

static void assert_command(const char *test, enum owner_kind owner, const char *want)
{
	const char *args[] = { "-race", "-v", "--tags", "a b", "-cpu=1,2", "-args", "-short" };
	struct run_record run = app;
	struct place at = { .function = "example.com/app/fetch_test.F",
			    .file = "/home/ann/app/fetch/f_test.go" };
	struct finding f = {
		.package = "example.com/app/fetch", .test = test, .owner = owner, .settings = ""
	};
	AUTO_BUF out = { 0 };

	run.args = args;
	run.args_len = ARRAY_LEN(args);
	f.created_at = f.user_at = f.blocked_at = at;
	rerun_command(&out, &run, &f);
	assert_string_equal(buf_str(&out), want);
}

#define AGAIN "straggler test -race --tags 'a b' -cpu=1,2 "

static void writes_the_line_to_run_it_again(void **state)
{
	(void)state;
	assert_command("TestX", OWNER_TEST, AGAIN "-run '^TestX$' ./fetch");
	assert_command("TestX/a.b/it's_#01", OWNER_TEST,
		       AGAIN "-run '^TestX$/^a\\.b$/^it'\\''s_#01$' ./fetch");
	assert_command("TestX/[(|)]\\x1b//", OWNER_TEST,
		       AGAIN "-run '^TestX$/^\\[\\(\\|\\)\\]\\\\x1b$/^$/^$' ./fetch");
	assert_command("BenchmarkX", OWNER_BENCHMARK,
		       AGAIN "-run '^$' -bench '^BenchmarkX$' ./fetch");
	assert_command("", OWNER_TESTMAIN, AGAIN "./fetch");
}

static void keeps_the_folder_that_go_changed_to(void **state)
{
	const char *args[] = { "-C", "sub dir", "./..." };
	struct run_record run = app;
	struct place at = { .function = "example.com/app/fetch.F",
			    .file = "/home/ann/app/fetch/f.go" };
	struct finding f = { .package = "example.com/app/fetch", .test = "TestX", .settings = "" };
	AUTO_BUF out = { 0 };

	(void)state;
	run.args = args;
	run.args_len = ARRAY_LEN(args);
	f.created_at = f.user_at = f.blocked_at = at;
	rerun_command(&out, &run, &f);
	assert_string_equal(buf_str(&out),
			    "straggler test -C 'sub dir' -run '^TestX$' example.com/app/fetch");
}

static void names_the_package_for_go(void **state)
{
	struct place at = { .function = "example.com/app.F", .file = "/home/ann/app/f.go" };
	struct finding f = { .package = "example.com/app", .test = "" };
	AUTO_BUF out = { 0 };

	(void)state;
	f.created_at = f.user_at = f.blocked_at = at;
	place_package(&out, &app, &f);
	assert_string_equal(buf_str(&out), ".");
	buf_reset(&out);
	f.created_at.file = f.user_at.file = "/home/ann/up.go";
	place_package(&out, &app, &f);
	assert_string_equal(buf_str(&out), "..");
	buf_reset(&out);
	f.created_at.file = f.user_at.file = "/srv/f.go";
	place_package(&out, &app, &f);
	assert_string_equal(buf_str(&out), "example.com/app");
}

static void groups_by_package_key_and_status(void **state)
{
	struct finding findings[] = {
		{ .package = "p", .key = "1", .status = STATUS_NOTE, .count = 1 },
		{ .package = "p", .key = "2", .status = STATUS_LEAK, .count = 2 },
		{ .package = "q", .key = "2", .status = STATUS_LEAK, .count = 4 },
		{ .package = "p", .key = "", .status = STATUS_LEAK, .count = 8 },
		{ .package = "p", .key = "2", .status = STATUS_ALLOWED, .count = 16 },
		{ .package = "p", .key = "2", .status = STATUS_LEAK, .count = 32 },
		{ .package = "p", .key = "", .status = STATUS_LEAK, .count = 64 },
	};
	static const uint64_t want[] = { 34, 4, 8, 64, 1, 16 };
	struct run_file r = { 0 };
	AUTO_GROUPS g = { 0 };

	(void)state;
	r.findings.items = findings;
	r.findings.len = ARRAY_LEN(findings);
	groups_of(&g, &r);
	assert_int_equal(g.len, ARRAY_LEN(want));
	for (size_t i = 0; i < g.len; i++)
		assert_int_equal(group_goroutines(&g.items[i]), want[i]);
}

static void finds_the_word_that_was_meant(void **state)
{
	static const char *const names[] = { "term", "json", "github-actions" };
	char longest[200];

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_string_equal(nearest_name("jsom", names, 3), "json");
	assert_string_equal(nearest_name("terms", names, 3), "term");
	assert_string_equal(nearest_name("github-action", names, 3), "github-actions");
	assert_null(nearest_name("xml", names, 3));
	assert_null(nearest_name("", names, 3));
	assert_null(nearest_name(longest, names, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_what_would_drive_a_terminal),
		cmocka_unit_test(cuts_between_characters),
		cmocka_unit_test(wraps_at_spaces),
		cmocka_unit_test(groups_digits),
		cmocka_unit_test(shortens_files),
		cmocka_unit_test(shortens_functions),
		cmocka_unit_test(tells_the_users_code),
		cmocka_unit_test(knows_a_package_with_a_dot_in_its_name),
		cmocka_unit_test(writes_the_line_to_run_it_again),
		cmocka_unit_test(keeps_the_folder_that_go_changed_to),
		cmocka_unit_test(names_the_package_for_go),
		cmocka_unit_test(groups_by_package_key_and_status),
		cmocka_unit_test(finds_the_word_that_was_meant),
	};

	return cmocka_run_group_tests(tests, with_utf8_characters, NULL);
}
