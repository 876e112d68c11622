#include "proc/loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include "base/clock.h"
#include "base/vec.h"

struct loop_source {
	int fd; /* -1: removed */
	short events;
	loop_fn fn;
	void *ctx;
};

void loop_add(struct loop *l, int fd, short events, loop_fn fn, void *ctx)
{
	struct loop_source s = { .fd = fd, .events = events, .fn = fn, .ctx = ctx };

	VEC_PUSH(l, s);
}

void loop_remove(struct loop *l, int fd)
{
	for (size_t i = 0; i < l->len; i++)
		if (l->items[i].fd == fd)
			l->items[i].fd = -1;
}

static void forget_removed(struct loop *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->len; i++)
		if (l->items[i].fd >= 0)
			l->items[kept++] = l->items[i];
	l->len = kept;
}

struct pollfds {
	struct pollfd *items;
	size_t len, cap;
};

static void list_fds(const struct loop *l, struct pollfds *fds)
{
	fds->len = 0;
	for (size_t i = 0; i < l->len; i++)
		VEC_PUSH(fds,
			 ((struct pollfd){ .fd = l->items[i].fd, .events = l->items[i].events }));
}

/* A callback may add sources (behind fds->len) or remove some (fd is -1 then). */
static void serve(struct loop *l, const struct pollfds *fds)
{
	for (size_t i = 0; i < fds->len && !l->stop; i++)
		if (fds->items[i].revents && l->items[i].fd == fds->items[i].fd)
			l->items[i].fn(l->items[i].ctx, fds->items[i].fd, fds->items[i].revents);
}

bool loop_run(struct loop *l, struct err *err)
{
	struct pollfds fds = { 0 };
	bool ok = true;

	for (forget_removed(l); ok && !l->stop && l->len; forget_removed(l)) {
		list_fds(l, &fds);
		if (poll(fds.items, fds.len, -1) >= 0)
			serve(l, &fds);
		else if (errno != EINTR)
			ok = err_sys(err, errno, "poll");
	}
	VEC_FREE(&fds);
	return ok;
}

void loop_release(struct loop *l)
{
	VEC_FREE(l);
}

bool timer_open(int *fd, struct err *err)
{
	int t = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (t < 0)
		return err_sys(err, errno, "timerfd_create");
	*fd = t;
	return true;
}

void timer_set(int fd, int64_t ns)
{
	struct itimerspec t = { .it_value = { .tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S } };

	timerfd_settime(fd, 0, &t, NULL);
}

void timer_clear(int fd)
{
	uint64_t n;

	if (read(fd, &n, sizeof(n)) < 0)
		return; /* not expired: nothing to clear */
}

bool signals_open(int *fd, const int *signals, struct err *err)
{
	sigset_t set;
	int s;

	sigemptyset(&set);
	for (; *signals; signals++)
		sigaddset(&set, *signals);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return err_sys(err, errno, "sigprocmask");
	s = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s < 0)
		return err_sys(err, errno, "signalfd");
	*fd = s;
	return true;
}

int pidfd_open_cloexec(int pid)
{
	/* pidfd_open sets close-on-exec by itself (man 2 pidfd_open). */
	return (int)syscall(SYS_pidfd_open, pid, 0);
}
