#include "run/deep.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "base/vec.h"
#include "gotest/pattern.h"
#include "proc/loop.h"
#include "proc/spawn.h"
#include "proc/stray.h"
#include "run/answer.h"
#include "run/measure.h"

#define GRACE_NS (3 * NS_PER_S)
#define SLACK_NS (5 * NS_PER_S) /* on a busy machine, before a process is taken to hang */

enum build { BUILD_NOT, BUILD_RUNS, BUILD_DONE, BUILD_FAILED };

struct package {
	const char *name, *module;
	const char *folder; /* "": not known */
	const char *binary;
	enum build build;
	size_t left; /* tests that are not measured yet */
};

/* A process at a time. */
struct slot {
	struct deep *deep;
	struct child child;
	int timer;
	bool busy, timed_out;
	struct measure *test;    /* NULL: it builds */
	struct package *package; /* of both */
	const char *profile;
	int64_t began_ns;
};

struct deep {
	const struct deep_spec *spec;
	struct arena arena;
	struct loop loop;
	struct {
		struct package *items;
		size_t len, cap;
	} packages;
	struct {
		struct measure *items;
		size_t len, cap;
	} tests;     /* those of a package one after the other */
	size_t next; /* test that was not begun */
	struct slot *slots;
	int signals, grace, null;
	int signal;
	struct err *err;
	bool failed;
};

/* --- what is measured ----------------------------------------------------------------- */

static bool is_measured(const struct test_record *t)
{
	return !strcmp(t->result, "pass") && !strchr(t->test, '/') &&
	       !starts_with(t->test, "Benchmark");
}

size_t deep_count(const struct run_file *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->tests.len; i++)
		n += is_measured(&r->tests.items[i]) ? 1 : 0;
	return n;
}

/* With -count a test has several records. */
static bool is_known(const struct deep *d, size_t from, const char *test)
{
	for (size_t i = from; i < d->tests.len; i++)
		if (!strcmp(d->tests.items[i].test, test))
			return true;
	return false;
}

static void add_tests(struct deep *d, const struct run_file *r, size_t package)
{
	struct package *p = &d->packages.items[package];
	size_t from = d->tests.len;

	for (size_t i = 0; i < r->tests.len; i++) {
		const struct test_record *t = &r->tests.items[i];
		struct measure m = { .test = t->test,
				     .package = package,
				     .usual_ns = t->elapsed_ns };

		if (!is_measured(t) || strcmp(t->package, p->name) != 0 ||
		    is_known(d, from, t->test))
			continue;
		VEC_PUSH(&d->tests, m);
		p->left++;
	}
}

static const char *path_in(struct deep *d, size_t number, const char *suffix)
{
	AUTO_BUF path = { 0 };

	buf_printf(&path, "%s/%zu.%s", d->spec->dir, number, suffix);
	return arena_strndup(&d->arena, buf_str(&path), path.len);
}

static void choose(struct deep *d, const struct run_file *r)
{
	for (size_t i = 0; i < r->packages.len; i++) {
		const struct package_record *from = &r->packages.items[i];
		struct package p = { .name = from->package,
				     .module = from->module,
				     .folder = "",
				     .binary = path_in(d, i, "test") };

		VEC_PUSH(&d->packages, p);
		add_tests(d, r, d->packages.len - 1);
	}
}

static void put_folder(struct deep *d, struct str line)
{
	const char *tab = memchr(line.p, '\t', line.n);
	size_t name = tab ? (size_t)(tab - line.p) : 0;

	for (size_t i = 0; tab && i < d->packages.len; i++) {
		struct package *p = &d->packages.items[i];

		if (str_is((struct str){ line.p, name }, p->name))
			p->folder = arena_strndup(&d->arena, tab + 1, line.n - name - 1);
	}
}

static bool find_folders(struct deep *d, struct err *err)
{
	AUTO_WORDS words = { 0 };
	AUTO_BUF text = { 0 };
	struct str rest, line;

	VEC_PUSH(&words, d->spec->go);
	VEC_PUSH(&words, "list");
	if (d->spec->cmdline->dir) {
		VEC_PUSH(&words, "-C");
		VEC_PUSH(&words, d->spec->cmdline->dir);
	}
	VEC_PUSH(&words, "-e");
	VEC_PUSH(&words, "-f");
	VEC_PUSH(&words, "{{.ImportPath}}\t{{.Dir}}");
	cmdline_build_flags(d->spec->cmdline, &words);
	VEC_PUSH(&words, "--");
	for (size_t i = 0; i < d->packages.len; i++)
		VEC_PUSH(&words, d->packages.items[i].name);
	VEC_PUSH(&words, NULL);
	if (!answer_read(words.items, d->spec->envp, &text, err))
		return false;
	rest = (struct str){ text.data, text.len };
	while (str_line(&rest, &line))
		put_folder(d, line);
	return true;
}

/* --- processes ------------------------------------------------------------------------ */

static const char *joined(struct deep *d, const char *flag, const char *value)
{
	AUTO_BUF text = { 0 };

	buf_printf(&text, "%s%s", flag, value);
	return arena_strndup(&d->arena, buf_str(&text), text.len);
}

static const char *numbered(struct deep *d, const char *flag, int64_t n, const char *unit)
{
	AUTO_BUF text = { 0 };

	buf_printf(&text, "%s%" PRId64 "%s", flag, n, unit);
	return arena_strndup(&d->arena, buf_str(&text), text.len);
}

/* Which subtests the user chose; several patterns at once choose all. */
static const char *subtests(const struct cmdline *c)
{
	const char *run = cmdline_flag(c, "run");
	const char *slash = run && !strchr(run, '|') ? strchr(run, '/') : NULL;

	return slash ? slash : "";
}

static const char *run_flag(struct deep *d, const char *test)
{
	AUTO_BUF text = { 0 };

	buf_puts(&text, "-test.run=^");
	pattern_quote(&text, test, strlen(test));
	buf_printf(&text, "$%s", subtests(d->spec->cmdline));
	return arena_strndup(&d->arena, buf_str(&text), text.len);
}

static int64_t budget_of(const struct deep *d, const struct slot *s)
{
	return policy_get(d->spec->policy, SETTING_DEEP_BUDGET, s->package->name, s->test->test);
}

static void put_passed_flags(struct deep *d, struct words *words)
{
	static const char *const passed[][2] = { { "parallel", "-test.parallel=" },
						 { "skip", "-test.skip=" } };
	const struct cmdline *c = d->spec->cmdline;

	for (size_t i = 0; i < ARRAY_LEN(passed); i++)
		if (cmdline_flag(c, passed[i][0]))
			VEC_PUSH(words, joined(d, passed[i][1], cmdline_flag(c, passed[i][0])));
	if (cmdline_flag_on(c, "short"))
		VEC_PUSH(words, "-test.short");
}

static void put_test_words(struct slot *s, struct words *words)
{
	struct deep *d = s->deep;

	VEC_PUSH(words, s->package->binary);
	VEC_PUSH(words, "-test.paniconexit0");
	VEC_PUSH(words, "-test.timeout=0");
	VEC_PUSH(words, run_flag(d, s->test->test));
	VEC_PUSH(words, numbered(d, "-test.count=", measure_count(s->test), ""));
	VEC_PUSH(words, "-test.memprofilerate=1");
	VEC_PUSH(words, joined(d, "-test.memprofile=", s->profile));
	VEC_PUSH(words, "-test.bench=^$");
	put_passed_flags(d, words);
	cmdline_own(d->spec->cmdline, words);
}

static void put_build_words(struct slot *s, struct words *words)
{
	const struct cmdline *c = s->deep->spec->cmdline;

	VEC_PUSH(words, s->deep->spec->go);
	VEC_PUSH(words, "test");
	if (c->dir) {
		VEC_PUSH(words, "-C");
		VEC_PUSH(words, c->dir);
	}
	VEC_PUSH(words, "-c");
	VEC_PUSH(words, "-o");
	VEC_PUSH(words, s->package->binary);
	cmdline_again(c, &(struct again){ .package = s->package->name }, words);
}

/* go test sets PWD to the folder that it starts the binary in. */
static void put_environment(struct deep *d, const char *folder, struct words *envp)
{
	for (char *const *e = d->spec->envp; *e; e++)
		if (!starts_with(*e, "PWD="))
			VEC_PUSH(envp, *e);
	VEC_PUSH(envp, joined(d, "PWD=", folder));
	VEC_PUSH(envp, NULL);
}

static bool enter(void *ctx, struct err *err)
{
	const char *folder = ctx;

	return !chdir(folder) || err_sys(err, errno, "enter %s", folder);
}

static void on_end(void *ctx, int fd, short revents);

static bool start(struct slot *s, struct words *words, int64_t limit_ns, struct err *err)
{
	struct deep *d = s->deep;
	AUTO_WORDS envp = { 0 };
	struct spawn spawn = { .path = words->items[0],
			       .envp = d->spec->envp,
			       .fds = { d->null, d->null, d->null },
			       .mask = d->spec->mask,
			       .die_with_parent = true };

	VEC_PUSH(words, NULL);
	spawn.argv = (char *const *)(uintptr_t)words->items; /* NOLINT */
	if (s->test) {
		put_environment(d, s->package->folder, &envp);
		spawn.envp = (char *const *)(uintptr_t)envp.items; /* NOLINT */
		spawn.prepare = enter;
		spawn.ctx = (void *)(uintptr_t)s->package->folder; /* NOLINT */
	}
	s->timed_out = false;
	s->began_ns = clock_now_ns();
	if (!spawn_start(&spawn, &s->child, err))
		return false;
	s->busy = true;
	timer_set(s->timer, limit_ns);
	loop_add(&d->loop, s->child.pidfd, POLLIN, on_end, s);
	return true;
}

static bool start_test(struct slot *s, struct err *err)
{
	AUTO_WORDS words = { 0 };

	file_remove_tree(s->profile);
	put_test_words(s, &words);
	return start(s, &words, budget_of(s->deep, s) + SLACK_NS, err);
}

static bool start_build(struct slot *s, struct err *err)
{
	AUTO_WORDS words = { 0 };

	s->package->build = BUILD_RUNS;
	put_build_words(s, &words);
	return start(s, &words, 0, err);
}

/* --- what comes next ------------------------------------------------------------------ */

static void leave_out(struct measure *m, const char *why)
{
	snprintf(m->why, sizeof(m->why), "%s", why);
}

/* What cannot be measured is passed over. NULL: no test is left. */
static struct measure *next_test(struct deep *d)
{
	while (d->next < d->tests.len) {
		struct measure *m = &d->tests.items[d->next];
		const struct package *p = &d->packages.items[m->package];

		if (*p->folder && p->build != BUILD_FAILED)
			return m;
		leave_out(m, *p->folder ? "go test -c does not build its package"
					: "go list does not know the folder of its package");
		d->next++;
	}
	return NULL;
}

/* Gives the slot something to do, unless a package is being built first. */
static bool begin(struct slot *s, struct err *err)
{
	struct deep *d = s->deep;
	struct measure *m = next_test(d);

	if (!m)
		return true;
	s->package = &d->packages.items[m->package];
	s->test = NULL;
	if (s->package->build == BUILD_NOT)
		return start_build(s, err);
	if (s->package->build == BUILD_RUNS)
		return true;
	s->test = m;
	d->next++;
	return start_test(s, err);
}

static void end_all(struct deep *d, int test_signal, int build_signal)
{
	for (size_t i = 0; i < d->spec->jobs; i++)
		if (d->slots[i].busy)
			kill(d->slots[i].child.pid, d->slots[i].test ? test_signal : build_signal);
}

static bool any_busy(const struct deep *d)
{
	for (size_t i = 0; i < d->spec->jobs; i++)
		if (d->slots[i].busy)
			return true;
	return false;
}

static void fail(struct deep *d)
{
	d->failed = true;
	end_all(d, SIGKILL, SIGINT);
}

static void begin_all(struct deep *d)
{
	for (size_t i = 0; i < d->spec->jobs && !d->signal && !d->failed; i++)
		if (!d->slots[i].busy && !begin(&d->slots[i], d->err))
			fail(d);
	if (!any_busy(d))
		d->loop.stop = true;
}

static void test_over(struct slot *s)
{
	struct measure *m = s->test;

	if (!*m->why)
		measure_judge(m, s->package->module);
	file_remove_tree(s->profile);
	if (!--s->package->left)
		unlink(s->package->binary);
}

/* Whether another process of the same test was started. */
static bool test_goes_on(struct slot *s, int status)
{
	struct measured how = { .status = status,
				.timed_out = s->timed_out,
				.elapsed_ns = clock_now_ns() - s->began_ns,
				.budget_ns = budget_of(s->deep, s),
				.profile = s->profile };

	if (!measure_next(s->test, &how)) {
		test_over(s);
		return false;
	}
	if (!start_test(s, s->deep->err))
		fail(s->deep);
	return true;
}

static void on_end(void *ctx, int fd, short revents)
{
	struct slot *s = ctx;
	struct deep *d = s->deep;
	int status;

	(void)revents;
	loop_remove(&d->loop, fd);
	timer_set(s->timer, 0);
	status = child_wait(&s->child);
	s->busy = false;
	if (!s->test)
		s->package->build = status ? BUILD_FAILED : BUILD_DONE;
	else if (!d->signal && !d->failed && test_goes_on(s, status))
		return;
	begin_all(d);
}

static void on_limit(void *ctx, int fd, short revents)
{
	struct slot *s = ctx;

	(void)revents;
	timer_clear(fd);
	if (!s->busy)
		return;
	s->timed_out = true;
	kill(s->child.pid, SIGKILL);
}

/* go cleans up behind itself on SIGINT only; a test has nothing to say any more. */
static void on_signal(void *ctx, int fd, short revents)
{
	struct deep *d = ctx;
	struct signalfd_siginfo info;

	(void)revents;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		end_all(d, SIGKILL, d->signal ? SIGKILL : SIGINT);
		d->signal = (int)info.ssi_signo;
	}
	timer_set(d->grace, GRACE_NS);
	if (!any_busy(d))
		d->loop.stop = true;
}

static void on_grace(void *ctx, int fd, short revents)
{
	(void)revents;
	timer_clear(fd);
	end_all(ctx, SIGKILL, SIGKILL);
}

/* --- the whole ------------------------------------------------------------------------ */

static bool open_slot(struct deep *d, size_t i, struct err *err)
{
	struct slot *s = &d->slots[i];

	*s = (struct slot){ .deep = d, .timer = -1, .profile = path_in(d, i, "pb.gz") };
	if (!timer_open(&s->timer, err))
		return false;
	loop_add(&d->loop, s->timer, POLLIN, on_limit, s);
	return true;
}

static bool open_all(struct deep *d, struct err *err)
{
	static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, 0 };

	d->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (d->null < 0)
		return err_sys(err, errno, "open /dev/null");
	if (mkdir(d->spec->dir, 0700))
		return err_sys(err, errno, "create %s", d->spec->dir);
	if (!signals_open(&d->signals, caught, err) || !timer_open(&d->grace, err))
		return false;
	loop_add(&d->loop, d->signals, POLLIN, on_signal, d);
	loop_add(&d->loop, d->grace, POLLIN, on_grace, d);
	for (size_t i = 0; i < d->spec->jobs; i++)
		if (!open_slot(d, i, err))
			return false;
	return true;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void close_all(struct deep *d)
{
	end_all(d, SIGKILL, SIGKILL);
	for (size_t i = 0; i < d->spec->jobs; i++) {
		struct slot *s = &d->slots[i];

		if (s->busy)
			child_wait(&s->child);
		close_fd(s->timer);
	}
	/* A test may have put there what it liked. */
	file_remove_tree(d->spec->dir);
	close_fd(d->null);
	close_fd(d->signals);
	close_fd(d->grace);
	loop_release(&d->loop);
}

static bool measure_all(struct deep *d, struct err *err)
{
	bool ok = open_all(d, err);

	/* What a test that was killed leaves running is ours to end. */
	strays_adopt(true);
	if (ok) {
		begin_all(d);
		ok = d->loop.stop || loop_run(&d->loop, err);
	}
	close_all(d);
	strays_end(0);
	strays_adopt(false);
	return ok && !d->failed;
}

/* --- what came of it ------------------------------------------------------------------ */

struct findings {
	struct finding *items;
	size_t len, cap;
};

/* What leaps is no more than a hint, whatever the class is worth. */
static void add_growth(struct deep *d, const struct measure *m, const struct growth *g,
		       struct sources *s, struct findings *found)
{
	const struct package *p = &d->packages.items[m->package];
	struct growth_owner owner = {
		.package = p->name, .module = p->module, .test = m->test, .step = m->n
	};
	struct finding f = growth_finding(g, &owner, s, &d->arena);

	if (g->straight)
		f.status = policy_status(d->spec->policy, p->name, m->test, f.class, f.status);
	VEC_PUSH(found, f);
}

static void write_package(struct deep *d, size_t package, struct sources *s, struct buf *lines)
{
	struct findings found = { 0 };

	for (size_t i = 0; i < d->tests.len; i++) {
		const struct measure *m = &d->tests.items[i];

		for (size_t k = 0; m->package == package && k < m->growths.len; k++)
			add_growth(d, m, &m->growths.items[k], s, &found);
	}
	policy_decide(d->spec->policy, found.items, found.len);
	for (size_t i = 0; i < found.len; i++)
		record_write_finding(lines, &found.items[i]);
	VEC_FREE(&found);
}

static void write_left_out(const struct deep *d, const struct measure *m, struct buf *lines)
{
	AUTO_BUF text = { 0 };

	buf_printf(&text, "the memory of %s (%s) was not measured: %s", m->test,
		   d->packages.items[m->package].name, m->why);
	record_write_warning(lines,
			     &(struct warning_record){ .place = "--deep", .text = buf_str(&text) });
}

static void write_all(struct deep *d, struct run_file *r, struct buf *lines)
{
	struct sources sources = { 0 };
	struct str rest, line;
	size_t before = lines->len;

	for (size_t i = 0; i < d->packages.len; i++)
		write_package(d, i, &sources, lines);
	for (size_t i = 0; i < d->tests.len; i++)
		if (*d->tests.items[i].why)
			write_left_out(d, &d->tests.items[i], lines);
	rest = (struct str){ lines->data + before, lines->len - before };
	while (str_line(&rest, &line))
		record_read_line(r, line.p, line.n, NULL);
	sources_release(&sources);
}

bool deep_run(const struct deep_spec *spec, struct run_file *r, struct buf *lines, int *signal,
	      struct err *err)
{
	struct deep d = { .spec = spec, .signals = -1, .grace = -1, .null = -1, .err = err };
	bool ok = true;

	d.slots = arena_alloc(&d.arena, spec->jobs * sizeof(*d.slots));
	for (size_t i = 0; i < spec->jobs; i++)
		d.slots[i].timer = -1;
	choose(&d, r);
	if (d.tests.len)
		ok = find_folders(&d, err) && measure_all(&d, err);
	*signal = d.signal;
	if (ok && !d.signal)
		write_all(&d, r, lines);
	for (size_t i = 0; i < d.tests.len; i++)
		measure_release(&d.tests.items[i]);
	VEC_FREE(&d.tests);
	VEC_FREE(&d.packages);
	arena_clear(&d.arena);
	return ok;
}
