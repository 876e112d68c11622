#include "proc/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "proc/loop.h"

/* By way of numbers above 2: one may stand where another belongs, and one that is in its
 * place already must lose close-on-exec. */
static bool place_fds(const struct spawn *s, struct err *err)
{
	int high[3];

	for (int i = 0; i < 3; i++) {
		high[i] = s->fds[i] < 0 ? -1 : fcntl(s->fds[i], F_DUPFD_CLOEXEC, 3);
		if (s->fds[i] >= 0 && high[i] < 0)
			return err_sys(err, errno, "dup");
	}
	for (int i = 0; i < 3; i++)
		if (high[i] >= 0 && dup2(high[i], i) < 0)
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

/* The pipe for the child's error. Its write end must not lie where place_fds puts something,
 * as it does when one of the first three is closed. */
static bool open_pipe(int *told, int *tell, struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return err_sys(err, errno, "pipe");
	*told = ends[0];
	*tell = fcntl(ends[1], F_DUPFD_CLOEXEC, 3);
	close(ends[1]);
	return *tell >= 0 || err_sys(err, errno, "dup");
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
	struct err mine = { 0 };
	int pid;

	if (!open_pipe(&told, &tell, err))
		return false;
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
	uint64_t resident;

	return child_wait_resident(c, &resident);
}

int child_wait_resident(struct child *c, uint64_t *resident)
{
	struct rusage usage = { 0 };
	int status = 0;

	while (wait4(c->pid, &status, 0, &usage) < 0 && errno == EINTR)
		;
	*resident = (uint64_t)usage.ru_maxrss << 10;
	close(c->pidfd);
	*c = (struct child){ .pidfd = -1 };
	return status;
}
