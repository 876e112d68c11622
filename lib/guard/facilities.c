#include "guard/facilities.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard/trap.h"
#include "proc/memory.h"

#define PATIENCE_MS 2000
#define SIGN        UINT64_C(0x7374726167676c65)

/* What the parent looks for in the child's memory. */
static const volatile uint64_t sign = SIGN;

/* The child: installs the filter, hands its listener over, makes a call that is held, ends. */
static void live(int socket)
{
	struct filter_spec spec = { 0 };
	bool no_new_privs;
	int listener;
	enum filter_refusal refusal;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	refusal = filter_install(&spec, &listener, &no_new_privs, NULL);
	if (refusal != FILTER_OK)
		_exit((int)refusal);
	fd_send(socket, listener);
	close(listener);
	open(TRAP_MARKER_PATH, FILTER_CREATE_FLAGS, 0666);
	_exit(no_new_privs ? 1 : 0);
}

/* A kernel that does not know a flag says so before it looks at the program. */
static bool knows_flag(unsigned long flag)
{
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flag, NULL) < 0 && errno == EFAULT;
}

static bool read_state(int pid)
{
	char path[64], text[8];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text));
	close(fd);
	return n > 0;
}

static bool read_memory(int pid)
{
	struct memory memory = { 0 };
	uint64_t found = 0;
	bool ok = memory_open(&memory, pid, NULL) &&
		  memory_u64(&memory, (uint64_t)(uintptr_t)&sign, &found) && found == SIGN;

	memory_close(&memory);
	return ok;
}

/* The marker is held: everything is tried on it. */
static void look(struct facilities *f, struct trap *t, uint64_t id)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	f->memory = read_memory(t->pid);
	f->states = read_state(t->pid);
	f->answers = fd >= 0 && trap_answer_high(t, id, fd);
	if (!f->answers)
		trap_continue(t, id);
	if (fd >= 0)
		close(fd);
}

static void follow(struct facilities *f, struct trap *t)
{
	struct pollfd p = { .fd = t->listener, .events = POLLIN };
	struct trap_event e = { 0 };

	while (e.kind != TRAP_EXIT && e.kind != TRAP_CLOSED && poll(&p, 1, PATIENCE_MS) > 0) {
		trap_next(t, &e);
		if (e.kind == TRAP_MARKER)
			look(f, t, e.id);
		if (e.kind == TRAP_EXIT || e.kind == TRAP_GATE)
			trap_continue(t, e.id);
	}
	/* Where it is held still, nobody will answer. */
	if (e.kind != TRAP_EXIT && e.kind != TRAP_CLOSED)
		kill(t->pid, SIGKILL);
}

static void judge(struct facilities *f, int pid, bool installed)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!installed)
		f->filter = WIFEXITED(status) && WEXITSTATUS(status)
				? (enum filter_refusal)WEXITSTATUS(status)
				: FILTER_REFUSED;
	f->privileged = installed && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void facilities_probe(struct facilities *f)
{
	struct trap t;
	int sockets[2], pid;

	*f = (struct facilities){ .filter = FILTER_REFUSED };
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		return;
	pid = fork();
	if (!pid)
		live(sockets[1]);
	close(sockets[1]);
	trap_init(&t, pid > 0 ? fd_receive(sockets[0]) : -1);
	close(sockets[0]);
	if (pid < 0)
		return;
	t.pid = pid;
	f->filter = FILTER_OK;
	f->survives =
	    knows_flag(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV | SECCOMP_FILTER_FLAG_NEW_LISTENER);
	if (t.listener >= 0)
		follow(f, &t);
	judge(f, pid, t.listener >= 0);
	trap_close(&t);
}
