#include "unit.h"

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "guard/settle.h"

#define BUDGET_NS (300 * NS_PER_MS)
#define LONG_NS   (5 * NS_PER_S) /* for who will be quiet before, on a busy machine too */

/* A process whose first thread is held, and whose second does something. */
struct fixture {
	int pid;
	struct settle settle;
	struct memory memory;
	int64_t begin_ns; /* before its second thread was there */
	int64_t took_ns;  /* until it was settled, since then */
};

static void wait_forever(void)
{
	static int word;

	for (;;)
		syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

static void poll_once(int ms)
{
	struct epoll_event e;

	if (epoll_wait(epoll_create1(EPOLL_CLOEXEC), &e, 1, ms) < 0)
		_exit(90);
	wait_forever();
}

static void poll_for(int fd)
{
	struct epoll_event e = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) || epoll_wait(epoll, &e, 1, -1) < 0)
		_exit(92);
	wait_forever();
}

static void poll_own_pipe(void)
{
	int ends[2];

	if (pipe(ends))
		_exit(93);
	poll_for(ends[0]);
}

static void poll_datagrams(void)
{
	poll_for(socket(AF_INET, SOCK_DGRAM, 0));
}

static void poll_forever(void)
{
	poll_once(-1);
}

static void poll_soon(void)
{
	poll_once(150);
}

static void poll_late(void)
{
	poll_once(60000);
}

static void spin(void)
{
	for (volatile uint64_t n = 0;; n++)
		;
}

static void spin_soon(void)
{
	int64_t until_ns = clock_now_ns() + 150 * NS_PER_MS;

	while (clock_now_ns() < until_ns)
		;
	wait_forever();
}

static void nap(void)
{
	for (;;)
		usleep(500);
}

static void nap_long(void)
{
	for (;;)
		usleep(10000); /* the longest of sysmon's */
}

static void sleep_in_c(void)
{
	for (;;)
		sleep(3600);
}

static void have_a_child(void)
{
	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
	}
	wait_forever();
}

static void sleep_in_futex(int operation, struct timespec t)
{
	int word = 0;

	syscall(SYS_futex, &word, operation, 0, &t, NULL, FUTEX_BITSET_MATCH_ANY);
	wait_forever();
}

static void futex_late(void)
{
	sleep_in_futex(FUTEX_WAIT_PRIVATE, (struct timespec){ .tv_sec = 60 });
}

static void futex_soon(void)
{
	sleep_in_futex(FUTEX_WAIT_PRIVATE, (struct timespec){ .tv_nsec = 150 * NS_PER_MS });
}

static void futex_at(int64_t ns)
{
	ns += clock_now_ns();
	sleep_in_futex(FUTEX_WAIT_BITSET_PRIVATE,
		       (struct timespec){ .tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S });
}

static void futex_at_late(void)
{
	futex_at(60 * NS_PER_S);
}

static void futex_at_soon(void)
{
	futex_at(150 * NS_PER_MS);
}

/* As Go's runtime does. */
static void stop_the_world(void)
{
	struct timespec t = { .tv_nsec = 100000 };
	int word = 0;

	for (;;)
		syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &t, NULL, 0);
}

static void *run_body(void *body)
{
	(*(void (**)(void))body)();
	return NULL;
}

static void set_up_for(struct fixture *f, void (*body)(void), int64_t budget_ns)
{
	int ready[2];
	char byte;

	*f = (struct fixture){ .begin_ns = clock_now_ns() };
	assert_int_equal(pipe(ready), 0);
	f->pid = fork();
	if (!f->pid) {
		pthread_t thread;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (pthread_create(&thread, NULL, run_body, &body) || write(ready[1], "r", 1) < 0)
			_exit(91);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	assert_true(memory_open(&f->memory, f->pid, NULL));
	f->settle.memory = &f->memory;
	settle_begin(&f->settle, f->pid, f->pid, budget_ns, clock_now_ns());
}

static void set_up(struct fixture *f, void (*body)(void))
{
	set_up_for(f, body, BUDGET_NS);
}

static enum settle_verdict look_until_settled(struct fixture *f)
{
	enum settle_verdict v;

	do {
		usleep(SETTLE_LOOK_NS / NS_PER_US);
		v = settle_look(&f->settle, clock_now_ns());
		f->took_ns = clock_now_ns() - f->begin_ns;
		assert_true(f->took_ns < 30 * NS_PER_S);
	} while (v == SETTLE_GOING);
	return v;
}

/* As if this much time had passed with looks in it. */
static enum settle_verdict look_as_if_passed(struct fixture *f, int64_t ns)
{
	enum settle_verdict v = SETTLE_GOING;

	for (int64_t at = 0; at < ns && v == SETTLE_GOING; at += SETTLE_LATE_NS)
		v = settle_look(&f->settle, f->settle.look_ns + SETTLE_LATE_NS);
	return v;
}

static void tear_down(struct fixture *f)
{
	kill(f->pid, SIGKILL);
	waitpid(f->pid, NULL, 0);
	memory_close(&f->memory);
	settle_release(&f->settle);
}

/* Quiet well before the budget is over. */
static void expect_quiet(void (*body)(void))
{
	struct fixture f;

	set_up_for(&f, body, LONG_NS);
	assert_int_equal(look_until_settled(&f), SETTLE_QUIET);
	assert_true(f.settle.looks >= 3);
	tear_down(&f);
}

/* Quiet, but not before something has happened that takes 150 ms. */
static void expect_quiet_later(void (*body)(void))
{
	struct fixture f;

	set_up_for(&f, body, LONG_NS);
	assert_int_equal(look_until_settled(&f), SETTLE_QUIET);
	assert_true(f.took_ns >= 100 * NS_PER_MS);
	tear_down(&f);
}

static void expect_spent(void (*body)(void))
{
	struct fixture f;

	set_up(&f, body);
	assert_int_equal(look_until_settled(&f), SETTLE_SPENT);
	assert_true(f.took_ns >= BUDGET_NS * 9 / 10);
	tear_down(&f);
}

static void who_sleeps_for_good_is_quiet(void **state)
{
	(void)state;
	expect_quiet(wait_forever);
	expect_quiet(poll_forever);
}

static void a_timer_within_the_budget_is_waited_for(void **state)
{
	(void)state;
	expect_quiet_later(poll_soon);
	expect_quiet_later(futex_soon);
	expect_quiet_later(futex_at_soon);
}

static void a_timer_beyond_the_budget_is_not(void **state)
{
	(void)state;
	expect_quiet(poll_late);
	expect_quiet(futex_late);
	expect_quiet(futex_at_late);
}

/* The timeout that shows may be as old as the process. */
static void an_old_process_may_have_set_its_timer_long_ago(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, poll_late);
	f.settle.age_ns = 3600 * NS_PER_S;
	assert_int_equal(look_until_settled(&f), SETTLE_SPENT);
	tear_down(&f);
}

static void a_timeout_that_cannot_be_read_may_be_soon(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, futex_late);
	f.settle.memory = NULL;
	assert_int_equal(look_until_settled(&f), SETTLE_SPENT);
	tear_down(&f);
}

static void who_runs_is_waited_for(void **state)
{
	(void)state;
	expect_quiet_later(spin_soon);
	expect_spent(spin);
}

static void a_spinner_gets_its_share_of_cpu(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, spin);
	look_until_settled(&f);
	assert_true(f.settle.ran_ns >= BUDGET_NS / SETTLE_SHARE);
	tear_down(&f);
	/* One that used none has its share still to come: it is not judged at the budget's end. */
	set_up(&f, spin);
	f.settle.all_cpu_ns = 0;
	settle_begin(&f.settle, f.pid, f.pid, 100 * BUDGET_NS, clock_now_ns());
	assert_int_equal(look_as_if_passed(&f, 101 * BUDGET_NS), SETTLE_GOING);
	/* But not for ever. */
	assert_int_equal(look_as_if_passed(&f, 10000 * BUDGET_NS), SETTLE_SPENT);
	tear_down(&f);
}

/* Until the second thread sleeps in a call of this number. */
static void look_until_in(struct fixture *f, int nr)
{
	const struct tasks *t = &f->settle.tasks;
	bool there = false;

	while (!there) {
		assert_int_equal(settle_look(&f->settle, clock_now_ns()), SETTLE_GOING);
		for (size_t i = 0; i < t->len; i++)
			there |= t->items[i].tid != f->pid && t->items[i].nr == nr &&
				 t->items[i].state == TASK_IN_CALL;
	}
}

static void it_was_fair_when_it_ran_or_could_have(void **state)
{
	struct settle s = { .budget_ns = 1000, .look_ns = 1000 };

	(void)state;
	s.ran_ns = 1000 / SETTLE_SHARE;
	assert_true(settle_was_fair(&s));
	/* Wakes up again and again. */
	s.ran_ns = 5;
	s.moved_ns = 950;
	assert_true(settle_was_fair(&s));
	/* Waited for a processor most of the time, or still does. */
	s.starved_ns = 600;
	assert_false(settle_was_fair(&s));
	/* Beside that it had all of its budget. */
	s.look_ns = 1600;
	s.moved_ns = 1500;
	assert_true(settle_was_fair(&s));
	s.starved_ns = 0;
	s.moved_ns = 500;
	assert_false(settle_was_fair(&s));
}

static void who_sleeps_at_the_end_of_the_budget_had_its_time(void **state)
{
	struct fixture f;

	(void)state;
	set_up_for(&f, sleep_in_c, 30 * NS_PER_S);
	f.settle.gives_p = true;
	look_until_in(&f, SYS_clock_nanosleep);
	settle_begin(&f.settle, f.pid, f.pid, BUDGET_NS, clock_now_ns());
	assert_int_equal(look_as_if_passed(&f, BUDGET_NS), SETTLE_SPENT);
	tear_down(&f);
}

static void a_world_that_cannot_be_stopped_is_not_waited_for(void **state)
{
	struct fixture f;

	(void)state;
	set_up_for(&f, stop_the_world, 3600 * NS_PER_S);
	assert_int_equal(look_until_settled(&f), SETTLE_SPENT);
	assert_true(settle_was_stopping(&f.settle));
	tear_down(&f);
	/* At the gate it can. */
	set_up(&f, stop_the_world);
	f.settle.gives_p = true;
	assert_int_equal(look_until_settled(&f), SETTLE_SPENT);
	assert_false(settle_was_stopping(&f.settle));
	tear_down(&f);
	set_up(&f, nap);
	look_until_settled(&f);
	assert_false(settle_was_stopping(&f.settle));
	tear_down(&f);
}

/* The machine stood still, or who pressed ^Z has come back: nobody has run. */
static void time_without_a_look_is_not_spent(void **state)
{
	struct fixture f;

	(void)state;
	set_up_for(&f, poll_late, 30 * NS_PER_S);
	f.settle.age_ns = 3600 * NS_PER_S;
	look_until_in(&f, SYS_epoll_wait);
	settle_begin(&f.settle, f.pid, f.pid, BUDGET_NS, clock_now_ns());
	assert_int_equal(settle_look(&f.settle, f.settle.look_ns + 3600 * NS_PER_S), SETTLE_GOING);
	assert_int_equal(look_as_if_passed(&f, BUDGET_NS / 2), SETTLE_GOING);
	assert_int_equal(look_as_if_passed(&f, BUDGET_NS), SETTLE_SPENT);
	tear_down(&f);
}

/* The world outside is waited for, and what runs meanwhile is counted. */
static void what_runs_is_counted_while_the_world_is_waited_for(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, spin);
	f.settle.outside = true;
	assert_int_equal(look_until_settled(&f), SETTLE_SPENT);
	assert_true(f.settle.ran_ns >= BUDGET_NS / SETTLE_SHARE);
	tear_down(&f);
}

static void naps_of_sysmon_do_not_count(void **state)
{
	struct fixture f;

	(void)state;
	expect_quiet(nap);
	/* Where the held call gave its P away it is sysmon that must take it first. */
	set_up(&f, nap_long);
	f.settle.gives_p = true;
	assert_int_equal(look_until_settled(&f), SETTLE_SPENT);
	tear_down(&f);
	set_up(&f, nap);
	f.settle.gives_p = true;
	assert_int_equal(look_until_settled(&f), SETTLE_SPENT);
	tear_down(&f);
}

static void a_child_may_wake_somebody(void **state)
{
	(void)state;
	expect_spent(have_a_child);
}

static void what_comes_from_outside_may_come_at_any_time(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, wait_forever);
	f.settle.outside = true;
	assert_int_equal(look_until_settled(&f), SETTLE_SPENT);
	assert_true(f.took_ns >= BUDGET_NS * 9 / 10);
	tear_down(&f);
}

/* With the network it counts who is at the other end of what is polled. */
static void a_network_counts_as_far_as_it_leads_outside(void **state)
{
	struct fixture f;

	(void)state;
	set_up_for(&f, poll_own_pipe, LONG_NS);
	f.settle.network = true;
	assert_int_equal(look_until_settled(&f), SETTLE_QUIET);
	tear_down(&f);
	set_up(&f, poll_datagrams);
	f.settle.network = true;
	assert_int_equal(look_until_settled(&f), SETTLE_SPENT);
	tear_down(&f);
}

static void the_held_thread_does_not_count(void **state)
{
	struct fixture f;

	(void)state;
	set_up_for(&f, spin, LONG_NS);
	/* The second thread is the held one now; the first sleeps. */
	tasks_read(&f.settle.tasks, f.pid);
	for (size_t i = 0; i < f.settle.tasks.len; i++)
		if (f.settle.tasks.items[i].tid != f.pid)
			f.settle.held_tid = f.settle.tasks.items[i].tid;
	assert_int_equal(look_until_settled(&f), SETTLE_QUIET);
	tear_down(&f);
}

static void who_cannot_be_seen_gets_the_whole_budget(void **state)
{
	struct fixture f;
	int pid;

	(void)state;
	set_up(&f, wait_forever);
	pid = f.pid;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(look_until_settled(&f), SETTLE_SPENT);
	assert_true(f.settle.blind);
	assert_true(f.took_ns >= BUDGET_NS * 9 / 10);
	memory_close(&f.memory);
	settle_release(&f.settle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_sleeps_for_good_is_quiet),
		cmocka_unit_test(a_timer_within_the_budget_is_waited_for),
		cmocka_unit_test(a_timer_beyond_the_budget_is_not),
		cmocka_unit_test(an_old_process_may_have_set_its_timer_long_ago),
		cmocka_unit_test(a_timeout_that_cannot_be_read_may_be_soon),
		cmocka_unit_test(who_runs_is_waited_for),
		cmocka_unit_test(a_spinner_gets_its_share_of_cpu),
		cmocka_unit_test(it_was_fair_when_it_ran_or_could_have),
		cmocka_unit_test(who_sleeps_at_the_end_of_the_budget_had_its_time),
		cmocka_unit_test(time_without_a_look_is_not_spent),
		cmocka_unit_test(a_world_that_cannot_be_stopped_is_not_waited_for),
		cmocka_unit_test(what_runs_is_counted_while_the_world_is_waited_for),
		cmocka_unit_test(naps_of_sysmon_do_not_count),
		cmocka_unit_test(a_child_may_wake_somebody),
		cmocka_unit_test(what_comes_from_outside_may_come_at_any_time),
		cmocka_unit_test(a_network_counts_as_far_as_it_leads_outside),
		cmocka_unit_test(the_held_thread_does_not_count),
		cmocka_unit_test(who_cannot_be_seen_gets_the_whole_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
