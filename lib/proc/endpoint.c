#include "proc/endpoint.h"

#include <stdlib.h>
#include <string.h>

static void read_all(struct endpoints *all)
{
	if (all->nets.read)
		return;
	connection_tables_read(&all->nets, all->pid);
	descriptors_read(&all->open, all->pid, &all->arena);
}

static struct str text_of(struct buf *table)
{
	return (struct str){ .p = buf_str(table), .n = table->len };
}

static bool has_inode(const struct endpoints *all, uint64_t inode)
{
	for (size_t i = 0; i < all->open.len; i++)
		if (all->open.items[i].kind == DESCRIPTOR_SOCKET &&
		    table_inode(str_of(all->open.items[i].target)) == inode)
			return true;
	return false;
}

/* It has no inode while it waits for accept: until then no process owns it. */
static void find_other_end(struct endpoints *all, struct endpoint *e)
{
	struct connection other;

	e->accepted = true;
	if (!connection_find_other(text_of(&all->nets.tcp), &e->connection, &other))
		return;
	e->near = other.inode && has_inode(all, other.inode);
	e->accepted = other.inode || other.state != CONNECTION_ESTABLISHED;
}

static bool find_tcp(struct endpoints *all, uint64_t inode, struct endpoint *e)
{
	if (!connection_find(text_of(&all->nets.tcp), inode, &e->connection))
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
	return connection_find(text_of(&all->nets.udp), inode, &e->connection);
}

static bool find_local(struct endpoints *all, uint64_t inode, struct endpoint *e)
{
	struct local_socket local;

	if (!local_socket_find(text_of(&all->nets.local), inode, &local))
		return false;
	e->kind = local.listens ? ENDPOINT_LOCAL_LISTENER : ENDPOINT_LOCAL;
	e->path = local.path;
	return true;
}

static bool find_socket(struct endpoints *all, struct str target, struct endpoint *e)
{
	uint64_t inode = table_inode(target);

	return find_tcp(all, inode, e) || find_udp(all, inode, e) || find_local(all, inode, e);
}

/* Its ends have the same name, so that two descriptors are both ends, or one end twice: only
 * what each is open for tells. */
static bool opened_to_write(const struct endpoints *all, int fd)
{
	AUTO_BUF text = { 0 };
	const char *flags;

	table_read_fdinfo(&text, all->pid, fd);
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
	connection_tables_release(&all->nets);
	descriptors_release(&all->open);
	arena_clear(&all->arena);
}
