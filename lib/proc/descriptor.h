/*
 * The descriptors that a process has open, and what each is in words (man 5 proc_pid_fd,
 * proc_pid_net).
 *
 * What differs from run to run is left out of the words, so that the same descriptor of
 * another run reads the same: runs of digits in paths are "*" (the folders of t.TempDir and
 * os.CreateTemp), ports that the kernel chose are not told.
 */
#ifndef PROC_DESCRIPTOR_H
#define PROC_DESCRIPTOR_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "proc/connection.h"

enum descriptor_kind {
	DESCRIPTOR_FILE, /* anything with a path: folders, devices, FIFOs */
	DESCRIPTOR_SOCKET,
	DESCRIPTOR_PIPE,
	DESCRIPTOR_INNER, /* epoll, eventfd, pidfd, what wakes the poller: the runtime's and os's */
	DESCRIPTOR_OTHER, /* inotify, memfd, timerfd, … */
};

struct descriptor {
	int fd;
	enum descriptor_kind kind;
	const char *target; /* what /proc/PID/fd/N links to; in the arena */
};

struct descriptors {
	struct descriptor *items; /* owned */
	size_t len, cap;
};

/* Adds those that pid has open now. False: /proc does not let us look. */
bool descriptors_read(struct descriptors *d, int pid, struct arena *a);

/* Whether this very one is among them. */
bool descriptors_have(const struct descriptors *d, const struct descriptor *one);

void descriptors_release(struct descriptors *d);

/* How many bytes fit in a pipe of pid's, 0: not known. */
size_t descriptor_pipe_bytes(int pid, int fd);

/* Pipes that are the runtime's own by the lines of an epoll instance's fdinfo become
 * DESCRIPTOR_INNER, both ends. descriptors_read has done so. */
void descriptors_mark_wakers(struct descriptors *d, struct str fdinfo);

/* What an open link's text means. */
enum descriptor_kind descriptor_kind_of(struct str target);

/* Appends the words; nets is read from pid when a socket first asks. */
void descriptor_put(struct buf *out, const struct descriptor *d, int pid,
		    struct connection_tables *nets);

#endif
