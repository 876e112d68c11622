#include "proc/polled.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/vec.h"
#include "proc/connection.h"

#define POLLED_MAX 256 /* descriptors that are looked into, as well */

struct polled_fd polled_fd_of(int fd, struct str target)
{
	struct polled_fd f = { .fd = fd, .inode = table_inode(target) };

	if (str_starts(target, "socket:["))
		f.kind = POLLED_SOCKET;
	else if (str_starts(target, "pipe:["))
		f.kind = POLLED_PIPE;
	else if (str_is(target, "anon_inode:[eventpoll]"))
		f.kind = POLLED_EPOLL;
	else if (str_is(target, "anon_inode:[eventfd]") || str_is(target, "anon_inode:inotify"))
		f.kind = POLLED_INNER;
	return f;
}

/* --- epoll instances ------------------------------------------------------------------------ */

static struct polled_fd *fd_at(struct polled_fds *fds, uint64_t fd)
{
	for (size_t i = 0; i < fds->len; i++)
		if ((uint64_t)fds->items[i].fd == fd)
			return &fds->items[i];
	return NULL;
}

/* "tfd: 5 events: … data: … pos:0 ino:a1b2 sdev:8". A descriptor that was duplicated and closed
 * stays in under the old number. */
static bool mark_one(struct polled_fds *fds, struct str line)
{
	struct polled_fd *f = fd_at(fds, table_number(table_word_at(line, 1), 10));
	struct str ino = { 0 };

	for (struct str word = table_word(&line); word.n; word = table_word(&line))
		if (str_skip(&word, "ino:"))
			ino = word;
	if (!f || (f->inode && table_number(ino, 16) != f->inode))
		return false;
	f->polled = true;
	return true;
}

bool polled_mark(struct polled_fds *fds, struct str fdinfo)
{
	struct str line;

	while (str_line(&fdinfo, &line))
		if (str_starts(line, "tfd:") && !mark_one(fds, line))
			return false;
	return true;
}

/* --- who is at the other end ------------------------------------------------------------------ */

static bool owns(const struct polled_fds *fds, uint64_t inode)
{
	for (size_t i = 0; inode && i < fds->len; i++)
		if (fds->items[i].kind == POLLED_SOCKET && fds->items[i].inode == inode)
			return true;
	return false;
}

static bool pipe_is_inner(const struct polled_fds *fds, const struct polled_fd *one)
{
	size_t ends = 0;

	for (size_t i = 0; i < fds->len; i++) {
		const struct polled_fd *f = &fds->items[i];

		if (f->kind != POLLED_PIPE || f->inode != one->inode)
			continue;
		if (f->fd <= 2)
			return false; /* inherited: others have it, too */
		ends++;
	}
	return ends > 1;
}

static bool tcp_is_inner(const struct polled_fds *fds, struct str tcp, uint64_t inode)
{
	struct connection c, other;

	return connection_find(tcp, inode, &c) &&
	       (c.state == CONNECTION_LISTENS || c.state == CONNECTION_CLOSE_WAIT ||
		(connection_find_other(tcp, &c, &other) && owns(fds, other.inode)));
}

static bool unix_is_inner(struct str listening, uint64_t inode)
{
	struct local_socket local;

	return local_socket_find(listening, inode, &local) && local.listens;
}

static size_t count_polled(const struct polled_fds *fds)
{
	size_t n = 0;

	for (size_t i = 0; i < fds->len; i++)
		n += fds->items[i].polled;
	return n;
}

bool polled_judge(const struct polled_fds *fds, struct str tcp, struct str listening)
{
	if (count_polled(fds) > POLLED_MAX)
		return true;
	for (size_t i = 0; i < fds->len; i++) {
		const struct polled_fd *f = &fds->items[i];

		if (!f->polled || f->kind == POLLED_INNER)
			continue;
		if (f->kind == POLLED_PIPE && pipe_is_inner(fds, f))
			continue;
		if (f->kind == POLLED_SOCKET &&
		    (tcp_is_inner(fds, tcp, f->inode) || unix_is_inner(listening, f->inode)))
			continue;
		return true;
	}
	return false;
}

/* --- /proc ------------------------------------------------------------------------------------ */

static bool list(struct polled_fds *fds, int pid)
{
	char path[64], target[64];
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir)
		return false;
	while ((e = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof(target));

		if (n > 0)
			VEC_PUSH(fds, polled_fd_of((int)strtol(e->d_name, NULL, 10),
						   (struct str){ .p = target, .n = (size_t)n }));
	}
	closedir(dir);
	return true;
}

static bool mark_all(struct polled_fds *fds, int pid)
{
	for (size_t i = 0; i < fds->len; i++) {
		AUTO_BUF info = { 0 };

		if (fds->items[i].kind != POLLED_EPOLL)
			continue;
		if (!table_read_fdinfo(&info, pid, fds->items[i].fd) ||
		    !polled_mark(fds, str_of(buf_str(&info))))
			return false;
	}
	return true;
}

void polled_forgive(struct polled_fds *fds, const struct polled_fds *ours)
{
	for (size_t i = 0; i < fds->len; i++)
		for (size_t j = 0; j < ours->len; j++)
			if (fds->items[i].kind == POLLED_PIPE && ours->items[j].fd > 2 &&
			    ours->items[j].kind == POLLED_PIPE &&
			    ours->items[j].inode == fds->items[i].inode)
				fds->items[i].kind = POLLED_INNER;
}

static bool look(struct polled_fds *fds, struct polled_fds *ours, int pid)
{
	if (!list(fds, pid) || !mark_all(fds, pid) || !list(ours, getpid()))
		return false;
	polled_forgive(fds, ours);
	return true;
}

bool polled_from_outside(int pid)
{
	struct polled_fds fds = { 0 }, ours = { 0 };
	AUTO_BUF tcp = { 0 }, listening = { 0 };
	bool known = look(&fds, &ours, pid) && table_read(&tcp, pid, "net/tcp");
	bool may;

	/* Without IPv6 there is no tcp6, and without Unix sockets no unix. */
	table_read(&tcp, pid, "net/tcp6");
	table_read(&listening, pid, "net/unix");
	may = !known || polled_judge(&fds, str_of(buf_str(&tcp)), str_of(buf_str(&listening)));
	VEC_FREE(&fds);
	VEC_FREE(&ours);
	return may;
}
