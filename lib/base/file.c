#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <sys/stat.h>

static bool fill(int fd, const struct buf *text, mode_t mode)
{
	return !fchmod(fd, mode) && buf_flush(text, fd) && !fsync(fd);
}

bool file_replace(const char *path, const struct buf *text, mode_t mode, int *fd, struct err *err)
{
	AUTO_FREE char *real = realpath(path, NULL);
	const char *to = real ? real : path;
	AUTO_BUF temporary = { 0 };
	AUTO_CLOSE int new = -1;
	struct stat st;

	buf_printf(&temporary, "%s.XXXXXX", to);
	new = mkostemp(temporary.data, O_APPEND | O_CLOEXEC);
	if (new < 0)
		return err_sys(err, errno, "create a file beside %s", to);
	if (!fill(new, text, stat(to, &st) ? mode : st.st_mode & 07777) ||
	    rename(buf_str(&temporary), to)) {
		err_sys(err, errno, "write %s", to);
		unlink(buf_str(&temporary));
		return false;
	}
	if (fd)
		*fd = take_fd(&new);
	return true;
}

/* Whoever made a folder may have made it so that nothing in it can be removed. */
static void remove_entry(const FTSENT *e)
{
	switch (e->fts_info) {
	case FTS_D:
		chmod(e->fts_accpath, 0700);
		return;
	case FTS_DP:
	case FTS_DNR:
		rmdir(e->fts_accpath);
		return;
	default:
		unlink(e->fts_accpath);
	}
}

void file_remove_tree(const char *path)
{
	char *const roots[] = { (char *)(uintptr_t)path, NULL }; /* NOLINT: fts only reads it */
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	const FTSENT *e;

	if (!walk)
		return;
	while ((e = fts_read(walk)))
		remove_entry(e);
	fts_close(walk);
}
