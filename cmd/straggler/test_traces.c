#include "test_traces.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/vec.h"
#include "gotest/pattern.h"
#include "proc/loop.h"
#include "proc/spawn.h"
#include "state.h"
#include "terminal.h"
#include "trace_page.h"
#include "trace_reading.h"

#define NAME_MOST  120
#define TIMEOUT    "-timeout=60s"
#define LIMIT_MS   180000 /* with building */
#define COPIES_MAX 10000

struct tracing {
	const struct test_traces_spec *spec;
	struct run_file *run;
	char *dir; /* owned, absolute */
	int signals;
	int signal;
};

/* The files of one test. */
struct traced {
	const struct finding *finding;
	struct buf trace, text; /* paths */
	int page;               /* the file at text, to be written */
};

/* --- names ------------------------------------------------------------------------------ */

static void put_safe(struct buf *out, const char *name)
{
	static const char safe[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	for (; *name && out->len < NAME_MOST; name++)
		buf_put(out, strchr(safe, *name) ? name : "_", 1);
}

static const char *last_element(const char *package)
{
	const char *slash = strrchr(package, '/');

	return slash ? slash + 1 : package;
}

static void make_name(struct buf *name, const struct finding *f)
{
	put_safe(name, last_element(f->package));
	buf_putc(name, '.');
	put_safe(name, f->test);
}

static int create(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

/* Both files are new, or neither is made. */
static bool take_names(struct tracing *t, struct traced *to, struct err *err)
{
	AUTO_BUF name = { 0 };

	make_name(&name, to->finding);
	for (int i = 1; i < COPIES_MAX; i++) {
		AUTO_CLOSE int trace = -1;
		char number[16] = "";

		if (i > 1)
			snprintf(number, sizeof(number), ".%d", i);
		buf_reset(&to->trace);
		buf_reset(&to->text);
		buf_printf(&to->trace, "%s/%s%s.trace", t->dir, buf_str(&name), number);
		buf_printf(&to->text, "%s/%s%s.txt", t->dir, buf_str(&name), number);
		trace = create(buf_str(&to->trace));
		to->page = trace < 0 ? -1 : create(buf_str(&to->text));
		if (to->page >= 0)
			return true;
		if (errno != EEXIST)
			return err_sys(err, errno, "create %s", buf_str(&to->trace));
		if (trace >= 0)
			unlink(buf_str(&to->trace));
	}
	return err_set(err, ERR_LIMIT, "there are too many files like %s", buf_str(&to->trace));
}

/* --- running ------------------------------------------------------------------------------ */

static void put_flag(struct words *flags, struct buf *text, const char *name, const char *value)
{
	buf_reset(text);
	buf_printf(text, "%s%s", name, value);
	VEC_PUSH(flags, buf_str(text));
}

/* Each level of a name is a pattern of its own. */
static void put_pattern(struct buf *out, const char *test)
{
	for (;;) {
		size_t n = strcspn(test, "/");

		buf_putc(out, '^');
		pattern_quote(out, test, n);
		buf_putc(out, '$');
		if (!test[n])
			return;
		buf_putc(out, '/');
		test += n + 1;
	}
}

static void note_signal(struct tracing *t)
{
	struct signalfd_siginfo info;

	if (read(t->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		t->signal = (int)info.ssi_signo;
}

/* Waits for go; a signal to us, or a limit, ends it. */
static void wait_for(struct tracing *t, struct child *child)
{
	struct pollfd fds[] = { { .fd = child->pidfd, .events = POLLIN },
				{ .fd = t->signals, .events = POLLIN } };
	int n;

	do
		n = poll(fds, ARRAY_LEN(fds), LIMIT_MS);
	while (n < 0 && errno == EINTR);
	if (fds[1].revents)
		note_signal(t);
	if (!fds[0].revents)
		kill(child->pid, SIGTERM);
	child_wait(child);
}

static bool start_go(struct tracing *t, const struct words *args, struct err *err)
{
	AUTO_CLOSE int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	AUTO_WORDS words = { 0 };
	struct spawn s = { .path = "go",
			   .envp = t->spec->envp,
			   .fds = { null, null, null },
			   .mask = t->spec->mask,
			   .die_with_parent = true };
	struct child child;

	VEC_PUSH(&words, "go");
	VEC_PUSH(&words, "test");
	if (t->spec->cmdline->dir) {
		VEC_PUSH(&words, "-C");
		VEC_PUSH(&words, t->spec->cmdline->dir);
	}
	for (size_t i = 0; i < args->len; i++)
		VEC_PUSH(&words, args->items[i]);
	VEC_PUSH(&words, NULL);
	s.argv = (char *const *)(uintptr_t)words.items; /* NOLINT */
	if (null < 0 || !spawn_start(&s, &child, err))
		return null >= 0 || err_sys(err, errno, "open /dev/null");
	wait_for(t, &child);
	return true;
}

/* go keeps the binary of a test that is traced: under a name of ours, and not for long. */
static bool run_alone(struct tracing *t, const struct traced *to, struct err *err)
{
	const struct finding *f = to->finding;
	AUTO_BUF pattern = { 0 }, trace = { 0 }, binary = { 0 }, path = { 0 };
	AUTO_WORDS flags = { 0 }, args = { 0 };
	bool ok;

	buf_printf(&path, "%s.test", buf_str(&to->trace));
	put_pattern(&pattern, f->test);
	put_flag(&flags, &trace, "-trace=", buf_str(&to->trace));
	put_flag(&flags, &binary, "-o=", buf_str(&path));
	VEC_PUSH(&flags, "-count=1");
	VEC_PUSH(&flags, "-vet=off");
	VEC_PUSH(&flags, TIMEOUT);
	cmdline_again(
	    t->spec->cmdline,
	    &(struct again){ .run = buf_str(&pattern), .package = f->package, .flags = &flags },
	    &args);
	ok = start_go(t, &args, err);
	unlink(buf_str(&path));
	return ok;
}

/* --- what it says -------------------------------------------------------------------------- */

static void take_waits(struct tracing *t, struct test_record *test, const struct digest *d)
{
	struct arena *a = &t->run->arena;

	test->waits.len = d->waits.len;
	test->waits.items = arena_alloc(a, (d->waits.len + 1) * sizeof(*test->waits.items));
	for (size_t i = 0; i < d->waits.len; i++) {
		const char *reason = d->waits.items[i].reason;

		test->waits.items[i] =
		    (struct wait_record){ arena_strndup(a, reason, strlen(reason)),
					  d->waits.items[i].ns };
	}
}

/* all: of the whole trace, which the collector's time is in. */
static void tell_tests(struct tracing *t, const struct traced *to, const struct digest *d,
		       const struct digest *all)
{
	for (size_t i = 0; i < t->run->tests.len; i++) {
		struct test_record *test = &t->run->tests.items[i];

		if (strcmp(test->test, to->finding->test) != 0 ||
		    strcmp(test->package, to->finding->package) != 0)
			continue;
		test->trace = arena_strndup(&t->run->arena, buf_str(&to->trace), to->trace.len);
		test->has_activity = true;
		test->running_ns = d->in_state_ns[ORDER_RUNNING];
		test->runnable_ns = d->in_state_ns[ORDER_RUNNABLE];
		test->syscall_ns = d->in_state_ns[ORDER_SYSCALL];
		test->alone_ns = all->last_ns - all->first_ns;
		test->gc_ns = all->gc_ns;
		take_waits(t, test, d);
	}
}

static bool describe(struct tracing *t, struct traced *to, struct err *err)
{
	AUTO_CLOSE int fd = open(buf_str(&to->trace), O_RDONLY | O_CLOEXEC);
	/* A trace knows functions, and no subtests. */
	const char *test = to->finding->test;
	const char *function = arena_strndup(&t->run->arena, test, strcspn(test, "/"));
	struct trace_reading g = { 0 }, all = { 0 };
	AUTO_BUF page = { 0 };
	bool ok;

	if (fd < 0)
		return err_sys(err, errno, "open %s", buf_str(&to->trace));
	ok = trace_reading_choose(&g, function, fd, err) && trace_reading_digest(&g, fd, err) &&
	     !lseek(fd, 0, SEEK_SET) && trace_reading_digest(&all, fd, err);
	if (ok) {
		trace_page(&page, &g.digest, function);
		tell_tests(t, to, &g.digest, &all.digest);
		ok = buf_flush(&page, to->page) ||
		     err_sys(err, errno, "write %s", buf_str(&to->text));
	}
	trace_reading_release(&g);
	trace_reading_release(&all);
	return ok;
}

static void give_up(const struct traced *to, const struct err *why)
{
	struct stat st;

	unlink(buf_str(&to->text));
	if (!stat(buf_str(&to->trace), &st) && !st.st_size)
		unlink(buf_str(&to->trace));
	terminal_line(stderr, "straggler: no trace of %s: %s", to->finding->test, why->msg);
}

/* --- all tests ------------------------------------------------------------------------------ */

static bool is_traceable(const struct finding *f)
{
	return *f->test && (f->owner == OWNER_TEST || f->owner == OWNER_FUZZ) &&
	       f->status != STATUS_ALLOWED;
}

static bool was_traced(const struct run_file *r, size_t i)
{
	const struct finding *f = r->findings.items;

	for (size_t k = 0; k < i; k++)
		if (is_traceable(&f[k]) && !strcmp(f[k].test, f[i].test) &&
		    !strcmp(f[k].package, f[i].package))
			return true;
	return false;
}

static bool trace_one(struct tracing *t, const struct finding *f, struct err *err)
{
	struct traced to = { .finding = f, .page = -1 };
	struct err why = { 0 };
	bool ok = take_names(t, &to, err) && run_alone(t, &to, err);

	if (ok && (t->signal || !describe(t, &to, &why)))
		give_up(&to, &why);
	else if (ok)
		terminal_line(stderr, "straggler: a trace of %s: %s", f->test, buf_str(&to.trace));
	if (to.page >= 0)
		close(to.page);
	buf_release(&to.trace);
	buf_release(&to.text);
	return ok;
}

static bool begin(struct tracing *t, struct err *err)
{
	static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, 0 };

	if (!state_make_dirs(t->spec->dir))
		return err_sys(err, errno, "create %s", t->spec->dir);
	t->dir = realpath(t->spec->dir, NULL);
	if (!t->dir)
		return err_sys(err, errno, "find %s", t->spec->dir);
	return signals_open(&t->signals, caught, err);
}

bool test_traces_write(const struct test_traces_spec *spec, struct run_file *run, int *signal,
		       struct err *err)
{
	struct tracing t = { .spec = spec, .run = run, .signals = -1 };
	bool ok = begin(&t, err);

	for (size_t i = 0; ok && !t.signal && i < run->findings.len; i++)
		if (is_traceable(&run->findings.items[i]) && !was_traced(run, i))
			ok = trace_one(&t, &run->findings.items[i], err);
	if (t.signals >= 0)
		close(t.signals);
	free(t.dir);
	*signal = t.signal;
	return ok || err_wrap(err, "--trace-dir");
}
