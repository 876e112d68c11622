#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
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
