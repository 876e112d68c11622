#include "run/resolve.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/bulk.h"
#include "account/key.h"
#include "account/run_line.h"
#include "base/str.h"
#include "base/texts.h"
#include "base/vec.h"
#include "run/hung.h"

/* Bytes of a failed test's output that the run file keeps. */
#define OUTPUT_KEPT (16 << 10)
#define SKIP_KEPT   (1 << 10)

/* One package under way. */
struct resolve {
	const struct run_file *from;
	const struct package_result *result; /* may be NULL */
	struct run_file *to;
	struct buf *lines;
	const char *package;
	struct words texts;
	uint32_t *ordinals; /* of each text among those that are equal; arena */
	struct map times;   /* of texts, to how often they are there */
	struct run_lines run_lines;
	struct findings found; /* named */
	bool names;            /* run_index means something */
	const struct resolve_rules *rules;
	struct left *left; /* in the order of their tests, one more at the end */
	size_t left_len;
	struct arena arena; /* keys and details of what was found here, left */
};

/* Goroutines that a test left for good: of 20,000 tests each may have left some. */
struct left {
	const char *test;
	uint32_t count;
	uint32_t before; /* of all before it */
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

/* How often each name has come up, by RUN line; all of a name are as many as its last. */
static void number_runs(struct resolve *r)
{
	struct texts names = { .arena = &r->arena };

	r->ordinals = arena_alloc(&r->arena, (r->texts.len + 1) * sizeof(*r->ordinals));
	for (size_t i = 0; i < r->texts.len; i++) {
		const char *name = texts_keep(&names, r->texts.items[i], strlen(r->texts.items[i]));
		const uintptr_t *before = map_find(&r->times, (uintptr_t)name);

		r->ordinals[i] = before ? (uint32_t)*before + 1 : 1;
		r->texts.items[i] = name;
		map_set(&r->times, (uintptr_t)name, r->ordinals[i]);
	}
	texts_release(&names);
}

/* The texts of the package's RUN lines. */
static void list_names(struct resolve *r, const struct package_record *seen)
{
	for (size_t i = 0; r->result && i < r->result->runs.len; i++)
		VEC_PUSH(&r->texts, r->result->runs.items[i].name);
	number_runs(r);
	r->run_lines = (struct run_lines){
		.names = r->texts.items,
		.len = r->texts.len,
		.tests = seen ? seen->run_lines : 0,
		.benchmarks = seen ? seen->bench_lines : 0,
	};
	r->names = seen && seen->run_names && run_lines_agree(&r->run_lines);
}

static uint32_t times_of(const struct resolve *r, const char *kept)
{
	const uintptr_t *n = map_find(&r->times, (uintptr_t)kept);

	return n ? (uint32_t)*n : 0;
}

/* As in struct finding. Benchmarks run in rounds, which are no repeats. */
static uint32_t repeat_of(const struct resolve *r, const struct finding *f)
{
	if (f->owner == OWNER_BENCHMARK || times_of(r, f->test) < 2)
		return 0;
	return r->ordinals[f->run_index];
}

static bool is_first_time(struct texts *names, struct map *seen, const struct buf *text)
{
	uintptr_t id = (uintptr_t)texts_keep(names, text->data, text->len);

	if (map_find(seen, id))
		return false;
	map_set(seen, id, 1);
	return true;
}

/* In how many of its repeats a test left what has the same key. */
static void count_repeats(struct resolve *r)
{
	struct texts names = { .arena = &r->arena };
	struct map seen = { 0 };

	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < r->found.len; i++) {
			struct finding *f = &r->found.items[i];
			AUTO_BUF text = { 0 };
			const uintptr_t *n;
			const char *leak;

			if (!f->repeat)
				continue;
			buf_printf(&text, "%s\1%s", f->test, f->key);
			leak = texts_keep(&names, text.data, text.len);
			n = map_find(&seen, (uintptr_t)leak);
			f->repeats = times_of(r, f->test);
			f->repeats_seen = n ? (uint32_t)*n : 0;
			buf_printf(&text, "\1%" PRIu32, f->repeat);
			if (pass || !is_first_time(&names, &seen, &text))
				continue;
			map_set(&seen, (uintptr_t)leak, f->repeats_seen + 1);
		}
	map_release(&seen);
	texts_release(&names);
}

/* Gives the finding the name that its RUN line has. */
static void name_finding(struct resolve *r, const struct finding *from)
{
	struct finding f = *from;
	const char *name = r->names ? run_line_name(&r->run_lines, f.owner, f.run_index) : NULL;

	if (name) {
		f.test = name;
		f.one_of_subtests = false;
		f.repeat = repeat_of(r, &f);
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

static int by_test(const void *a, const void *b)
{
	return strcmp(((const struct left *)a)->test, ((const struct left *)b)->test);
}

static void index_left(struct resolve *r)
{
	r->left = arena_alloc(&r->arena, (r->found.len + 1) * sizeof(*r->left));
	for (size_t i = 0; i < r->found.len; i++) {
		const struct finding *f = &r->found.items[i];

		if (!class_row(f->class)->unit && !f->hang)
			r->left[r->left_len++] = (struct left){ f->test, f->count, 0 };
	}
	qsort(r->left, r->left_len, sizeof(*r->left), by_test);
	for (size_t i = 0; i < r->left_len; i++)
		r->left[i + 1].before = r->left[i].before + r->left[i].count;
}

/* Goroutines of all tests whose names come before a text. */
static uint32_t left_before(const struct resolve *r, const char *text)
{
	size_t low = 0, high = r->left_len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(r->left[middle].test, text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return r->left[low].before;
}

/* Goroutines that the test and its subtests left for good: what was found, in the end. */
static uint32_t count_left(const struct resolve *r, const char *test)
{
	AUTO_BUF next = { 0 }, first = { 0 }, last = { 0 };

	buf_printf(&next, "%s\x01", test);
	buf_printf(&first, "%s/", test);
	buf_printf(&last, "%s%c", test, '/' + 1);
	return left_before(r, buf_str(&next)) - left_before(r, test) +
	       left_before(r, buf_str(&last)) - left_before(r, buf_str(&first));
}

/* --- limits --------------------------------------------------------------------------- */

static const struct policy_value *peak_limit(const struct resolve *r, const char *test)
{
	return policy_find(r->rules->policy, SETTING_GOROUTINES, r->package, test);
}

static const char *keep(struct resolve *r, const char *s, size_t n)
{
	return arena_strndup(&r->arena, s, n);
}

/* A figure that was reached, and its limit in words. */
struct figure {
	enum class_id class;
	enum owner_kind owner;
	const char *test; /* "": all of the package */
	uint32_t count;
	const char *limit;
};

static struct finding surge(struct resolve *r, const struct figure *figure)
{
	struct finding f = finding_blank;
	struct key_parts parts = { .package = r->package,
				   .created_by = class_row(figure->class)->id,
				   .file = "",
				   .started = figure->test,
				   .user = "" };
	struct sources none = { 0 };
	char key[KEY_LEN + 1];
	AUTO_BUF detail = { 0 };

	f.package = r->package;
	f.test = figure->test;
	f.owner = figure->owner;
	f.class = figure->class;
	f.certainty = CERTAINTY_CONFIRMED;
	f.count = figure->count;
	buf_printf(&detail, "limit %s", figure->limit);
	f.detail = keep(r, buf_str(&detail), detail.len);
	key_make(&parts, &none, key);
	sources_release(&none);
	f.key = keep(r, key, KEY_LEN);
	f.status = policy_status(r->rules->policy, r->package, figure->test, f.class,
				 class_row(f.class)->status);
	return f;
}

/* Tests that a subtest speaks for: its peak is theirs, too. */
static void mark_parents(struct texts *names, struct map *parents, const char *test)
{
	for (size_t n = strlen(test); n-- > 0;)
		if (test[n] == '/')
			map_set(parents, (uintptr_t)texts_keep(names, test, n), 1);
}

static bool exceeds(const struct resolve *r, const struct test_record *t, const char *test)
{
	const struct policy_value *limit = t ? peak_limit(r, test) : NULL;

	return limit && t->counted && t->peak > limit->value;
}

static void add_surges(struct resolve *r, const struct counts_index *x)
{
	struct texts names = { .arena = &r->arena };
	struct map parents = { 0 };
	char limit[32];

	for (size_t i = 0; i < x->len; i++)
		if (exceeds(r, x->by_run[i], r->texts.items[i]))
			mark_parents(&names, &parents, r->texts.items[i]);
	for (size_t i = 0; i < x->len; i++) {
		const char *test = r->texts.items[i];

		if (!exceeds(r, x->by_run[i], test) ||
		    map_find(&parents, (uintptr_t)texts_keep(&names, test, strlen(test))))
			continue;
		snprintf(limit, sizeof(limit), "%lld", (long long)peak_limit(r, test)->value);
		VEC_PUSH(&r->found, surge(r, &(struct figure){ .class = CLASS_GOROUTINE_SURGE,
							       .owner = owner_kind_of(test),
							       .test = test,
							       .count = x->by_run[i]->peak,
							       .limit = limit }));
	}
	map_release(&parents);
	texts_release(&names);
}

/* Up to the next MiB, so that more than the limit is never said to be the limit. */
static uint32_t mebibytes(uint64_t bytes)
{
	uint64_t n = (bytes + (1 << 20) - 1) >> 20;

	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static void add_memory_surge(struct resolve *r, const struct package_record *seen)
{
	const struct policy_value *limit =
	    policy_find(r->rules->policy, SETTING_PEAK_MEMORY, r->package, NULL);
	struct finding f;
	AUTO_BUF text = { 0 };

	if (!seen || !limit || seen->resident_bytes <= (uint64_t)limit->value)
		return;
	buf_printf(&text, "%" PRIu32 " MiB", mebibytes((uint64_t)limit->value));
	f = surge(r, &(struct figure){ .class = CLASS_MEMORY_SURGE,
				       .owner = OWNER_PACKAGE,
				       .test = "",
				       .count = mebibytes(seen->resident_bytes),
				       .limit = buf_str(&text) });
	bulk_tell(&f, &seen->bulky, &r->arena);
	VEC_PUSH(&r->found, f);
}

static void apply_rules(struct resolve *r, const struct package_record *seen)
{
	const struct resolve_rules *rules = r->rules;
	struct tested tested = { .package = r->package,
				 .tests = r->texts.items,
				 .n = r->texts.len,
				 .chosen = rules->chosen };

	policy_decide(rules->policy, r->found.items, r->found.len);
	policy_use(rules->policy, r->found.items, r->found.len, rules->used);
	if (!seen || seen->checked == CHECKED_NO)
		return;
	tested.module = seen->module;
	for (size_t i = 0; i < rules->policy->rules.len; i++)
		rules->possible[i] |= rule_possible(&rules->policy->rules.items[i], &tested);
}

/* What a failed test said, and why one was skipped, for reports that have a place for it. */
static void put_output(const struct package_result *p, const struct test_run *run, struct buf *out)
{
	if (test_run_failed(p, run))
		output_put(&run->output, OUTPUT_KEPT / 4, OUTPUT_KEPT * 3 / 4, out);
	else if (run->result == TEST_RESULT_SKIP)
		output_put(&run->output, SKIP_KEPT / 2, SKIP_KEPT / 2, out);
}

static void add_tests(struct resolve *r, const struct counts_index *x)
{
	for (size_t i = 0; i < x->len; i++) {
		const struct test_run *run = &r->result->runs.items[i];
		struct test_record t = { .start_ns = -1, .end_ns = -1 };
		AUTO_BUF output = { 0 };

		if (x->by_run[i])
			t = *x->by_run[i];
		t.package = r->package;
		t.test = run->name;
		t.run_index = -1;
		t.result = result_name(run->result);
		t.elapsed_ns = run->elapsed_ns > 0 ? run->elapsed_ns : 0;
		t.left = count_left(r, run->name);
		put_output(r->result, run, &output);
		t.output = buf_str(&output);
		record_write_test(r->lines, &t);
	}
}

static bool any_test_failed(const struct package_result *p)
{
	for (size_t i = 0; i < p->runs.len; i++)
		if (test_run_failed(p, &p->runs.items[i]))
			return true;
	return false;
}

/* A package that failed by itself has no test that would tell why. */
static void put_package_output(const struct package_result *p, struct buf *out)
{
	const struct output *said = p->build_failed ? p->build : &p->output;

	if (said && p->result == TEST_RESULT_FAIL && !any_test_failed(p))
		output_put(said, OUTPUT_KEPT / 4, OUTPUT_KEPT * 3 / 4, out);
}

static void add_package(struct resolve *r, const struct package_record *seen)
{
	const struct resolve_rules *rules = r->rules;
	struct package_record p = {
		.package = r->package, .module = "", .result = "unknown", .why = ""
	};
	AUTO_BUF output = { 0 };

	if (seen)
		p = *seen;
	p.bulky.len = 0;
	if (r->result) {
		p.result = r->result->build_failed ? "build" : result_name(r->result->result);
		p.elapsed_ns = r->result->elapsed_ns > 0 ? r->result->elapsed_ns : 0;
		put_package_output(r->result, &output);
	}
	p.output = buf_str(&output);
	if (r->result && r->result->build_failed) {
		p.checked = CHECKED_NO;
		p.why = "it did not build";
	} else if (!seen && !(r->result && r->result->result == TEST_RESULT_SKIP)) {
		p.checked = CHECKED_NO;
		p.why = rules->ended ? "the run was ended before it" : "its watcher did not report";
	}
	record_write_package(r->lines, &p);
}

void resolve_package(const struct run_file *from, const struct package_result *result,
		     const char *package, const struct resolve_rules *rules, struct run_file *to,
		     struct buf *lines)
{
	struct resolve r = { .from = from,
			     .result = result,
			     .to = to,
			     .lines = lines,
			     .package = package,
			     .rules = rules };
	struct counts_index counts;
	const struct package_record *seen = watched(&r);
	size_t before = lines->len;
	struct str rest, line;

	list_names(&r, seen);
	for (size_t i = 0; i < from->findings.len; i++)
		if (!strcmp(from->findings.items[i].package, package) &&
		    !from->findings.items[i].hang)
			name_finding(&r, &from->findings.items[i]);
	count_repeats(&r);
	counts = index_counts(&r);
	add_surges(&r, &counts);
	add_memory_surge(&r, seen);
	apply_rules(&r, seen);
	if (result) {
		hung_find(result, seen ? seen->module : "", &r.arena, &r.found);
		hung_prove(&r.found, from, package);
	}
	add_package(&r, seen);
	index_left(&r);
	add_tests(&r, &counts);
	free(counts.by_run);
	for (size_t i = 0; i < r.found.len; i++)
		record_write_finding(lines, &r.found.items[i]);
	/* What is remembered is what was written. */
	rest = (struct str){ .p = lines->data + before, .n = lines->len - before };
	while (str_line(&rest, &line))
		record_read_line(to, line.p, line.n, NULL);
	map_release(&r.times);
	words_release(&r.texts);
	VEC_FREE(&r.found);
	arena_clear(&r.arena);
}
