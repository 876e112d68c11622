/*
 * Calls that open something, from the stacks of system calls in the trace.
 *
 * What has no such event: socket, pipe2, inotify_init1 and the like are made without telling the
 * scheduler (syscall.RawSyscall), so a socket shows by its bind or connect, an inotify instance by
 * os.NewFile, a child by the wait for its exec, and a pipe not at all. Source: src/syscall/
 * syscall_linux.go (//sysnb), src/syscall/exec_unix.go (forkExec), Go 1.22 to 1.27.
 */
#ifndef ACCOUNT_OPENING_H
#define ACCOUNT_OPENING_H

#include "trace/stack.h"

enum opening {
	OPENING_NONE,
	OPENING_FILE,
	OPENING_LISTENER,   /* a socket with an address of its own */
	OPENING_CONNECTION, /* one to a peer */
	OPENING_OTHER,      /* a descriptor that became an *os.File */
	OPENING_CHILD,
};

/* What a system call made there opens for its caller: NONE also when the function of the standard
 * library that was called closes it again (os.ReadFile), or nobody outside of it called. */
enum opening opening_of(const struct trace_stack *s);

/* Whether the same line of the caller's made both, in the same way. */
bool opening_same(const struct trace_stack *a, const struct trace_stack *b);

#endif
