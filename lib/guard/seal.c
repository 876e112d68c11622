#include "guard/seal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static void identify(int fd, uint64_t id[static 2])
{
	struct stat st;

	if (fstat(fd, &st)) {
		id[0] = id[1] = 0; /* closed: nothing is the same as it */
		return;
	}
	id[0] = st.st_dev;
	id[1] = st.st_ino;
}

bool seal_init(struct seal *s, int out, int errors, struct err *err)
{
	s->memfd = memfd_create(SEAL_NAME, MFD_CLOEXEC);
	if (s->memfd < 0)
		return err_sys(err, errno, "memfd_create");
	fcntl(s->memfd, F_SETFL, O_APPEND);
	identify(out, s->out);
	identify(errors, s->err);
	return true;
}

void seal_release(struct seal *s)
{
	if (s->memfd >= 0)
		close(s->memfd);
	s->memfd = -1;
}

static bool same(const struct stat *st, const uint64_t id[static 2])
{
	return id[1] && st->st_dev == id[0] && st->st_ino == id[1];
}

/* The open flags of a descriptor (octal in /proc/PID/fdinfo); -1: gone. */
static long fd_flags(int pid, int fd)
{
	char path[64], line[128];
	long flags = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, fd);
	f = fopen(path, "re");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, "flags:", 6))
			flags = strtol(line + 6, NULL, 8);
	fclose(f);
	return flags;
}

/* Whether fd of pid is one of our outputs, and open for writing: a terminal is our
 * standard input, too. */
static bool is_output(const struct seal *s, int pid, int fd, int *cloexec)
{
	char path[64];
	struct stat st;
	long flags;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	if (stat(path, &st) || (!same(&st, s->out) && !same(&st, s->err)))
		return false;
	flags = fd_flags(pid, fd);
	*cloexec = flags & O_CLOEXEC ? O_CLOEXEC : 0;
	return fd != 0 && flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

bool seal_outputs(struct seal *s, struct trap *t, uint64_t id, struct err *err)
{
	char path[64];
	struct dirent *e;
	bool all = true;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", t->pid);
	dir = opendir(path);
	if (!dir)
		return err_sys(err, errno, "open %s", path);
	while ((e = readdir(dir))) {
		int fd = (int)strtol(e->d_name, NULL, 10);
		int cloexec;

		if (e->d_name[0] != '.' && is_output(s, t->pid, fd, &cloexec))
			all &= trap_put_fd(t, id, s->memfd, fd, cloexec);
	}
	closedir(dir);
	return all || err_sys(err, errno, "replace the output of process %d", t->pid);
}

bool seal_stderr(struct seal *s, struct trap *t, uint64_t id)
{
	return trap_put_fd(t, id, s->memfd, 2, 0);
}
