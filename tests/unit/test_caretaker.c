#include <dirent.h>

#include "unit.h"

#include "guard/caretaker.h"
#include "guarded.h"
#include "proc/stray.h"

struct scene {
	int watcher, test, caretaker;
	int go; /* one byte lets the test go on */
};

/* What a child of the tests may do when the watcher is gone. */
static void live_on(const struct guarded *g)
{
	int pid, fd;
	char byte;

	prctl(PR_SET_PDEATHSIG, 0);
	/* Only now may the watcher be killed. */
	if (write(g->tell, "r", 1) < 0 || read(0, &byte, 1) < 0)
		abort();
	fd = guarded_create(TRAP_MARKER_PATH);
	pid = fork();
	if (!pid)
		_exit(3);
	_exit(fd >= 0 && write(fd, "x", 1) == 1 && waitpid(pid, NULL, 0) == pid ? 4 : 5);
}

/* Starts both, tells their ids and waits to be killed. Never returns. */
static void watch(int tell, int go)
{
	struct caretaker c = { 0 };
	struct guarded g;
	char byte;

	if (dup2(go, 0) < 0)
		_exit(1);
	guarded_start(&g, &(struct filter_spec){ 0 }, live_on);
	if (read(g.told, &byte, 1) != 1 || !caretaker_start(&c, g.trap.listener, NULL))
		_exit(1);
	if (write(tell, &(int[2]){ g.pid, c.pid }, sizeof(int[2])) < 0)
		_exit(1);
	for (;;)
		pause();
}

static void set_up(struct scene *s)
{
	int ids[2], told[2], go[2];

	strays_adopt(true);
	assert_int_equal(pipe2(told, O_CLOEXEC), 0);
	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	s->watcher = fork();
	if (!s->watcher)
		watch(told[1], go[0]);
	close(go[0]);
	s->go = go[1];
	assert_int_equal(read(told[0], ids, sizeof(ids)), sizeof(ids));
	s->test = ids[0];
	s->caretaker = ids[1];
	close(told[0]);
	close(told[1]);
}

/* Its wait status; -1: it has not ended in time. */
static int wait_for(int pid)
{
	int status;

	for (int i = 0; i < 500; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		usleep(10000);
	}
	return -1;
}

static void tear_down(struct scene *s)
{
	close(s->go);
	strays_end(0);
	strays_adopt(false);
}

static void it_answers_when_the_watcher_was_killed(void **state)
{
	struct scene s;
	int status;

	(void)state;
	set_up(&s);
	kill(s.watcher, SIGKILL);
	assert_int_equal(wait_for(s.watcher), SIGKILL);
	assert_int_equal(waitpid(s.caretaker, NULL, WNOHANG), 0);
	assert_int_equal(write(s.go, "x", 1), 1);
	status = wait_for(s.test);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 4);
	assert_int_equal(wait_for(s.caretaker), 0);
	tear_down(&s);
}

static void exit_soon(const struct guarded *g)
{
	(void)g;
}

static void it_ends_with_the_filter(void **state)
{
	struct caretaker c = { 0 };
	struct guarded g;
	int pid;

	(void)state;
	guarded_start(&g, &(struct filter_spec){ 0 }, exit_soon);
	assert_true(caretaker_start(&c, g.trap.listener, NULL));
	pid = c.pid;
	assert_int_equal(guarded_end(&g), 0);
	assert_int_equal(wait_for(pid), 0); /* although the watcher lives */
	caretaker_leave(&c, true);
	assert_int_equal(c.pid, 0);
	caretaker_leave(&c, false); /* there is none any more */
}

static void it_is_waited_for_where_nobody_is_left(void **state)
{
	struct caretaker c = { 0 };
	struct guarded g;

	(void)state;
	guarded_start(&g, &(struct filter_spec){ 0 }, exit_soon);
	assert_true(caretaker_start(&c, g.trap.listener, NULL));
	assert_int_equal(guarded_end(&g), 0);
	caretaker_leave(&c, false);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static size_t count_descriptors(int pid)
{
	char path[64];
	size_t n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));)
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

/* Else go test, the shell or a key that ends it would wait for it, or end it. */
static void nobody_waits_for_it_or_reaches_it(void **state)
{
	struct caretaker c = { 0 };
	struct guarded g;
	char path[64], folder[8] = "";

	(void)state;
	guarded_start(&g, &(struct filter_spec){ 0 }, exit_soon);
	assert_true(caretaker_start(&c, g.trap.listener, NULL));
	for (int i = 0; i < 5000 && count_descriptors(c.pid) != 2; i++)
		usleep(1000);
	assert_int_equal(count_descriptors(c.pid), 2);
	assert_int_equal(getsid(c.pid), c.pid);
	snprintf(path, sizeof(path), "/proc/%d/cwd", c.pid);
	assert_int_equal(readlink(path, folder, sizeof(folder)), 1);
	assert_string_equal(folder, "/");
	kill(c.pid, SIGTERM);
	kill(c.pid, SIGHUP);
	usleep(20000);
	assert_int_equal(waitpid(c.pid, NULL, WNOHANG), 0);
	assert_int_equal(guarded_end(&g), 0);
	caretaker_leave(&c, false);
}

static void it_sleeps_while_the_watcher_lives(void **state)
{
	struct caretaker c = { 0 };
	struct guarded g;
	struct trap_event e;

	(void)state;
	guarded_start(&g, &(struct filter_spec){ 0 }, exit_soon);
	assert_true(caretaker_start(&c, g.trap.listener, NULL));
	e = guarded_next(&g);
	usleep(50000);
	assert_int_equal(waitpid(g.pid, NULL, WNOHANG), 0);
	caretaker_leave(&c, true); /* now it answers */
	assert_int_equal(e.kind, TRAP_EXIT);
	guarded_kill(&g);
	strays_end(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_answers_when_the_watcher_was_killed),
		cmocka_unit_test(it_ends_with_the_filter),
		cmocka_unit_test(it_is_waited_for_where_nobody_is_left),
		cmocka_unit_test(nobody_waits_for_it_or_reaches_it),
		cmocka_unit_test(it_sleeps_while_the_watcher_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
