#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/map.h"
#include "base/shell.h"
#include "base/str.h"
#include "unit.h"

static void buf_grows_consumes_and_gives_away(void **state)
{
	struct buf b = { 0 };
	char *text;

	(void)state;
	assert_string_equal(buf_str(&b), "");
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i % 10);
	assert_int_equal(b.len, 2000);
	buf_consume(&b, 1994);
	assert_string_equal(buf_str(&b), "7,8,9,");
	buf_putc(&b, 'x');
	text = buf_take(&b);
	assert_string_equal(text, "7,8,9,x");
	free(text);
	assert_null(b.data);
}

static void map_finds_what_is_in_and_nothing_else(void **state)
{
	struct map m = { 0 };
	size_t at = 0, n = 0;

	(void)state;
	assert_null(map_find(&m, 7));
	for (uint64_t i = 0; i < 10000; i++)
		map_set(&m, i * i, i);
	for (uint64_t i = 0; i < 10000; i += 2)
		assert_true(map_del(&m, i * i));
	for (uint64_t i = 0; i < 10000; i++)
		assert_true(!map_find(&m, i * i) == !(i % 2));
	assert_int_equal(m.len, 5000);
	while (map_next(&m, &at))
		n++;
	assert_int_equal(n, 5000);
	map_release(&m);
}

/* Ids that come and go for ever must not make the table grow for ever. */
static void map_stays_small_under_churn(void **state)
{
	struct map m = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 100000; i++) {
		map_set(&m, i, i);
		if (i >= 10)
			assert_true(map_del(&m, i - 10));
	}
	assert_true(m.cap <= 64);
	map_release(&m);
}

/* Against a plain array, with keys that crowd: what moves up must still be found. */
static void map_holds_what_was_put_in_last(void **state)
{
	struct map m = { 0 };
	uintptr_t want[256] = { 0 };
	uint32_t random = 1;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		uint64_t key;
		const uintptr_t *value;

		random = random * 1664525 + 1013904223;
		key = (random >> 8) % ARRAY_LEN(want);
		if (random >> 31) {
			want[key] = (random >> 16) + 1;
			map_set(&m, key << (key % 3 * 20), want[key]);
		} else {
			assert_true(map_del(&m, key << (key % 3 * 20)) == !!want[key]);
			want[key] = 0;
		}
		key = (random >> 4) % ARRAY_LEN(want);
		value = map_find(&m, key << (key % 3 * 20));
		assert_int_equal(value ? *value : 0, want[key]);
	}
	map_clear(&m);
	assert_null(map_find(&m, 0));
	assert_null(map_find(&m, 1));
	assert_int_equal(m.len, 0);
	map_release(&m);
}

static void map_holds_the_key_0_alone(void **state)
{
	struct map m = { 0 };
	size_t at = 0;

	(void)state;
	map_set(&m, 0, 7);
	assert_null(map_find(&m, 1));
	assert_int_equal(*map_find(&m, 0), 7);
	assert_int_equal(map_next(&m, &at)->value, 7);
	assert_null(map_next(&m, &at));
	assert_true(map_del(&m, 0));
	assert_false(map_del(&m, 0));
	map_set(&m, 0, 7);
	map_clear(&m);
	assert_null(map_find(&m, 0));
	map_release(&m);
}

static void lines_are_taken_one_by_one(void **state)
{
	struct str rest = str_of("a\n\nb"), line;

	(void)state;
	assert_true(str_line(&rest, &line) && str_is(line, "a"));
	assert_true(str_line(&rest, &line) && str_is(line, ""));
	assert_true(str_line(&rest, &line) && str_is(line, "b"));
	assert_false(str_line(&rest, &line));
}

static void durations_read_as_go_writes_them(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} good[] = {
		{ "0", 0 },
		{ "1s", NS_PER_S },
		{ "1.5s", 1500 * NS_PER_MS },
		{ "1m30s", 90 * NS_PER_S },
		{ ".5ms", 500 * NS_PER_US },
	};
	static const char *const bad[] = { "", "5", "s", "1x", "-1s", "1s2", "1e9h" };
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(duration_parse(good[i].text, &ns, NULL));
		assert_int_equal(ns, good[i].ns);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(duration_parse(bad[i], &ns, NULL));
}

static void durations_are_for_people(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "0 us" },
		{ 999999, "999 us" },
		{ 85999999, "85 ms" },
		{ 27690000000, "27.6 s" },
		{ 99999999999, "99.9 s" },
		{ 161 * NS_PER_S, "2 min 41 s" },
		{ 300 * NS_PER_S, "5 min" },
		{ 9660 * NS_PER_S, "2 h 41 min" },
		{ 7200 * NS_PER_S, "2 h" },
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(duration_format(cases[i].ns, text), cases[i].text);
}

static void buf_fills_to_the_end_and_flushes_all(void **state)
{
	AUTO_BUF text = { 0 }, copy = { 0 };
	FILE *f = tmpfile();

	(void)state;
	assert_non_null(f);
	for (int i = 0; i < 20000; i++)
		buf_printf(&text, "%d\n", i);
	assert_true(buf_flush(&text, fileno(f)));
	/* What was there stays, and the end is marked whatever the memory had in it before. */
	buf_puts(&copy, "front ");
	memset(buf_reserve(&copy, 300000), 'x', 300000);
	rewind(f);
	assert_true(buf_fill(&copy, fileno(f), text.len));
	assert_int_equal(copy.len, text.len + strlen("front "));
	assert_string_equal(buf_str(&copy) + strlen("front "), buf_str(&text));
	rewind(f);
	buf_reset(&copy);
	assert_false(buf_fill(&copy, fileno(f), text.len - 1));
	assert_int_equal(errno, EFBIG);
	fclose(f);
	assert_false(buf_fill(&copy, -1, 1));
	assert_false(buf_flush(&text, -1));
	buf_reset(&text);
	assert_true(buf_flush(&text, -1)); /* nothing to write */
}

static void moments_are_utc(void **state)
{
	char text[32];

	(void)state;
	assert_string_equal(day_format(1767225599, text), "2025-12-31");
	assert_string_equal(moment_format(1767225599, text), "2025-12-31T23:59:59Z");
	assert_string_equal(day_format(-1, text), "1969-12-31");
	assert_string_equal(day_format(INT64_MAX, text), "");
	assert_string_equal(moment_format(INT64_C(300000000000), text), "");
}

static void words_are_quoted_for_the_shell(void **state)
{
	struct buf b = { 0 };

	(void)state;
	shell_quote(&b, "./a-b_c=1");
	buf_putc(&b, ' ');
	shell_quote(&b, "it's $HOME");
	buf_putc(&b, ' ');
	shell_quote(&b, "");
	assert_string_equal(buf_str(&b), "./a-b_c=1 'it'\\''s $HOME' ''");
	buf_release(&b);
}

static void assert_content(const char *path, const char *want, mode_t mode)
{
	char text[64] = "";
	FILE *f = fopen(path, "r");
	struct stat st;

	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	assert_string_equal(text, want);
	assert_false(fstat(fileno(f), &st));
	assert_int_equal(st.st_mode & 07777, mode);
	fclose(f);
}

static void files_are_replaced_through_links(void **state)
{
	char folder[] = "/tmp/straggler-base-XXXXXX", path[64], linked[64], gone[64];
	struct buf text = { 0 };
	struct stat st;
	struct err err;
	int fd = -1;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/file", folder);
	snprintf(linked, sizeof(linked), "%s/link", folder);
	snprintf(gone, sizeof(gone), "%s/gone/file", folder);
	buf_puts(&text, "one");
	assert_true(file_replace(path, &text, 0640, NULL, &err));
	assert_content(path, "one", 0640);
	assert_false(chmod(path, 0600));
	assert_false(symlink("file", linked));
	buf_puts(&text, ", two");
	assert_true(file_replace(linked, &text, 0644, &fd, &err));
	assert_false(lstat(linked, &st));
	assert_true(S_ISLNK(st.st_mode));
	buf_reset(&text);
	buf_puts(&text, ", three");
	assert_true(buf_flush(&text, fd));
	close(fd);
	assert_content(path, "one, two, three", 0600);
	assert_false(file_replace(gone, &text, 0644, NULL, &err));
	assert_int_equal(err.code, ERR_OS);
	unlink(linked);
	unlink(path);
	assert_false(rmdir(folder)); /* nothing else is there */
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buf_fills_to_the_end_and_flushes_all),
		cmocka_unit_test(buf_grows_consumes_and_gives_away),
		cmocka_unit_test(map_finds_what_is_in_and_nothing_else),
		cmocka_unit_test(map_stays_small_under_churn),
		cmocka_unit_test(map_holds_what_was_put_in_last),
		cmocka_unit_test(map_holds_the_key_0_alone),
		cmocka_unit_test(lines_are_taken_one_by_one),
		cmocka_unit_test(durations_read_as_go_writes_them),
		cmocka_unit_test(durations_are_for_people),
		cmocka_unit_test(moments_are_utc),
		cmocka_unit_test(words_are_quoted_for_the_shell),
		cmocka_unit_test(files_are_replaced_through_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
