#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "proc/spawn.h"
#include "proc/stray.h"
#include "unit.h"

extern char **environ;

/* A shell command, to be changed at will. */
static struct spawn shell(char *command)
{
	static char name[] = "sh", option[] = "-c";
	static char *argv[4] = { name, option };
	struct spawn s = { .path = "sh", .argv = argv, .envp = environ, .fds = { -1, -1, -1 } };

	argv[2] = command;
	sigemptyset(&s.mask);
	return s;
}

#define COMMAND(text) ((char[]){ text })

static int run(const struct spawn *s)
{
	struct child c = { 0 };
	struct err err = { 0 };
	int status;

	if (!spawn_start(s, &c, &err))
		return -1;
	status = child_wait(&c);
	assert_int_equal(c.pid, 0);
	assert_int_equal(c.pidfd, -1);
	return status;
}

/* What comes out of a pipe until its end. */
static const char *drain(int fd, char *text, size_t size)
{
	size_t n = 0;
	ssize_t got;

	while (n < size - 1 && (got = read(fd, text + n, size - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	close(fd);
	return text;
}

static bool no_children(void)
{
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

static void returns_how_the_program_ended(void **state)
{
	struct spawn s = shell(COMMAND("exit 3"));
	int status = run(&s);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 3);
	s = shell(COMMAND("kill -9 $$"));
	status = run(&s);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void what_cannot_be_executed_says_so_itself(void **state)
{
	struct spawn s = shell(COMMAND("true"));
	struct child c = { .pid = -5 };
	struct err err = { 0 };

	(void)state;
	s.path = "/no/such/program";
	assert_false(spawn_start(&s, &c, &err));
	assert_int_equal(err.code, ERR_OS);
	assert_int_equal(err.sys, ENOENT);
	assert_string_equal(err.msg, "start /no/such/program");
	assert_int_equal(c.pid, -5);
	assert_true(no_children());
	s.path = "/dev/null";
	assert_false(spawn_start(&s, &c, NULL));
	assert_true(no_children());
}

static bool refuse(void *ctx, struct err *err)
{
	return err_set(err, ERR_LIMIT, "refused for %s", (const char *)ctx);
}

static void what_cannot_be_prepared_says_so_itself(void **state)
{
	struct spawn s = shell(COMMAND("true"));
	struct child c;
	struct err err = { 0 };

	(void)state;
	s.prepare = refuse;
	s.ctx = COMMAND("a reason");
	assert_false(spawn_start(&s, &c, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_string_equal(err.msg, "refused for a reason");
	assert_true(no_children());
}

static bool leave_root(void *ctx, struct err *err)
{
	return chdir(ctx) == 0 || err_sys(err, errno, "chdir");
}

static void prepares_in_the_child_behind_its_descriptors(void **state)
{
	struct spawn s = shell(COMMAND("pwd"));
	char text[256];
	int out[2];

	(void)state;
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	s.fds[1] = out[1];
	s.prepare = leave_root;
	s.ctx = COMMAND("/proc");
	assert_int_equal(run(&s), 0);
	close(out[1]);
	assert_string_equal(drain(out[0], text, sizeof(text)), "/proc\n");
}

static void puts_descriptors_where_they_belong(void **state)
{
	struct spawn s = shell(COMMAND("cat; echo out; echo err >&2"));
	int in[2], out[2], err[2];
	char text[256];

	(void)state;
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	assert_int_equal(write(in[1], "in\n", 3), 3);
	close(in[1]);
	s.fds[0] = in[0];
	s.fds[1] = out[1];
	s.fds[2] = err[1];
	assert_int_equal(run(&s), 0);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	assert_string_equal(drain(out[0], text, sizeof(text)), "in\nout\n");
	assert_string_equal(drain(err[0], text, sizeof(text)), "err\n");
}

/* Runs body in a process of its own, which may spoil its descriptors. */
static int apart(void (*body)(int out, int err), int out, int err)
{
	int pid = fork(), status;

	if (!pid) {
		body(out, err);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int start_and_wait(const struct spawn *s)
{
	struct child c;

	return spawn_start(s, &c, NULL) ? WEXITSTATUS(child_wait(&c)) : 90;
}

static void swap_outputs(int out, int err)
{
	struct spawn s = shell(COMMAND("echo out; echo err >&2"));

	dup2(out, 1);
	dup2(err, 2);
	s.fds[1] = 2;
	s.fds[2] = 1;
	_exit(start_and_wait(&s));
}

static void inherit_close_on_exec(int out, int err)
{
	struct spawn s = shell(COMMAND("echo out; echo err >&2"));

	dup3(out, 1, O_CLOEXEC);
	dup3(err, 2, O_CLOEXEC);
	s.fds[1] = 1;
	s.fds[2] = 2;
	_exit(start_and_wait(&s));
}

static void with_outputs(void (*body)(int, int), const char *expect_out, const char *expect_err)
{
	char text[256];
	int out[2], err[2];

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	assert_int_equal(apart(body, out[1], err[1]), 0);
	close(out[1]);
	close(err[1]);
	assert_string_equal(drain(out[0], text, sizeof(text)), expect_out);
	assert_string_equal(drain(err[0], text, sizeof(text)), expect_err);
}

static void descriptors_may_cross(void **state)
{
	(void)state;
	with_outputs(swap_outputs, "err\n", "out\n");
}

static void a_descriptor_that_is_in_place_stays_open(void **state)
{
	(void)state;
	with_outputs(inherit_close_on_exec, "out\n", "err\n");
}

static void fail_without_standard_descriptors(int out, int err)
{
	struct spawn s = shell(COMMAND("true"));
	struct err why = { 0 };
	struct child c;

	(void)err;
	close(0);
	close(1);
	close(2);
	s.path = "/no/such/program";
	s.fds[0] = s.fds[1] = s.fds[2] = out;
	_exit(!spawn_start(&s, &c, &why) && why.sys == ENOENT ? 0 : 1);
}

static void the_error_comes_where_standard_descriptors_are_closed(void **state)
{
	(void)state;
	with_outputs(fail_without_standard_descriptors, "", "");
}

static void sets_the_mask_and_the_environment(void **state)
{
	char *env[] = { COMMAND("WORD=from us"), NULL };
	char *argv[] = { COMMAND("awk"), COMMAND("/SigBlk/ { print $2, ENVIRON[\"WORD\"] }"),
			 COMMAND("/proc/self/status"), NULL };
	struct spawn s = shell(COMMAND(""));
	char text[256];
	int out[2];

	(void)state;
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	s.path = "awk"; /* a shell would begin with a mask of its own */
	s.argv = argv;
	s.fds[1] = out[1];
	s.envp = env;
	sigaddset(&s.mask, SIGUSR1);
	assert_int_equal(run(&s), 0);
	close(out[1]);
	assert_string_equal(drain(out[0], text, sizeof(text)), "0000000000000200 from us\n");
}

static void the_pidfd_tells_the_end(void **state)
{
	struct spawn s = shell(COMMAND("exec cat"));
	struct pollfd p = { .events = POLLIN };
	struct child c;
	int in[2];

	(void)state;
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	s.fds[0] = in[0];
	assert_true(spawn_start(&s, &c, NULL));
	close(in[0]);
	p.fd = c.pidfd;
	assert_int_equal(poll(&p, 1, 20), 0);
	close(in[1]);
	assert_int_equal(poll(&p, 1, 10000), 1);
	assert_int_equal(child_wait(&c), 0);
}

/* A parent that starts a child and is killed. Returns how its child ended. */
static int orphan_status(bool die_with_parent)
{
	struct spawn s = shell(COMMAND("read line; exit 4"));
	int in[2], told[2], parent, pid = 0, status = 0;
	struct child c;

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(told, O_CLOEXEC), 0);
	s.fds[0] = in[0];
	s.die_with_parent = die_with_parent;
	parent = fork();
	if (!parent) {
		if (!spawn_start(&s, &c, NULL) || write(told[1], &c.pid, sizeof(c.pid)) < 0)
			_exit(1);
		pause();
	}
	close(told[1]);
	assert_int_equal(read(told[0], &pid, sizeof(pid)), sizeof(pid));
	close(told[0]);
	kill(parent, SIGKILL);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	/* Where it lives on it gets its line. */
	if (!die_with_parent)
		assert_int_equal(write(in[1], "\n", 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(in[0]);
	close(in[1]);
	return status;
}

static void dies_with_its_parent_where_that_is_wanted(void **state)
{
	int status;

	(void)state;
	strays_adopt(true);
	status = orphan_status(true);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	status = orphan_status(false);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 4);
	strays_adopt(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(returns_how_the_program_ended),
		cmocka_unit_test(what_cannot_be_executed_says_so_itself),
		cmocka_unit_test(what_cannot_be_prepared_says_so_itself),
		cmocka_unit_test(prepares_in_the_child_behind_its_descriptors),
		cmocka_unit_test(puts_descriptors_where_they_belong),
		cmocka_unit_test(descriptors_may_cross),
		cmocka_unit_test(a_descriptor_that_is_in_place_stays_open),
		cmocka_unit_test(the_error_comes_where_standard_descriptors_are_closed),
		cmocka_unit_test(sets_the_mask_and_the_environment),
		cmocka_unit_test(the_pidfd_tells_the_end),
		cmocka_unit_test(dies_with_its_parent_where_that_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
