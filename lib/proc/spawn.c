#include "proc/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "proc/loop.h"

static bool place_fds(const struct spawn *s, struct err *err)
{
	for (int i = 0; i < 3; i++)
		if (s->fds[i] >= 0 && dup2(s->fds[i], i) < 0)
			return err_sys(err, errno, "dup2");
	return true;
}

static bool become(const struct spawn *s, int parent, struct err *err)
{
	if (s->die_with_parent) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(127); /* the parent ended before we asked */
	}
	if (!place_fds(s, err))
		return false;
	if (s->prepare && !s->prepare(s->ctx, err))
		return false;
	sigprocmask(SIG_SETMASK, &s->mask, NULL);
	execvpe(s->path, s->argv, s->envp);
	return err_sys(err, errno, "start %s", s->path);
}

/* Reads the child's error; an empty pipe means that exec worked. */
static bool read_error(int fd, struct err *err)
{
	struct err theirs;
	ssize_t n;

	do
		n = read(fd, &theirs, sizeof(theirs));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(theirs))
		return true;
	if (err)
		*err = theirs;
	return false;
}

bool spawn_start(const struct spawn *s, struct child *c, struct err *err)
{
	AUTO_CLOSE int told = -1;
	AUTO_CLOSE int tell = -1;
	int parent = getpid();
	int pipe_fds[2];
	struct err mine = { 0 };
	int pid;

	if (pipe2(pipe_fds, O_CLOEXEC))
		return err_sys(err, errno, "pipe");
	told = pipe_fds[0];
	tell = pipe_fds[1];
	pid = fork();
	if (pid < 0)
		return err_sys(err, errno, "fork");
	if (!pid) {
		become(s, parent, &mine);
		if (write(tell, &mine, sizeof(mine)) < 0)
			_exit(126);
		_exit(127);
	}
	close(take_fd(&tell));
	if (!read_error(told, err)) {
		/* Under a filter that prepare installed it cannot exit by itself. */
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return false;
	}
	c->pid = pid;
	c->pidfd = pidfd_open_cloexec(pid);
	if (c->pidfd < 0) {
		err_sys(err, errno, "pidfd_open");
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return false;
	}
	return true;
}

int child_wait(struct child *c)
{
	int status = 0;

	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(c->pidfd);
	*c = (struct child){ .pidfd = -1 };
	return status;
}
