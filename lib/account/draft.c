#include "account/draft.h"

#include <stdlib.h>
#include <string.h>

#include "gotest/name.h"

/* Keeps a text that all have in common. */
static void common(const char **all, const char *one, bool first)
{
	if (first)
		*all = *one ? one : NULL;
	else if (*all && strcmp(*all, one) != 0)
		*all = NULL;
}

static bool is_users(const struct run_file *r, const char *function)
{
	if (*r->run.module)
		return name_in_module(function, r->run.module);
	return *function && !name_is_std(function);
}

/* A wrapper's name tells who created it, once more. */
static bool is_wrapper(const char *function)
{
	return strstr(function, ".gowrap") != NULL;
}

static void add(struct draft *d, const struct finding *f)
{
	bool first = !d->findings++;

	d->count += f->count;
	common(&d->package, f->package, first);
	common(&d->created_by, f->created_at.function, first);
	common(&d->started, is_wrapper(f->started) ? "" : f->started, first);
	common(&d->test, f->test, first);
	common(&d->class, class_row(f->class)->id, first);
}

static const char *normal(struct buf *out, const char *function)
{
	if (!function)
		return NULL;
	name_normalise(out, function);
	return buf_str(out);
}

static int by_package(const void *a, const void *b)
{
	return strcmp(((const struct finding *)a)->package, ((const struct finding *)b)->package);
}

void draft_decide(struct run_file *r, const struct policy *p)
{
	struct finding *all = r->findings.items;
	size_t n = r->findings.len, end;

	if (n)
		qsort(all, n, sizeof(*all), by_package);
	for (size_t i = 0; i < n; i++) {
		if (all[i].status == STATUS_ALLOWED)
			all[i].status = STATUS_LEAK;
		all[i].allowance = "";
	}
	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n && !by_package(&all[i], &all[end]);)
			end++;
		policy_decide(p, &all[i], end - i);
	}
}

static uint64_t asked_about(const struct run_file *r, const char *rule, const char *package)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->findings.len; i++) {
		const struct finding *f = &r->findings.items[i];

		if (!strcmp(f->package, package) && !strcmp(f->allowance, rule))
			n += f->count;
	}
	return n;
}

/* The goroutines of other keys that the rule will match. */
static uint64_t others(const struct run_file *r, const char *key, const struct draft *d)
{
	struct policy_rule rule = { 0 };
	AUTO_BUF created_by = { 0 }, started = { 0 };
	const char *texts[RULE_KEYS] = {
		[RULE_CREATED_BY] = normal(&created_by, d->created_by),
		[RULE_STARTED] = normal(&started, d->started),
		[RULE_CLASS] = d->class,
		[RULE_TEST] = d->test,
		[RULE_PACKAGE] = d->package,
	};
	uint64_t n = 0;

	for (size_t k = 0; k < RULE_KEYS; k++)
		rule.match[k] = (struct config_texts){ &texts[k], texts[k] != NULL };
	for (size_t i = 0; i < r->findings.len && d->findings; i++) {
		const struct finding *f = &r->findings.items[i];
		struct subject s = { .package = f->package,
				     .test = f->test,
				     .created_by = f->created_at.function,
				     .started = f->started,
				     .stack = &f->stack,
				     .class = class_row(f->class)->id,
				     .key = f->key };

		if (strcmp(f->key, key) != 0 && rule_matches(&rule, &s) == ANSWER_YES)
			n += f->count;
	}
	return n;
}

struct draft draft_of(const struct run_file *r, const char *key)
{
	struct draft d = { 0 };
	bool figure = false;

	for (size_t i = 0; i < r->findings.len; i++) {
		const struct finding *f = &r->findings.items[i];

		if (strcmp(f->key, key) != 0)
			continue;
		common(&d.allowed_by, f->status == STATUS_ALLOWED ? f->allowance : "", !d.findings);
		if (f->status == STATUS_LEAK && *f->allowance)
			d.beyond = f->allowance,
			d.beyond_count = asked_about(r, f->allowance, f->package);
		figure |= class_row(f->class)->unit != NULL;
		add(&d, f);
	}
	if (!figure && d.created_by && is_users(r, d.created_by))
		d.test = d.class = NULL;
	d.others = others(r, key, &d);
	d.count += d.others;
	return d;
}
