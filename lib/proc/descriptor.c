#include "proc/descriptor.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "proc/connection.h"

#define TARGET_MAX 4096
#define CHOSEN     32768 /* ports from here on are the kernel's choice, by its default */

enum descriptor_kind descriptor_kind_of(struct str target)
{
	static const char *const inner[] = { "anon_inode:[eventpoll]", "anon_inode:[eventfd]",
					     "anon_inode:[pidfd]", "pidfd:" };

	for (size_t i = 0; i < ARRAY_LEN(inner); i++)
		if (str_starts(target, inner[i]))
			return DESCRIPTOR_INNER;
	if (str_starts(target, "socket:["))
		return DESCRIPTOR_SOCKET;
	if (str_starts(target, "pipe:["))
		return DESCRIPTOR_PIPE;
	return target.n && target.p[0] == '/' && !str_starts(target, "/memfd:") ? DESCRIPTOR_FILE
										: DESCRIPTOR_OTHER;
}

/* The runtime registers what wakes its poller with the address of a variable; files of the
 * process's with a pointer that has a tag in its upper bits (src/runtime/netpoll_epoll.go,
 * tagptr_64bit.go, Go 1.22 to 1.27; a pipe in 1.22 only). */
#define TAGGED UINT64_C(0x800000000000)

static void mark_pipe(struct descriptors *d, int fd)
{
	for (size_t i = 0; i < d->len; i++)
		if (d->items[i].fd == fd && d->items[i].kind == DESCRIPTOR_PIPE)
			for (size_t j = 0; j < d->len; j++)
				if (!strcmp(d->items[j].target, d->items[i].target))
					d->items[j].kind = DESCRIPTOR_INNER;
}

void descriptors_mark_wakers(struct descriptors *d, struct str fdinfo)
{
	struct str line;

	while (str_line(&fdinfo, &line)) {
		struct str data = table_word_at(line, 5);

		if (str_starts(line, "tfd:") && data.n && table_number(data, 16) < TAGGED)
			mark_pipe(d, (int)table_number(table_word_at(line, 1), 10));
	}
}

static void mark_all_wakers(struct descriptors *d, int pid)
{
	for (size_t i = 0; i < d->len; i++) {
		AUTO_BUF info = { 0 };

		if (strcmp(d->items[i].target, "anon_inode:[eventpoll]") != 0)
			continue;
		if (table_read_fdinfo(&info, pid, d->items[i].fd))
			descriptors_mark_wakers(d, str_of(buf_str(&info)));
	}
}

bool descriptors_read(struct descriptors *d, int pid, struct arena *a)
{
	char path[64], target[TARGET_MAX];
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir)
		return false;
	while ((e = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof(target));
		struct descriptor one = { .fd = (int)strtol(e->d_name, NULL, 10) };

		if (n <= 0)
			continue;
		one.kind = descriptor_kind_of((struct str){ .p = target, .n = (size_t)n });
		one.target = arena_strndup(a, target, (size_t)n);
		VEC_PUSH(d, one);
	}
	closedir(dir);
	mark_all_wakers(d, pid);
	return true;
}

bool descriptors_have(const struct descriptors *d, const struct descriptor *one)
{
	for (size_t i = 0; i < d->len; i++)
		if (d->items[i].fd == one->fd && !strcmp(d->items[i].target, one->target))
			return true;
	return false;
}

void descriptors_release(struct descriptors *d)
{
	VEC_FREE(d);
}

size_t descriptor_pipe_bytes(int pid, int fd)
{
	AUTO_CLOSE int end = -1;
	char path[64];
	int n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	end = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	n = end >= 0 ? fcntl(end, F_GETPIPE_SZ) : -1;
	return n > 0 ? (size_t)n : 0;
}

/* --- words ------------------------------------------------------------------------------ */

static void put_path(struct buf *out, struct str path)
{
	bool digits = false;

	for (size_t i = 0; i < path.n; i++) {
		bool digit = path.p[i] >= '0' && path.p[i] <= '9';

		if (!digit)
			buf_putc(out, path.p[i]);
		else if (!digits)
			buf_putc(out, '*');
		digits = digit;
	}
}

static void put_address(struct buf *out, struct str address)
{
	uint16_t port = connection_port(address);

	connection_put_host(out, address);
	if (port && port < CHOSEN)
		buf_printf(out, " port %u", port);
}

static bool put_tcp(struct buf *out, struct str table, uint64_t inode)
{
	struct connection c;

	if (!connection_find(table, inode, &c))
		return false;
	if (c.state == CONNECTION_LISTENS) {
		buf_puts(out, "TCP listener on ");
		put_address(out, c.local);
	} else {
		buf_puts(out, "TCP connection to ");
		put_address(out, c.remote);
	}
	return true;
}

static bool put_udp(struct buf *out, struct str table, uint64_t inode)
{
	struct connection c;

	if (!connection_find(table, inode, &c))
		return false;
	buf_puts(out, connection_port(c.remote) ? "UDP socket to " : "UDP socket on ");
	put_address(out, connection_port(c.remote) ? c.remote : c.local);
	return true;
}

static bool put_local(struct buf *out, struct str table, uint64_t inode)
{
	struct local_socket local;

	if (!local_socket_find(table, inode, &local))
		return false;
	buf_puts(out, "Unix socket");
	if (local.path.n)
		buf_putc(out, ' ');
	put_path(out, local.path);
	return true;
}

static void put_socket(struct buf *out, uint64_t inode, struct connection_tables *nets)
{
	if (!put_tcp(out, str_of(buf_str(&nets->tcp)), inode) &&
	    !put_udp(out, str_of(buf_str(&nets->udp)), inode) &&
	    !put_local(out, str_of(buf_str(&nets->local)), inode))
		buf_puts(out, "socket");
}

/* "anon_inode:[timerfd]", "anon_inode:inotify", "/memfd:name (deleted)" */
static void put_other(struct buf *out, struct str target)
{
	str_skip(&target, "anon_inode:");
	str_skip(&target, "/");
	str_skip(&target, "[");
	if (target.n && target.p[target.n - 1] == ']')
		target.n--;
	put_path(out, target);
}

void descriptor_put(struct buf *out, const struct descriptor *d, int pid,
		    struct connection_tables *nets)
{
	static const char gone[] = " (deleted)";
	struct str target = str_of(d->target);

	if (ends_with(d->target, gone))
		target.n -= strlen(gone);
	switch (d->kind) {
	case DESCRIPTOR_FILE:
		put_path(out, target);
		return;
	case DESCRIPTOR_SOCKET:
		connection_tables_read(nets, pid);
		put_socket(out, table_inode(target), nets);
		return;
	case DESCRIPTOR_PIPE:
		buf_puts(out, "pipe");
		return;
	case DESCRIPTOR_INNER:
	case DESCRIPTOR_OTHER:
		put_other(out, target);
		return;
	}
}
