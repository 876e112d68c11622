/*
 * Lines of /proc/PID/net/tcp, tcp6, udp, udp6 (man 5 proc_pid_net):
 * "sl local remote st tx:rx tr:tm retr uid timeout inode …", and of unix:
 * "Num RefCount Protocol Flags Type St Inode Path".
 */
#ifndef PROC_CONNECTION_H
#define PROC_CONNECTION_H

#include "base/buf.h"
#include "base/str.h"

enum tcp_state { /* include/net/tcp_states.h */
		 CONNECTION_ESTABLISHED = 0x01,
		 CONNECTION_SYN_SENT = 0x02,
		 CONNECTION_FIN_WAIT1 = 0x04,
		 CONNECTION_FIN_WAIT2 = 0x05,
		 CONNECTION_CLOSE_WAIT = 0x08, /* the other side has closed */
		 CONNECTION_LISTENS = 0x0a,
};

struct connection {
	struct str local, remote; /* "0100007F:1F90"; borrowed from the table */
	uint64_t state, inode;
};

/* Appends a file of /proc/PID. False: it cannot be read, or out would be larger than 8 MiB. */
bool table_read(struct buf *out, int pid, const char *name);

/* The same of what /proc/PID/fdinfo says of a descriptor. */
bool table_read_fdinfo(struct buf *out, int pid, int fd);

/* What all sockets that pid sees are connected to. */
struct connection_tables {
	struct buf tcp, udp, local; /* tcp and tcp6 in one, udp and udp6, unix; owned */
	bool read;
};

/* Reads them, once. What is not there has no sockets. */
void connection_tables_read(struct connection_tables *t, int pid);
void connection_tables_release(struct connection_tables *t);

/* One line. An IPv4 address within IPv6 is the IPv4 address. */
struct connection connection_of(struct str line);

/* The line of a socket. False: it is not in the table. */
bool connection_find(struct str table, uint64_t inode, struct connection *c);

/* The other end of c, which has the same addresses the other way round. False: it is not in the
 * table. */
bool connection_find_other(struct str table, const struct connection *c, struct connection *other);

struct local_socket {
	struct str path; /* borrowed from the table; empty: it has none */
	bool listens;
};

/* The line of a Unix socket. False: it is not in the table. */
bool local_socket_find(struct str table, uint64_t inode, struct local_socket *s);

/* Appends an address without its port as people write it: "127.0.0.1", "::1". False: it is none. */
bool connection_put_host(struct buf *out, struct str address);

/* 0 when the address has none. */
uint16_t connection_port(struct str address);

/* The next word of a line, of no bytes at its end, and the n-th from here. */
struct str table_word(struct str *line);
struct str table_word_at(struct str line, int n);

/* The inode in what /proc/PID/fd/N links to: "socket:[12]", "pipe:[12]". 0: it has none there. */
uint64_t table_inode(struct str target);

/* UINT64_MAX when the word is too long for a number. */
uint64_t table_number(struct str word, int base);

#endif
