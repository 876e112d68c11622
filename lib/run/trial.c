#include "run/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>

#include "base/clock.h"
#include "base/vec.h"
#include "proc/loop.h"
#include "proc/spawn.h"

#define GRACE_NS (10 * NS_PER_S) /* for a run to end after a signal */

struct process {
	struct trial *trial;
	struct child child;
	bool running;
};

struct crew {
	struct loop loop;
	struct process *items; /* owned */
	size_t len, left;
	int signals, timer;
	int signal;
	bool ending; /* the signal was passed on: the next one kills */
};

static void end_all(struct crew *c, int sig)
{
	for (size_t i = 0; i < c->len; i++)
		if (c->items[i].running)
			kill(c->items[i].child.pid, sig);
}

static void on_end(void *ctx, int fd, short revents)
{
	struct crew *c = ctx;

	(void)revents;
	for (size_t i = 0; i < c->len; i++) {
		struct process *p = &c->items[i];

		if (!p->running || p->child.pidfd != fd)
			continue;
		loop_remove(&c->loop, fd);
		p->trial->status = child_wait(&p->child);
		p->running = false;
		c->left--;
	}
	if (!c->left)
		c->loop.stop = true;
}

static void on_signal(void *ctx, int fd, short revents)
{
	struct crew *c = ctx;
	struct signalfd_siginfo info;

	(void)revents;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		c->signal = (int)info.ssi_signo;
		end_all(c, SIGTERM);
		c->ending = true;
		timer_set(c->timer, GRACE_NS);
	}
}

static void on_timer(void *ctx, int fd, short revents)
{
	struct crew *c = ctx;

	(void)revents;
	timer_clear(fd);
	for (size_t i = 0; i < c->len && !c->signal; i++)
		c->items[i].trial->timed_out |= c->items[i].running;
	end_all(c, c->ending ? SIGKILL : SIGTERM);
	c->ending = true;
	timer_set(c->timer, GRACE_NS);
}

static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, 0 };

void trials_hold_signals(void)
{
	sigset_t held;

	sigemptyset(&held);
	for (const int *s = caught; *s; s++)
		sigaddset(&held, *s);
	sigprocmask(SIG_BLOCK, &held, NULL);
}

/* --- starting ---------------------------------------------------------------------- */

static bool enter(void *ctx, struct err *err)
{
	const struct trial *t = ctx;

	return !chdir(t->dir) || err_sys(err, errno, "enter %s", t->dir);
}

static bool start(struct crew *c, const struct trials_spec *spec, struct trial *t, struct err *err)
{
	AUTO_CLOSE int log = open(t->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	AUTO_CLOSE int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	AUTO_WORDS words = { 0 };
	struct spawn s = { .path = spec->self,
			   .envp = spec->envp,
			   .fds = { in, log, log },
			   .mask = spec->mask,
			   .die_with_parent = true,
			   .prepare = enter,
			   .ctx = t };
	const struct words *args = t->args ? t->args : spec->args;
	struct process *p = &c->items[c->len];

	if (log < 0)
		return err_sys(err, errno, "create %s", t->log);
	if (in < 0)
		return err_sys(err, errno, "open /dev/null");
	VEC_PUSH(&words, spec->self);
	VEC_PUSH(&words, "test");
	VEC_PUSH(&words, "--run-file");
	VEC_PUSH(&words, t->run_file);
	for (size_t i = 0; i < args->len; i++)
		VEC_PUSH(&words, args->items[i]);
	VEC_PUSH(&words, NULL);
	s.argv = (char *const *)(uintptr_t)words.items; /* NOLINT */
	if (!spawn_start(&s, &p->child, err))
		return false;
	p->trial = t;
	p->running = true;
	c->len++;
	c->left++;
	loop_add(&c->loop, p->child.pidfd, POLLIN, on_end, c);
	return true;
}

static bool start_all(struct crew *c, const struct trials_spec *spec, struct trial *trials,
		      size_t n, struct err *err)
{
	if (!signals_open(&c->signals, caught, err) || !timer_open(&c->timer, err))
		return false;
	loop_add(&c->loop, c->signals, POLLIN, on_signal, c);
	loop_add(&c->loop, c->timer, POLLIN, on_timer, c);
	if (spec->limit_ns)
		timer_set(c->timer, spec->limit_ns);
	for (size_t i = 0; i < n; i++)
		if (!start(c, spec, &trials[i], err))
			return false;
	return true;
}

/* When poll(2) itself fails nobody is left to run on. */
static void reap_rest(struct crew *c)
{
	end_all(c, SIGKILL);
	for (size_t i = 0; i < c->len; i++)
		if (c->items[i].running)
			child_wait(&c->items[i].child);
}

bool trials_run(const struct trials_spec *spec, struct trial *trials, size_t n, int *signal,
		struct err *err)
{
	struct crew c = { .signals = -1, .timer = -1 };
	bool ok;

	c.items = calloc(n + 1, sizeof(*c.items));
	if (!c.items)
		abort();
	for (size_t i = 0; i < n; i++) {
		trials[i].timed_out = false;
		trials[i].status = -1;
	}
	ok = start_all(&c, spec, trials, n, err);
	if (!ok)
		end_all(&c, SIGTERM);
	if (c.left && !loop_run(&c.loop, ok ? err : NULL))
		ok = false;
	reap_rest(&c);
	*signal = c.signal;
	loop_release(&c.loop);
	if (c.signals >= 0)
		close(c.signals);
	if (c.timer >= 0)
		close(c.timer);
	free(c.items);
	return ok;
}
