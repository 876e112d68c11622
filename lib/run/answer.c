#include "run/answer.h"

#include <errno.h>
#include <fcntl.h>

#include "proc/spawn.h"

/* Until it closes the pipe. */
static void read_all(int fd, struct buf *out)
{
	ssize_t n;

	do {
		n = read(fd, buf_reserve(out, 4096), 4096);
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
}

bool answer_read(const char *const *words, char *const *envp, struct buf *out, struct err *err)
{
	struct spawn s = { .path = words[0], .envp = envp, .fds = { -1, -1, -1 } };
	struct child child;
	int ends[2];
	bool ok;

	s.argv = (char *const *)(uintptr_t)words; /* NOLINT(performance-no-int-to-ptr) */
	if (pipe2(ends, O_CLOEXEC))
		return err_sys(err, errno, "pipe");
	s.fds[1] = ends[1];
	sigprocmask(SIG_SETMASK, NULL, &s.mask);
	ok = spawn_start(&s, &child, err);
	close(ends[1]);
	if (ok)
		read_all(ends[0], out);
	close(ends[0]);
	if (!ok)
		return false;
	return child_wait(&child) == 0 ||
	       err_set(err, ERR_LIMIT, "%s %s failed", words[0], words[1]);
}
