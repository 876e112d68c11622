#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "config/catalogue.h"
#include "config/config.h"
#include "config/source.h"
#include "config/yaml.h"
#include "unit.h"

static const char *const classes[] = { "chan-send", "http-idle", "ticker" };

#define NEW_CONFIG                                                    \
	{                                                             \
		.classes = classes, .classes_len = ARRAY_LEN(classes) \
	}

static bool read_n(struct config *c, const char *text, size_t n, struct err *err)
{
	return config_read_text(c, text, n, "x.yaml", err);
}

static bool read_text(struct config *c, const char *text, struct err *err)
{
	return read_n(c, text, strlen(text), err);
}

/* --- what is refused ------------------------------------------------------------------ */

static const struct {
	const char *text;
	const char *message;
} bad[] = {
	/* not YAML, or more of it than is supported */
	{ "settle: [1s", "x.yaml:1:12: while parsing a flow sequence: did not find expected ',' "
			 "or ']'" },
	{ "settle: 1s\n\tmode: report\n",
	  "x.yaml:2:1: while scanning a plain scalar: found a tab character that violates "
	  "indentation" },
	{ "settle: 1s\n mode: report\n", "x.yaml:2:6: mapping values are not allowed in this "
					 "context" },
	{ "settle: &a 1s\nmode: *a\n", "x.yaml:2:7: aliases are not supported: write it out" },
	{ "settle: !!str 1s\n", "x.yaml:1:9: tags are not supported" },
	{ "settle: 1s\n---\nsettle: 2s\n", "x.yaml:2:1: expected one document, here is another" },
	{ "allow: [[[[[[[[[[[[[[[[[[[[", "x.yaml:1:23: nested too deeply" },
	{ "mode: \xff\n", "x.yaml:1:7: this is not UTF-8" },
	{ "mode: report # \xe2\x80\xae\n",
	  "x.yaml:1:16: the character U+202E cannot be seen: write it as an escape" },
	{ "# \x01\n", "x.yaml:1:3: the character U+0001 cannot be seen: write it as an escape" },
	{ "\xff\xfes\0e\0", "x.yaml:1:1: this is not UTF-8" },
	{ "mode: \"re\\0port\"\n", "x.yaml:1:7: there is a NUL in this text" },
	{ "? [a]\n: b\n", "x.yaml:1:3: a key is a text" },
	{ "[settle]", "x.yaml:1:1: a configuration is a map, here is a list" },
	{ "just words", "x.yaml:1:1: a configuration is a map, here is a text" },
	/* keys */
	{ "settle: 1s\nsettel: 2s\n", "x.yaml:2:1: unknown key 'settel': did you mean 'settle'?" },
	{ "colour: red\n",
	  "x.yaml:1:1: unknown key 'colour': there are version, extends, packages, allow, limits, "
	  "classes, settle, mode, second_look, deep_budget, catalogue" },
	{ "limits.left: 1\n", "x.yaml:1:1: unknown key 'limits.left': there are version, extends, "
			      "packages, allow, limits, classes, settle, mode, second_look, "
			      "deep_budget, catalogue" },
	{ "limits: {lft: 1}\n", "x.yaml:1:10: unknown key 'lft': did you mean 'left'?" },
	{ "allow:\n  - created_bi: x\n",
	  "x.yaml:2:5: unknown key 'created_bi': did you mean 'created_by'?" },
	{ "packages:\n  - match: ./x\n    catalogue: false\n",
	  "x.yaml:3:5: unknown key 'catalogue': there are match, test, limits, classes, settle, "
	  "mode, second_look, deep_budget" },
	{ "mode: report\nmode: enforce\n",
	  "x.yaml:2:1: duplicate key 'mode', it is in line 1 already" },
	/* types, units, ranges */
	{ "settle: [1s]\n", "x.yaml:1:9: settle: expected a duration, 0 to 10m, here is a list" },
	{ "settle:\n", "x.yaml:1:8: settle: expected a duration, 0 to 10m, here is nothing" },
	{ "settle: 5\n", "x.yaml:1:9: settle: '5' is not a duration: expected one such as 500ms, "
			 "2s or 1m30s" },
	{ "settle: 5 parsecs\n", "x.yaml:1:9: settle: '5 parsecs' is not a duration: expected one "
				 "such as 500ms, 2s or 1m30s" },
	{ "settle: 11m\n",
	  "x.yaml:1:9: settle: 11m is out of range: expected a duration, 0 to 10m" },
	{ "mode: reprot\n",
	  "x.yaml:1:7: mode: expected enforce or report, not 'reprot': did you mean 'report'?" },
	{ "second_look: maybe\n",
	  "x.yaml:1:14: second_look: expected auto, always or never, not 'maybe'" },
	{ "catalogue: no\n", "x.yaml:1:12: catalogue: 'no' is not true or false" },
	{ "limits: {goroutines: 0}\n", "x.yaml:1:22: goroutines: 0 is out of range: expected a "
				       "number, 1 to 1000000000, or none" },
	{ "limits: {left: -1}\n", "x.yaml:1:16: left: '-1' is not a whole number" },
	{ "limits: {left: 99999999999999999999}\n",
	  "x.yaml:1:16: left: '99999999999999999999' is not a whole number" },
	{ "limits: {peak_memory: 512}\n", "x.yaml:1:23: peak_memory: '512' is not a size: expected "
					  "a number with a unit, such as 512MiB or 2GB" },
	{ "limits: {peak_memory: 4KiB}\n", "x.yaml:1:23: peak_memory: 4KiB is out of range: "
					   "expected a size, 1MiB to 1024TiB, or none" },
	{ "limits: 5\n", "x.yaml:1:9: limits is a map, here is a text" },
	{ "version: 2\n", "x.yaml:1:10: version: expected 1, the only one there is" },
	{ "extends: y.yaml\n", "x.yaml:1:1: extends works in files only" },
	/* classes, sections, allowances */
	{ "classes: {tickr: note}\n", "x.yaml:1:11: unknown class 'tickr': did you mean "
				      "'ticker'?" },
	{ "classes: {ticker: allowed}\n", "x.yaml:1:19: ticker: expected leak or note" },
	{ "classes: [ticker]\n", "x.yaml:1:10: classes is a map from class to leak or note" },
	{ "packages: {match: x}\n", "x.yaml:1:11: packages is a list, here is a map" },
	{ "packages:\n  - mode: report\n", "x.yaml:2:5: which packages? match: ./internal/..." },
	{ "allow: x\n", "x.yaml:1:8: allow is a list, here is a text" },
	{ "allow:\n  - x\n", "x.yaml:2:5: an allowance is a map, here is a text" },
	{ "allow:\n  - reason: none\n",
	  "x.yaml:2:5: an allowance needs one of created_by, started, blocked_in, class, test, "
	  "package, key" },
	{ "allow:\n  - class: [ticker, chan-sent]\n",
	  "x.yaml:2:21: unknown class 'chan-sent': did you mean 'chan-send'?" },
	{ "allow:\n  - created_by: []\n", "x.yaml:2:17: created_by: the list is empty" },
	{ "allow:\n  - created_by: [[a]]\n",
	  "x.yaml:2:18: in this list: expected a text, here is a list" },
	{ "allow:\n  - {test: T, count: many}\n",
	  "x.yaml:2:22: count: expected a number, 0 to 1000000000" },
	{ "allow:\n  - {test: T, expires: tomorrow}\n",
	  "x.yaml:2:24: expires: expected a day such as 2027-03-01" },
	{ "allow:\n  - {test: T, expires: 2027-02-29}\n",
	  "x.yaml:2:24: expires: expected a day such as 2027-03-01" },
};

static void bad_input_is_refused_in_one_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO_CONFIG c = NEW_CONFIG;
		struct err err = { 0 };
		char line[1024];

		assert_false(read_text(&c, bad[i].text, &err));
		assert_int_equal(err.code, ERR_USAGE);
		assert_string_equal(err_format(&err, line, sizeof(line)), bad[i].message);
	}
}

/* Each level of aliases would double the size of the one before. */
static void an_alias_bomb_does_not_go_off(void **state)
{
	AUTO_CONFIG c = NEW_CONFIG;
	AUTO_BUF text = { 0 };
	struct err err;

	(void)state;
	buf_puts(&text, "a0: &a0 [x]\n");
	for (int i = 1; i < 100; i++)
		buf_printf(&text, "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
	assert_false(read_n(&c, text.data, text.len, &err));
	assert_int_equal(err.line, 2);
	assert_int_equal(err.col, 10);
}

static void depth_and_size_are_bounded(void **state)
{
	static const char *const pieces[] = { "[", "- ", "{a: ", "? ", "a: [" };
	int64_t start_ns = clock_now_ns();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		AUTO_CONFIG c = NEW_CONFIG;
		AUTO_BUF text = { 0 };
		struct err err = { 0 };

		while (text.len < 1000000)
			buf_puts(&text, pieces[i]);
		assert_false(read_n(&c, text.data, text.len, &err));
		assert_int_equal(err.line, 1);
		assert_true(err.col > 0);
	}
	assert_true(clock_now_ns() - start_ns < 10 * NS_PER_S);
}

static void many_keys_are_refused(void **state)
{
	AUTO_CONFIG c = NEW_CONFIG;
	AUTO_BUF text = { 0 };
	struct err err;

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_printf(&text, "k%d: x\n", i);
	assert_false(read_n(&c, text.data, text.len, &err));
	assert_string_equal(err.msg, "too many keys in one map");
}

/* --- what is taken ------------------------------------------------------------------- */

static const char whole[] = "version: 1\n"
			    "settle: 1500ms\n"
			    "mode: report\n"
			    "catalogue: false\n"
			    "limits: {goroutines: 10000, left: none, peak_memory: 512MiB}\n"
			    "classes:\n"
			    "  http-idle: leak\n"
			    "packages:\n"
			    "  - match: ./legacy/...\n"
			    "    settle: 5s\n"
			    "    limits: {left: 3}\n"
			    "  - test: TestSlow\n"
			    "    classes: {ticker: note}\n"
			    "allow:\n"
			    "  - created_by: a.b/c.(*T).run\n"
			    "    reason: never stops\n"
			    "  - {class: http-idle, test: [TestProxy/*, TestX], count: 4,\n"
			    "     ticket: PROJ-1, expires: 2028-02-29}\n";

static void check_whole(const struct config *c)
{
	struct origin from;

	assert_int_equal(config_get(c, SETTING_SETTLE, &from), 1500 * NS_PER_MS);
	assert_string_equal(from.file, "x.yaml");
	assert_true(from.line == 2 && from.col == 1);
	assert_int_equal(config_get(c, SETTING_MODE, NULL), MODE_REPORT);
	assert_int_equal(config_get(c, SETTING_CATALOGUE, NULL), 0);
	assert_int_equal(config_get(c, SETTING_LEFT, NULL), SETTING_NONE);
	assert_int_equal(config_get(c, SETTING_PEAK_MEMORY, NULL), 512 << 20);
	assert_int_equal(config_get(c, SETTING_SECOND_LOOK, &from), 0);
	assert_string_equal(from.file, "");
	assert_int_equal(c->statuses.len, 1);
	assert_true(c->statuses.items[0].leak);
	assert_int_equal(c->sections.len, 2);
	assert_string_equal(c->sections.items[0].match, "./legacy/...");
	assert_int_equal(c->sections.items[0].values[SETTING_LEFT].value, 3);
	assert_string_equal(c->sections.items[1].test, "TestSlow");
	assert_false(c->sections.items[1].classes.items[0].leak);
	assert_int_equal(c->rules.len, 2);
	assert_string_equal(c->rules.items[0].match[RULE_CREATED_BY].items[0], "a.b/c.(*T).run");
	assert_int_equal(c->rules.items[0].count, RULE_ANY_COUNT);
	assert_int_equal(c->rules.items[0].from.line, 15);
	assert_int_equal(c->rules.items[0].from.col, 5);
	assert_int_equal(c->rules.items[1].match[RULE_TEST].len, 2);
	assert_int_equal(c->rules.items[1].count, 4);
	assert_string_equal(c->rules.items[1].expires, "2028-02-29");
	assert_int_equal(c->rules.items[1].from.line, 17);
}

static void a_whole_file_is_read(void **state)
{
	AUTO_CONFIG c = NEW_CONFIG;
	struct err err = { 0 };

	(void)state;
	assert_true(read_text(&c, whole, &err));
	check_whole(&c);
}

static void line_ends_and_byte_order_marks_do_not_matter(void **state)
{
	AUTO_CONFIG crlf = NEW_CONFIG;
	AUTO_CONFIG cr = NEW_CONFIG;
	AUTO_BUF text = { 0 };
	struct err err = { 0 };

	(void)state;
	buf_puts(&text, "\xef\xbb\xbf");
	for (const char *p = whole; *p; p++)
		buf_puts(&text, *p == '\n' ? "\r\n" : (char[]){ *p, '\0' });
	assert_true(read_n(&crlf, text.data, text.len, &err));
	check_whole(&crlf);
	for (size_t i = 0; i < text.len; i++)
		text.data[i] = text.data[i] == '\n' ? ' ' : text.data[i];
	buf_reset(&text);
	for (const char *p = whole; *p; p++)
		buf_putc(&text, *p == '\n' ? '\r' : *p);
	assert_true(read_n(&cr, text.data, text.len, &err));
	check_whole(&cr);
}

static void nothing_is_a_configuration(void **state)
{
	static const char *const texts[] = {
		"",    "# only words\n", "---\n",
		"~\n", "\xef\xbb\xbf",   "allow:\npackages:\nlimits:\nclasses:\n",
		"{}"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO_CONFIG c = NEW_CONFIG;
		struct err err = { 0 };

		assert_true(read_text(&c, texts[i], &err));
		assert_int_equal(c.rules.len, 0);
	}
}

static void positions_are_counted_in_bytes(void **state)
{
	AUTO_CONFIG c = NEW_CONFIG;
	struct err err = { 0 };

	(void)state;
	assert_false(read_text(&c, "allow: [{reason: \xc3\xbc\xe2\x82\xac, tst: x}]\n", &err));
	assert_int_equal(err.col, 25);
}

static void the_catalogue_comes_last(void **state)
{
	AUTO_CONFIG c = NEW_CONFIG;
	AUTO_CONFIG off = NEW_CONFIG;
	struct err err = { 0 };

	(void)state;
	assert_true(read_text(&c, "allow: [{test: TestX}]\n", &err));
	assert_true(config_add_catalogue(&c, &err));
	assert_true(c.rules.len > 30);
	assert_false(c.rules.items[0].built_in);
	for (size_t i = 1; i < c.rules.len; i++) {
		const struct config_rule *r = &c.rules.items[i];

		assert_true(r->built_in && *r->library && *r->reason);
		assert_true(!strncmp(r->link, "https://", 8));
		assert_string_equal(r->from.file, CATALOGUE_NAME);
	}
	assert_true(read_text(&off, "catalogue: false\n", &err));
	assert_true(config_add_catalogue(&off, &err));
	assert_int_equal(off.rules.len, 0);
}

/* --- precedence ------------------------------------------------------------------------- */

static void what_is_nearer_wins(void **state)
{
	static char other[] = "STRAGGLER_SETTLER=9s", settle[] = "STRAGGLER_SETTLE=3s",
		    mode[] = "STRAGGLER_MODE=";
	char *envp[] = { other, settle, mode, NULL };
	AUTO_CONFIG c = NEW_CONFIG;
	struct origin from;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(config_get(&c, SETTING_SETTLE, NULL), NS_PER_S);
	assert_true(read_text(&c, "settle: 2s\nmode: report\n", &err));
	assert_int_equal(config_get(&c, SETTING_SETTLE, NULL), 2 * NS_PER_S);
	assert_true(config_environment(&c, envp, &err));
	assert_int_equal(config_get(&c, SETTING_SETTLE, &from), 3 * NS_PER_S);
	assert_string_equal(from.file, "STRAGGLER_SETTLE");
	assert_int_equal(config_get(&c, SETTING_MODE, NULL), MODE_REPORT);
	assert_true(config_option(&c, SETTING_SETTLE, NULL, &err));
	assert_true(config_option(&c, SETTING_SETTLE, "4s", &err));
	assert_int_equal(config_get(&c, SETTING_SETTLE, &from), 4 * NS_PER_S);
	assert_string_equal(from.file, "--settle");
}

static void every_setting_has_a_twin_that_works(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting *s = setting_row((enum setting_id)i);
		AUTO_CONFIG c = NEW_CONFIG;
		AUTO_BUF pair = { 0 }, text = { 0 };
		char *envp[] = { NULL, NULL };
		struct err err = { 0 };

		buf_printf(&pair, "%s=%s", s->variable, s->sample);
		envp[0] = pair.data;
		assert_true(config_environment(&c, envp, &err));
		setting_format(&text, (enum setting_id)i, config_get(&c, (enum setting_id)i, NULL));
		assert_string_equal(buf_str(&text), s->sample);
		assert_true(config_get(&c, (enum setting_id)i, NULL) != s->initial);
	}
}

static void a_bad_twin_names_itself(void **state)
{
	static char soon[] = "STRAGGLER_SETTLE=soon";
	char *envp[] = { soon, NULL };
	AUTO_CONFIG c = NEW_CONFIG;
	struct err err = { 0 };

	(void)state;
	assert_false(config_environment(&c, envp, &err));
	assert_string_equal(err.msg, "STRAGGLER_SETTLE: 'soon' is not a duration: expected one "
				     "such as 500ms, 2s or 1m30s");
}

/* --- files ------------------------------------------------------------------------------ */

static char folder[] = "/tmp/test_config.XXXXXX";

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	out = fopen(path, "we");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* The message without the folder. */
static const char *failure_of(const char *name)
{
	static char line[1024];
	AUTO_CONFIG c = NEW_CONFIG;
	struct err err = { 0 };

	assert_false(config_read(&c, path_of(name), &err));
	assert_int_equal(err.code, ERR_USAGE);
	err_format(&err, line, sizeof(line));
	assert_int_equal(strncmp(line, folder, strlen(folder)), 0);
	return line + strlen(folder) + 1;
}

static void files_extend_files(void **state)
{
	AUTO_CONFIG c = NEW_CONFIG;
	struct err err = { 0 };

	(void)state;
	mkdir(path_of("sub"), 0700);
	write_file("sub/a.yaml", "extends: b.yaml\nsettle: 2s\nallow: [{test: A}]\n");
	write_file("sub/b.yaml", "settle: 3s\nmode: report\nallow: [{test: B}]\n");
	write_file("c.yaml", "settle: 4s\nallow: [{test: C}]\n");
	write_file("main.yaml",
		   "allow: [{test: M}]\nextends: [sub/a.yaml, ./c.yaml, sub/b.yaml]\n");
	assert_true(config_read(&c, path_of("main.yaml"), &err));
	assert_int_equal(config_get(&c, SETTING_SETTLE, NULL), 4 * NS_PER_S);
	assert_int_equal(config_get(&c, SETTING_MODE, NULL), MODE_REPORT);
	assert_int_equal(c.rules.len, 4);
	assert_string_equal(c.rules.items[0].match[RULE_TEST].items[0], "M");
	assert_string_equal(c.rules.items[1].match[RULE_TEST].items[0], "C");
	assert_string_equal(c.rules.items[2].match[RULE_TEST].items[0], "A");
	assert_string_equal(c.rules.items[3].match[RULE_TEST].items[0], "B");
}

static void faults_in_files_have_their_place(void **state)
{
	(void)state;
	write_file("loop.yaml", "extends: [loop2.yaml]\n");
	write_file("loop2.yaml", "extends: loop.yaml\n");
	assert_string_equal(failure_of("loop.yaml"),
			    "loop2.yaml:1:10: cannot extend loop.yaml: files extend each other in "
			    "a circle");
	write_file("lost.yaml", "version: 1\nextends:\n  - nowhere.yaml\n");
	assert_string_equal(failure_of("lost.yaml"),
			    "lost.yaml:3:5: cannot extend nowhere.yaml: No such file or "
			    "directory");
	write_file("inner.yaml", "extends: wrong.yaml\n");
	write_file("wrong.yaml", "settle: x\n");
	assert_string_equal(failure_of("inner.yaml"),
			    "wrong.yaml:1:9: settle: 'x' is not a duration: expected one such as "
			    "500ms, 2s or 1m30s");
	assert_string_equal(failure_of("sub"), "sub: Is a directory");
	assert_string_equal(failure_of("none.yaml"), "none.yaml: No such file or directory");
}

/* Nobody may ever write into a pipe. */
static void only_files_are_read(void **state)
{
	AUTO_BUF text = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(mkfifo(path_of("pipe.yaml"), 0600), 0);
	alarm(10);
	assert_string_equal(failure_of("pipe.yaml"),
			    "pipe.yaml: it is neither a file nor /dev/null");
	assert_false(source_read("/dev/zero", &text, NULL, &err));
	assert_true(source_read("/dev/null", &text, NULL, &err));
	assert_int_equal(text.len, 0);
	alarm(0);
}

static void a_long_chain_of_files_is_cut(void **state)
{
	(void)state;
	for (int i = 0; i < 40; i++) {
		char name[32], text[64];

		snprintf(name, sizeof(name), "chain%d.yaml", i);
		snprintf(text, sizeof(text), "extends: chain%d.yaml\n", i + 1);
		write_file(name, text);
	}
	assert_string_equal(failure_of("chain0.yaml"),
			    "chain31.yaml:1:10: cannot extend chain32.yaml: more than 32 files");
}

static void huge_files_are_not_read(void **state)
{
	FILE *out;

	(void)state;
	write_file("huge.yaml", "");
	out = fopen(path_of("huge.yaml"), "r+e");
	assert_non_null(out);
	assert_int_equal(ftruncate(fileno(out), 100 << 20), 0);
	fclose(out);
	assert_string_equal(failure_of("huge.yaml"), "huge.yaml:1:1: it is larger than 4 MiB");
}

static void the_file_is_found_upwards_to_the_module(void **state)
{
	AUTO_BUF found = { 0 };

	(void)state;
	mkdir(path_of("m"), 0700);
	mkdir(path_of("m/a"), 0700);
	mkdir(path_of("m/a/b"), 0700);
	write_file(CONFIG_FILE, "");
	assert_false(source_find(path_of("m/a/b"), &found));
	write_file("m/go.mod", "module m\n");
	assert_false(source_find(path_of("m/a/b"), &found));
	write_file("m/" CONFIG_FILE, "");
	assert_true(source_find(path_of("m/a/b"), &found));
	assert_string_equal(buf_str(&found), "../../" CONFIG_FILE);
	write_file("m/a/" CONFIG_FILE, "");
	buf_reset(&found);
	assert_true(source_find(path_of("m/a/b"), &found));
	assert_string_equal(buf_str(&found), "../" CONFIG_FILE);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command); /* NOLINT(cert-env33-c): a folder of ours */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_input_is_refused_in_one_line),
		cmocka_unit_test(an_alias_bomb_does_not_go_off),
		cmocka_unit_test(depth_and_size_are_bounded),
		cmocka_unit_test(many_keys_are_refused),
		cmocka_unit_test(a_whole_file_is_read),
		cmocka_unit_test(line_ends_and_byte_order_marks_do_not_matter),
		cmocka_unit_test(nothing_is_a_configuration),
		cmocka_unit_test(positions_are_counted_in_bytes),
		cmocka_unit_test(the_catalogue_comes_last),
		cmocka_unit_test(what_is_nearer_wins),
		cmocka_unit_test(every_setting_has_a_twin_that_works),
		cmocka_unit_test(a_bad_twin_names_itself),
		cmocka_unit_test(files_extend_files),
		cmocka_unit_test(faults_in_files_have_their_place),
		cmocka_unit_test(only_files_are_read),
		cmocka_unit_test(a_long_chain_of_files_is_cut),
		cmocka_unit_test(huge_files_are_not_read),
		cmocka_unit_test(the_file_is_found_upwards_to_the_module),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
