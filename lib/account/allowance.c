#include <stdio.h>
#include <string.h>

#include "account/pattern.h"
#include "account/policy.h"
#include "base/str.h"
#include "gotest/name.h"

/* --- one rule, one subject ------------------------------------------------------------ */

static enum answer answer(bool yes)
{
	return yes ? ANSWER_YES : ANSWER_NO;
}

/* name is raw; NULL: not known. */
static enum answer match_function(const struct config_texts *t, const char *name)
{
	AUTO_BUF normal = { 0 };

	if (!name || !*name)
		return ANSWER_MAYBE;
	name_normalise(&normal, name);
	for (size_t i = 0; i < t->len; i++)
		if (pattern_function(t->items[i], buf_str(&normal)))
			return ANSWER_YES;
	return ANSWER_NO;
}

/* A go statement with arguments starts a wrapper, which a dump shows instead. */
static bool is_wrapper(const char *name)
{
	const char *part = name ? strstr(name, ".gowrap") : NULL;

	return part && !part[strspn(part + 1, "gowrap0123456789") + 1];
}

static enum answer match_started(const struct config_texts *t, const struct subject *s)
{
	bool wrapped = is_wrapper(s->started);

	if (!wrapped)
		return match_function(t, s->started);
	if (!s->stack)
		return ANSWER_MAYBE;
	return answer(s->stack->len > 1 &&
		      match_function(t, s->stack->items[s->stack->len - 2].function) == ANSWER_YES);
}

static enum answer match_stack(const struct config_texts *t, const struct subject *s)
{
	if (!s->stack)
		return ANSWER_MAYBE;
	for (size_t i = 0; i < s->stack->len; i++)
		if (match_function(t, s->stack->items[i].function) == ANSWER_YES)
			return ANSWER_YES;
	return ANSWER_NO;
}

/* A word; NULL: not known. */
static enum answer match_word(const struct config_texts *t, const char *word)
{
	if (!word)
		return ANSWER_MAYBE;
	for (size_t i = 0; i < t->len; i++)
		if (!strcmp(t->items[i], word))
			return ANSWER_YES;
	return ANSWER_NO;
}

static enum answer match_test(const struct config_texts *t, const struct subject *s)
{
	enum answer best = ANSWER_NO;

	for (size_t i = 0; i < t->len; i++) {
		if (pattern_test(t->items[i], s->test))
			return ANSWER_YES;
		if (s->subtest && pattern_subtest(t->items[i], s->test))
			best = ANSWER_MAYBE;
	}
	return best;
}

static enum answer match_package(const struct config_texts *t, const char *package)
{
	for (size_t i = 0; i < t->len; i++)
		if (pattern_package(t->items[i], package))
			return ANSWER_YES;
	return ANSWER_NO;
}

static enum answer match_key(const struct policy_rule *r, enum rule_key k, const struct subject *s)
{
	const struct config_texts *t = &r->match[k];

	if (!t->len)
		return ANSWER_YES;
	switch (k) {
	case RULE_CREATED_BY:
		return match_function(t, s->created_by);
	case RULE_STARTED:
		return match_started(t, s);
	case RULE_BLOCKED_IN:
		return match_stack(t, s);
	case RULE_CLASS:
		return match_word(t, s->class);
	case RULE_TEST:
		return match_test(t, s);
	case RULE_PACKAGE:
		return match_package(t, s->package);
	case RULE_FINDING:
		return match_word(t, s->key);
	case RULE_KEYS:
		break;
	}
	return ANSWER_NO;
}

enum answer rule_matches(const struct policy_rule *r, const struct subject *s)
{
	enum answer all = r->expired ? ANSWER_NO : ANSWER_YES;

	for (size_t k = 0; k < RULE_KEYS && all != ANSWER_NO; k++) {
		enum answer one = match_key(r, (enum rule_key)k, s);

		if (one < all)
			all = one;
	}
	return all;
}

#define NO_RULE SIZE_MAX

/* What may excuse without a limit does no harm to a later rule that does: excused they are in any
 * case, and the later rule has at most fewer to count. */
static size_t first_rule(const struct policy *p, const struct subject *s)
{
	for (size_t i = 0; i < p->rules.len; i++) {
		const struct policy_rule *r = &p->rules.items[i];
		enum answer a = rule_matches(r, s);

		if (a == ANSWER_YES)
			return i;
		if (a == ANSWER_MAYBE && r->count != RULE_ANY_COUNT)
			break;
	}
	return NO_RULE;
}

bool policy_rule_for(const struct policy *p, const struct subject *s, size_t *index)
{
	size_t i = first_rule(p, s);

	if (i == NO_RULE)
		return false;
	*index = i;
	return true;
}

/* --- rules that matched nothing ---------------------------------------------------------- */

/* An import path as it is in normalised names: without "/v2". */
static void put_path(struct buf *out, const char *path)
{
	AUTO_BUF name = { 0 };

	buf_printf(&name, "%s.F", path);
	name_normalise(out, buf_str(&name));
	out->len -= strlen(".F");
	out->data[out->len] = '\0';
}

/* Whether one of the functions is the package's own, or of some other module. */
static bool is_home(const struct config_texts *functions, const struct tested *t)
{
	AUTO_BUF module = { 0 }, package = { 0 };

	if (!functions->len || !*t->module)
		return true;
	put_path(&module, t->module);
	put_path(&package, t->package);
	for (size_t i = 0; i < functions->len; i++) {
		struct str home = name_package(functions->items[i]);

		if (!name_in_module(functions->items[i], buf_str(&module)) ||
		    memchr(home.p, '*', home.n))
			return true;
		if (str_skip(&home, buf_str(&package)) && (!home.n || str_is(home, "_test")))
			return true;
	}
	return false;
}

static bool speaks_of(const struct policy_rule *r, const struct tested *t)
{
	if (r->match[RULE_PACKAGE].len)
		return match_package(&r->match[RULE_PACKAGE], t->package) != ANSWER_NO;
	return is_home(&r->match[RULE_CREATED_BY], t) && is_home(&r->match[RULE_STARTED], t);
}

static bool any_matches(const struct config_texts *patterns, const struct tested *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (match_test(patterns, &(struct subject){ .test = t->tests[i] }) == ANSWER_YES)
			return true;
	return false;
}

/* They run when they are asked for only. */
static bool speaks_of_benchmarks(const struct policy_rule *r)
{
	for (size_t i = 0; i < r->match[RULE_TEST].len; i++)
		if (starts_with(r->match[RULE_TEST].items[i], "Benchmark"))
			return true;
	return false;
}

/* They are looked for when that is asked for only. */
static bool speaks_of_growth(const struct policy_rule *r)
{
	enum class_id id;

	for (size_t i = 0; i < r->match[RULE_CLASS].len; i++)
		if (class_by_name(r->match[RULE_CLASS].items[i], &id) && class_row(id)->is_growth)
			return true;
	return false;
}

/* Whether the test that it names can be in no other package. */
static bool is_bound(const struct policy_rule *r)
{
	const struct config_texts *packages = &r->match[RULE_PACKAGE];

	for (size_t i = 0; i < packages->len; i++)
		if (strchr(packages->items[i], '*') || strstr(packages->items[i], "..."))
			return false;
	return packages->len == 1;
}

bool rule_possible(const struct policy_rule *r, const struct tested *t)
{
	const struct config_texts *tests = &r->match[RULE_TEST];

	if (!speaks_of(r, t) || speaks_of_growth(r))
		return false;
	if (!tests->len)
		return !t->chosen;
	return any_matches(tests, t) || (!t->chosen && is_bound(r) && !speaks_of_benchmarks(r));
}

bool rule_possible_anywhere(const struct policy_rule *r)
{
	return !speaks_of_benchmarks(r) && !speaks_of_growth(r);
}

/* --- findings ---------------------------------------------------------------------------- */

/* Before the end, class and stack of what was only seen in the trace may be wrong, and the
 * subtest has no name yet. */
static struct subject subject_of(const struct finding *f, bool final)
{
	bool sure = final || f->certainty != CERTAINTY_OBSERVED;

	return (struct subject){
		.package = f->package,
		.test = f->test,
		.subtest = f->one_of_subtests && !final,
		.created_by = f->created_at.function,
		.started = f->started,
		.stack = sure ? &f->stack : NULL,
		.class = sure ? class_row(f->class)->id : NULL,
		.key = f->key && *f->key ? f->key : NULL,
	};
}

/* In the end a fact that nobody knows matches nothing. */
static size_t last_word(const struct policy *p, const struct subject *s)
{
	for (size_t i = 0; i < p->rules.len; i++)
		if (rule_matches(&p->rules.items[i], s) == ANSWER_YES)
			return i;
	return NO_RULE;
}

static size_t rule_of(const struct policy *p, const struct finding *f, bool final)
{
	struct subject s = subject_of(f, final);

	return final ? last_word(p, &s) : first_rule(p, &s);
}

static void excuse(const struct policy_rule *r, uint64_t total, struct finding *f)
{
	if (r->count == RULE_ANY_COUNT || total <= (uint64_t)r->count) {
		f->status = STATUS_ALLOWED;
		f->allowance = r->place;
		f->reason = r->reason;
		f->allowed = 0;
	} else if (f->status == STATUS_LEAK) {
		f->allowance = r->place;
		f->allowed = (uint32_t)r->count;
	}
}

static void apply_rules(const struct policy *p, struct finding *items, size_t n, bool final)
{
	struct arena scratch = { 0 };
	size_t *rules = arena_alloc(&scratch, (n + 1) * sizeof(*rules));
	uint64_t *totals = arena_alloc(&scratch, (p->rules.len + 1) * sizeof(*totals));

	for (size_t i = 0; i < n; i++) {
		rules[i] = rule_of(p, &items[i], final);
		if (rules[i] != NO_RULE)
			totals[rules[i]] += items[i].count;
	}
	for (size_t i = 0; i < n; i++)
		if (rules[i] != NO_RULE)
			excuse(&p->rules.items[rules[i]], totals[rules[i]], &items[i]);
	arena_clear(&scratch);
}

void policy_excuse(const struct policy *p, struct finding *items, size_t n)
{
	apply_rules(p, items, n, false);
}

/* --- limits.left --------------------------------------------------------------------------- */

static bool same_top(const struct finding *a, const struct finding *b)
{
	size_t n = strcspn(a->test, "/");

	return a->owner == b->owner && n == strcspn(b->test, "/") && !strncmp(a->test, b->test, n);
}

/* What counts against the limit: a panic does not. */
static bool is_left(const struct finding *f)
{
	return f->status == STATUS_LEAK && *f->test && f->class != CLASS_LATE_PANIC;
}

static const struct policy_value *limit_of(const struct policy *p, const struct finding *f)
{
	char top[512];

	snprintf(top, sizeof(top), "%.*s", (int)strcspn(f->test, "/"), f->test);
	return policy_find(p, SETTING_LEFT, f->package, top);
}

/* The test and its subtests together, from its first finding on. */
static void apply_left(const struct policy_value *limit, struct finding *items, size_t n)
{
	int64_t total = 0;

	for (size_t i = 0; i < n; i++)
		if (is_left(&items[i]) && same_top(items, &items[i]))
			total += items[i].count;
	for (size_t i = n; total <= limit->value && i-- > 0;) {
		if (!is_left(&items[i]) || !same_top(items, &items[i]))
			continue;
		items[i].status = STATUS_ALLOWED;
		items[i].allowance = limit->place;
	}
}

/* Whether an earlier finding spoke for the test already. */
static bool is_first_of_test(const struct finding *items, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (is_left(&items[k]) && same_top(&items[k], &items[i]))
			return false;
	return true;
}

void policy_decide(const struct policy *p, struct finding *items, size_t n)
{
	apply_rules(p, items, n, true);
	for (size_t i = 0; i < n; i++) {
		const struct policy_value *limit =
		    is_left(&items[i]) ? limit_of(p, &items[i]) : NULL;

		if (limit && limit->value && is_first_of_test(items, i))
			apply_left(limit, items + i, n - i);
	}
	for (size_t i = 0; i < n; i++)
		items[i].tolerated =
		    items[i].status == STATUS_LEAK &&
		    policy_get(p, SETTING_MODE, items[i].package, items[i].test) == MODE_REPORT;
}

void policy_use(const struct policy *p, const struct finding *items, size_t n, uint64_t *used)
{
	for (size_t i = 0; i < n; i++) {
		size_t rule = rule_of(p, &items[i], true);

		if (rule != NO_RULE)
			used[rule] += items[i].count;
	}
}
