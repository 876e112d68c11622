/*
 * Lines of /proc/PID/net/tcp, tcp6, udp, udp6 (man 5 proc_pid_net):
 * "sl local remote st tx:rx tr:tm retr uid timeout inode …".
 */
#ifndef PROC_CONNECTION_H
#define PROC_CONNECTION_H

#include "base/buf.h"
#include "base/str.h"

#define CONNECTION_LISTENS 0x0a /* include/net/tcp_states.h */

struct connection {
	struct str local, remote; /* "0100007F:1F90"; borrowed from the table */
	uint64_t state, inode;
};

/* Appends a file of /proc/PID. False: it cannot be read, or out would be larger than 8 MiB. */
bool table_read(struct buf *out, int pid, const char *name);

/* One line. An IPv4 address within IPv6 is the IPv4 address. */
struct connection connection_of(struct str line);

/* The line of a socket. False: it is not in the table. */
bool connection_find(struct str table, uint64_t inode, struct connection *c);

/* Appends an address without its port as people write it: "127.0.0.1", "::1". False: it is none. */
bool connection_put_host(struct buf *out, struct str address);

/* 0 when the address has none. */
uint16_t connection_port(struct str address);

/* The next word of a line, of no bytes at its end, and the n-th from here. */
struct str table_word(struct str *line);
struct str table_word_at(struct str line, int n);

/* UINT64_MAX when the word is too long for a number. */
uint64_t table_number(struct str word, int base);

#endif
