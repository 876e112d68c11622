#include "guard/caretaker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "guard/trap.h"

/* Where the caretaker keeps its two descriptors. */
enum { LISTENER = 0, ALIVE = 1 };

static void keep_only(int listener, int alive)
{
	/* Above both targets first, so that neither dup2 overwrites the other. */
	listener = fcntl(listener, F_DUPFD_CLOEXEC, 10);
	alive = fcntl(alive, F_DUPFD_CLOEXEC, 10);
	if (listener < 0 || alive < 0 || dup2(listener, LISTENER) < 0 || dup2(alive, ALIVE) < 0)
		_exit(1);
	syscall(SYS_close_range, 2, ~0U, 0);
}

static void serve(void)
{
	struct trap t = { .listener = LISTENER };
	struct trap_event e = { 0 };
	struct pollfd p = { .fd = LISTENER, .events = POLLIN };

	while (e.kind != TRAP_CLOSED) {
		if (poll(&p, 1, -1) < 0)
			continue;
		trap_next(&t, &e);
		/* A copy of the test binary that was given our flags opens the marker, too. */
		if (e.kind != TRAP_NOTHING && e.kind != TRAP_CLOSED)
			trap_continue(&t, e.id);
	}
}

static void live(int listener, int alive)
{
	struct pollfd p[2] = { { .fd = LISTENER }, { .fd = ALIVE, .events = POLLIN } };
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	setsid();
	if (chdir("/"))
		_exit(1);
	keep_only(listener, alive);
	for (;;) {
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[0].revents & (POLLHUP | POLLERR))
			_exit(0);
		if (p[1].revents)
			break;
	}
	serve();
	_exit(0);
}

bool caretaker_start(struct caretaker *c, int listener, struct err *err)
{
	int ends[2];
	int pid;

	if (pipe2(ends, O_CLOEXEC))
		return err_sys(err, errno, "pipe");
	pid = fork();
	if (!pid) {
		close(ends[1]);
		live(listener, ends[0]);
	}
	close(ends[0]);
	if (pid < 0) {
		err_sys(err, errno, "fork");
		close(ends[1]);
		return false;
	}
	*c = (struct caretaker){ .pid = pid, .alive = ends[1] };
	return true;
}

void caretaker_leave(struct caretaker *c, bool filter_in_use)
{
	if (!c->pid)
		return;
	close(c->alive);
	if (!filter_in_use)
		waitpid(c->pid, NULL, 0);
	*c = (struct caretaker){ 0 };
}
