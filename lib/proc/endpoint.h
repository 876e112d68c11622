/*
 * What a descriptor of another process is connected to, as the kernel tells while the process is
 * there (man 5 proc_pid_fd, proc_pid_net; man 7 tcp, udp, unix, pipe).
 *
 * Addresses and ports are those of this run: they are for words about it, never for what another
 * run must find again.
 */
#ifndef PROC_ENDPOINT_H
#define PROC_ENDPOINT_H

#include "proc/connection.h"
#include "proc/descriptor.h"

enum endpoint_kind {
	ENDPOINT_CONNECTION, /* TCP, to a peer */
	ENDPOINT_LISTENER,   /* TCP */
	ENDPOINT_DATAGRAMS,  /* UDP; with a peer when connection.remote has a port */
	ENDPOINT_LOCAL,      /* a Unix socket; path is what it is bound to, or "" */
	ENDPOINT_LOCAL_LISTENER,
	ENDPOINT_PIPE,
	ENDPOINT_FILE, /* path */
};

struct endpoint {
	enum endpoint_kind kind;
	struct connection connection; /* of the first three */
	struct str path;
	bool near;     /* of TCP and pipes: the same process has the other end open, too */
	bool accepted; /* of TCP: false when the other end is here, and nobody has accepted it */
};

/* Zero-initialised but for pid. What is read is read once, when something is first asked; strings
 * of endpoints live in it. */
struct endpoints {
	int pid;
	struct connection_tables nets;
	struct descriptors open;
	struct arena arena;
};

/* False: it is not open, or not known what it is. */
bool endpoint_find(struct endpoints *all, int fd, struct endpoint *e);

void endpoints_release(struct endpoints *all);

#endif
