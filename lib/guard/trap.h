/*
 * Receives and answers the calls that the filter reports.
 *
 * A trapped call holds its thread until it is answered. Calls of other processes
 * (children inherit the filter) are let go at once. The main process is the first
 * that opens the trace marker: the test binary may have been started through a wrapper.
 *
 * Kernel: SECCOMP_IOCTL_NOTIF_* (5.0), ADDFD (5.9) with SEND (5.14), man 2
 * seccomp_unotify. Below 5.19 a signal aborts a held call and it is issued again with a
 * new id: trap_next reports it again, with `again` set. Our own ioctls, not
 * libseccomp's: its receive call hides every errno behind ECANCELED.
 */
#ifndef GUARD_TRAP_H
#define GUARD_TRAP_H

#include "base/err.h"

/* The file names that we pass to the test binary: spelled so that nobody else
 * writes them, and harmless where nothing traps them. */
#define TRAP_MARKER_PATH "/dev/./null"
#define TRAP_GATE_PATH   "/dev/.//null"

enum trap_kind {
	TRAP_NOTHING, /* it was answered already, or its caller is gone */
	TRAP_MARKER,  /* os.Create of the trace marker */
	TRAP_GATE,    /* os.Create of the gate marker: the tests are over */
	TRAP_EXIT,    /* exit_group of the main process */
	TRAP_CLOSED,  /* no process with our filter is left */
};

struct trap_event {
	enum trap_kind kind;
	uint64_t id; /* what to answer */
	int tid;     /* the held thread, in our PID namespace */
	int status;  /* of TRAP_EXIT: what waitpid would show */
	uint64_t ip; /* where it was called from */
};

struct trap {
	int listener; /* owned */
	int pid;      /* main process, 0: not known yet */
	bool hidden;  /* the name of a file that it opened could not be read */
};

/* Takes the listener. child is the process that was started: its own calls
 * count although it has not opened the marker yet. */
void trap_init(struct trap *t, int listener);
void trap_close(struct trap *t);

/* Call when the listener polls readable (or hung up). */
void trap_next(struct trap *t, struct trap_event *e);

/* Lets the call happen. */
void trap_continue(struct trap *t, uint64_t id);

/* Makes the call fail with EINTR instead: for one whose thread has a signal to take. */
void trap_interrupt(struct trap *t, uint64_t id);

/* Answers an open with a copy of fd, close-on-exec, at a number as high as the process's
 * limit lets it be, up to 1000: a low one would shift those of tests that count theirs. False:
 * the caller is gone, or the kernel cannot; then the call is still held. */
bool trap_answer_high(struct trap *t, uint64_t id, int fd);

/* Puts a copy of fd at number `to` in the process of held call id. flags: 0 or O_CLOEXEC. */
bool trap_put_fd(struct trap *t, uint64_t id, int fd, int to, int flags);

/* Sends fd over a UNIX socket, and receives one (-1: none came). */
bool fd_send(int socket, int fd);
int fd_receive(int socket);

#endif
