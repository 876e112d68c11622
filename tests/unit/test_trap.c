#include <sys/resource.h>

#include "unit.h"

#include "guarded.h"

static const struct filter_spec by_number = { 0 };

static void exit_with_7(const struct guarded *g)
{
	(void)g;
	_exit(7);
}

static void the_exit_is_held(void **state)
{
	struct trap_event e;
	struct guarded g;
	int status;

	(void)state;
	guarded_start(&g, &by_number, exit_with_7);
	e = guarded_next(&g);
	assert_int_equal(e.kind, TRAP_EXIT);
	assert_true(e.status == 7 && e.tid == g.pid && e.ip);
	assert_int_equal(waitpid(g.pid, &status, WNOHANG), 0);
	trap_continue(&g.trap, e.id);
	assert_int_equal(waitpid(g.pid, &status, 0), g.pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	e.kind = TRAP_NOTHING;
	trap_next(&g.trap, &e);
	assert_int_equal(e.kind, TRAP_CLOSED);
	trap_close(&g.trap);
	assert_int_equal(g.trap.listener, -1);
	close(g.told);
}

static void create_the_marker(const struct guarded *g)
{
	int fd = guarded_create(TRAP_MARKER_PATH);

	dprintf(fd, "%d %d", fd, fcntl(fd, F_GETFD));
	close(g->tell);
}

static void expect_answer(void (*body)(const struct guarded *), const char *said)
{
	struct trap_event e;
	struct guarded g;
	char text[32] = "";
	int ends[2];

	guarded_start(&g, &by_number, body);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	e = guarded_next(&g);
	assert_int_equal(e.kind, TRAP_MARKER);
	assert_true(trap_answer_high(&g.trap, e.id, ends[1]));
	close(ends[1]);
	assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
	assert_string_equal(text, said);
	close(ends[0]);
	assert_int_equal(guarded_end(&g), 0);
}

static void limit_files(rlim_t n)
{
	if (setrlimit(RLIMIT_NOFILE, &(struct rlimit){ n, n }))
		abort();
}

static void use_the_high_ones(const struct guarded *g)
{
	limit_files(2000);
	if (dup2(0, 1000) < 0 || dup2(0, 999) < 0)
		abort();
	create_the_marker(g);
}

static void have_a_low_limit(const struct guarded *g)
{
	limit_files(64);
	create_the_marker(g);
}

static void have_a_high_limit(const struct guarded *g)
{
	limit_files(2000);
	create_the_marker(g);
}

static void the_marker_becomes_our_descriptor_at_a_high_number(void **state)
{
	(void)state;
	expect_answer(have_a_high_limit, "1000 1");
	expect_answer(use_the_high_ones, "998 1");
	expect_answer(have_a_low_limit, "63 1");
}

static void open_others(const struct guarded *g)
{
	int plain = open(TRAP_MARKER_PATH, O_RDWR | O_CLOEXEC);
	int other = guarded_create("/dev/null");
	int gate = guarded_create(TRAP_GATE_PATH);
	char said[] = { (char)('0' + (plain >= 0)), (char)('0' + (other >= 0)),
			(char)('0' + (gate < 0 && errno == EINTR)) };

	if (write(g->tell, said, sizeof(said)) < 0)
		abort();
}

static void other_opens_go_on(void **state)
{
	struct trap_event e;
	struct guarded g;
	char said[4] = "";

	(void)state;
	guarded_start(&g, &by_number, open_others);
	e = guarded_next(&g);
	assert_int_equal(e.kind, TRAP_GATE);
	trap_interrupt(&g.trap, e.id);
	assert_int_equal(read(g.told, said, 3), 3);
	assert_string_equal(said, "111");
	assert_int_equal(guarded_end(&g), 0);
}

static void have_a_child(const struct guarded *g)
{
	int status, pid = fork();

	if (!pid) {
		int fd = guarded_create(TRAP_MARKER_PATH);

		_exit(fd >= 0 && write(fd, "x", 1) == 1 ? 5 : 6);
	}
	waitpid(pid, &status, 0);
	if (write(g->tell, &status, sizeof(status)) < 0)
		abort();
}

/* It inherits the filter. What it opens is the real /dev/null. */
static void a_foreign_process_is_let_go(void **state)
{
	struct guarded g;
	int status;

	(void)state;
	guarded_start(&g, &by_number, have_a_child);
	assert_int_equal(guarded_end(&g), 0);
	guarded_start(&g, &by_number, have_a_child);
	assert_int_equal(guarded_next(&g).kind, TRAP_EXIT);
	assert_int_equal(read(g.told, &status, sizeof(status)), sizeof(status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 5);
	guarded_kill(&g);
}

static void wrap_a_test(const struct guarded *g)
{
	int pid = fork();

	if (!pid)
		create_the_marker(g);
	else
		waitpid(pid, NULL, 0);
}

static void behind_a_wrapper_the_first_marker_tells(void **state)
{
	struct trap_event e;
	struct guarded g;

	(void)state;
	guarded_start(&g, &by_number, wrap_a_test);
	g.trap.pid = 0;
	e = guarded_next(&g);
	assert_int_equal(e.kind, TRAP_MARKER);
	assert_true(g.trap.pid > 0 && g.trap.pid != g.pid && g.trap.pid == e.tid);
	trap_continue(&g.trap, e.id);
	e = guarded_next(&g);
	assert_true(e.kind == TRAP_EXIT && e.tid == g.trap.pid);
	guarded_kill(&g);
}

static void only_the_instruction_asked_for_is_trapped(void **state)
{
	struct guarded g;
	int status;

	(void)state;
	guarded_start(&g, &(struct filter_spec){ .exit_ip = 1, .open_ip = 1 }, create_the_marker);
	assert_int_equal(waitpid(g.pid, &status, 0), g.pid);
	assert_int_equal(status, 0);
	trap_close(&g.trap);
	close(g.told);
}

static void opens_are_left_alone_where_they_shall_be(void **state)
{
	struct guarded g;

	(void)state;
	guarded_start(&g, &(struct filter_spec){ .no_open = true }, create_the_marker);
	assert_int_equal(guarded_end(&g), 0);
}

static void install_another(const struct guarded *g)
{
	struct err err = { 0 };
	bool no_new_privs;
	int listener;
	char refusal = (char)filter_install(&by_number, &listener, &no_new_privs, &err);

	if (write(g->tell, &refusal, 1) < 0 || err.sys != EBUSY)
		abort();
}

static void there_is_one_listener_only(void **state)
{
	struct guarded g;
	char refusal = 0;

	(void)state;
	guarded_start(&g, &by_number, install_another);
	assert_int_equal(read(g.told, &refusal, 1), 1);
	assert_int_equal(refusal, FILTER_BUSY);
	assert_int_equal(guarded_end(&g), 0);
}

static void write_to_50(const struct guarded *g)
{
	(void)g;
	guarded_create(TRAP_MARKER_PATH);
	if (write(50, "x", 1) < 1 || fcntl(50, F_GETFD) != FD_CLOEXEC)
		_exit(1);
}

static void a_descriptor_can_be_put_anywhere(void **state)
{
	struct trap_event e;
	struct guarded g;
	char byte;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	guarded_start(&g, &by_number, write_to_50);
	e = guarded_next(&g);
	assert_true(trap_put_fd(&g.trap, e.id, ends[1], 50, O_CLOEXEC));
	trap_continue(&g.trap, e.id);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(guarded_end(&g), 0);
	assert_false(trap_put_fd(&g.trap, e.id, ends[1], 50, 0));
	close(ends[0]);
	close(ends[1]);
}

static void a_caller_that_died_needs_no_answer(void **state)
{
	struct trap_event e;
	struct guarded g;

	(void)state;
	guarded_start(&g, &by_number, create_the_marker);
	e = guarded_next(&g);
	kill(g.pid, SIGKILL);
	assert_int_equal(waitpid(g.pid, NULL, 0), g.pid);
	trap_continue(&g.trap, e.id);
	assert_false(trap_answer_high(&g.trap, e.id, 0));
	trap_close(&g.trap);
	close(g.told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exit_is_held),
		cmocka_unit_test(the_marker_becomes_our_descriptor_at_a_high_number),
		cmocka_unit_test(other_opens_go_on),
		cmocka_unit_test(a_foreign_process_is_let_go),
		cmocka_unit_test(behind_a_wrapper_the_first_marker_tells),
		cmocka_unit_test(only_the_instruction_asked_for_is_trapped),
		cmocka_unit_test(opens_are_left_alone_where_they_shall_be),
		cmocka_unit_test(there_is_one_listener_only),
		cmocka_unit_test(a_descriptor_can_be_put_anywhere),
		cmocka_unit_test(a_caller_that_died_needs_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
