/* Starts a program. */
#ifndef PROC_SPAWN_H
#define PROC_SPAWN_H

#include <signal.h>

#include "base/err.h"

struct spawn {
	const char *path;     /* searched in PATH (of envp's process: ours) when it has no '/' */
	char *const *argv;    /* NULL-terminated, borrowed */
	char *const *envp;    /* NULL-terminated, borrowed */
	int fds[3];           /* what becomes 0, 1 and 2; -1: ours */
	sigset_t mask;        /* the child's signal mask */
	bool die_with_parent; /* SIGKILL when we end, however we end */
	/* Runs in the child just before exec; nothing but system calls and the
	 * error. May be NULL. */
	bool (*prepare)(void *ctx, struct err *err);
	void *ctx;
};

struct child {
	int pid;   /* 0: none */
	int pidfd; /* owned; polls readable when the child has ended */
};

/* Returns when the program runs. When it cannot (exec or prepare failed), the
 * child's own error comes back, by value over a close-on-exec pipe, and nothing is left. */
bool spawn_start(const struct spawn *s, struct child *c, struct err *err);

/* Waits for the child and closes pidfd. Returns the wait status. */
int child_wait(struct child *c);

/* The same; *resident gets the most memory, in bytes, that the child had resident at once, or one
 * of its own children that it waited for (man 2 getrusage: ru_maxrss). */
int child_wait_resident(struct child *c, uint64_t *resident);

#endif
