#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/vec.h"
#include "report/compared.h"
#include "report/entry.h"
#include "report/report.h"
#include "report/xml.h"

/* The name of the case that stands for a package, as gotestsum has it. */
#define PACKAGE_CASE "TestMain"
/* Of the case that says that a package could not be looked at. */
#define UNCHECKED_CASE "straggler"

/* One thing that is known of a test: a result, or a finding. */
struct fact {
	const char *package, *name; /* borrowed */
	const struct test_record *test;
	const struct finding *finding;
	const struct package_record *failed;    /* and none of its tests did */
	const struct package_record *unchecked; /* or in part only */
	size_t order;
};

/* Sorted: what belongs to a suite, and in it to a case, is together. */
struct facts {
	struct arena arena;
	struct fact *items; /* owned */
	size_t len, cap;
};

static void facts_release(struct facts *facts)
{
	arena_clear(&facts->arena);
	VEC_FREE(facts);
}

static void add(struct facts *facts, struct fact fact)
{
	fact.order = facts->len;
	VEC_PUSH(facts, fact);
}

static const char *case_of(struct facts *facts, const struct finding *f)
{
	AUTO_BUF owner = { 0 };

	if (*f->test)
		return f->test;
	entry_owner(&owner, f);
	return arena_strndup(&facts->arena, buf_str(&owner), owner.len);
}

static int compare_facts(const void *left, const void *right)
{
	const struct fact *a = left, *b = right;
	int c = strcmp(a->package, b->package);

	if (!c)
		c = strcmp(a->name, b->name);
	return c ? c : (a->order > b->order) - (a->order < b->order);
}

static void add_tests(struct facts *facts, const struct run_file *r)
{
	for (size_t i = 0; i < r->tests.len; i++) {
		const struct test_record *t = &r->tests.items[i];

		add(facts, (struct fact){ .package = t->package, .name = t->test, .test = t });
	}
	for (size_t i = 0; i < r->findings.len; i++) {
		const struct finding *f = &r->findings.items[i];

		add(facts, (struct fact){
			       .package = f->package, .name = case_of(facts, f), .finding = f });
	}
}

static int compare_package(const void *key, const void *item)
{
	return strcmp(key, ((const struct fact *)item)->package);
}

/* The facts of a package, which the sorted ones must hold. */
static struct fact *first_of(const struct facts *facts, const char *package)
{
	struct fact *f =
	    facts->len ? bsearch(package, facts->items, facts->len, sizeof(*f), compare_package)
		       : NULL;

	while (f && f > facts->items && !strcmp(f[-1].package, package))
		f--;
	return f;
}

static bool any_test_failed(const struct facts *facts, const char *package)
{
	const struct fact *end = facts->items + facts->len;

	for (const struct fact *f = first_of(facts, package);
	     f && f < end && !strcmp(f->package, package); f++)
		if (f->test && !strcmp(f->test->result, "fail"))
			return true;
	return false;
}

/* A package that no case would speak for: it failed by itself, or it was not checked. */
static void add_packages(struct facts *facts, const struct run_file *r)
{
	struct facts tests = { .items = facts->items, .len = facts->len };

	for (size_t i = 0; i < r->packages.len; i++) {
		const struct package_record *p = &r->packages.items[i];
		bool failed = !strcmp(p->result, "build") ||
			      (!strcmp(p->result, "fail") && !any_test_failed(&tests, p->package));

		if (!strcmp(p->result, "skip"))
			continue;
		add(facts, (struct fact){ .package = p->package,
					  .name = failed ? PACKAGE_CASE : "",
					  .failed = failed ? p : NULL });
		if (p->checked != CHECKED_YES)
			add(facts, (struct fact){ .package = p->package,
						  .name = UNCHECKED_CASE,
						  .unchecked = p });
		/* Pushing may have moved what tests shares. */
		tests.items = facts->items;
	}
}

static void facts_of(struct facts *facts, const struct run_file *r)
{
	add_tests(facts, r);
	if (facts->len)
		qsort(facts->items, facts->len, sizeof(*facts->items), compare_facts);
	add_packages(facts, r);
	if (facts->len)
		qsort(facts->items, facts->len, sizeof(*facts->items), compare_facts);
}

/* --- cases ---------------------------------------------------------------------------- */

struct tally {
	size_t tests, failures, errors, skipped;
	size_t leaks, notes, allowed; /* findings */
	int64_t ns;
};

/* What is known of one test. */
struct one_case {
	const struct fact *items;
	size_t len;
};

static bool has_result(const struct one_case *c, const char *result)
{
	for (size_t i = 0; i < c->len; i++)
		if (c->items[i].test && !strcmp(c->items[i].test->result, result))
			return true;
	return false;
}

static int64_t elapsed_ns(const struct one_case *c)
{
	int64_t ns = 0;

	for (size_t i = 0; i < c->len; i++) {
		if (c->items[i].test)
			ns += c->items[i].test->elapsed_ns;
		if (c->items[i].failed)
			ns += c->items[i].failed->elapsed_ns;
	}
	return ns;
}

static void put_seconds(struct buf *out, int64_t ns)
{
	int64_t ms = ns > 0 ? ns / NS_PER_MS : 0;

	buf_printf(out, " time=\"%" PRId64 ".%03" PRId64 "\"", ms / 1000, ms % 1000);
}

static void put_entry(struct buf *text, const struct run_file *r, const struct finding *f)
{
	struct group alone = { .items = &f, .len = 1 };

	entry_text(text, r, &alone, true);
}

static void put_text_of(struct buf *out, const struct run_file *r, const struct finding *f)
{
	AUTO_BUF text = { 0 };

	put_entry(&text, r, f);
	xml_content(out, buf_str(&text));
}

static void put_message(struct buf *out, const struct finding *f)
{
	AUTO_BUF message = { 0 };

	buf_printf(&message, "%" PRIu32 " x [%s] ", f->count, class_row(f->class)->id);
	entry_cause(&message, f);
	xml_attribute(out, "message", buf_str(&message));
}

static size_t put_failures(struct buf *out, const struct run_file *r, const struct one_case *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->len; i++) {
		const struct finding *f = c->items[i].finding;

		if (!f || !compared_fails(r, f))
			continue;
		n++;
		buf_puts(out, "\t\t\t<failure");
		put_message(out, f);
		buf_puts(out, " type=\"leak\">");
		put_text_of(out, r, f);
		buf_puts(out, "</failure>\n");
	}
	return n;
}

/* What fails nothing: notes, what is allowed, only shown, or known to the base. */
static void put_others(struct buf *out, const struct run_file *r, const struct one_case *c)
{
	AUTO_BUF text = { 0 };

	for (size_t i = 0; i < c->len; i++) {
		const struct finding *f = c->items[i].finding;

		if (f && !compared_fails(r, f))
			put_entry(&text, r, f);
	}
	if (!text.len)
		return;
	buf_puts(out, "\t\t\t<system-out>");
	xml_content(out, buf_str(&text));
	buf_puts(out, "</system-out>\n");
}

/* The record of the test that failed in some run, NULL: none did. */
static const struct test_record *failed_test(const struct one_case *c)
{
	const struct test_record *failed = NULL;

	for (size_t i = 0; i < c->len; i++) {
		const struct test_record *t = c->items[i].test;

		if (t && (!strcmp(t->result, "fail") || t->failures))
			failed = t;
	}
	return failed;
}

/* What a failed test said is kept once, of the first time that it ran. */
static void put_failure(struct buf *out, const char *element, const char *message,
			const struct test_record *t, bool with_output)
{
	buf_printf(out, "\t\t\t<%s message=\"%s\" type=\"\">", element, message);
	if (t && with_output)
		xml_content(out, t->output);
	buf_printf(out, "</%s>\n", element);
}

/* Failures of a test that ran again, in the elements of Maven's Surefire: flaky ones are those of
 * a test that passed at last. */
static void put_reruns(struct buf *out, const struct one_case *c)
{
	const struct test_record *t = failed_test(c);
	bool flaky = t && strcmp(t->result, "fail") != 0;

	for (uint32_t i = flaky ? 0 : 1; t && i < t->failures; i++)
		put_failure(out, flaky ? "flakyFailure" : "rerunFailure", "Failed", t, !i);
}

static bool put_own_failure(struct buf *out, const struct one_case *c)
{
	const char *what = has_result(c, "fail") ? "Failed" : NULL;

	for (size_t i = 0; i < c->len; i++)
		if (c->items[i].failed)
			what = !strcmp(c->items[i].failed->result, "build") ? "Build failed"
									    : "Failed";
	if (what)
		put_failure(out, "failure", what, failed_test(c), true);
	return what != NULL;
}

static bool put_unchecked(struct buf *out, const struct one_case *c)
{
	AUTO_BUF message = { 0 };
	const struct package_record *p = NULL;

	for (size_t i = 0; i < c->len; i++)
		p = c->items[i].unchecked ? c->items[i].unchecked : p;
	if (!p)
		return false;
	buf_printf(&message, "%s: %s", p->checked == CHECKED_NO ? "not checked" : "checked in part",
		   *p->why ? p->why : "no reason is known");
	buf_puts(out, "\t\t\t<skipped");
	xml_attribute(out, "message", buf_str(&message));
	buf_puts(out, "></skipped>\n");
	return true;
}

static void count_findings(struct tally *t, const struct one_case *c)
{
	for (size_t i = 0; i < c->len; i++) {
		const struct finding *f = c->items[i].finding;

		if (!f)
			continue;
		t->leaks += f->status == STATUS_LEAK ? 1 : 0;
		t->notes += f->status == STATUS_NOTE ? 1 : 0;
		t->allowed += f->status == STATUS_ALLOWED ? 1 : 0;
	}
}

/* Each case counts once, in the gravest way. */
static void put_case(struct buf *out, const struct run_file *r, const struct one_case *c,
		     struct tally *t)
{
	AUTO_BUF body = { 0 };
	bool failed = put_own_failure(&body, c);

	failed |= put_failures(&body, r, c) > 0;
	if (failed) {
		t->failures++;
	} else if (has_result(c, "unknown")) {
		t->errors++;
		buf_puts(&body, "\t\t\t<error message=\"it never ended\" type=\"\"></error>\n");
	} else if (has_result(c, "skip") && !has_result(c, "pass")) {
		t->skipped++;
		buf_puts(&body, "\t\t\t<skipped message=\"\"></skipped>\n");
	} else if (put_unchecked(&body, c)) {
		t->skipped++;
	}
	put_reruns(&body, c);
	put_others(&body, r, c);
	count_findings(t, c);
	t->tests++;
	buf_puts(out, "\t\t<testcase");
	xml_attribute(out, "classname", c->items[0].package);
	xml_attribute(out, "name", c->items[0].name);
	put_seconds(out, elapsed_ns(c));
	buf_puts(out, ">\n");
	buf_put(out, buf_str(&body), body.len);
	buf_puts(out, "\t\t</testcase>\n");
}

/* --- suites --------------------------------------------------------------------------- */

static const struct package_record *package_record(const struct run_file *r, const char *package)
{
	for (size_t i = 0; i < r->packages.len; i++)
		if (!strcmp(r->packages.items[i].package, package))
			return &r->packages.items[i];
	return NULL;
}

static void put_property(struct buf *out, const char *name, const char *value)
{
	buf_puts(out, "\t\t\t<property");
	xml_attribute(out, "name", name);
	xml_attribute(out, "value", value);
	buf_puts(out, "></property>\n");
}

static void put_number(struct buf *out, const char *name, uint64_t n)
{
	buf_printf(out, "\t\t\t<property name=\"%s\" value=\"%" PRIu64 "\"></property>\n", name, n);
}

static void put_properties(struct buf *out, const struct run_file *r,
			   const struct package_record *p, const struct tally *t)
{
	static const char *const words[] = {
		[CHECKED_YES] = "yes", [CHECKED_PART] = "in part", [CHECKED_NO] = "no"
	};

	buf_puts(out, "\t\t<properties>\n");
	put_property(out, "go.version", r->run.go_version);
	put_property(out, "straggler.version", r->run.tool);
	if (p) {
		put_property(out, "straggler.checked", words[p->checked]);
		if (*p->why)
			put_property(out, "straggler.why", p->why);
		put_number(out, "straggler.goroutines", p->goroutines);
	}
	put_number(out, "straggler.leaks", t->leaks);
	put_number(out, "straggler.notes", t->notes);
	put_number(out, "straggler.allowed", t->allowed);
	buf_puts(out, "\t\t</properties>\n");
}

static void put_counts(struct buf *out, const struct tally *t)
{
	buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", t->tests, t->failures,
		   t->errors);
	put_seconds(out, t->ns);
}

/* The first n facts are those of one package. */
static void put_suite(struct buf *out, const struct run_file *r, const struct fact *facts, size_t n,
		      struct tally *all)
{
	const struct package_record *p = package_record(r, facts->package);
	AUTO_BUF cases = { 0 };
	struct tally t = { .ns = p ? p->elapsed_ns : 0 };

	for (size_t i = 0; i < n;) {
		struct one_case c = { .items = &facts[i], .len = 1 };

		while (i + c.len < n && !strcmp(facts[i].name, facts[i + c.len].name))
			c.len++;
		if (*facts[i].name)
			put_case(&cases, r, &c, &t);
		i += c.len;
	}
	buf_puts(out, "\t<testsuite");
	xml_attribute(out, "name", facts->package);
	put_counts(out, &t);
	buf_printf(out, " skipped=\"%zu\"", t.skipped);
	xml_attribute(out, "timestamp", r->run.started);
	buf_puts(out, ">\n");
	put_properties(out, r, p, &t);
	buf_put(out, buf_str(&cases), cases.len);
	buf_puts(out, "\t</testsuite>\n");
	all->tests += t.tests;
	all->failures += t.failures;
	all->errors += t.errors;
}

static bool write_suites(const struct run_file *r, const struct report_options *o, struct buf *out,
			 struct err *err)
{
	CLEANUP(facts_release) struct facts facts = { 0 };
	struct tally all = { .ns = r->end.present ? r->end.elapsed_ns : 0 };
	AUTO_BUF suites = { 0 };

	(void)o;
	(void)err;
	facts_of(&facts, r);
	for (size_t i = 0, n; i < facts.len; i += n) {
		n = 1;
		while (i + n < facts.len &&
		       !strcmp(facts.items[i].package, facts.items[i + n].package))
			n++;
		put_suite(&suites, r, &facts.items[i], n, &all);
	}
	buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	put_counts(out, &all);
	buf_puts(out, ">\n");
	buf_put(out, buf_str(&suites), suites.len);
	buf_puts(out, "</testsuites>\n");
	return true;
}

const struct report report_junit = {
	.name = "junit",
	.summary = "JUnit XML: a suite for each package, a failure for each leak",
	.write = write_suites,
};
