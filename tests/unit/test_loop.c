#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "proc/loop.h"
#include "unit.h"

/* Two pipes with a byte in each, and who was called. */
struct fixture {
	struct loop loop;
	int one[2], two[2];
	char said[16];
	size_t said_len;
	int64_t value;
};

static void begin(struct fixture *f)
{
	*f = (struct fixture){ 0 };
	assert_int_equal(pipe2(f->one, O_CLOEXEC), 0);
	assert_int_equal(pipe2(f->two, O_CLOEXEC), 0);
	assert_int_equal(write(f->one[1], "1", 1), 1);
	assert_int_equal(write(f->two[1], "2", 1), 1);
}

static void end(struct fixture *f)
{
	for (int i = 0; i < 2; i++) {
		close(f->one[i]);
		close(f->two[i]);
	}
	loop_release(&f->loop);
}

static void say(struct fixture *f, int fd)
{
	assert_true(f->said_len < sizeof(f->said) - 1);
	f->said[f->said_len++] = fd == f->one[0] ? '1' : '2';
}

static void take(void *ctx, int fd, short revents)
{
	struct fixture *f = ctx;
	char byte;

	assert_true(revents & POLLIN);
	assert_int_equal(read(fd, &byte, 1), 1);
	say(f, fd);
	loop_remove(&f->loop, fd);
}

static void sources_are_served_in_the_order_they_came(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	loop_add(&f.loop, f.two[0], POLLIN, take, &f);
	loop_add(&f.loop, f.one[0], POLLIN, take, &f);
	assert_true(loop_run(&f.loop, NULL));
	assert_string_equal(f.said, "21");
	assert_int_equal(f.loop.len, 0);
	end(&f);
}

static void remove_the_other(void *ctx, int fd, short revents)
{
	struct fixture *f = ctx;

	take(ctx, fd, revents);
	loop_remove(&f->loop, fd == f->one[0] ? f->two[0] : f->one[0]);
}

static void a_removed_source_is_not_called_any_more(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	loop_add(&f.loop, f.one[0], POLLIN, remove_the_other, &f);
	loop_add(&f.loop, f.two[0], POLLIN, remove_the_other, &f);
	assert_true(loop_run(&f.loop, NULL));
	assert_string_equal(f.said, "1");
	end(&f);
}

static void add_many(void *ctx, int fd, short revents)
{
	struct fixture *f = ctx;

	take(ctx, fd, revents);
	/* More than there was room for, so that the sources move. */
	for (int i = 0; i < 100; i++) {
		loop_add(&f->loop, f->two[0], POLLIN, take, f);
		if (i < 99)
			loop_remove(&f->loop, f->two[0]);
	}
}

static void a_callback_may_add_sources(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	loop_add(&f.loop, f.one[0], POLLIN, add_many, &f);
	assert_true(loop_run(&f.loop, NULL));
	assert_string_equal(f.said, "12");
	end(&f);
}

static void stop(void *ctx, int fd, short revents)
{
	struct fixture *f = ctx;

	(void)revents;
	say(f, fd);
	f->loop.stop = true;
}

static void stop_ends_the_round(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	loop_add(&f.loop, f.one[0], POLLIN, stop, &f);
	loop_add(&f.loop, f.two[0], POLLIN, stop, &f);
	assert_true(loop_run(&f.loop, NULL));
	assert_string_equal(f.said, "1");
	assert_int_equal(f.loop.len, 2);
	end(&f);
}

static void see_hangup(void *ctx, int fd, short revents)
{
	struct fixture *f = ctx;

	assert_true(revents & POLLHUP);
	say(f, fd);
	loop_remove(&f->loop, fd);
}

static void a_hangup_counts_without_being_asked_for(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	close(f.one[1]);
	loop_add(&f.loop, f.one[0], 0, see_hangup, &f);
	assert_true(loop_run(&f.loop, NULL));
	assert_string_equal(f.said, "1");
	f.one[1] = -1;
	end(&f);
}

static void what_poll_refuses_is_an_error(void **state)
{
	struct rlimit before, few;
	struct fixture f;
	struct err err = { 0 };

	(void)state;
	begin(&f);
	for (int i = 0; i < 100; i++)
		loop_add(&f.loop, f.one[1], POLLIN, take, &f);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = (struct rlimit){ 50, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_false(loop_run(&f.loop, &err));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(err.code, ERR_OS);
	assert_int_equal(err.sys, EINVAL);
	end(&f);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int number)
{
	(void)number;
	alarms++;
}

static void fired(void *ctx, int fd, short revents)
{
	struct fixture *f = ctx;

	(void)revents;
	timer_clear(fd);
	f->loop.stop = ++f->value == 1;
}

static void a_signal_does_not_end_it(void **state)
{
	const struct itimerval soon = { .it_value = { .tv_usec = 10000 } };
	struct sigaction catch = { .sa_handler = on_alarm }, before;
	struct fixture f;
	int timer;

	(void)state;
	begin(&f);
	alarms = 0;
	assert_true(timer_open(&timer, NULL));
	assert_int_equal(sigaction(SIGALRM, &catch, &before), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	timer_set(timer, 60 * NS_PER_MS);
	loop_add(&f.loop, timer, POLLIN, fired, &f);
	assert_true(loop_run(&f.loop, NULL));
	sigaction(SIGALRM, &before, NULL);
	assert_int_equal(alarms, 1);
	assert_int_equal(f.value, 1);
	close(timer);
	end(&f);
}

static bool readable(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

static void a_timer_fires_once_and_can_be_disarmed(void **state)
{
	int64_t start_ns = clock_now_ns();
	int t;

	(void)state;
	assert_true(timer_open(&t, NULL));
	assert_true(fcntl(t, F_GETFD) & FD_CLOEXEC);
	timer_clear(t); /* nothing to clear: it does not wait */
	timer_set(t, 20 * NS_PER_MS);
	assert_true(readable(t, 5000));
	assert_true(clock_now_ns() - start_ns >= 20 * NS_PER_MS);
	timer_clear(t);
	assert_false(readable(t, 40));
	timer_set(t, 20 * NS_PER_MS);
	timer_set(t, 0);
	assert_false(readable(t, 40));
	/* Seconds and nanoseconds are told apart. */
	timer_set(t, NS_PER_S + 1);
	assert_false(readable(t, 20));
	close(t);
}

static void signals_come_as_bytes(void **state)
{
	sigset_t before, now;
	int fd;

	(void)state;
	sigprocmask(SIG_BLOCK, NULL, &before);
	assert_true(signals_open(&fd, (const int[]){ SIGUSR1, SIGUSR2, 0 }, NULL));
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_false(readable(fd, 0));
	sigprocmask(SIG_BLOCK, NULL, &now);
	assert_true(sigismember(&now, SIGUSR1) && sigismember(&now, SIGUSR2));
	assert_false(sigismember(&now, SIGTERM));
	raise(SIGUSR2);
	assert_true(readable(fd, 0));
	/* Taken out before the mask goes back, else it would end us. */
	assert_true(read(fd, (char[128]){ 0 }, 128) == 128);
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(fd);
}

static void a_pidfd_is_readable_when_its_process_has_ended(void **state)
{
	int ends[2], pid, fd;
	char byte;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		close(ends[1]);
		_exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
	}
	fd = pidfd_open_cloexec(pid);
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_false(readable(fd, 10));
	close(ends[1]);
	assert_true(readable(fd, 5000));
	waitpid(pid, NULL, 0);
	close(ends[0]);
	close(fd);
	assert_int_equal(pidfd_open_cloexec(pid), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_are_served_in_the_order_they_came),
		cmocka_unit_test(a_removed_source_is_not_called_any_more),
		cmocka_unit_test(a_callback_may_add_sources),
		cmocka_unit_test(stop_ends_the_round),
		cmocka_unit_test(a_hangup_counts_without_being_asked_for),
		cmocka_unit_test(what_poll_refuses_is_an_error),
		cmocka_unit_test(a_signal_does_not_end_it),
		cmocka_unit_test(a_timer_fires_once_and_can_be_disarmed),
		cmocka_unit_test(signals_come_as_bytes),
		cmocka_unit_test(a_pidfd_is_readable_when_its_process_has_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
