/* A child under the filter, as a test binary is one. */
#ifndef TESTS_UNIT_GUARDED_H
#define TESTS_UNIT_GUARDED_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "guard/filter.h"
#include "guard/trap.h"

struct guarded {
	int pid;
	struct trap trap;
	int told; /* what the child says; the child's end is `tell` */
	int tell;
};

static inline void guarded_live(const struct filter_spec *spec, int socket,
				void (*body)(const struct guarded *), const struct guarded *g)
{
	bool no_new_privs;
	int listener;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (filter_install(spec, &listener, &no_new_privs, NULL) != FILTER_OK ||
	    !fd_send(socket, listener))
		abort();
	close(listener);
	close(socket);
	body(g);
	_exit(0);
}

/* Runs body in a child that the filter is on; its exit is trapped, too. */
static inline void guarded_start(struct guarded *g, const struct filter_spec *spec,
				 void (*body)(const struct guarded *))
{
	int sockets[2], told[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	assert_int_equal(pipe2(told, O_CLOEXEC), 0);
	*g = (struct guarded){ .told = told[0], .tell = told[1] };
	g->pid = fork();
	if (!g->pid) {
		close(told[0]);
		guarded_live(spec, sockets[1], body, g);
	}
	close(told[1]);
	close(sockets[1]);
	trap_init(&g->trap, fd_receive(sockets[0]));
	close(sockets[0]);
	assert_true(g->trap.listener >= 0);
	g->trap.pid = g->pid;
}

/* The next call of its own that is reported. */
static inline struct trap_event guarded_next(struct guarded *g)
{
	struct pollfd p = { .fd = g->trap.listener, .events = POLLIN };
	struct trap_event e = { 0 };

	do {
		assert_int_equal(poll(&p, 1, 5000), 1);
		trap_next(&g->trap, &e);
	} while (e.kind == TRAP_NOTHING);
	return e;
}

/* Lets it exit. Returns its wait status. */
static inline int guarded_end(struct guarded *g)
{
	struct trap_event e = guarded_next(g);
	int status;

	assert_int_equal(e.kind, TRAP_EXIT);
	trap_continue(&g->trap, e.id);
	assert_int_equal(waitpid(g->pid, &status, 0), g->pid);
	trap_close(&g->trap);
	close(g->told);
	return status;
}

/* Ends it where it is. */
static inline void guarded_kill(struct guarded *g)
{
	kill(g->pid, SIGKILL);
	waitpid(g->pid, NULL, 0);
	trap_close(&g->trap);
	close(g->told);
}

static inline int guarded_create(const char *path)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, FILTER_CREATE_FLAGS, 0666);
}

#endif
