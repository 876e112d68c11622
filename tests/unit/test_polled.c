#include "unit.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/vec.h"
#include "proc/polled.h"

/* --- texts of /proc --------------------------------------------------------------------------- */

#define HEAD                                                                                  \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  " \
	"timeout inode\n"
#define ROW(sl, local, remote, st, inode)                               \
	"   " sl ": " local " " remote " " st                           \
	" 00000000:00000000 00:00000000 00000000     0        0 " inode \
	" 1 00000000c5af4e18 100 0 0 10 0\n"

static void a_link_tells_what_a_descriptor_is(void **state)
{
	struct polled_fd f = polled_fd_of(7, str_of("socket:[4213339]"));

	(void)state;
	assert_int_equal(f.fd, 7);
	assert_int_equal(f.kind, POLLED_SOCKET);
	assert_int_equal(f.inode, 4213339);
	f = polled_fd_of(8, str_of("pipe:[12]"));
	assert_int_equal(f.kind, POLLED_PIPE);
	assert_int_equal(f.inode, 12);
	assert_int_equal(polled_fd_of(9, str_of("anon_inode:[eventpoll]")).kind, POLLED_EPOLL);
	assert_int_equal(polled_fd_of(9, str_of("anon_inode:[eventfd]")).kind, POLLED_INNER);
	assert_int_equal(polled_fd_of(9, str_of("anon_inode:inotify")).kind, POLLED_INNER);
	assert_int_equal(polled_fd_of(9, str_of("anon_inode:[timerfd]")).kind, POLLED_OTHER);
	assert_int_equal(polled_fd_of(9, str_of("/dev/pts/0")).kind, POLLED_OTHER);
}

struct one {
	int fd;
	const char *target;
};

static struct polled_fds fds_of(const struct one *all, size_t n, const char *fdinfo)
{
	struct polled_fds fds = { 0 };

	for (size_t i = 0; i < n; i++)
		VEC_PUSH(&fds, polled_fd_of(all[i].fd, str_of(all[i].target)));
	assert_true(polled_mark(&fds, str_of(fdinfo)));
	return fds;
}

static bool judge(const struct one *all, size_t n, const char *fdinfo, const char *tcp,
		  const char *listening)
{
	struct polled_fds fds = fds_of(all, n, fdinfo);
	bool may = polled_judge(&fds, str_of(tcp), str_of(listening));

	VEC_FREE(&fds);
	return may;
}

static void who_is_polled_is_told_by_fdinfo(void **state)
{
	static const struct one all[] = { { 5, "socket:[171]" }, { 6, "socket:[255]" } };
	struct polled_fds fds = fds_of(all, 2,
				       "pos:\t0\nflags:\t02000002\ntfd:        6 events: 8000201d "
				       "data: 3fb0  pos:0 ino:ff sdev:9\n");

	(void)state;
	assert_false(fds.items[0].polled);
	assert_true(fds.items[1].polled);
	/* The number is another descriptor's now. */
	assert_false(polled_mark(&fds, str_of("tfd: 5 events: 19 data: 0 pos:0 ino:ff sdev:9\n")));
	assert_false(polled_mark(&fds, str_of("tfd: 77 events: 19 data: 0 pos:0 ino:ff sdev:9\n")));
	assert_false(polled_mark(&fds, str_of("tfd:")));
	VEC_FREE(&fds);
}

static void a_connection_to_itself_is_inner(void **state)
{
	static const struct one both[] = { { 5, "socket:[171]" }, { 6, "socket:[255]" } };
	static const char *const fdinfo = "tfd: 5 events: 1d data: 0 pos:0 ino:ab sdev:9\n";
	static const char *const table =
	    HEAD ROW("0", "0100007F:1F90", "0100007F:8001", "01", "171")
		ROW("1", "0000000000000000FFFF00000100007F:8001",
		    "0000000000000000FFFF00000100007F:1F90", "01", "255");

	(void)state;
	assert_false(judge(both, 2, fdinfo, table, ""));
	assert_true(judge(both, 1, fdinfo, table, "")); /* the other side is another process's */
	assert_true(judge(both, 2, fdinfo, HEAD, ""));  /* no TCP */
	assert_false(judge(both, 1, fdinfo,
			   HEAD ROW("0", "0100007F:1F90", "0100007F:8001", "08", "171"), ""));
	assert_false(judge(both, 1, fdinfo,
			   HEAD ROW("0", "00000000:1F90", "00000000:0000", "0A", "171"), ""));
	assert_true(judge(both, 1, fdinfo,
			  HEAD ROW("0", "0100007F:1F90", "0100007F:8001", "02", "171"), ""));
}

static void a_unix_socket_is_inner_when_it_listens(void **state)
{
	static const struct one all[] = { { 5, "socket:[171]" } };
	static const char *const fdinfo = "tfd: 5 events: 1d data: 0 pos:0 ino:ab sdev:9\n";

	(void)state;
	assert_false(
	    judge(all, 1, fdinfo, HEAD, "00: 00000002 00000000 00010000 0001 01 171 /run/x\n"));
	assert_true(judge(all, 1, fdinfo, HEAD, "00: 00000002 00000000 00000000 0001 03 171\n"));
}

static void a_pipe_is_inner_with_both_ends(void **state)
{
	static const struct one all[] = { { 5, "pipe:[171]" },
					  { 6, "pipe:[171]" },
					  { 0, "pipe:[171]" } };
	static const char *const fdinfo = "tfd: 5 events: 1d data: 0 pos:0 ino:ab sdev:f\n";

	(void)state;
	assert_false(judge(all, 2, fdinfo, HEAD, ""));
	assert_true(judge(all, 1, fdinfo, HEAD, ""));
	assert_true(judge(all, 3, fdinfo, HEAD, "")); /* it came with the process */
}

static void our_end_brings_nothing(void **state)
{
	static const struct one theirs[] = { { 5, "pipe:[171]" }, { 6, "pipe:[172]" } };
	static const struct one mine[] = { { 9, "pipe:[171]" }, { 1, "pipe:[172]" } };
	struct polled_fds fds = fds_of(theirs, 2, ""), ours = fds_of(mine, 2, "");

	(void)state;
	polled_forgive(&fds, &ours);
	assert_int_equal(fds.items[0].kind, POLLED_INNER);
	assert_int_equal(fds.items[1].kind, POLLED_PIPE);
	VEC_FREE(&fds);
	VEC_FREE(&ours);
}

static void too_many_are_not_looked_into(void **state)
{
	struct polled_fds fds = { 0 };

	(void)state;
	for (int i = 0; i < 300; i++)
		VEC_PUSH(&fds,
			 ((struct polled_fd){ .fd = i, .kind = POLLED_INNER, .polled = true }));
	assert_true(polled_judge(&fds, str_of(HEAD), str_of("")));
	fds.len = 200;
	assert_false(polled_judge(&fds, str_of(HEAD), str_of("")));
	VEC_FREE(&fds);
}

/* --- processes --------------------------------------------------------------------------------- */

static int epoll_of(int fd)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event e = { .events = EPOLLIN };

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e))
		_exit(90);
	return epoll;
}

/* Also when the parent has ended already. */
static void end_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
}

static bool ask(void (*body)(void))
{
	int ready[2], pid;
	pid_t parent = getpid();
	char byte;
	bool may;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		end_with(parent);
		body();
		if (write(ready[1], "r", 1) < 0)
			_exit(91);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	may = polled_from_outside(pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	return may;
}

static int listen_on(struct sockaddr_in *at)
{
	socklen_t n = sizeof(*at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*at = (struct sockaddr_in){ .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (bind(fd, (struct sockaddr *)at, n) || listen(fd, 5) ||
	    getsockname(fd, (struct sockaddr *)at, &n))
		_exit(92);
	return fd;
}

static int dial(const struct sockaddr_in *at)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(fd, (const struct sockaddr *)at, sizeof(*at)))
		_exit(93);
	return fd;
}

static void listening(void)
{
	struct sockaddr_in at;

	epoll_of(listen_on(&at));
}

static void connected_to_itself(void)
{
	struct sockaddr_in at;
	int listener = listen_on(&at), here = dial(&at), there = accept(listener, NULL, NULL);

	epoll_of(here);
	epoll_of(there);
}

static void other_side_closed(void)
{
	struct sockaddr_in at;
	int listener = listen_on(&at), here = dial(&at);

	close(accept(listener, NULL, NULL));
	epoll_of(here);
}

/* Another process has accepted. */
static void connected_to_another(void)
{
	struct sockaddr_in at;
	int listener = listen_on(&at), here = dial(&at);
	pid_t parent = getpid();

	if (!fork()) {
		end_with(parent);
		accept(listener, NULL, NULL);
		for (;;)
			pause();
	}
	close(listener);
	epoll_of(here);
}

static void datagrams(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (bind(fd, (struct sockaddr *)&at, sizeof(at)))
		_exit(94);
	epoll_of(fd);
}

static void pair(void)
{
	int both[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, both))
		_exit(95);
	epoll_of(both[0]);
}

static void own_pipe(void)
{
	int ends[2];

	if (pipe(ends))
		_exit(96);
	epoll_of(ends[0]);
}

static void inner_things(void)
{
	epoll_of(eventfd(0, 0));
	epoll_of(inotify_init1(0));
}

static void a_process_can_be_asked(void **state)
{
	(void)state;
	assert_false(ask(listening));
	assert_false(ask(connected_to_itself));
	assert_false(ask(other_side_closed));
	assert_false(ask(own_pipe));
	assert_false(ask(inner_things));
	assert_true(ask(connected_to_another));
	assert_true(ask(datagrams));
	assert_true(ask(pair));
	assert_true(polled_from_outside(0)); /* there is none */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_tells_what_a_descriptor_is),
		cmocka_unit_test(who_is_polled_is_told_by_fdinfo),
		cmocka_unit_test(a_connection_to_itself_is_inner),
		cmocka_unit_test(a_unix_socket_is_inner_when_it_listens),
		cmocka_unit_test(a_pipe_is_inner_with_both_ends),
		cmocka_unit_test(our_end_brings_nothing),
		cmocka_unit_test(too_many_are_not_looked_into),
		cmocka_unit_test(a_process_can_be_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
