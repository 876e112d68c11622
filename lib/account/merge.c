#include "account/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/arguments.h"
#include "base/str.h"
#include "base/texts.h"
#include "base/vec.h"

/* More are nobody's: a file may say anything. */
#define SHARES_MAX 10000

struct merger {
	struct run_file *to;
	const struct run_file *const *runs;
	const struct run_file *from;  /* whose records are being added */
	const struct run_file *first; /* whose paths hold */
	struct arena keys;
	struct texts texts;
	size_t at;           /* which run is being added */
	struct map known;    /* key to 1 + index among the records of its kind */
	struct map ran;      /* keys of what a run tested */
	struct numbers last; /* for each finding the last run that had it; owned */
	struct map ordinals; /* key to how many the run being added has had */
};

/* --- whether they belong together -------------------------------------------------------- */

static const char *shown(const char *text)
{
	return *text ? text : "none";
}

static bool same_base(const struct base_record *a, const struct base_record *b)
{
	return a->present == b->present && (!a->present || !strcmp(a->commit, b->commit));
}

static bool check_same(const struct run_file *a, const struct run_file *b, size_t i,
		       struct err *err)
{
	if (strcmp(a->run.module, b->run.module) != 0)
		return err_set(err, ERR_USAGE, "run %zu is of module %.80s, the first of %.80s",
			       i + 1, shown(b->run.module), shown(a->run.module));
	if (strcmp(a->run.head, b->run.head) != 0)
		return err_set(err, ERR_USAGE, "run %zu is of commit %.40s, the first of %.40s",
			       i + 1, shown(b->run.head), shown(a->run.head));
	if (!same_base(&a->base, &b->base))
		return err_set(err, ERR_USAGE,
			       "run %zu is compared with commit %.40s, the first with %.40s", i + 1,
			       shown(b->base.present ? b->base.commit : ""),
			       shown(a->base.present ? a->base.commit : ""));
	return true;
}

/* --- what is odd ---------------------------------------------------------------------------- */

static void warn(struct run_file *to, const char *text)
{
	struct warning_record w = { .place = "straggler merge",
				    .text = arena_strndup(&to->arena, text, strlen(text)) };

	VEC_PUSH(&to->warnings, w);
}

static bool has_shard(const struct run_file *const *runs, size_t n, const char *shard)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(runs[i]->run.shard, shard))
			return true;
	return false;
}

/* "2/5": of 5. */
static unsigned long shares_of(const char *shard)
{
	const char *slash = strchr(shard, '/');
	unsigned long total = slash ? strtoul(slash + 1, NULL, 10) : 0;

	return total <= SHARES_MAX ? total : 0;
}

static void warn_of_missing(const struct run_file *const *runs, size_t n, struct run_file *to)
{
	unsigned long total = shares_of(runs[0]->run.shard);
	AUTO_BUF text = { 0 };

	for (unsigned long i = 1; i <= total; i++) {
		char shard[48];

		snprintf(shard, sizeof(shard), "%lu/%lu", i, total);
		if (!has_shard(runs, n, shard))
			buf_printf(&text, "%s%s",
				   text.len ? ", " : "shards that are missing: ", shard);
	}
	if (text.len)
		warn(to, buf_str(&text));
}

static void warn_of_others(const struct run_file *const *runs, size_t n, struct run_file *to)
{
	for (size_t i = 1; i < n; i++) {
		const struct run_record *a = &runs[0]->run, *b = &runs[i]->run;
		AUTO_BUF text = { 0 };

		if (!run_arguments_same(a, b))
			buf_printf(&text, "run %zu was asked for other tests than the first",
				   i + 1);
		else if (strcmp(a->go_version, b->go_version) != 0)
			buf_printf(&text, "run %zu is of %s, the first of %s", i + 1,
				   shown(b->go_version), shown(a->go_version));
		else if (shares_of(a->shard) != shares_of(b->shard))
			buf_printf(&text, "run %zu is of another number of shards", i + 1);
		else if (runs[0]->repeated.present != runs[i]->repeated.present)
			buf_printf(&text, "run %zu was%s repeated, the first was%s", i + 1,
				   runs[i]->repeated.present ? "" : " not",
				   runs[0]->repeated.present ? "" : " not");
		if (text.len)
			warn(to, buf_str(&text));
	}
}

/* --- paths ---------------------------------------------------------------------------------- */

static const char *top_of(const struct run_record *r)
{
	return *r->root ? r->root : r->dir;
}

static const char *move_path(struct merger *m, const char *path)
{
	const char *from = top_of(&m->from->run), *to = top_of(&m->first->run);
	size_t n = strlen(from);
	AUTO_BUF moved = { 0 };

	if (!n || !strcmp(from, to) || !starts_with(path, from) || path[n] != '/')
		return path;
	buf_printf(&moved, "%s%s", to, path + n);
	return arena_strndup(&m->to->arena, moved.data, moved.len);
}

static void move_places(struct merger *m, struct places *p)
{
	struct place *items;

	if (!p->len)
		return;
	items = arena_alloc(&m->to->arena, p->len * sizeof(*items));
	memcpy(items, p->items, p->len * sizeof(*items));
	for (size_t i = 0; i < p->len; i++)
		items[i].file = move_path(m, items[i].file);
	p->items = items;
}

/* --- records -------------------------------------------------------------------------------- */

static uintptr_t *value_of(struct map *map, const char *key)
{
	uintptr_t *value = map_find(map, (uintptr_t)key);

	if (value)
		return value;
	map_set(map, (uintptr_t)key, 0);
	return map_find(map, (uintptr_t)key);
}

/* The place of a record's index; 0: no other run has it. One run may have several of the same
 * key: the n-th is the n-th of another. */
static uintptr_t *index_of(struct merger *m, struct buf *key)
{
	const char *text = texts_keep(&m->texts, buf_str(key), key->len);

	buf_printf(key, " %zu", (size_t)++ * value_of(&m->ordinals, text));
	return value_of(&m->known, texts_keep(&m->texts, buf_str(key), key->len));
}

static const char *worse_result(const char *a, const char *b)
{
	static const char *const words[] = { "build", "fail", "unknown", "pass" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (!strcmp(a, words[i]) || !strcmp(b, words[i]))
			return words[i];
	return a;
}

static void join_package(struct merger *m, struct package_record *p, const struct package_record *q)
{
	AUTO_BUF text = { 0 };

	p->result = worse_result(p->result, q->result);
	if (q->checked > p->checked) {
		p->checked = q->checked;
		p->why = q->why;
	}
	if (!strcmp(q->result, "skip"))
		return;
	buf_printf(&text, "%s is in more than one run: what any of them says against it counts",
		   p->package);
	warn(m->to, buf_str(&text));
}

static void add_packages(struct merger *m)
{
	for (size_t i = 0; i < m->from->packages.len; i++) {
		const struct package_record *p = &m->from->packages.items[i];
		AUTO_BUF key = { 0 };
		uintptr_t *at;

		buf_printf(&key, "package %s", p->package);
		at = index_of(m, &key);
		if (*at) {
			join_package(m, &m->to->packages.items[*at - 1], p);
			continue;
		}
		VEC_PUSH(&m->to->packages, *p);
		*at = m->to->packages.len;
	}
}

static void add_tests(struct merger *m)
{
	for (size_t i = 0; i < m->from->tests.len; i++) {
		const struct test_record *t = &m->from->tests.items[i];
		AUTO_BUF key = { 0 };
		uintptr_t *at;

		buf_printf(&key, "test %s %s", t->package, t->test);
		at = index_of(m, &key);
		if (*at) {
			struct test_record *same = &m->to->tests.items[*at - 1];

			same->result = worse_result(same->result, t->result);
			continue;
		}
		VEC_PUSH(&m->to->tests, *t);
		*at = m->to->tests.len;
	}
}

/* --- how often it was seen --------------------------------------------------------------------- */

static uintptr_t ran_key(struct merger *m, size_t run, const char *package, const char *test)
{
	AUTO_BUF key = { 0 };

	buf_printf(&key, "ran %zu %s\1%s", run, package, test);
	return (uintptr_t)texts_keep(&m->texts, key.data, key.len);
}

static void note_what_ran(struct merger *m)
{
	for (size_t i = 0; i < m->from->packages.len; i++)
		if (m->from->packages.items[i].checked != CHECKED_NO)
			map_set(&m->ran, ran_key(m, m->at, m->from->packages.items[i].package, ""),
				1);
	for (size_t i = 0; i < m->from->tests.len; i++)
		map_set(&m->ran,
			ran_key(m, m->at, m->from->tests.items[i].package,
				m->from->tests.items[i].test),
			1);
}

/* In how many of its runs one that does not have the finding could have seen it. */
static uint32_t chances(struct merger *m, size_t run, const struct finding *f)
{
	const struct repeated_record *repeated = &m->runs[run]->repeated;

	if (!map_find(&m->ran, ran_key(m, run, f->package, "")) ||
	    (*f->test && !map_find(&m->ran, ran_key(m, run, f->package, f->test))))
		return 0;
	return repeated->present ? repeated->runs + 1 : 1;
}

/* What is a number that was reached, or stuck when time was over, is of one run. */
static bool is_counted(const struct finding *f)
{
	return !class_row(f->class)->is_figure && !f->hang;
}

static void miss_in_earlier(struct merger *m, struct finding *f)
{
	for (size_t run = 0; run < m->at && is_counted(f); run++)
		f->runs += chances(m, run, f);
}

static void miss_in_this(struct merger *m)
{
	for (size_t i = 0; i < m->to->findings.len; i++) {
		struct finding *f = &m->to->findings.items[i];

		if (m->last.items[i] != m->at && is_counted(f))
			f->runs += chances(m, m->at, f);
	}
}

static void join_finding(struct finding *to, const struct finding *from)
{
	uint32_t seen = to->seen + from->seen, runs = to->runs + from->runs;

	if (from->count > to->count)
		*to = *from;
	if (!is_counted(to))
		return;
	to->seen = seen;
	to->runs = runs;
}

static void move_finding(struct merger *m, struct finding *f)
{
	f->created_at.file = move_path(m, f->created_at.file);
	f->user_at.file = move_path(m, f->user_at.file);
	f->blocked_at.file = move_path(m, f->blocked_at.file);
	move_places(m, &f->chain);
	move_places(m, &f->stack);
}

static void add_findings(struct merger *m)
{
	for (size_t i = 0; i < m->from->findings.len; i++) {
		struct finding f = m->from->findings.items[i];
		AUTO_BUF key = { 0 };
		uintptr_t *at;

		buf_printf(&key, "finding %s %s %s %d %d %d %d", f.package, f.key, f.test,
			   (int)f.owner, (int)f.class, (int)f.status, (int)f.hang);
		at = index_of(m, &key);
		move_finding(m, &f);
		if (!f.runs)
			f.seen = f.runs = 1;
		if (*at) {
			join_finding(&m->to->findings.items[*at - 1], &f);
			m->last.items[*at - 1] = (uint32_t)m->at;
			continue;
		}
		miss_in_earlier(m, &f);
		VEC_PUSH(&m->to->findings, f);
		VEC_PUSH(&m->last, (uint32_t)m->at);
		*at = m->to->findings.len;
	}
	miss_in_this(m);
}

static const char *join_texts(struct merger *m, const char *a, const char *b, const char *between)
{
	AUTO_BUF text = { 0 };

	if (!*a || !*b || !strcmp(a, b))
		return *a ? a : b;
	buf_printf(&text, "%s%s%s", a, between, b);
	return arena_strndup(&m->to->arena, text.data, text.len);
}

/* Machines repeat side by side: as many runs as the one that had most, as long as the longest. */
static void add_repeated(struct merger *m)
{
	const struct repeated_record *from = &m->from->repeated;
	struct repeated_record *to = &m->to->repeated;

	if (!from->present)
		return;
	if (!to->present) {
		*to = *from;
		return;
	}
	to->runs = from->runs > to->runs ? from->runs : to->runs;
	to->repeats = from->repeats > to->repeats ? from->repeats : to->repeats;
	to->elapsed_ns = from->elapsed_ns > to->elapsed_ns ? from->elapsed_ns : to->elapsed_ns;
	to->lost += from->lost;
	to->failed = from->failed > to->failed ? from->failed : to->failed;
	to->failing = join_texts(m, to->failing, from->failing, ", ");
	to->fresh = join_texts(m, to->fresh, from->fresh, ", ");
	to->note = join_texts(m, to->note, from->note, "; ");
}

static void add_warnings(struct merger *m)
{
	for (size_t i = 0; i < m->from->warnings.len; i++) {
		const struct warning_record *w = &m->from->warnings.items[i];
		size_t k = 0;

		while (k < m->to->warnings.len &&
		       (strcmp(m->to->warnings.items[k].place, w->place) != 0 ||
			strcmp(m->to->warnings.items[k].text, w->text) != 0))
			k++;
		if (k == m->to->warnings.len)
			VEC_PUSH(&m->to->warnings, *w);
	}
}

static void add_compared(struct merger *m)
{
	for (size_t i = 0; i < m->from->compared.len; i++) {
		const struct compared *c = &m->from->compared.items[i];
		AUTO_BUF key = { 0 };
		uintptr_t *at;

		buf_printf(&key, "compared %s %s %s %d", c->package, c->key, *c->key ? "" : c->test,
			   (int)c->class);
		at = index_of(m, &key);
		if (!*at) {
			VEC_PUSH(&m->to->compared, *c);
			*at = m->to->compared.len;
		} else if (c->standing < m->to->compared.items[*at - 1].standing) {
			m->to->compared.items[*at - 1] = *c;
		}
	}
}

/* --- the whole ------------------------------------------------------------------------------ */

/* A signal says more than what was found by then, a finding more than what was not checked. */
static int worse_code(int a, int b)
{
	int max = a > b ? a : b;

	if (max > 128)
		return max;
	return a == 1 || b == 1 ? 1 : max;
}

static void start(struct run_file *to, const struct run_file *first)
{
	const char **args;
	const char *arg;
	size_t i = 0;

	to->run = first->run;
	to->run.shard = "";
	args = arena_alloc(&to->arena, (first->run.args_len + 1) * sizeof(*args));
	to->run.args_len = 0;
	while ((arg = run_argument(&first->run, &i)))
		args[to->run.args_len++] = arg;
	to->run.args = args;
	to->base = first->base;
	to->end = first->end;
}

static void add_end(struct run_file *to, const struct run_file *from)
{
	if (strcmp(from->run.started, to->run.started) < 0)
		to->run.started = from->run.started;
	to->end.present &= from->end.present;
	to->end.exit_code = worse_code(to->end.exit_code, from->end.exit_code);
	if (from->end.elapsed_ns > to->end.elapsed_ns)
		to->end.elapsed_ns = from->end.elapsed_ns;
}

static void add(struct merger *m, const struct run_file *from)
{
	m->from = from;
	map_clear(&m->ordinals);
	add_packages(m);
	add_tests(m);
	note_what_ran(m);
	add_findings(m);
	add_repeated(m);
	add_warnings(m);
	add_compared(m);
	add_end(m->to, from);
}

bool run_merge(const struct run_file *const *runs, size_t n, struct run_file *out, struct err *err)
{
	struct merger m = { .to = out, .runs = runs, .first = runs[0] };

	for (size_t i = 1; i < n; i++)
		if (!check_same(runs[0], runs[i], i, err))
			return false;
	m.texts.arena = &m.keys;
	start(out, runs[0]);
	for (m.at = 0; m.at < n; m.at++)
		add(&m, runs[m.at]);
	warn_of_missing(runs, n, out);
	warn_of_others(runs, n, out);
	texts_release(&m.texts);
	map_release(&m.known);
	map_release(&m.ran);
	VEC_FREE(&m.last);
	map_release(&m.ordinals);
	arena_clear(&m.keys);
	return true;
}
