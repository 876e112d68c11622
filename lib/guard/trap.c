#include "guard/trap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "proc/task.h"

/* linux/seccomp.h of 6.6; older headers lack them. */
#define NOTIF_SET_FLAGS _IOW('!', 4, __u64)
#define FD_SYNC_WAKE_UP 1UL
#define HIGH_FD         1000
#define ADDFD_FLAG_SEND 2U

/* The kernel may know more fields than we do, so its structures get room. */
union notification {
	struct seccomp_notif call;
	char room[1024];
};

union response {
	struct seccomp_notif_resp answer;
	char room[1024];
};

void trap_init(struct trap *t, int listener)
{
	*t = (struct trap){ .listener = listener };
	/* A hint: where it is not known nothing is lost but half of the latency. */
	ioctl(listener, NOTIF_SET_FLAGS, FD_SYNC_WAKE_UP);
}

void trap_close(struct trap *t)
{
	if (t->listener >= 0)
		close(t->listener);
	t->listener = -1;
}

void trap_continue(struct trap *t, uint64_t id)
{
	union response r = { .answer = { .id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE } };

	/* ENOENT: the caller died meanwhile, which is an answer, too. */
	while (ioctl(t->listener, SECCOMP_IOCTL_NOTIF_SEND, &r) && errno == EINTR)
		;
}

void trap_interrupt(struct trap *t, uint64_t id)
{
	union response r = { .answer = { .id = id, .error = -EINTR } };

	while (ioctl(t->listener, SECCOMP_IOCTL_NOTIF_SEND, &r) && errno == EINTR)
		;
}

static bool add_fd(struct trap *t, struct seccomp_notif_addfd *a)
{
	int got;

	do
		got = ioctl(t->listener, SECCOMP_IOCTL_NOTIF_ADDFD, a);
	while (got < 0 && errno == EINTR);
	return got >= 0;
}

static bool is_open(int pid, int fd)
{
	char path[64], target[8];

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	return readlink(path, target, sizeof(target)) > 0;
}

/* The highest number that a descriptor of pid should get. */
static int highest(int pid)
{
	struct rlimit limit;

	if (prlimit(pid, RLIMIT_NOFILE, NULL, &limit) || limit.rlim_cur > HIGH_FD)
		return HIGH_FD;
	return (int)limit.rlim_cur - 1;
}

bool trap_answer_high(struct trap *t, uint64_t id, int fd)
{
	struct seccomp_notif_addfd a = {
		.id = id,
		.flags = ADDFD_FLAG_SEND | SECCOMP_ADDFD_FLAG_SETFD,
		.srcfd = (uint32_t)fd,
		.newfd_flags = O_CLOEXEC,
	};
	int at = highest(t->pid);

	while (at > 2 && is_open(t->pid, at))
		at--;
	a.newfd = (uint32_t)at;
	if (at > 2 && add_fd(t, &a))
		return true;
	a.flags = ADDFD_FLAG_SEND;
	a.newfd = 0;
	return add_fd(t, &a);
}

bool trap_put_fd(struct trap *t, uint64_t id, int fd, int to, int flags)
{
	struct seccomp_notif_addfd a = {
		.id = id,
		.flags = SECCOMP_ADDFD_FLAG_SETFD,
		.srcfd = (uint32_t)fd,
		.newfd = (uint32_t)to,
		.newfd_flags = (uint32_t)flags,
	};

	return add_fd(t, &a);
}

/* Reads the path that the caller passed; "" when it cannot be read. */
static bool read_path(const struct seccomp_notif *n, char *to, size_t size)
{
	struct iovec ours = { .iov_base = to, .iov_len = size - 1 };
	struct iovec theirs = { .iov_base = (void *)(uintptr_t)n->data.args[1], /* NOLINT */
				.iov_len = size - 1 };

	memset(to, 0, size);
	if (process_vm_readv((pid_t)n->pid, &ours, 1, &theirs, 1, 0) >= 0)
		return true;
	to[0] = '\0';
	return errno != EPERM;
}

static enum trap_kind marker_of(struct trap *t, const struct seccomp_notif *n)
{
	char path[32];

	t->hidden |= !read_path(n, path, sizeof(path));
	if (!strcmp(path, TRAP_MARKER_PATH))
		return TRAP_MARKER;
	if (!strcmp(path, TRAP_GATE_PATH))
		return TRAP_GATE;
	return TRAP_NOTHING;
}

/* tgkill with signal 0 asks whose thread it is in a microsecond; /proc takes 270. */
static bool is_ours(const struct trap *t, int tid)
{
	return t->pid && syscall(SYS_tgkill, t->pid, tid, 0) == 0;
}

static enum trap_kind kind_of(struct trap *t, const struct seccomp_notif *n)
{
	enum trap_kind kind;

	if (n->data.nr == __NR_exit_group)
		return is_ours(t, (int)n->pid) ? TRAP_EXIT : TRAP_NOTHING;
	if (t->pid && !is_ours(t, (int)n->pid)) {
		/* A copy of the binary that was given our flags: it gets a real /dev/null. */
		return TRAP_NOTHING;
	}
	kind = marker_of(t, n);
	if (kind == TRAP_MARKER && !t->pid)
		t->pid = task_group((int)n->pid);
	return kind;
}

void trap_next(struct trap *t, struct trap_event *e)
{
	struct pollfd hung = { .fd = t->listener, .events = POLLIN };
	union notification n = { 0 };

	*e = (struct trap_event){ .kind = TRAP_NOTHING };
	if (poll(&hung, 1, 0) < 1)
		return;
	if (!(hung.revents & POLLIN)) {
		e->kind = TRAP_CLOSED;
		return;
	}
	if (ioctl(t->listener, SECCOMP_IOCTL_NOTIF_RECV, &n))
		return; /* ENOENT: the caller died; EINTR: poll says it again */
	e->kind = kind_of(t, &n.call);
	e->id = n.call.id;
	e->tid = (int)n.call.pid;
	e->status = (int)(n.call.data.args[0] & 0xff);
	e->ip = n.call.data.instruction_pointer;
	if (e->kind == TRAP_NOTHING)
		trap_continue(t, n.call.id);
}

bool fd_send(int socket, int fd)
{
	char byte = 0;
	struct iovec io = { .iov_base = &byte, .iov_len = 1 };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr m = {
		.msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room),
	};
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(h), &fd, sizeof(fd));
	return sendmsg(socket, &m, MSG_NOSIGNAL) == 1;
}

int fd_receive(int socket)
{
	char byte;
	struct iovec io = { .iov_base = &byte, .iov_len = 1 };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr m = {
		.msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room),
	};
	struct cmsghdr *h;
	ssize_t n;
	int fd;

	do
		n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	h = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
	if (!h || h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(h), sizeof(fd));
	return fd;
}
