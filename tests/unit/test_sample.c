#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "config/edit.h"
#include "config/sample.h"
#include "config/source.h"
#include "unit.h"

static const char *const classes[] = { "http-idle", "ticker" };

#define NEW_CONFIG                                                    \
	{                                                             \
		.classes = classes, .classes_len = ARRAY_LEN(classes) \
	}

/* --- the sample ------------------------------------------------------------------------- */

static void the_sample_file_is_the_tables(void **state)
{
	AUTO_BUF made = { 0 }, file = { 0 };
	struct err err;

	(void)state;
	sample_write(&made);
	assert_true(source_read("configs/straggler.yaml", &file, NULL, &err));
	assert_string_equal(buf_str(&file), buf_str(&made));
}

static void the_docs_have_the_reference(void **state)
{
	AUTO_BUF made = { 0 }, file = { 0 };
	struct err err;

	(void)state;
	sample_reference(&made);
	assert_true(source_read("docs/reference/settings.md", &file, NULL, &err));
	assert_non_null(strstr(buf_str(&file), buf_str(&made)));
}

/* Whether a comment is one that a user would uncomment. */
static bool is_key(struct str line)
{
	static const char *const others[] = { "version",    "extends",  "packages", "allow",
					      "limits",     "classes",  "match",    "test",
					      "reason",     "count",    "ticket",   "expires",
					      "created_by", "http-idle" };

	while (str_skip(&line, " ") || str_skip(&line, "- "))
		;
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const char *key = setting_row((enum setting_id)i)->key;
		const char *dot = strchr(key, '.');
		struct str rest = line;

		if (str_skip(&rest, dot ? dot + 1 : key) && str_starts(rest, ": ") &&
		    !memmem(rest.p, rest.n, "fail", 4))
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct str rest = line;

		if (str_skip(&rest, others[i]) && str_starts(rest, ":"))
			return true;
	}
	return false;
}

static void the_sample_works_without_its_comment_marks(void **state)
{
	AUTO_CONFIG c = NEW_CONFIG;
	AUTO_CONFIG bare = NEW_CONFIG;
	AUTO_BUF sample = { 0 }, text = { 0 };
	struct err err = { 0 };
	struct str rest, line;

	(void)state;
	sample_write(&sample);
	assert_true(config_read_text(&bare, buf_str(&sample), sample.len, "x", &err));
	assert_int_equal(bare.rules.len, 0);
	rest = (struct str){ sample.data, sample.len };
	while (str_line(&rest, &line)) {
		struct str inner = line;

		if (str_skip(&inner, "# ") && is_key(inner) && !str_starts(inner, "extends"))
			line = inner;
		buf_put(&text, line.p, line.n);
		buf_putc(&text, '\n');
	}
	if (!config_read_text(&c, buf_str(&text), text.len, "x", &err))
		fail_msg("%u:%u: %s", err.line, err.col, err.msg);
	for (size_t i = 0; i < SETTING_COUNT; i++)
		assert_true(c.values[i].set);
	assert_int_equal(c.rules.len, 2);
	assert_int_equal(c.sections.len, 2);
	assert_int_equal(c.statuses.len, 1);
}

static void the_reference_has_a_row_a_setting(void **state)
{
	AUTO_BUF text = { 0 };

	(void)state;
	sample_reference(&text);
	for (size_t i = 0; i < SETTING_COUNT; i++)
		assert_non_null(strstr(buf_str(&text), setting_row((enum setting_id)i)->variable));
}

/* --- adding an allowance ---------------------------------------------------------------- */

static const struct edit_pair pairs[] = {
	{ "created_by", "a.b/c.(*T).run" },
	{ "test", NULL },
	{ "reason", "it's: so" },
};

#define BLOCK(indent) indent "- created_by: a.b/c.(*T).run\n" indent "  reason: \"it's: so\"\n"
#define FLOW          "{created_by: a.b/c.(*T).run, reason: \"it's: so\"}"

static const struct {
	const char *before, *after;
} edits[] = {
	{ "", "allow:\n" BLOCK("  ") },
	{ "# nothing yet", "# nothing yet\nallow:\n" BLOCK("  ") },
	{ "version: 1\n", "version: 1\nallow:\n" BLOCK("  ") },
	{ "version: 1", "version: 1\nallow:\n" BLOCK("  ") },
	{ "---\nversion: 1\n", "---\nversion: 1\nallow:\n" BLOCK("  ") },
	{ "  version: 1\n  mode: report\n",
	  "  version: 1\n  mode: report\n  allow:\n" BLOCK("    ") },
	{ "allow:\nmode: report\n", "allow:\n" BLOCK("  ") "mode: report\n" },
	{ "allow: # later\nmode: report\n", "allow: # later\n" BLOCK("  ") "mode: report\n" },
	{ "allow:\n  - test: A\n", "allow:\n  - test: A\n" BLOCK("  ") },
	{ "allow:\n  - test: A", "allow:\n  - test: A\n" BLOCK("  ") },
	{ "allow:\n- test: A # why\n\n# about mode\nmode: report\n",
	  "allow:\n- test: A # why\n" BLOCK("") "\n# about mode\nmode: report\n" },
	{ "allow:\n    -   test: A\n        count: 1\n    -   {test: B,\n         count: 2}\n",
	  "allow:\n    -   test: A\n        count: 1\n    -   {test: B,\n         count: "
	  "2}\n" BLOCK("    ") },
	{ "allow:\n  - test: A\n    reason: |\n      two\n      lines\n\nmode: report\n",
	  "allow:\n  - test: A\n    reason: |\n      two\n      lines\n" BLOCK(
	      "  ") "\nmode: report\n" },
	{ "allow: []\n", "allow: [" FLOW "]\n" },
	{ "allow: [ ] # none\n", "allow: [ " FLOW "] # none\n" },
	{ "allow: [{test: A}]\n", "allow: [{test: A}, " FLOW "]\n" },
	{ "allow: [\n  {test: A}, # a\n]\n", "allow: [\n  {test: A}, " FLOW ", # a\n]\n" },
	{ "{version: 1}\n", "{version: 1, allow: [" FLOW "]}\n" },
	{ "{}\n", "{allow: [" FLOW "]}\n" },
	{ "{\"allow\": [{\"test\": \"A\"}]}\n", "{\"allow\": [{\"test\": \"A\"}, " FLOW "]}\n" },
};

static bool edit(struct str text, uint32_t before, struct buf *out, struct err *err)
{
	struct edit_spec spec = { .text = text,
				  .name = "x",
				  .pairs = pairs,
				  .len = ARRAY_LEN(pairs),
				  .before = before,
				  .classes = classes,
				  .classes_len = ARRAY_LEN(classes) };

	return edit_add_allowance(&spec, out, err);
}

static void an_allowance_is_added_and_nothing_else_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
		AUTO_BUF out = { 0 };
		struct err err = { 0 };

		if (!edit(str_of(edits[i].before), 0, &out, &err))
			fail_msg("%s: %s", edits[i].before, err.msg);
		assert_string_equal(buf_str(&out), edits[i].after);
	}
}

/* Of several allowances the first decides. */
static void an_allowance_is_added_before_another(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = {
		{ "allow:\n  - test: A\n  - test: B\n    count: 1\n",
		  "allow:\n  - test: A\n" BLOCK("  ") "  - test: B\n    count: 1\n" },
		{ "allow:\n- test: A\n- {test: B}\n- test: C\n",
		  "allow:\n- test: A\n" BLOCK("") "- {test: B}\n- test: C\n" },
		{ "allow: [{test: A},\n  {test: X},\n  {test: B}]\n",
		  "allow: [{test: A},\n  {test: X},\n  {test: B}, " FLOW "]\n" },
		{ "allow: [{test: A},\n\n{test: B}]\n",
		  "allow: [{test: A},\n\n" FLOW ", {test: B}]\n" },
		{ "# one\n\nallow: [{test: A}, {test: B}]",
		  "# one\n\nallow: [" FLOW ", {test: A}, {test: B}]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_BUF out = { 0 };
		struct err err = { 0 };

		if (!edit(str_of(cases[i].before), i == 2 ? 9 : 3, &out, &err))
			fail_msg("%s: %s", cases[i].before, err.msg);
		assert_string_equal(buf_str(&out), cases[i].after);
	}
}

static void allowances_are_lowered_and_taken_out(void **state)
{
	static const struct {
		const char *before, *after;
		struct edit_change changes[2];
		size_t n;
	} cases[] = {
		{ "allow:\n  # a\n  - test: A # one\n    count: 4 # four\n  # b\n  - test: B\n",
		  "allow:\n  # a\n  - test: A # one\n    count: 2 # four\n  # b\n  - test: B\n",
		  { { 3, 2 } },
		  1 },
		{ "allow:\n  # a\n  - test: A # one\n    count: 4\n\n  # b\n  - test: B\n    "
		  "count: "
		  "7\nmode: report\n",
		  "allow:\n  # a\n\n  # b\n  - test: B\n    count: 1\nmode: report\n",
		  { { 3, 0 }, { 7, 1 } },
		  2 },
		{ "allow:\n-\n  test: A\n- test: B", "allow:\n", { { 3, 0 }, { 4, 0 } }, 2 },
		{ "allow: [{test: A, count: 3},\n {test: B},\n {test: C}]\n",
		  "allow: [{test: A, count: 1},\n {test: B}]\n",
		  { { 1, 1 }, { 3, 0 } },
		  2 },
		{ "allow: [{test: A},\n {test: B}] # x\n",
		  "allow: [] # x\n",
		  { { 1, 0 }, { 2, 0 } },
		  2 },
		{ "allow:\r\n- test: A\r\n  count: 9\r\n",
		  "allow:\r\n- test: A\r\n  count: 8\r\n",
		  { { 2, 8 } },
		  1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct edit_spec spec = { .text = str_of(cases[i].before), .name = "x" };
		AUTO_BUF out = { 0 };
		struct err err = { 0 };

		if (!edit_change_allowances(&spec, cases[i].changes, cases[i].n, &out, &err))
			fail_msg("%s: %s", cases[i].before, err.msg);
		assert_string_equal(buf_str(&out), cases[i].after);
	}
}

static void what_is_not_there_is_not_changed(void **state)
{
	struct edit_spec spec = { .text = str_of("allow:\n- test: A\n"), .name = "x" };
	AUTO_BUF out = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_false(edit_change_allowances(&spec, &(struct edit_change){ 9, 0 }, 1, &out, &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_int_equal(out.len, 0);
	/* It has no count. */
	assert_false(edit_change_allowances(&spec, &(struct edit_change){ 2, 1 }, 1, &out, &err));
	assert_int_equal(out.len, 0);
}

static void line_ends_stay_what_they_are(void **state)
{
	AUTO_BUF out = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_true(edit(str_of("\xef\xbb\xbf"
				"allow:\r\n  - test: A\r\nmode: report\r\n"),
			 0, &out, &err));
	assert_string_equal(buf_str(&out),
			    "\xef\xbb\xbf"
			    "allow:\r\n  - test: A\r\n  - created_by: a.b/c.(*T).run\r\n"
			    "    reason: \"it's: so\"\r\nmode: report\r\n");
}

static void what_cannot_be_edited_is_left_alone(void **state)
{
	static const char *const texts[] = {
		"allow: ~\n",
		"mode: report\n...\n",
		"allow:\n  - test: A\n    reason: |+\n      kept\n\n\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO_BUF out = { 0 };
		struct err err = { 0 };

		assert_false(edit(str_of(texts[i]), 0, &out, &err));
		assert_int_equal(err.code, ERR_USAGE);
		assert_non_null(strstr(err.msg, "by hand"));
		assert_int_equal(out.len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sample_file_is_the_tables),
		cmocka_unit_test(the_docs_have_the_reference),
		cmocka_unit_test(the_sample_works_without_its_comment_marks),
		cmocka_unit_test(the_reference_has_a_row_a_setting),
		cmocka_unit_test(an_allowance_is_added_and_nothing_else_changes),
		cmocka_unit_test(an_allowance_is_added_before_another),
		cmocka_unit_test(allowances_are_lowered_and_taken_out),
		cmocka_unit_test(what_is_not_there_is_not_changed),
		cmocka_unit_test(line_ends_stay_what_they_are),
		cmocka_unit_test(what_cannot_be_edited_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
