#include "repetition.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/vec.h"
#include "gotest/pattern.h"
#include "run/effort.h"

#define JOBS_MAX    16
#define LOG_MOST    65536
#define OPTIONS_MAX 8
#define LIMIT_MORE  (60 * NS_PER_S) /* for go and a watcher to end after the tests' own limit */

struct repetition {
	const struct repetition_spec *spec;
	struct repeats repeats;
	struct arena arena; /* arguments and notes */
	size_t jobs;
	bool race;
	const char *note;
	uint32_t lost;
	size_t new;       /* leaks of the last batch that nobody had seen before */
	int64_t tests_ns; /* the longest that the tests of a process of it took */
	size_t checked;   /* its runs that could look at a package */
	int signal;
};

/* A process to start. */
struct piece {
	const char *settings; /* arena: go test's flags that bring it out */
	const char *fresh;    /* these tests alone, NULL: all others */
	struct words args;    /* owned */
	char *run_file, *log; /* owned */
};

/* --- arguments ----------------------------------------------------------------------- */

static const char *keep(struct repetition *r, const struct buf *text)
{
	return arena_strndup(&r->arena, buf_str(text), text->len);
}

static const char *format_settings(struct repetition *r, const struct effort_run *run)
{
	AUTO_BUF text = { 0 };

	buf_printf(&text, "%s-count=%" PRIu32 " -cpu=%" PRIu32 " -shuffle=%" PRIu32,
		   r->race ? "-race " : "", run->count, run->cpu, run->shuffle);
	return keep(r, &text);
}

static void put_settings(struct repetition *r, const char *settings, struct words *flags)
{
	struct err ignored;

	quote_split(settings, &r->arena, flags, &ignored);
}

/* The tests that are run by themselves are not run with the others. */
static const char *skip_flag(struct repetition *r, const char *fresh)
{
	const char *users = cmdline_flag(r->spec->same->cmdline, "skip");
	AUTO_BUF text = { 0 };

	buf_printf(&text, "-skip=%s%s%s", users ? users : "", users ? "|" : "", fresh);
	return keep(r, &text);
}

static const char *timeout_flag(struct repetition *r, int64_t limit_ns)
{
	AUTO_BUF text = { 0 };

	buf_printf(&text, "-timeout=%" PRId64 "ms", limit_ns / NS_PER_MS);
	return keep(r, &text);
}

/* The pattern of the tests that want a process of their own, NULL: there are none. */
static const char *fresh_pattern(struct repetition *r)
{
	AUTO_WORDS tests = { 0 };
	AUTO_BUF text = { 0 };

	repeats_fresh(&r->repeats, &tests);
	pattern_any(&text, &tests);
	return text.len ? keep(r, &text) : NULL;
}

/* A second look would run everything once more, without what brings it out. */
static size_t options_of_stress(const struct same_tests *same, struct passed_option *options)
{
	size_t n = 0;

	for (size_t i = 0; i < same->options_len && n < OPTIONS_MAX; i++)
		if (strcmp(same->options[i].name, "second-look") != 0)
			options[n++] = same->options[i];
	return n;
}

static void stress_args(struct repetition *r, struct piece *p, const char *skip, int64_t limit_ns)
{
	struct same_tests same = *r->spec->same;
	struct passed_option options[OPTIONS_MAX];
	struct elsewhere here = { 0 };
	AUTO_WORDS flags = { 0 };

	same.options_len = options_of_stress(&same, options);
	same.options = options;
	put_settings(r, p->settings, &flags);
	VEC_PUSH(&flags, "-vet=off");
	VEC_PUSH(&flags, timeout_flag(r, limit_ns));
	if (cmdline_flag(same.cmdline, "bench"))
		VEC_PUSH(&flags, "-bench=^$");
	if (skip && !p->fresh)
		VEC_PUSH(&flags, skip_flag(r, skip));
	/* A limit, no pause: so many goroutines at once take longer to come to rest. */
	VEC_PUSH(&p->args, "--settle=4s");
	VEC_PUSH(&p->args, "--second-look=never");
	same.again = (struct again){ .run = p->fresh, .flags = &flags };
	elsewhere_args(&here, &same, &r->arena, &p->args);
}

/* --- runs ------------------------------------------------------------------------------ */

/* How long the tests of a package took together; its own time has more in it, such as the time
 * that they got to end. */
static int64_t span_ns(const struct run_file *run, const struct package_record *p)
{
	int64_t start = INT64_MAX, end = -1;

	for (size_t i = 0; i < run->tests.len; i++) {
		const struct test_record *t = &run->tests.items[i];

		if (strcmp(t->package, p->package) != 0 || t->start_ns < 0 || t->end_ns < 0)
			continue;
		start = t->start_ns < start ? t->start_ns : start;
		end = t->end_ns > end ? t->end_ns : end;
	}
	return end < 0 ? p->elapsed_ns : end - start;
}

static void take_run(struct repetition *r, const struct piece *p)
{
	AUTO_RUN_FILE run = { 0 };
	bool any = false;

	if (!run_file_read(&run, p->run_file, NULL) || !run.end.present) {
		r->lost++;
		return;
	}
	for (size_t i = 0; i < run.packages.len; i++) {
		int64_t span = span_ns(&run, &run.packages.items[i]);

		any |= run.packages.items[i].checked != CHECKED_NO;
		r->tests_ns = span > r->tests_ns ? span : r->tests_ns;
	}
	r->checked += any ? 1 : 0;
	if (any)
		r->new += repeats_add(&r->repeats, &run, p->settings);
}

static void release_piece(struct piece *p)
{
	unlink(p->run_file);
	unlink(p->log);
	free(p->run_file);
	free(p->log);
	words_release(&p->args);
}

static void name_files(struct repetition *r, struct piece *p, size_t i)
{
	char suffix[40];

	snprintf(suffix, sizeof(suffix), ".again-%zu.jsonl", i);
	p->run_file = run_files_beside(r->spec->files, suffix);
	snprintf(suffix, sizeof(suffix), ".again-%zu.log", i);
	p->log = run_files_beside(r->spec->files, suffix);
}

/* What go said of why it did nothing. */
static void note_reason(struct repetition *r, const struct piece *p)
{
	AUTO_CLOSE int fd = open(p->log, O_RDONLY | O_CLOEXEC);
	AUTO_BUF text = { 0 }, note = { 0 };
	struct str rest, line;

	if (fd < 0)
		return;
	buf_fill(&text, fd, LOG_MOST);
	rest = (struct str){ buf_str(&text), text.len };
	while (str_line(&rest, &line))
		if (str_skip(&line, "go: ")) {
			buf_puts(&note, "without the race detector: ");
			buf_put(&note, line.p, line.n);
			r->note = keep(r, &note);
			return;
		}
}

static void prepare(struct repetition *r, struct piece *p, size_t i, struct trial *t)
{
	const char *dir = r->spec->same->cmdline->dir;

	name_files(r, p, i);
	*t = (struct trial){
		.dir = dir ? dir : ".", .run_file = p->run_file, .log = p->log, .args = &p->args
	};
}

/* At most as many as there are jobs, side by side; first is the number of the first. */
static bool run_few(struct repetition *r, const struct trials_spec *spec, struct piece *pieces,
		    size_t n, size_t first, struct err *err)
{
	struct trial trials[JOBS_MAX];
	bool ok;

	for (size_t i = 0; i < n; i++)
		prepare(r, &pieces[i], first + i, &trials[i]);
	ok = trials_run(spec, trials, n, &r->signal, err);
	for (size_t i = 0; ok && !r->signal && i < n; i++)
		take_run(r, &pieces[i]);
	if (ok && r->race && !r->checked)
		note_reason(r, &pieces[0]);
	for (size_t i = 0; i < n; i++)
		release_piece(&pieces[i]);
	return ok || err_wrap(err, "repeat the run");
}

static bool run_pieces(struct repetition *r, struct piece *pieces, size_t n, int64_t limit_ns,
		       struct err *err)
{
	struct trials_spec spec = *r->spec->trials;
	bool ok = true;

	spec.limit_ns = limit_ns;
	r->new = r->checked = 0;
	r->tests_ns = 0;
	for (size_t at = 0; ok && !r->signal && at < n; at += r->jobs)
		ok = run_few(r, &spec, &pieces[at], n - at < r->jobs ? n - at : r->jobs, at, err);
	for (size_t i = 0; i < n; i++)
		words_release(&pieces[i].args); /* of those that were not started, too */
	return ok;
}

static bool repeat_plainly(struct repetition *r, struct err *err)
{
	for (uint32_t done = 1; !r->signal && done < r->spec->runs;) {
		struct piece pieces[JOBS_MAX] = { 0 };
		uint32_t left = r->spec->runs - done;
		size_t n = left < r->jobs ? left : r->jobs;
		struct elsewhere here = { 0 };

		for (size_t i = 0; i < n; i++) {
			pieces[i].settings = "";
			elsewhere_args(&here, r->spec->same, &r->arena, &pieces[i].args);
		}
		if (!run_pieces(r, pieces, n, 0, err))
			return false;
		done += (uint32_t)n;
	}
	return true;
}

/* --- stress ------------------------------------------------------------------------------ */

static bool run_singles(struct repetition *r, struct effort *e, struct err *err)
{
	struct piece pieces[JOBS_MAX] = { 0 };
	int64_t start = clock_now_ns();
	struct effort_run run;
	size_t n = 0;

	while (effort_single(e, n, &run)) {
		pieces[n].settings = format_settings(r, &run);
		stress_args(r, &pieces[n], NULL, effort_limit_ns(e));
		n++;
	}
	if (!run_pieces(r, pieces, n, 0, err))
		return false;
	effort_learn(e, clock_now_ns() - start, r->tests_ns, r->new);
	return true;
}

/* A round of all tests but those that want a process of their own, and one of these. */
static bool run_round(struct repetition *r, struct effort *e, const struct effort_run *runs,
		      struct err *err)
{
	struct piece pieces[2 * JOBS_MAX] = { 0 };
	const char *fresh = fresh_pattern(r);
	int64_t limit_ns = effort_limit_ns(e), start = clock_now_ns();
	size_t n = 0;

	for (size_t i = 0; i < e->jobs; i++) {
		pieces[n].settings = format_settings(r, &runs[i]);
		stress_args(r, &pieces[n++], fresh, limit_ns);
	}
	for (size_t i = 0; fresh && i < e->jobs; i++) {
		struct effort_run once = runs[i];

		once.count = 1;
		pieces[n].settings = format_settings(r, &once);
		pieces[n].fresh = fresh;
		stress_args(r, &pieces[n++], NULL, limit_ns);
	}
	if (!run_pieces(r, pieces, n, limit_ns + LIMIT_MORE, err))
		return false;
	effort_learn(e, clock_now_ns() - start, r->tests_ns, r->new);
	return true;
}

static void add_note(struct repetition *r, const char *why)
{
	AUTO_BUF text = { 0 };

	buf_printf(&text, "%s%s%s", r->note, *r->note ? "; " : "", why);
	r->note = keep(r, &text);
}

static bool stress(struct repetition *r, struct err *err)
{
	struct effort e = { .budget_ns = r->spec->stress_ns,
			    .cores = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN),
			    .jobs = (uint32_t)r->jobs };
	struct effort_run runs[JOBS_MAX];
	const char *why = "";

	r->race = !cmdline_flag_on(r->spec->same->cmdline, "race");
	if (!run_singles(r, &e, err))
		return false;
	if (r->race && !r->checked && !r->signal) {
		r->race = false;
		if (!run_singles(r, &e, err))
			return false;
	}
	while (!r->signal && r->checked && effort_next(&e, runs, &why))
		if (!run_round(r, &e, runs, err))
			return false;
	add_note(r, r->checked ? why : "tests under stress could not be checked");
	return true;
}

/* --- from start to end -------------------------------------------------------------------- */

static size_t count_jobs(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > JOBS_MAX ? JOBS_MAX : (size_t)n;
}

static void conclude(struct repetition *r, int64_t start_ns, struct run_file *run,
		     struct buf *lines)
{
	struct repeated_record record;
	size_t at = lines->len;

	repeats_end(&r->repeats, &record);
	record.lost = r->lost;
	record.note = r->note;
	record.elapsed_ns = clock_now_ns() - start_ns;
	record_write_repeated(lines, &record);
	record_read_line(run, lines->data + at, lines->len - at - 1, NULL);
}

bool repetition_run(const struct repetition_spec *spec, struct run_file *run, struct buf *lines,
		    int *signal, struct err *err)
{
	struct repetition r = { .spec = spec, .jobs = count_jobs(), .note = "" };
	int64_t start_ns = clock_now_ns();
	bool ok;

	repeats_begin(&r.repeats, run);
	ok = repeat_plainly(&r, err);
	if (ok && !r.signal && spec->stress_ns)
		ok = stress(&r, err);
	conclude(&r, start_ns, run, lines);
	*signal = r.signal;
	repeats_release(&r.repeats);
	arena_clear(&r.arena);
	return ok;
}
