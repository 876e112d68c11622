/*
 * What a process has in its epoll instances, and whether anybody outside of it could bring it
 * something (man 5 proc_pid_fd, proc_pid_fdinfo: "tfd:" lines, proc_pid_net: tcp, unix).
 *
 * What both ends of are the process's own cannot wake anybody when none of its threads runs: a
 * pipe with both ends, a TCP connection to itself, one whose other side has closed. Nor can
 * what only strangers could do for no reason of the process's: connect to a socket that
 * listens, change a file that inotify watches. All else may: a connection to another
 * process or machine, UDP, a Unix socket, a terminal, an end of a pipe.
 */
#ifndef PROC_POLLED_H
#define PROC_POLLED_H

#include "base/str.h"

/* Whether somebody outside may wake pid's poller. True when it cannot be told. What the caller
 * has the other end of is not meant: it brings nothing. */
bool polled_from_outside(int pid);

/* --- for the tests: what is below it, without /proc ---------------------------------------- */

enum polled_kind {
	POLLED_OTHER, /* may bring something */
	POLLED_INNER, /* eventfd, inotify: nothing comes from outside */
	POLLED_PIPE,
	POLLED_SOCKET,
	POLLED_EPOLL,
};

struct polled_fd {
	int fd;
	enum polled_kind kind;
	bool polled;
	uint64_t inode; /* of a pipe or socket, else 0 */
};

struct polled_fds {
	struct polled_fd *items;
	size_t len, cap;
};

/* The kind and inode by what /proc/PID/fd/N links to. */
struct polled_fd polled_fd_of(int fd, struct str target);

/* Marks what the lines of an epoll instance's fdinfo name. False: an entry is not of the
 * descriptor that has its number now. */
bool polled_mark(struct polled_fds *fds, struct str fdinfo);

/* Pipes that one of ours is an end of, but for those we inherited, become POLLED_INNER. */
void polled_forgive(struct polled_fds *fds, const struct polled_fds *ours);

/* Whether one that is marked may bring something, tcp and listening as in /proc/PID/net: tcp and
 * tcp6 one after the other, and unix. */
bool polled_judge(const struct polled_fds *fds, struct str tcp, struct str listening);

#endif
