#include "run/resolve.h"

#include <string.h>

#include "account/run_line.h"
#include "base/str.h"
#include "base/vec.h"

/* One package under way. */
struct resolve {
	const struct run_file *from;
	const struct package_result *result; /* may be NULL */
	struct run_file *to;
	struct buf *lines;
	const char *package;
	struct words texts;
	struct run_lines run_lines;
	struct {
		struct finding *items;
		size_t len, cap;
	} found;    /* named */
	bool names; /* run_index means something */
};

static const char *result_name(enum test_result r)
{
	static const char *const names[] = { "unknown", "pass", "fail", "skip" };

	return names[r];
}

static const struct package_record *watched(const struct resolve *r)
{
	/* The last one: a package may have been run again. */
	for (size_t i = r->from->packages.len; i-- > 0;)
		if (!strcmp(r->from->packages.items[i].package, r->package))
			return &r->from->packages.items[i];
	return NULL;
}

/* The texts of the package's RUN lines. */
static void list_names(struct resolve *r, const struct package_record *seen)
{
	for (size_t i = 0; r->result && i < r->result->runs.len; i++)
		VEC_PUSH(&r->texts, r->result->runs.items[i].name);
	r->run_lines = (struct run_lines){
		.names = r->texts.items,
		.len = r->texts.len,
		.tests = seen ? seen->run_lines : 0,
		.benchmarks = seen ? seen->bench_lines : 0,
	};
	r->names = seen && seen->run_names && run_lines_agree(&r->run_lines);
}

/* Gives the finding the name that its RUN line has. */
static void name_finding(struct resolve *r, const struct finding *from)
{
	struct finding f = *from;
	const char *name = r->names ? run_line_name(&r->run_lines, f.owner, f.run_index) : NULL;

	if (name) {
		f.test = name;
		f.one_of_subtests = false;
	}
	f.run_index = -1;
	VEC_PUSH(&r->found, f);
}

/* Counts come sorted by nothing in particular; 20,000 of them want an index. */
struct counts_index {
	const struct test_record **by_run;
	size_t len;
};

static struct counts_index index_counts(const struct resolve *r)
{
	struct counts_index x = { .len = r->result ? r->result->runs.len : 0 };

	x.by_run = calloc(x.len + 1, sizeof(*x.by_run));
	if (!x.by_run)
		abort();
	for (size_t i = 0; r->names && i < r->from->tests.len; i++) {
		const struct test_record *t = &r->from->tests.items[i];

		if (t->run_index >= 0 && (size_t)t->run_index < x.len &&
		    !strcmp(t->package, r->package))
			x.by_run[t->run_index] = t;
	}
	return x;
}

/* Goroutines that the test and its subtests left for good: what was found, in the end. */
static uint32_t count_left(const struct resolve *r, const char *test)
{
	size_t n = strlen(test);
	uint32_t left = 0;

	for (size_t i = 0; i < r->found.len; i++) {
		const struct finding *f = &r->found.items[i];

		if (!strncmp(f->test, test, n) && (!f->test[n] || f->test[n] == '/'))
			left += f->count;
	}
	return left;
}

static void add_tests(struct resolve *r)
{
	struct counts_index x = index_counts(r);

	for (size_t i = 0; i < x.len; i++) {
		const struct test_run *run = &r->result->runs.items[i];
		struct test_record t = { 0 };

		if (x.by_run[i])
			t = *x.by_run[i];
		t.package = r->package;
		t.test = run->name;
		t.run_index = -1;
		t.result = result_name(run->result);
		t.elapsed_ns = run->elapsed_ns > 0 ? run->elapsed_ns : 0;
		t.left = count_left(r, run->name);
		record_write_test(r->lines, &t);
	}
	free(x.by_run);
}

static void add_package(struct resolve *r, const struct package_record *seen)
{
	struct package_record p = {
		.package = r->package, .module = "", .result = "unknown", .why = ""
	};

	if (seen)
		p = *seen;
	if (r->result) {
		p.result = r->result->build_failed ? "build" : result_name(r->result->result);
		p.elapsed_ns = r->result->elapsed_ns > 0 ? r->result->elapsed_ns : 0;
	}
	if (r->result && r->result->build_failed) {
		p.checked = CHECKED_NO;
		p.why = "it did not build";
	} else if (!seen && !(r->result && r->result->result == TEST_RESULT_SKIP)) {
		p.checked = CHECKED_NO;
		p.why = "its watcher did not report";
	}
	record_write_package(r->lines, &p);
}

void resolve_package(const struct run_file *from, const struct package_result *result,
		     const char *package, struct run_file *to, struct buf *lines)
{
	struct resolve r = {
		.from = from, .result = result, .to = to, .lines = lines, .package = package
	};
	const struct package_record *seen = watched(&r);
	size_t before = lines->len;
	struct str rest, line;

	list_names(&r, seen);
	for (size_t i = 0; i < from->findings.len; i++)
		if (!strcmp(from->findings.items[i].package, package))
			name_finding(&r, &from->findings.items[i]);
	add_package(&r, seen);
	add_tests(&r);
	for (size_t i = 0; i < r.found.len; i++)
		record_write_finding(lines, &r.found.items[i]);
	/* What is remembered is what was written. */
	rest = (struct str){ .p = lines->data + before, .n = lines->len - before };
	while (str_line(&rest, &line))
		record_read_line(to, line.p, line.n, NULL);
	words_release(&r.texts);
	VEC_FREE(&r.found);
}
