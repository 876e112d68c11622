/* A program that cannot be started, under a filter that reports its exit. */
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>

#include "guard/filter.h"
#include "proc/spawn.h"
#include "unit.h"

static bool trap_the_exit(void *ctx, struct err *err)
{
	bool no_new_privs;

	return filter_install(&(struct filter_spec){ .no_open = true }, ctx, &no_new_privs, err) ==
	       FILTER_OK;
}

static char *const no_words[] = { NULL };

/* Nobody answers its exit_group, so it cannot end by itself. */
static void a_failed_exec_comes_back_at_once(void **state)
{
	int listener = -1;
	struct spawn s = {
		.path = "/nowhere/x.test",
		.argv = no_words,
		.envp = no_words,
		.fds = { -1, -1, -1 },
		.die_with_parent = true,
		.prepare = trap_the_exit,
		.ctx = &listener,
	};
	struct child c = { 0 };
	struct err err = { 0 };

	(void)state;
	alarm(10);
	assert_false(spawn_start(&s, &c, &err));
	alarm(0);
	assert_int_equal(err.sys, ENOENT);
	assert_int_equal(c.pid, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failed_exec_comes_back_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
