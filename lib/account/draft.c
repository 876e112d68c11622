#include "account/draft.h"

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
			d.beyond = f->allowance;
		figure |= class_row(f->class)->is_figure;
		add(&d, f);
	}
	if (!figure && d.created_by && is_users(r, d.created_by))
		d.test = d.class = NULL;
	return d;
}
