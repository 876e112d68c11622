#include "account/baseline.h"

#include <string.h>

#include "base/str.h"
#include "base/vec.h"

static bool is_leak(const struct finding *f)
{
	return f->status == STATUS_LEAK && *f->key && !class_row(f->class)->is_figure;
}

static bool has_key(const struct baseline *b, const char *key)
{
	for (size_t i = 0; i < b->len; i++)
		if (!strcmp(b->items[i].first->key, key))
			return true;
	return false;
}

uint64_t baseline_count(const struct run_file *r, const char *key)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->findings.len; i++)
		if (!strcmp(r->findings.items[i].key, key))
			n += r->findings.items[i].count;
	return n;
}

void baseline_of(struct baseline *b, const struct run_file *r)
{
	for (size_t i = 0; i < r->findings.len; i++) {
		const struct finding *f = &r->findings.items[i];
		struct baseline_key key = { .first = f };

		if (!is_leak(f) || has_key(b, f->key))
			continue;
		key.count = baseline_count(r, f->key);
		VEC_PUSH(b, key);
	}
}

bool baseline_is_whole(const struct run_file *r, const char *package)
{
	for (size_t i = 0; i < r->packages.len; i++) {
		const struct package_record *p = &r->packages.items[i];

		if (!strcmp(p->package, package))
			return p->checked == CHECKED_YES && strcmp(p->result, "build") != 0;
	}
	return false;
}

const char *baseline_choice(const struct run_record *run)
{
	static const char *const flags[] = { "run",      "skip",      "short",
					     "test.run", "test.skip", "test.short" };

	for (size_t i = 0; i < run->args_len; i++) {
		const char *arg = run->args[i];
		const char *name = arg + strspn(arg, "-");

		if (!strcmp(arg, "-args") || !strcmp(arg, "--"))
			return NULL;
		for (size_t k = 0; k < ARRAY_LEN(flags) && name != arg; k++) {
			size_t n = strlen(flags[k]);

			if (!strncmp(name, flags[k], n) && (!name[n] || name[n] == '='))
				return arg;
		}
	}
	return NULL;
}

void baseline_release(struct baseline *b)
{
	VEC_FREE(b);
}
