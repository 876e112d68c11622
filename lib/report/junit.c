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
/* GitLab reads no file above 30 MB; what is no text needs some of it. */
#define TEXTS_MOST ((size_t)(16 << 20)) /* bytes, escaped */

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
	size_t room; /* for texts, bytes */
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

	if (text->len)
		buf_putc(text, '\n');
	entry_text(text, r, &alone, true);
}

/* A text that the file has room for, or that it had none. */
static void put_content(struct buf *out, const char *text, struct tally *t)
{
	AUTO_BUF escaped = { 0 };

	xml_content(&escaped, text);
	if (escaped.len > t->room) {
		buf_puts(out, "left out: the file would be too large to be read\n");
		return;
	}
	t->room -= escaped.len;
	buf_put(out, escaped.data, escaped.len);
}

/* What fails nothing: notes, what is allowed, only shown, or known to the base. */
static void put_others(struct buf *out, const struct run_file *r, const struct one_case *c,
		       struct tally *t)
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
	put_content(out, buf_str(&text), t);
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

/* Failures of a test that ran again, in the elements of Maven's Surefire: flaky ones are those of
 * a test that passed at last. What it said is kept once, of the first time that it ran. */
static void put_reruns(struct buf *out, const struct one_case *c, struct tally *t)
{
	const struct test_record *failed = failed_test(c);
	bool flaky = failed && strcmp(failed->result, "fail") != 0;
	const char *element = flaky ? "flakyFailure" : "rerunFailure";

	for (uint32_t i = flaky ? 0 : 1; failed && i < failed->failures; i++) {
		buf_printf(out, "\t\t\t<%s message=\"Failed\" type=\"\">", element);
		if (!i && *failed->output) {
			buf_puts(out, "<stackTrace>");
			put_content(out, failed->output, t);
			buf_puts(out, "</stackTrace>");
		}
		buf_printf(out, "</%s>\n", element);
	}
}

/* "Failed" as gotestsum has it, NULL: the test did not fail by itself. */
static const char *own_failure(const struct one_case *c)
{
	const char *what = has_result(c, "fail") ? "Failed" : NULL;

	for (size_t i = 0; i < c->len; i++)
		if (c->items[i].failed)
			what = !strcmp(c->items[i].failed->result, "build") ? "Build failed"
									    : "Failed";
	return what;
}

static const char *own_output(const struct one_case *c)
{
	const struct test_record *failed = failed_test(c);

	for (size_t i = 0; i < c->len && !failed; i++)
		if (c->items[i].failed)
			return c->items[i].failed->output;
	return failed ? failed->output : "";
}

/* "3 x [chan-send] sends on …", and how many more. */
static void put_message(struct buf *message, const struct finding *first, size_t leaks)
{
	buf_printf(message, "%s%" PRIu32 " x [%s] ", message->len ? "; " : "", first->count,
		   class_row(first->class)->id);
	entry_cause(message, first);
	if (leaks > 1)
		buf_printf(message, " (and %zu more)", leaks - 1);
}

/* All of it in one element: Jenkins and GitLab read but the first. What the test said comes first,
 * then what it left behind. */
static bool put_failure(struct buf *out, const struct run_file *r, const struct one_case *c,
			struct tally *t)
{
	const struct finding *first = NULL;
	const char *own = own_failure(c);
	AUTO_BUF message = { 0 }, text = { 0 };
	size_t leaks = 0;

	buf_puts(&message, own ? own : "");
	buf_puts(&text, own ? own_output(c) : "");
	for (size_t i = 0; i < c->len; i++) {
		const struct finding *f = c->items[i].finding;

		if (!f || !compared_fails(r, f))
			continue;
		first = first ? first : f;
		leaks++;
		put_entry(&text, r, f);
	}
	if (!own && !leaks)
		return false;
	if (leaks)
		put_message(&message, first, leaks);
	buf_puts(out, "\t\t\t<failure");
	xml_attribute(out, "message", buf_str(&message));
	buf_printf(out, " type=\"%s\">", leaks ? "leak" : "");
	put_content(out, buf_str(&text), t);
	buf_puts(out, "</failure>\n");
	return true;
}

/* Why it was skipped is what it said. */
static void put_skip(struct buf *out, const struct one_case *c)
{
	const char *why = "";

	for (size_t i = 0; i < c->len; i++)
		if (c->items[i].test && !strcmp(c->items[i].test->result, "skip"))
			why = c->items[i].test->output;
	buf_puts(out, "\t\t\t<skipped");
	xml_attribute(out, "message", why);
	buf_puts(out, "></skipped>\n");
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

	if (put_failure(&body, r, c, t)) {
		t->failures++;
	} else if (has_result(c, "unknown")) {
		t->errors++;
		buf_puts(&body, "\t\t\t<error message=\"it never ended\" type=\"\"></error>\n");
	} else if (has_result(c, "skip") && !has_result(c, "pass")) {
		t->skipped++;
		put_skip(&body, c);
	} else if (put_unchecked(&body, c)) {
		t->skipped++;
	}
	put_reruns(&body, c, t);
	put_others(&body, r, c, t);
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

/* What one rule excuses in the suite, told at its first finding. */
static void put_allowance(struct buf *out, const struct fact *facts, size_t n, size_t i)
{
	const struct finding *f = facts[i].finding;
	AUTO_BUF value = { 0 };
	uint64_t count = 0;

	for (size_t k = 0; k < n; k++) {
		const struct finding *g = facts[k].finding;

		if (!g || g->status != STATUS_ALLOWED || strcmp(g->allowance, f->allowance) != 0)
			continue;
		if (k < i)
			return;
		count += g->count;
	}
	buf_printf(&value, "%s: %" PRIu64, *f->allowance ? f->allowance : "a rule", count);
	if (*f->reason)
		buf_printf(&value, " (%s)", f->reason);
	put_property(out, "straggler.allowance", buf_str(&value));
}

/* The first n facts are those of the suite. */
static void put_properties(struct buf *out, const struct run_file *r, const struct fact *facts,
			   size_t n, const struct tally *t)
{
	const struct package_record *p = package_record(r, facts->package);
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
	for (size_t i = 0; i < n; i++)
		if (facts[i].finding && facts[i].finding->status == STATUS_ALLOWED)
			put_allowance(out, facts, n, i);
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
	struct tally t = { .ns = p ? p->elapsed_ns : 0, .room = all->room };

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
	put_properties(out, r, facts, n, &t);
	buf_put(out, buf_str(&cases), cases.len);
	buf_puts(out, "\t</testsuite>\n");
	all->tests += t.tests;
	all->failures += t.failures;
	all->errors += t.errors;
	all->room = t.room;
}

static bool write_suites(const struct run_file *r, const struct report_options *o, struct buf *out,
			 struct err *err)
{
	CLEANUP(facts_release) struct facts facts = { 0 };
	struct tally all = { .ns = r->end.present ? r->end.elapsed_ns : 0, .room = TEXTS_MOST };
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
