#include "proc/endpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ESTABLISHED 0x01    /* include/net/tcp_states.h */
#define ACCEPTS     0x10000 /* include/uapi/linux/net.h, __SO_ACCEPTCON */

static void read_all(struct endpoints *all)
{
	if (all->read)
		return;
	all->read = true;
	/* What is not there has no sockets. */
	table_read(&all->tcp, all->pid, "net/tcp");
	table_read(&all->tcp, all->pid, "net/tcp6");
	table_read(&all->udp, all->pid, "net/udp");
	table_read(&all->udp, all->pid, "net/udp6");
	table_read(&all->local, all->pid, "net/unix");
	descriptors_read(&all->open, all->pid, &all->arena);
}

static struct str text_of(struct buf *table)
{
	return (struct str){ .p = buf_str(table), .n = table->len };
}

static bool has_inode(const struct endpoints *all, uint64_t inode)
{
	char target[48];

	snprintf(target, sizeof(target), "socket:[%" PRIu64 "]", inode);
	for (size_t i = 0; i < all->open.len; i++)
		if (!strcmp(all->open.items[i].target, target))
			return true;
	return false;
}

/* The other end has the same addresses the other way round. It has no inode while it waits for
 * accept: until then no process owns it. */
static void find_other_end(struct endpoints *all, struct endpoint *e)
{
	struct str table = text_of(&all->tcp), line;

	e->accepted = true;
	while (str_line(&table, &line)) {
		struct connection other = connection_of(line);

		if (!str_eq(other.local, e->connection.remote) ||
		    !str_eq(other.remote, e->connection.local))
			continue;
		e->near = other.inode && has_inode(all, other.inode);
		e->accepted = other.inode || other.state != ESTABLISHED;
		return;
	}
}

static bool find_tcp(struct endpoints *all, uint64_t inode, struct endpoint *e)
{
	if (!connection_find(text_of(&all->tcp), inode, &e->connection))
		return false;
	e->kind =
	    e->connection.state == CONNECTION_LISTENS ? ENDPOINT_LISTENER : ENDPOINT_CONNECTION;
	if (e->kind == ENDPOINT_CONNECTION)
		find_other_end(all, e);
	return true;
}

static bool find_udp(struct endpoints *all, uint64_t inode, struct endpoint *e)
{
	e->kind = ENDPOINT_DATAGRAMS;
	return connection_find(text_of(&all->udp), inode, &e->connection);
}

/* "Num RefCount Protocol Flags Type St Inode Path" */
static bool find_local(struct endpoints *all, uint64_t inode, struct endpoint *e)
{
	struct str table = text_of(&all->local), line;

	while (inode && str_line(&table, &line)) {
		if (table_number(table_word_at(line, 6), 10) != inode)
			continue;
		e->kind = table_number(table_word_at(line, 3), 16) & ACCEPTS
			      ? ENDPOINT_LOCAL_LISTENER
			      : ENDPOINT_LOCAL;
		e->path = table_word_at(line, 7);
		return true;
	}
	return false;
}

static bool find_socket(struct endpoints *all, struct str target, struct endpoint *e)
{
	uint64_t inode;

	str_skip(&target, "socket:[");
	if (target.n)
		target.n--;
	inode = table_number(target, 10);
	return find_tcp(all, inode, e) || find_udp(all, inode, e) || find_local(all, inode, e);
}

/* Its ends have the same name, so that two descriptors are both ends, or one end twice: only
 * what each is open for tells. */
static bool opened_to_write(const struct endpoints *all, int fd)
{
	AUTO_BUF text = { 0 };
	char name[40];
	const char *flags;

	snprintf(name, sizeof(name), "fdinfo/%d", fd);
	table_read(&text, all->pid, name);
	flags = strstr(buf_str(&text), "flags:");
	return flags && strtoul(flags + strlen("flags:"), NULL, 8) & 1;
}

static void find_pipe(const struct endpoints *all, const struct descriptor *one, struct endpoint *e)
{
	bool writes = opened_to_write(all, one->fd);

	e->kind = ENDPOINT_PIPE;
	for (size_t i = 0; i < all->open.len && !e->near; i++) {
		const struct descriptor *other = &all->open.items[i];

		e->near = other != one && !strcmp(other->target, one->target) &&
			  opened_to_write(all, other->fd) != writes;
	}
}

bool endpoint_find(struct endpoints *all, int fd, struct endpoint *e)
{
	const struct descriptor *one = NULL;

	read_all(all);
	for (size_t i = 0; i < all->open.len && !one; i++)
		if (all->open.items[i].fd == fd)
			one = &all->open.items[i];
	if (!one)
		return false;
	*e = (struct endpoint){ .kind = ENDPOINT_FILE, .path = str_of(one->target) };
	if (one->kind == DESCRIPTOR_SOCKET)
		return find_socket(all, str_of(one->target), e);
	if (one->kind == DESCRIPTOR_PIPE)
		find_pipe(all, one, e);
	return one->kind != DESCRIPTOR_OTHER && one->kind != DESCRIPTOR_INNER;
}

void endpoints_release(struct endpoints *all)
{
	buf_release(&all->tcp);
	buf_release(&all->udp);
	buf_release(&all->local);
	descriptors_release(&all->open);
	arena_clear(&all->arena);
}
