#include "account/sighting.h"

#include <string.h>

#include "base/str.h"

static bool is_package(const struct wanted *w, const char *package)
{
	return !w->package || !strcmp(w->package, package);
}

static bool is_seen(const struct run_file *r, const struct wanted *w)
{
	for (size_t i = 0; i < r->findings.len; i++) {
		const struct finding *f = &r->findings.items[i];

		if (!strcmp(f->key, w->key) && is_package(w, f->package))
			return true;
	}
	return false;
}

/* A test, or one of its subtests. */
static bool is_test(const char *name, const char *test)
{
	struct str rest = str_of(name);

	return !test || (str_skip(&rest, test) && (!rest.n || *rest.p == '/'));
}

static bool has_ended(const struct run_file *r, const struct wanted *w, const char **why)
{
	bool any = false;

	for (size_t i = 0; i < r->tests.len; i++) {
		const struct test_record *t = &r->tests.items[i];

		if (!is_package(w, t->package) || !is_test(t->test, w->test))
			continue;
		any = true;
		if (!strcmp(t->result, "unknown")) {
			*why = "the test did not end";
			return false;
		}
	}
	if (!any)
		*why = w->test ? "the test is not there" : "no tests ran";
	return any;
}

static bool is_checked(const struct run_file *r, const struct wanted *w, const char **why)
{
	for (size_t i = 0; i < r->packages.len; i++) {
		const struct package_record *p = &r->packages.items[i];

		if (!is_package(w, p->package) || p->checked != CHECKED_NO)
			continue;
		*why = strcmp(p->result, "build") != 0 ? "it could not be checked"
						       : "it did not build";
		return false;
	}
	return true;
}

enum sighting sighting_of(const struct run_file *r, const struct wanted *w, const char **why)
{
	const char *ignored = "";

	why = why ? why : &ignored;
	*why = "";
	if (is_seen(r, w))
		return SIGHTING_YES;
	if (!r->end.present) {
		*why = "the run did not end";
		return SIGHTING_NONE;
	}
	if (!is_checked(r, w, why) || !has_ended(r, w, why))
		return SIGHTING_NONE;
	return SIGHTING_NO;
}
