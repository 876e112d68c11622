#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/check.h"
#include "account/draft.h"
#include "account/pattern.h"
#include "account/policy.h"
#include "base/clock.h"
#include "base/vec.h"
#include "config/catalogue.h"
#include "unit.h"

static char scratch[] = "/tmp/test_policy.XXXXXX";
static char folder[64]; /* of the module, in scratch */

/* --- patterns --------------------------------------------------------------------------- */

static void patterns_match_what_they_say(void **state)
{
	static const struct {
		bool (*match)(const char *pattern, const char *text);
		const char *pattern, *text;
		bool want;
	} cases[] = {
		{ pattern_function, "a/b.(*T).run", "a/b.(*T).run", true },
		{ pattern_function, "a/b.(*T).run", "a/b.(xT).run", false },
		{ pattern_function, "a/*", "a/b/c.(*T).run", true },
		{ pattern_function, "*.(*T).run", "a/b.(*T).run", true },
		{ pattern_function, "a/b.*", "a/bc.F", false },
		{ pattern_function, "*a*b*c", "xxaxbxbxc", true },
		{ pattern_function, "*a*b*c", "xxaxbxbx", false },
		{ pattern_function, "", "", true },
		{ pattern_function, "*", "", true },
		{ pattern_test, "TestA", "TestA", true },
		{ pattern_test, "TestA", "TestA/x/y", true },
		{ pattern_test, "TestA", "TestAB", false },
		{ pattern_test, "TestA/x", "TestA", false },
		{ pattern_test, "TestA/*", "TestA", false },
		{ pattern_test, "TestA/*", "TestA/x/y", true },
		{ pattern_test, "Test*/slow", "TestB/slow/1", true },
		{ pattern_test, "TestA", "", false },
		{ pattern_subtest, "TestA", "TestA", false },
		{ pattern_subtest, "TestA/x", "TestA", true },
		{ pattern_subtest, "TestB/x", "TestA", false },
		{ pattern_subtest, "Test*/x", "TestA", true },
		{ pattern_package, "a/b", "a/b", true },
		{ pattern_package, "a/b", "a/b/c", false },
		{ pattern_package, "a/...", "a", true },
		{ pattern_package, "a/...", "a/b/c", true },
		{ pattern_package, "a/...", "ab", false },
		{ pattern_package, "...", "a/b", true },
		{ pattern_package, "a/*/c", "a/b/c", true },
		{ pattern_package, "a/x*/...", "a/xy", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (cases[i].match(cases[i].pattern, cases[i].text) != cases[i].want)
			fail_msg("%s on %s", cases[i].pattern, cases[i].text);
}

static void patterns_do_not_explode(void **state)
{
	int64_t start_ns = clock_now_ns();
	AUTO_BUF pattern = { 0 }, text = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_puts(&pattern, "a*");
	buf_putc(&pattern, 'b');
	for (int i = 0; i < 10000; i++)
		buf_putc(&text, 'a');
	assert_false(pattern_function(buf_str(&pattern), buf_str(&text)));
	assert_true(clock_now_ns() - start_ns < NS_PER_S);
}

/* --- making a policy ------------------------------------------------------------------------ */

static void make(struct policy *p, const char *text)
{
	struct policy_place place = { .dir = folder, .today = "2026-06-15" };
	AUTO_CONFIG c = { 0 };
	struct err err = { 0 };

	policy_teach(&c);
	if (!config_read_text(&c, text, strlen(text), "x.yaml", &err))
		fail_msg("%u:%u: %s", err.line, err.col, err.msg);
	policy_make(p, &c, &place);
}

/* A finding of TestA in example.com/m/a. */
static struct finding finding(const char *created_by)
{
	return (struct finding){
		.package = "example.com/m/a",
		.test = "TestA/sub",
		.run_index = -1,
		.owner = OWNER_TEST,
		.class = CLASS_TICKER,
		.status = STATUS_LEAK,
		.certainty = CERTAINTY_CONFIRMED,
		.count = 1,
		.started = "example.com/m/a.(*Cache).sweep",
		.created_at = { .function = created_by, .file = "", .source = "", .cases = "" },
		.allowance = "",
		.reason = "",
	};
}

static enum status decide(const char *yaml, struct finding *f)
{
	AUTO_POLICY p = { 0 };

	make(&p, yaml);
	policy_decide(&p, f, 1);
	return f->status;
}

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

static void make_from_file(struct policy *p, const char *dir, const char *name)
{
	struct policy_place place = { .dir = dir, .today = "2026-06-15" };
	AUTO_CONFIG c = { 0 };
	struct err err = { 0 };
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	policy_teach(&c);
	if (!config_read(&c, path, &err))
		fail_msg("%s:%u:%u: %s", path, err.line, err.col, err.msg);
	policy_make(p, &c, &place);
}

/* Whatever folder it is read from. */
static void a_pattern_begins_at_the_folder_of_its_file(void **state)
{
	static const struct {
		const char *main, *dir, *package;
	} cases[] = {
		{ "rules.yaml", "/", "example.com/m/..." },
		{ "a/rules.yaml", "/", "example.com/m/a/..." },
		{ "extends.yaml", "/", "example.com/m/a/..." },
		{ "link.yaml", "/", "example.com/m/..." },
		{ "../work/rules.yaml", "/", "..." },
		{ "../work/one.yaml", "/", "example.com/one/..." },
		{ "../bare/rules.yaml", NULL, "example.com/m/..." },
	};
	static const char rules[] = "allow: [{test: T, package: ./...}]\n"
				    "packages: [{match: ./..., settle: 2s}]\n";
	char in[256];

	(void)state;
	write_file("rules.yaml", rules);
	write_file("a/rules.yaml", rules);
	write_file("extends.yaml", "extends: a/rules.yaml\n");
	snprintf(in, sizeof(in), "%s/link.yaml", folder);
	assert_int_equal(symlink("a/rules.yaml", in), 0);
	write_file("../work/go.work", "go 1.22\nuse ./one\n");
	write_file("../work/one/go.mod", "module example.com/one\n");
	write_file("../work/rules.yaml", rules);
	write_file("../work/one.yaml", "allow: [{test: T, package: ./one/...}]\n"
				       "packages: [{match: ./one/..., settle: 2s}]\n");
	write_file("../bare/rules.yaml", rules);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_POLICY p = { 0 };

		make_from_file(&p, cases[i].dir ? cases[i].dir : folder, cases[i].main);
		assert_string_equal(p.rules.items[0].match[RULE_PACKAGE].items[0],
				    cases[i].package);
		assert_string_equal(p.scopes.items[1].package, cases[i].package);
	}
}

static void all_keys_of_a_rule_must_match(void **state)
{
	static struct place stack[] = {
		{ .function = "time.Sleep" },
		{ .function = "example.com/m/a.(*Cache).sweep" },
	};
	static const struct {
		const char *rule;
		bool allowed;
	} cases[] = {
		{ "created_by: example.com/m/a.New", true },
		{ "created_by: [x, example.com/m/a.New]", true },
		{ "created_by: example.com/m/a.New.func3.1", false },
		{ "created_by: example.com/m/v2/a.New-fm", true },
		{ "created_by: example.com/m/a.*", true },
		{ "started: example.com/m/a.(*Cache).sweep", true },
		{ "started: example.com/m/a.New", false },
		{ "blocked_in: time.Sleep", true },
		{ "blocked_in: time.Slee", false },
		{ "class: ticker", true },
		{ "class: sleep", false },
		{ "test: TestA", true },
		{ "test: TestA/sub", true },
		{ "test: TestB", false },
		{ "package: example.com/m/...", true },
		{ "package: ./a", true },
		{ "package: ./b/../a", true },
		{ "package: ./...", true },
		{ "package: ./b", false },
		{ "package: example.com/n", false },
		{ "{created_by: example.com/m/a.New, class: ticker, test: TestA, package: ./a}",
		  true },
		{ "{created_by: example.com/m/a.New, class: sleep}", false },
		{ "{created_by: example.com/m/a.New, expires: 2026-06-16}", true },
		{ "{created_by: example.com/m/a.New, expires: 2026-06-15}", false },
		{ "{created_by: example.com/m/a.New, count: 0}", false },
		{ "{created_by: example.com/m/a.New, count: 1}", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct finding f = finding("example.com/m/vendor/example.com/m/a.New");
		AUTO_BUF yaml = { 0 };

		f.stack = (struct places){ .items = stack, .len = ARRAY_LEN(stack) };
		buf_printf(&yaml, "allow:\n  - %s\n", cases[i].rule);
		if ((decide(buf_str(&yaml), &f) == STATUS_ALLOWED) != cases[i].allowed)
			fail_msg("%s", cases[i].rule);
	}
}

/* What Go makes of a name, and what people write of it, are the same. */
static void names_are_compared_without_their_accidents(void **state)
{
	static const struct {
		const char *rule, *go;
	} cases[] = {
		{ "github.com/nats-io/nats.go.(*Conn).Connect",
		  "github.com/nats-io/nats%2ego.(*Conn).Connect" },
		{ "gopkg.in/natefinch/lumberjack.v2.(*Logger).mill",
		  "example.com/m/vendor/gopkg.in/natefinch/lumberjack%2ev2.(*Logger).mill" },
		{ "github.com/hashicorp/golang-lru/expirable.NewLRU[...].func1",
		  "github.com/hashicorp/golang-lru/v2/expirable.NewLRU[go.shape.string].func2" },
		{ "a/b.Run.func1", "a/b.Run.func7.2" },
		{ "a/b.Run", "a/b.Run.gowrap3" },
		{ "a/b.Run", "a/b.Run.deferwrap1" },
		{ "a/b.(*T).Run", "a/b.(*T).Run-fm" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct finding f = finding(cases[i].go);
		AUTO_BUF yaml = { 0 };

		buf_printf(&yaml, "allow: [{created_by: '%s'}]\n", cases[i].rule);
		if (decide(buf_str(&yaml), &f) != STATUS_ALLOWED)
			fail_msg("%s does not match %s", cases[i].rule, cases[i].go);
	}
}

static void a_wrapper_is_not_what_was_started(void **state)
{
	static struct place stack[] = {
		{ .function = "a.work" },
		{ .function = "a.New.gowrap1" },
	};
	struct finding f = finding("a.New"), g = f;

	(void)state;
	f.started = g.started = "a.New.gowrap1";
	f.stack = g.stack = (struct places){ .items = stack, .len = ARRAY_LEN(stack) };
	assert_int_equal(decide("allow: [{started: a.work}]", &f), STATUS_ALLOWED);
	assert_int_equal(decide("allow: [{started: a.New}]", &g), STATUS_LEAK);
}

/* --- counts --------------------------------------------------------------------------- */

static void beyond_its_count_a_rule_excuses_nothing(void **state)
{
	AUTO_POLICY p = { 0 };
	struct finding items[3] = { finding("a.F"), finding("a.F"), finding("b.F") };

	(void)state;
	items[0].count = 3;
	items[1].count = 2;
	make(&p, "allow:\n  - {created_by: a.F, count: 4, reason: known}\n  - created_by: b.F\n"
		 "    reason: fine\n");
	policy_decide(&p, items, 3);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(items[i].status, STATUS_LEAK);
		assert_string_equal(items[i].allowance, "x.yaml:2");
		assert_int_equal(items[i].allowed, 4);
	}
	assert_int_equal(items[2].status, STATUS_ALLOWED);
	assert_string_equal(items[2].allowance, "x.yaml:3");
	assert_string_equal(items[2].reason, "fine");
	items[1].count = 1;
	policy_decide(&p, items, 3);
	assert_int_equal(items[0].status, STATUS_ALLOWED);
	assert_int_equal(items[1].status, STATUS_ALLOWED);
	assert_int_equal(items[1].allowed, 0);
}

static void the_first_rule_that_matches_decides(void **state)
{
	struct finding f = finding("go.opencensus.io/stats/view.init.0"), g = f;
	AUTO_POLICY with = { 0 };
	AUTO_CONFIG c = { 0 };
	struct policy_place place = { .dir = folder, .today = "2026-06-15" };
	static const char own[] = "allow: [{started: '*.(*worker).start', count: 0}]";
	struct err err;

	(void)state;
	f.started = g.started = "go.opencensus.io/stats/view.(*worker).start";
	policy_teach(&c);
	assert_true(config_read_text(&c, own, strlen(own), "x.yaml", &err));
	assert_true(config_add_catalogue(&c, &err));
	policy_make(&with, &c, &place);
	policy_decide(&with, &f, 1);
	assert_int_equal(f.status, STATUS_LEAK);
	memmove(with.rules.items, with.rules.items + 1,
		--with.rules.len * sizeof(*with.rules.items));
	policy_decide(&with, &g, 1);
	assert_int_equal(g.status, STATUS_ALLOWED);
}

static void a_test_may_leave_what_its_limit_leaves(void **state)
{
	AUTO_POLICY p = { 0 };
	struct finding items[4] = { finding("a.F"), finding("a.G"), finding("a.F"),
				    finding("a.H") };

	(void)state;
	items[1].test = "TestA/other";
	items[2].test = "TestB";
	items[2].count = 3;
	items[3].test = "TestC";
	items[3].class = CLASS_LATE_PANIC;
	make(&p, "limits: {left: 2}\n");
	policy_decide(&p, items, 4);
	assert_int_equal(items[0].status, STATUS_ALLOWED);
	assert_string_equal(items[0].allowance, "x.yaml:1");
	assert_int_equal(items[1].status, STATUS_ALLOWED);
	assert_int_equal(items[2].status, STATUS_LEAK);
	assert_int_equal(items[3].status, STATUS_LEAK);
}

/* What a later fact can change is not decided before. */
static void nothing_is_decided_too_early(void **state)
{
	AUTO_POLICY p = { 0 };
	struct finding f = finding("a.F"), g = finding("a.G");

	(void)state;
	make(&p, "allow:\n  - {created_by: a.F, test: TestA/x, count: 0}\n  - created_by: a.F\n"
		 "  - {created_by: a.G, class: ticker}\n");
	f.test = "TestA";
	f.one_of_subtests = true;
	g.certainty = CERTAINTY_OBSERVED;
	policy_excuse(&p, &f, 1);
	policy_excuse(&p, &g, 1);
	assert_int_equal(f.status, STATUS_LEAK);
	assert_int_equal(g.status, STATUS_LEAK);
	f.test = "TestA/y";
	f.one_of_subtests = false;
	policy_decide(&p, &f, 1);
	policy_decide(&p, &g, 1);
	assert_int_equal(f.status, STATUS_ALLOWED);
	assert_string_equal(f.allowance, "x.yaml:3");
	assert_int_equal(g.status, STATUS_ALLOWED);
}

static void a_suspect_is_excused_only_by_what_is_known(void **state)
{
	AUTO_POLICY p = { 0 };
	struct subject s = { .package = "a", .test = "TestA", .subtest = true, .started = "a.run" };
	size_t rule = 99;

	(void)state;
	make(&p, "allow:\n  - {created_by: a.G, class: ticker}\n  - created_by: a.F\n"
		 "  - {started: a.run, test: TestB/x}\n  - started: a.run\n");
	/* Whatever a.G is: nothing limits what its rule excuses. */
	assert_true(policy_rule_for(&p, &s, &rule));
	assert_int_equal(rule, 3);
	s.created_by = "a.F";
	assert_true(policy_rule_for(&p, &s, &rule));
	assert_int_equal(rule, 1);
	s.created_by = "a.H";
	s.started = "a.stay";
	assert_false(policy_rule_for(&p, &s, &rule));
	s.created_by = "a.G";
	assert_false(policy_rule_for(&p, &s, &rule));
}

/* A baseline's rules: the key is known with the finding, not before. */
static void a_key_excuses_its_finding_alone(void **state)
{
	AUTO_POLICY p = { 0 };
	struct subject s = { .package = "a", .test = "TestA", .created_by = "a.F" };
	struct finding all[3] = { finding("a.F"), finding("a.F"), finding("a.F") };
	uint64_t used[1] = { 0 };
	size_t rule;

	(void)state;
	make(&p, "allow:\n  - {key: 7f3a2c91, count: 3, first_seen: 1a2b3c4, reason: '', expires: "
		 "''}\n");
	assert_false(policy_rule_for(&p, &s, &rule));
	assert_int_equal(rule_matches(&p.rules.items[0], &s), ANSWER_MAYBE);
	all[0].key = "7f3a2c91";
	all[1].key = "7f3a2c92";
	all[2].key = "7f3a2c91";
	all[0].count = 1;
	all[2].count = 2;
	policy_decide(&p, all, 3);
	assert_int_equal(all[0].status, STATUS_ALLOWED);
	assert_int_equal(all[1].status, STATUS_LEAK);
	assert_int_equal(all[2].status, STATUS_ALLOWED);
	policy_use(&p, all, 3, used);
	assert_int_equal(used[0], 3);
}

static void a_baseline_that_allows_too_much_says_so(void **state)
{
	static const char *const text = "allow:\n  - {key: 7f3a2c91, count: 3}\n"
					"  - {key: 7f3a2c92, count: 3}\n"
					"  - {key: 7f3a2c93, count: 3}\n";
	static const uint64_t used[3] = { 3, 1, 0 };
	static const bool possible[3] = { true, true, true };
	struct warnings none = { 0 };
	AUTO_WARNINGS w = { 0 };
	AUTO_POLICY p = { 0 };

	(void)state;
	make(&p, text);
	check_use(&p, &(struct use){ used, possible, NULL, 0 }, &p.arena, &none, &w);
	assert_int_equal(w.len, 2);
	assert_string_equal(w.items[0].text, "allows 3, 1 are left: lower it ('straggler baseline "
					     "--tighten' does)");
	assert_string_equal(w.items[1].text, "matched nothing in this run: remove it ('straggler "
					     "baseline --tighten' does)");
}

/* A rule that needs a dump to decide costs one only where it may say no. */
static void a_rule_that_may_excuse_does_not_hide_one_that_does(void **state)
{
	static const char *const free_rules = "allow:\n  - class: http-idle\n  - {blocked_in: "
					      "a.wait}\n  - started: a.run\n";
	static const char *const counted = "allow:\n  - {class: http-idle, count: 1}\n"
					   "  - started: a.run\n";
	struct subject s = {
		.package = "a", .test = "TestA", .created_by = "a.F", .started = "a.run"
	};
	AUTO_POLICY p = { 0 };
	AUTO_POLICY q = { 0 };
	struct finding f = finding("a.F");
	size_t rule = 99;

	(void)state;
	make(&p, free_rules);
	assert_true(policy_rule_for(&p, &s, &rule));
	assert_int_equal(rule, 2);
	f.started = "a.run";
	f.certainty = CERTAINTY_OBSERVED;
	policy_excuse(&p, &f, 1);
	assert_int_equal(f.status, STATUS_ALLOWED);
	assert_string_equal(f.allowance, "x.yaml:4");
	make(&q, counted);
	assert_false(policy_rule_for(&q, &s, &rule));
}

/* --- settings ---------------------------------------------------------------------------- */

static const char layered[] = "settle: 2s\n"
			      "mode: report\n"
			      "classes: {ticker: note}\n"
			      "packages:\n"
			      "  - {match: ./a/..., settle: 3s}\n"
			      "  - {match: ./a/b, mode: enforce, classes: {ticker: leak}}\n"
			      "  - {test: TestSlow, settle: 4s}\n"
			      "  - {match: ./a/b, test: TestA/x, settle: 5s}\n";

static void sections_narrow_settings(void **state)
{
	static const char a[] = "example.com/m/a", b[] = "example.com/m/a/b";
	AUTO_POLICY p = { 0 };

	(void)state;
	make(&p, layered);
	assert_int_equal(policy_get(&p, SETTING_SETTLE, "example.com/m", NULL), 2 * NS_PER_S);
	assert_int_equal(policy_get(&p, SETTING_SETTLE, a, NULL), 3 * NS_PER_S);
	assert_int_equal(policy_get(&p, SETTING_SETTLE, b, "TestSlow/x"), 4 * NS_PER_S);
	assert_int_equal(policy_get(&p, SETTING_SETTLE, b, "TestA/x"), 5 * NS_PER_S);
	assert_int_equal(policy_get(&p, SETTING_SETTLE, b, "TestA/y"), 3 * NS_PER_S);
	assert_int_equal(policy_get(&p, SETTING_MODE, a, "TestA"), MODE_REPORT);
	assert_int_equal(policy_get(&p, SETTING_MODE, b, "TestA"), MODE_ENFORCE);
	assert_int_equal(policy_get(&p, SETTING_SECOND_LOOK, b, "TestA"), 0);
	assert_int_equal(policy_status(&p, a, "TestA", CLASS_TICKER, STATUS_LEAK), STATUS_NOTE);
	assert_int_equal(policy_status(&p, b, "TestA", CLASS_TICKER, STATUS_NOTE), STATUS_LEAK);
	assert_int_equal(policy_status(&p, b, "TestA", CLASS_IO, STATUS_LEAK), STATUS_LEAK);
	/* Nobody knows yet which subtest it is. */
	assert_int_equal(policy_settle_ns(&p, b, "TestA"), 5 * NS_PER_S);
	assert_int_equal(policy_settle_ns(&p, b, "TestB"), 3 * NS_PER_S);
	assert_int_equal(policy_settle_ns(&p, b, ""), 3 * NS_PER_S);
	policy_override(&p, SETTING_SETTLE, 9 * NS_PER_S);
	assert_int_equal(policy_get(&p, SETTING_SETTLE, b, "TestA/x"), 9 * NS_PER_S);
	assert_int_equal(policy_settle_ns(&p, b, "TestA"), 9 * NS_PER_S);
}

static void the_environment_outdoes_sections(void **state)
{
	static char settle[] = "STRAGGLER_SETTLE=7s";
	char *envp[] = { settle, NULL };
	struct policy_place place = { .dir = folder, .today = "2026-06-15" };
	AUTO_POLICY p = { 0 };
	AUTO_CONFIG c = { 0 };
	struct err err = { 0 };

	(void)state;
	policy_teach(&c);
	assert_true(config_environment(&c, envp, &err));
	assert_true(config_read_text(&c, layered, strlen(layered), "x", &err));
	policy_make(&p, &c, &place);
	assert_int_equal(policy_get(&p, SETTING_SETTLE, "example.com/m/a", NULL), 7 * NS_PER_S);
	assert_int_equal(policy_get(&p, SETTING_SETTLE, "example.com/m/a", "TestSlow"),
			 7 * NS_PER_S);
}

static void leaks_of_a_package_may_be_only_reported(void **state)
{
	AUTO_POLICY p = { 0 };
	struct finding f = finding("a.F"), g = finding("a.F");

	(void)state;
	g.package = "example.com/m/a/b";
	make(&p, layered);
	policy_decide(&p, &f, 1);
	policy_decide(&p, &g, 1);
	assert_true(f.status == STATUS_LEAK && f.tolerated);
	assert_true(g.status == STATUS_LEAK && !g.tolerated);
}

static void a_policy_comes_back_from_paper(void **state)
{
	AUTO_POLICY p = { 0 };
	AUTO_POLICY q = { 0 };
	AUTO_POLICY none = { 0 };
	AUTO_BUF first = { 0 }, second = { 0 };
	struct err err = { 0 };

	(void)state;
	make(&p, "settle: 2s\nlimits: {left: none, goroutines: 7}\nclasses: {ticker: note}\n"
		 "packages: [{match: ./a, test: TestX, mode: report}]\n"
		 "allow: [{created_by: [a.F, 'b.G[...]'], count: 3, reason: \"x \\u00fc\"},\n"
		 "        {test: T, expires: 2020-01-01}]\n");
	policy_write(&p, &first);
	assert_true(policy_read(&q, first.data, first.len, &err));
	policy_write(&q, &second);
	assert_string_equal(buf_str(&first), buf_str(&second));
	assert_int_equal(policy_get(&q, SETTING_LEFT, "x", NULL), SETTING_NONE);
	assert_true(q.rules.items[1].expired);
	assert_true(policy_read(&none, "{}", 2, &err));
	assert_int_equal(policy_get(&none, SETTING_SETTLE, "x", "y"), NS_PER_S);
	policy_override(&none, SETTING_SETTLE, 1);
	assert_int_equal(policy_get(&none, SETTING_SETTLE, "x", "y"), 1);
}

static void a_broken_policy_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{\"rules\":[{\"count\":\"x\"}]}",
		"{\"scopes\":[{\"values\":[{\"setting\":\"settle\",\"value\":-1}]}]}",
		"{\"scopes\":[{\"values\":[{\"setting\":\"soothe\",\"value\":1}]}]}",
		"{\"scopes\":[{\"classes\":[{\"class\":\"ticker\",\"status\":\"fine\"}]}]}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO_POLICY p = { 0 };
		struct err err = { 0 };

		assert_false(policy_read(&p, texts[i], strlen(texts[i]), &err));
		assert_int_equal(err.code, ERR_PARSE);
	}
}

/* --- the catalogue ---------------------------------------------------------------------- */

/* A name of the catalogue as Go prints it. */
static void as_go_prints(struct buf *out, const char *name)
{
	const char *slash = strrchr(name, '/');

	buf_puts(out, "example.com/m/vendor/");
	for (; *name; name++) {
		bool last = !slash || name > slash;

		/* The dots of the last element but the one before the function. */
		if (*name == '.' && last && strchr(name + 1, '.') && name[1] != '(' &&
		    !strncmp(name, ".v2.", 4))
			buf_puts(out, "%2e");
		else
			buf_putc(out, *name);
	}
}

static void every_name_of_the_catalogue_matches(void **state)
{
	struct policy_place place = { .dir = folder, .today = "2026-06-15" };
	AUTO_POLICY p = { 0 };
	AUTO_CONFIG c = { 0 };
	struct err err = { 0 };
	size_t names = 0;

	(void)state;
	policy_teach(&c);
	assert_true(config_add_catalogue(&c, &err));
	policy_make(&p, &c, &place);
	for (size_t i = 0; i < c.rules.len; i++) {
		for (size_t k = RULE_CREATED_BY; k <= RULE_STARTED; k++) {
			for (size_t n = 0; n < c.rules.items[i].match[k].len; n++) {
				struct finding f = finding("example.com/m.F");
				AUTO_BUF go = { 0 };

				as_go_prints(&go, c.rules.items[i].match[k].items[n]);
				if (k == RULE_STARTED)
					f.started = buf_str(&go);
				else
					f.created_at.function = buf_str(&go);
				policy_decide(&p, &f, 1);
				if (f.status != STATUS_ALLOWED)
					fail_msg("%s", buf_str(&go));
				assert_true(!strncmp(f.allowance, CATALOGUE_NAME, 9));
				names++;
			}
		}
	}
	assert_true(names >= 45);
}

/* Names of goroutines that a test can end: they stay leaks. */
static void the_catalogue_excuses_no_client_left_open(void **state)
{
	static const char *const names[] = {
		"google.golang.org/grpc.(*Server).Serve",
		"google.golang.org/grpc/internal/transport.(*controlBuffer).get",
		"database/sql.(*DB).connectionOpener",
		"database/sql.(*Tx).awaitDone",
		"net/http.(*persistConn).readLoop",
		"net/http.(*Server).Serve",
		"github.com/jackc/pgx/v5/pgxpool.(*Pool).backgroundHealthCheck",
		"go.opentelemetry.io/otel/sdk/trace.(*batchSpanProcessor).processQueue",
		"k8s.io/apimachinery/pkg/util/wait.BackoffUntil",
		"example.com/m/cache.(*janitor).Run",
	};
	struct policy_place place = { .dir = folder, .today = "2026-06-15" };
	AUTO_POLICY p = { 0 };
	AUTO_CONFIG c = { 0 };
	struct err err = { 0 };

	(void)state;
	policy_teach(&c);
	assert_true(config_add_catalogue(&c, &err));
	policy_make(&p, &c, &place);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct finding f = finding("example.com/m.F");

		f.started = names[i];
		policy_decide(&p, &f, 1);
		if (f.status != STATUS_LEAK)
			fail_msg("%s", names[i]);
	}
}

/* --- warnings ---------------------------------------------------------------------------- */

static void odd_rules_are_warned_of(void **state)
{
	static const char text[] =
	    "allow:\n"
	    "  - created_by: example.com/m/a.New\n"
	    "  - class: ticker\n"
	    "  - {blocked_in: time.Sleep, package: ./a}\n"
	    "  - {created_by: a.F, expires: 2026-06-15}\n"
	    "  - {created_by: a.F, expires: 2026-06-16}\n"
	    "  - {test: TestX, package: ./aa/b}\n"
	    "  - {created_by: example.com/m/ab.New}\n"
	    "  - {created_by: example.com/m/a_test.New, package: [./..., ./a/..., other.com/x]}\n"
	    "  - {created_by: '*'}\n"
	    "  - {test: TestY}\n"
	    "  - {test: TestZ, package: a/...}\n"
	    "packages:\n"
	    "  - {match: ./a/..., settle: 2s}\n"
	    "  - {match: ./ac/..., settle: 2s}\n"
	    "  - {match: a, settle: 2s}\n"
	    "  - {test: TestX, settle: 2s}\n"
	    "  - {match: example.com/m/ab, settle: 2s}\n";
	static const char *const want[] = {
		"x.yaml:15: can never match: there is no folder ac in the module; did you mean "
		"'a'?",
		"x.yaml:16: can never match: no package of the module is called a; did you mean "
		"'example.com/m/a'?",
		"x.yaml:18: can never match: there is no folder ab in the module; did you mean "
		"'a'?",
		"x.yaml:3: too broad: it excuses goroutines wherever they come from; name "
		"created_by",
		"x.yaml:4: too broad: it excuses goroutines wherever they come from; name "
		"created_by",
		"x.yaml:5: expired on 2026-06-15: it excuses nothing any more",
		"x.yaml:7: can never match: there is no folder aa in the module; did you mean "
		"'a'?",
		"x.yaml:8: can never match: there is no folder ab in the module; did you mean "
		"'a'?",
		"x.yaml:10: too broad: it excuses goroutines wherever they come from; name "
		"created_by",
		"x.yaml:12: can never match: no package of the module is called a; did you mean "
		"'example.com/m/a'?",
	};
	struct policy_place place = { .dir = folder, .today = "2026-06-15" };
	AUTO_WARNINGS w = { 0 };
	AUTO_CONFIG c = { 0 };
	struct err err = { 0 };

	(void)state;
	policy_teach(&c);
	assert_true(config_read_text(&c, text, strlen(text), "x.yaml", &err));
	check_config(&c, &place, &c.arena, &w);
	for (size_t i = 0; i < w.len && i < ARRAY_LEN(want); i++) {
		char line[512];

		snprintf(line, sizeof(line), "%s: %s", w.items[i].place, w.items[i].text);
		assert_string_equal(line, want[i]);
	}
	assert_int_equal(w.len, ARRAY_LEN(want));
}

static void rules_that_matched_nothing_are_warned_of(void **state)
{
	static const char *const tests[] = { "TestA", "TestA/x" };
	static struct warning_record known = { "x.yaml:8", "can never match" };
	static const struct warnings before = { &known, 1, 1 };
	const struct tested tested = {
		.package = "a", .module = "", .tests = tests, .n = ARRAY_LEN(tests)
	};
	AUTO_POLICY p = { 0 };
	AUTO_WARNINGS w = { 0 };
	struct finding f = finding("a.F");
	uint64_t used[7] = { 0 };
	bool possible[7];

	(void)state;
	make(&p, "allow:\n  - created_by: a.F\n  - created_by: a.G\n  - {created_by: a.G, test: "
		 "TestB}\n  - {created_by: a.G, test: TestA/x}\n  - {created_by: a.G, package: b}\n"
		 "  - {created_by: a.G, expires: 2020-01-01}\n  - created_by: a.H\n");
	policy_use(&p, &f, 1, used);
	for (size_t i = 0; i < ARRAY_LEN(possible); i++)
		possible[i] = rule_possible(&p.rules.items[i], &tested);
	check_use(&p, &(struct use){ used, possible, tests, ARRAY_LEN(tests) }, &p.arena, &before,
		  &w);
	assert_int_equal(w.len, 2);
	assert_string_equal(w.items[0].place, "x.yaml:3");
	assert_string_equal(w.items[1].place, "x.yaml:5");
	assert_string_equal(w.items[0].text, "matched nothing in this run");
}

static void a_misspelt_test_is_guessed(void **state)
{
	static const char *const tests[] = { "TestAlpha", "TestAlpha/one", "TestBeta" };
	static const uint64_t used[5] = { 0 };
	static const bool possible[5] = { true, true, true, true, true };
	struct warnings none = { 0 };
	AUTO_WARNINGS w = { 0 };
	AUTO_POLICY p = { 0 };

	(void)state;
	make(&p, "allow:\n  - {created_by: a.F, test: TestAlhpa}\n"
		 "  - {created_by: a.F, test: TestBeta}\n  - {created_by: a.F, test: Other}\n"
		 "  - {created_by: a.F, test: TestGamma*}\n  - {created_by: a.F, test: "
		 "TestAlpha/one}\n");
	check_use(&p, &(struct use){ used, possible, tests, ARRAY_LEN(tests) }, &p.arena, &none,
		  &w);
	assert_int_equal(w.len, 5);
	assert_string_equal(w.items[0].text, "matched nothing in this run: no test is called "
					     "TestAlhpa; did you mean 'TestAlpha'?");
	assert_string_equal(w.items[1].text, "matched nothing in this run");
	assert_string_equal(w.items[2].text,
			    "matched nothing in this run: no test is called Other");
	assert_string_equal(w.items[3].text, "matched nothing in this run");
	assert_string_equal(w.items[4].text, "matched nothing in this run");
}

/* In a run of one package rules for the others say nothing wrong. */
static void a_rule_is_missed_where_it_belongs(void **state)
{
	static const char *const tests[] = { "TestA", "TestA/x" };
	static const struct {
		const char *rule;
		bool all, chosen, anywhere;
	} cases[] = {
		{ "created_by: example.com/m/a.New", true, false, true },
		{ "created_by: example.com/m/v2/a.New", true, false, true },
		{ "created_by: example.com/m/a_test.New", true, false, true },
		{ "created_by: example.com/m/a/b.New", false, false, true },
		{ "created_by: [example.com/m/b.New, example.com/m/a.New]", true, false, true },
		{ "created_by: example.com/m/*.New", true, false, true },
		{ "created_by: example.com/lib.New", true, false, true },
		{ "started: example.com/m/b.run", false, false, true },
		{ "{created_by: example.com/lib.New, started: example.com/m/b.run}", false, false,
		  true },
		{ "{created_by: example.com/m/b.New, package: example.com/m/v2/a}", true, false,
		  true },
		{ "test: TestA", true, true, true },
		{ "test: TestTypo", false, false, true },
		{ "{test: TestTypo, package: example.com/m/v2/a}", true, false, true },
		{ "{test: TestTypo, package: example.com/m/v2/...}", false, false, true },
		{ "{test: BenchmarkA, package: example.com/m/v2/a}", false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct tested t = { .package = "example.com/m/v2/a",
				    .module = "example.com/m/v2",
				    .tests = tests,
				    .n = ARRAY_LEN(tests) };
		AUTO_POLICY p = { 0 };
		AUTO_BUF yaml = { 0 };
		bool all, chosen;

		buf_printf(&yaml, "allow:\n  - %s\n", cases[i].rule);
		make(&p, buf_str(&yaml));
		all = rule_possible(&p.rules.items[0], &t);
		t.chosen = true;
		chosen = rule_possible(&p.rules.items[0], &t);
		if (all != cases[i].all || chosen != cases[i].chosen ||
		    rule_possible_anywhere(&p.rules.items[0]) != cases[i].anywhere)
			fail_msg("%s", cases[i].rule);
	}
}

static void misspelt_variables_are_warned_of(void **state)
{
	char *envp[] = { (char[]){ "STRAGGLER_SETTEL=1s" },
			 (char[]){ "STRAGGLER_SETTLE=1s" },
			 (char[]){ "STRAGGLER_STAT" },
			 (char[]){ "STRAGGLER_VERSION=1" },
			 (char[]){ "STRAGGLER_" },
			 (char[]){ "STRAGGLERS_MODE=report" },
			 NULL };
	static const char *const own[] = { "STRAGGLER_STATE", NULL };
	struct arena a = { 0 };
	AUTO_WARNINGS w = { 0 };

	(void)state;
	check_environment(envp, own, &a, &w);
	assert_int_equal(w.len, 2);
	assert_string_equal(w.items[0].place, "STRAGGLER_SETTEL");
	assert_string_equal(w.items[0].text,
			    "no such variable is read: did you mean 'STRAGGLER_SETTLE'?");
	assert_string_equal(w.items[1].place, "STRAGGLER_STAT");
	arena_clear(&a);
}

/* --- drafts ---------------------------------------------------------------------------- */

static void a_draft_is_what_findings_have_in_common(void **state)
{
	struct run_file r = { .run = { .module = "example.com/m" } };
	struct finding own = finding("example.com/m/a.New"), other = own, lib, wrapped = own;
	struct draft d;

	(void)state;
	own.key = other.key = "1";
	other.test = "TestB";
	other.class = CLASS_SLEEP;
	other.count = 4;
	lib = finding("net/http.(*Transport).dialConn");
	lib.key = "2";
	lib.started = "net/http.(*persistConn).readLoop";
	wrapped.key = "3";
	wrapped.started = "example.com/m/a.New.gowrap1";
	wrapped.status = STATUS_ALLOWED;
	wrapped.allowance = "x.yaml:7";
	VEC_PUSH(&r.findings, own);
	VEC_PUSH(&r.findings, lib);
	VEC_PUSH(&r.findings, other);
	VEC_PUSH(&r.findings, wrapped);
	d = draft_of(&r, "1");
	assert_string_equal(d.created_by, "example.com/m/a.New");
	assert_string_equal(d.started, "example.com/m/a.(*Cache).sweep");
	assert_string_equal(d.package, "example.com/m/a");
	assert_null(d.test);
	assert_null(d.class);
	assert_true(d.count == 5 && d.findings == 2);
	assert_null(d.allowed_by);
	d = draft_of(&r, "2");
	assert_string_equal(d.test, "TestA/sub");
	assert_string_equal(d.class, "ticker");
	d = draft_of(&r, "3");
	assert_null(d.started);
	assert_string_equal(d.allowed_by, "x.yaml:7");
	assert_int_equal(draft_of(&r, "4").findings, 0);
	VEC_FREE(&r.findings);
}

static int make_folder(void **state)
{
	static const char *const folders[] = { "/bare", "/m", "/m/a", "/work", "/work/one" };

	(void)state;
	if (!mkdtemp(scratch))
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char path[64];

		snprintf(path, sizeof(path), "%s%s", scratch, folders[i]);
		if (mkdir(path, 0700))
			return -1;
	}
	snprintf(folder, sizeof(folder), "%s/m", scratch);
	write_file("go.mod", "module example.com/m\n\ngo 1.22\n");
	return 0;
}

static int remove_folder(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", scratch);
	return system(command); /* NOLINT(cert-env33-c): a folder of ours */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match_what_they_say),
		cmocka_unit_test(patterns_do_not_explode),
		cmocka_unit_test(a_pattern_begins_at_the_folder_of_its_file),
		cmocka_unit_test(all_keys_of_a_rule_must_match),
		cmocka_unit_test(names_are_compared_without_their_accidents),
		cmocka_unit_test(a_wrapper_is_not_what_was_started),
		cmocka_unit_test(beyond_its_count_a_rule_excuses_nothing),
		cmocka_unit_test(the_first_rule_that_matches_decides),
		cmocka_unit_test(a_test_may_leave_what_its_limit_leaves),
		cmocka_unit_test(nothing_is_decided_too_early),
		cmocka_unit_test(a_suspect_is_excused_only_by_what_is_known),
		cmocka_unit_test(a_rule_that_may_excuse_does_not_hide_one_that_does),
		cmocka_unit_test(a_key_excuses_its_finding_alone),
		cmocka_unit_test(a_baseline_that_allows_too_much_says_so),
		cmocka_unit_test(a_misspelt_test_is_guessed),
		cmocka_unit_test(sections_narrow_settings),
		cmocka_unit_test(the_environment_outdoes_sections),
		cmocka_unit_test(leaks_of_a_package_may_be_only_reported),
		cmocka_unit_test(a_policy_comes_back_from_paper),
		cmocka_unit_test(a_broken_policy_is_refused),
		cmocka_unit_test(every_name_of_the_catalogue_matches),
		cmocka_unit_test(the_catalogue_excuses_no_client_left_open),
		cmocka_unit_test(odd_rules_are_warned_of),
		cmocka_unit_test(rules_that_matched_nothing_are_warned_of),
		cmocka_unit_test(a_rule_is_missed_where_it_belongs),
		cmocka_unit_test(misspelt_variables_are_warned_of),
		cmocka_unit_test(a_draft_is_what_findings_have_in_common),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
