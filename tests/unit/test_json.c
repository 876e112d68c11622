#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "unit.h"
#include "json/read.h"
#include "json/write.h"

#define PARSE(s, err) json_parse((s), sizeof(s) - 1, (err))

static void writes_commas_and_nesting(void **state)
{
	AUTO_BUF out = { 0 };
	struct json_writer w = JSON_WRITER(&out);

	(void)state;
	json_object(&w);
	json_kstr(&w, "a", "x");
	json_key(&w, "b");
	json_array(&w);
	json_int(&w, INT64_MIN);
	json_uint(&w, UINT64_MAX);
	json_object(&w);
	json_object_end(&w);
	json_real(&w, 0.1);
	json_real(&w, (double)NAN);
	json_array_end(&w);
	json_kbool(&w, "c", true);
	json_kint(&w, "d", 7);
	json_kstr(&w, "e", NULL);
	json_object_end(&w);
	buf_putc(&out, '\n');
	json_bool(&w, false);
	assert_string_equal(buf_str(&out),
			    "{\"a\":\"x\",\"b\":[-9223372036854775808,18446744073709551615,{},"
			    "0.1,null],\"c\":true,\"d\":7,\"e\":\"\"}\nfalse");
}

static void escapes_what_drives_a_terminal(void **state)
{
	static const char hostile[] = "\"\\\b\f\n\r\t\0\x1b\x7f"
				      "\xc2\x9b\xe2\x80\xa8\xe2\x80\xae\xff\xe9\xbe é";
	AUTO_BUF out = { 0 };
	struct json_writer w = JSON_WRITER(&out);

	(void)state;
	json_strn(&w, hostile, sizeof(hostile) - 1);
	assert_string_equal(buf_str(&out), "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001b\\u007f"
					   "\\u009b\\u2028\\u202e\\ufffd\\ufffd é\"");
}

static void reads_back_what_it_wrote(void **state)
{
	static const char hostile[] = "a\0\"\\\n\x1b\x7f\xe2\x80\xae\xf0\x9f\x90\xb9";
	AUTO_BUF out = { 0 };
	struct json_writer w = JSON_WRITER(&out);
	AUTO_JSON *root = NULL;
	const char *s;
	size_t n;

	(void)state;
	json_array(&w);
	json_strn(&w, hostile, sizeof(hostile) - 1);
	json_real(&w, 1e-7 / 3);
	json_int(&w, INT64_MIN);
	json_array_end(&w);
	root = json_parse(out.data, out.len, NULL);
	assert_non_null(root);
	s = json_as_str(json_at(root, 0), &n, "");
	assert_int_equal(n, sizeof(hostile) - 1);
	assert_memory_equal(s, hostile, n);
	assert_true(json_kind(json_at(root, 1)) == JSON_NUMBER);
	assert_true(json_as_int(json_at(root, 2), 0) == INT64_MIN);
	assert_null(json_at(root, 3));
}

static void gives_defaults_for_absent_and_other_kinds(void **state)
{
	AUTO_JSON *root = PARSE(
	    "{\"s\":\"x\",\"i\":3,\"r\":1.5,\"b\":true,\"z\":null,\"a\":[1],\"h\":1e999}", NULL);
	size_t n;

	(void)state;
	assert_non_null(root);
	assert_string_equal(json_get_str(root, "s", "-"), "x");
	assert_string_equal(json_get_str(root, "i", "-"), "-");
	assert_null(json_get_str(root, "none", NULL));
	assert_int_equal(json_get_int(root, "i", 0), 3);
	assert_int_equal(json_get_int(root, "s", -1), -1);
	assert_int_equal(json_get_int(root, "r", 0), 1);
	assert_true(json_get_real(root, "r", 0) == 1.5 && json_get_real(root, "s", 2) == 2);
	assert_true(json_get_bool(root, "b", false) && json_get_bool(root, "i", true));
	assert_int_equal(json_kind(json_get(root, "z")), JSON_NULL);
	assert_null(json_get(json_get(root, "a"), "s"));
	assert_true(json_get_real(root, "h", 2) == 2);
	assert_int_equal(json_len(root), 0);
	assert_string_equal(json_as_str(NULL, &n, "def"), "def");
	assert_int_equal(n, 3);
}

static void saturates_huge_numbers(void **state)
{
	AUTO_JSON *root =
	    PARSE("[99999999999999999999999999,-99999999999999999999999999,1e999,1e30]", NULL);

	(void)state;
	assert_non_null(root);
	assert_true(json_as_int(json_at(root, 0), 0) == INT64_MAX);
	assert_true(json_as_int(json_at(root, 1), 0) == INT64_MIN);
	assert_true(json_as_int(json_at(root, 2), 0) == INT64_MAX);
	assert_true(json_as_int(json_at(root, 3), 0) == INT64_MAX);
}

static void takes_what_the_standard_allows(void **state)
{
	static const char *const good[] = {
		"1",
		" -0.5E+3 ",
		"\"\"",
		"[]",
		"[1E-07,-0]",
		"{}\n",
		"[[1],{\"a\":{}}]",
		"\"\\/\\u00e9\\ud83d\\udc39\"",
		"true",
		"\t[null]\r\n",
		"\"\xf4\x8f\xbf\xbf\"",
		"{\"\":0}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		AUTO_JSON *root = json_parse(good[i], strlen(good[i]), NULL);

		if (!root)
			fail_msg("refused: %s", good[i]);
	}
}

static void refuses_what_the_standard_does_not(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"null",
		"nul",
		"NaN",
		"[Infinity]",
		"[1.]",
		"[01]",
		"[-01]",
		"[+1]",
		"[1e]",
		"[1.e5]",
		"\"a\tb\"",
		"[1,]",
		"{\"a\":1,}",
		"{'a':1}",
		"[1]/**/",
		"//\n1",
		"[1] x",
		"1 2",
		"TRUE",
		"\"\\x41\"",
		"\"\xff\"",
		"\"\xed\xa0\x80\"",
		"\"\xc0\x80\"",
		"\"\xf4\x90\x80\x80\"",
		"\"\xc3",
		"\"\xc3\"",
		"\"abc",
		"\"abc\\",
		"{\"a\" 1}",
		"{1:2}",
		"[1 2]",
		"\x0b"
		"1",
		"\xef\xbb\xbf"
		"1",
		"[",
		"{\"a\":",
		"-",
		"]",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = { 0 };
		AUTO_JSON *root = json_parse(bad[i], strlen(bad[i]), &err);

		if (root)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(err.code, ERR_PARSE);
		assert_true(err.col >= 1 && err.col <= strlen(bad[i]) + 1 && err.msg[0]);
	}
}

static void refuses_nul_outside_strings(void **state)
{
	(void)state;
	assert_null(json_parse("[1]\0", 4, NULL));
	assert_null(json_parse("\0", 1, NULL));
}

static void bounds_the_depth(void **state)
{
	AUTO_BUF deep = { 0 };
	struct err err;

	(void)state;
	for (int i = 0; i < 200000; i++)
		buf_putc(&deep, '[');
	assert_null(json_parse(deep.data, deep.len, &err));
	assert_string_equal(err.msg, "nested too deeply");
}

static void says_where(void **state)
{
	struct err err;

	(void)state;
	assert_null(PARSE("{\"a\": x}", &err));
	assert_int_equal(err.col, 7);
	assert_null(PARSE("[1,2", &err));
	assert_int_equal(err.col, 5);
	assert_string_equal(err.msg, "expected the rest of a JSON value");
}

static void decodes_utf8_by_maximal_parts(void **state)
{
	uint32_t c;

	(void)state;
	assert_int_equal(utf8_decode("\xf0\x9f\x90\xb9", 4, &c), 4);
	assert_int_equal(c, 0x1f439);
	assert_int_equal(utf8_decode("\xf0\x9f\x90", 3, &c), 3);
	assert_true(c == UTF8_BAD);
	assert_int_equal(utf8_decode("\xe0\x80\x80", 3, &c), 1);
	assert_true(c == UTF8_BAD && utf8_is_unsafe(c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_commas_and_nesting),
		cmocka_unit_test(escapes_what_drives_a_terminal),
		cmocka_unit_test(reads_back_what_it_wrote),
		cmocka_unit_test(gives_defaults_for_absent_and_other_kinds),
		cmocka_unit_test(saturates_huge_numbers),
		cmocka_unit_test(takes_what_the_standard_allows),
		cmocka_unit_test(refuses_what_the_standard_does_not),
		cmocka_unit_test(refuses_nul_outside_strings),
		cmocka_unit_test(bounds_the_depth),
		cmocka_unit_test(says_where),
		cmocka_unit_test(decodes_utf8_by_maximal_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
