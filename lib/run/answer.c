#include "run/answer.h"

#include <errno.h>
#include <fcntl.h>

#include "proc/spawn.h"

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
		buf_fill(out, ends[0], SIZE_MAX);
	close(ends[0]);
	if (!ok)
		return false;
	return child_wait(&child) == 0 ||
	       err_set(err, ERR_LIMIT, "%s %s failed", words[0], words[1]);
}
