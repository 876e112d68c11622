#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "proc/memory.h"
#include "proc/stray.h"
#include "proc/task.h"
#include "unit.h"

static void end(int pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* --- memory ------------------------------------------------------------------ */

static uint64_t known = UINT64_C(0x1122334455667788);

static void reads_what_is_there(void **state)
{
	uint64_t address = (uintptr_t)&known, v64 = 0;
	struct memory m = { 0 };
	uint32_t v32 = 0;
	char text[5];

	(void)state;
	assert_true(memory_open(&m, getpid(), NULL));
	assert_true(fcntl(m.fd, F_GETFD) & FD_CLOEXEC);
	assert_true(memory_u64(&m, address, &v64));
	assert_true(v64 == known);
	assert_true(memory_u32(&m, address + 4, &v32));
	assert_int_equal(v32, 0x11223344);
	assert_true(memory_read(&m, (uintptr_t) "word", text, sizeof(text)));
	assert_string_equal(text, "word");
	memory_close(&m);
	assert_int_equal(m.pid, 0);
	assert_false(memory_u64(&m, address, &v64));
}

static void says_what_cannot_be_read(void **state)
{
	uint8_t *pages =
	    mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct memory m = { 0 };
	uint64_t v = 7;
	uint8_t to[8192];

	(void)state;
	assert_ptr_not_equal(pages, MAP_FAILED);
	assert_true(memory_open(&m, getpid(), NULL));
	assert_int_equal(memory_read_some(&m, (uintptr_t)pages, to, sizeof(to)), 8192);
	munmap(pages + 4096, 4096);
	assert_int_equal(memory_read_some(&m, (uintptr_t)pages, to, sizeof(to)), 4096);
	assert_false(memory_read(&m, (uintptr_t)pages, to, sizeof(to)));
	assert_int_equal(memory_read_some(&m, (uintptr_t)pages + 4096, to, 8), 0);
	assert_false(memory_u64(&m, (uintptr_t)pages + 4092, &v));
	assert_false(memory_u64(&m, 0, &v));
	assert_false(memory_u64(&m, UINT64_MAX - 3, &v));
	assert_false(memory_u64(&m, UINT64_C(1) << 63, &v));
	memory_close(&m);
	munmap(pages, 4096);
}

static void knows_what_is_mapped(void **state)
{
	uint8_t *page =
	    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *fixed = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct memory_map *map;
	struct memory m = { 0 };

	(void)state;
	assert_true(memory_open(&m, getpid(), NULL));
	map = memory_find(&m, (uintptr_t)page);
	assert_non_null(map);
	assert_true(map->write && map->anonymous && !map->exe);
	assert_true(map->start <= (uintptr_t)page && (uintptr_t)page < map->end);
	map = memory_find(&m, (uintptr_t)fixed);
	assert_true(map && !map->write && map->anonymous);
	map = memory_find(&m, (uintptr_t)knows_what_is_mapped);
	assert_true(map && map->exe && !map->write && !map->anonymous);
	map = memory_find(&m, (uintptr_t)&known);
	assert_true(map && map->exe && map->write);
	map = memory_find(&m, (uintptr_t)&m); /* "[stack]" has a name */
	assert_true(map && map->write && !map->anonymous && !map->exe);
	map = memory_find(&m, (uintptr_t)munmap);
	assert_true(map && !map->exe && !map->anonymous);
	assert_null(memory_find(&m, 0));
	assert_ptr_not_equal(memory_find(&m, memory_find(&m, (uintptr_t)page)->end),
			     memory_find(&m, (uintptr_t)page));
	memory_close(&m);
	munmap(page, 4096);
	munmap(fixed, 4096);
}

static void a_file_named_like_the_program_is_not_it(void **state)
{
	char path[4200], program[4096] = { 0 };
	const struct memory_map *map;
	struct memory m = { 0 };
	void *page;
	int fd;

	(void)state;
	assert_true(readlink("/proc/self/exe", program, sizeof(program) - 1) > 0);
	snprintf(path, sizeof(path), "%s.data", program);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 4096), 0);
	page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_ptr_not_equal(page, MAP_FAILED);
	assert_true(memory_open(&m, getpid(), NULL));
	map = memory_find(&m, (uintptr_t)page);
	assert_non_null(map);
	assert_false(map->exe);
	memory_close(&m);
	munmap(page, 4096);
	close(fd);
	unlink(path);
}

static void the_peak_is_one_of_ours(void **state)
{
	enum { MORE = 64 << 20 };
	uint64_t before = memory_peak();
	void *pages = mmap(NULL, MORE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	(void)state;
	assert_ptr_not_equal(pages, MAP_FAILED);
	munmap(pages, MORE);
	assert_true(before > 4096 && before % 1024 == 0);
	assert_true(memory_peak() >= before && memory_peak() >= MORE);
}

static void a_process_that_is_gone_has_no_memory(void **state)
{
	struct memory m = { .pid = 0, .fd = 77 };
	struct err err = { 0 };
	int pid = fork();

	(void)state;
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	assert_false(memory_open(&m, pid, &err));
	assert_int_equal(err.code, ERR_OS);
	assert_int_equal(m.fd, 77);
}

/* --- tasks ------------------------------------------------------------------- */

static void *spin(void *ctx)
{
	volatile uint64_t *n = ctx;

	for (;;)
		++*n;
	return NULL;
}

static const struct task *find(const struct tasks *t, int tid)
{
	for (size_t i = 0; i < t->len; i++)
		if (t->items[i].tid == tid)
			return &t->items[i];
	return NULL;
}

/* Looks until the first thread sits in call nr; it may still be on its way. */
static const struct task *until_in_call(struct tasks *t, int pid, int nr)
{
	int64_t until_ns = clock_now_ns() + 10 * NS_PER_S;
	const struct task *main;

	do {
		assert_true(tasks_read(t, pid));
		main = find(t, pid);
	} while ((main->state != TASK_IN_CALL || main->nr != nr) && clock_now_ns() < until_ns);
	return main;
}

static void sees_what_threads_do(void **state)
{
	const struct task *main, *other;
	struct tasks t = { 0 };
	uint64_t cpu_ns = 0;
	int ends[2], pid;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		uint64_t n = 0;
		pthread_t thread;
		char to[3];

		pthread_create(&thread, NULL, spin, &n);
		if (read(ends[0], to, sizeof(to)) < 0)
			_exit(1);
		pause();
	}
	main = until_in_call(&t, pid, SYS_read);
	assert_int_equal(main->state, TASK_IN_CALL);
	assert_int_equal(main->nr, SYS_read);
	assert_int_equal(main->args[0], ends[0]);
	assert_int_equal(main->args[2], 3);
	assert_int_equal(t.len, 2);
	other = &t.items[0] == main ? &t.items[1] : &t.items[0];
	assert_int_equal(other->state, TASK_RUNNING);
	assert_int_equal(task_group(other->tid), pid);
	for (int i = 0; i < 1000 && !cpu_ns; i++) {
		usleep(1000);
		tasks_read(&t, pid);
		cpu_ns = find(&t, other->tid)->cpu_ns;
	}
	assert_true(cpu_ns > 0);
	end(pid);
	assert_false(tasks_read(&t, pid));
	assert_int_equal(t.len, 0);
	assert_int_equal(task_group(pid), 0);
	tasks_release(&t);
	close(ends[0]);
	close(ends[1]);
}

static void a_zombie_is_no_child(void **state)
{
	int ends[2], pid;
	char byte = 0;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		if (!fork()) {
			close(ends[1]);
			_exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
		}
		close(ends[1]);
		if (write(ends[0], &byte, 0) < 0)
			pause();
		pause();
	}
	close(ends[0]);
	for (int i = 0; i < 5000 && !tasks_have_children(pid); i++)
		usleep(1000);
	assert_true(tasks_have_children(pid));
	close(ends[1]); /* it ends, and nobody reaps it */
	for (int i = 0; i < 5000 && tasks_have_children(pid); i++)
		usleep(1000);
	assert_false(tasks_have_children(pid));
	end(pid);
	assert_false(tasks_have_children(pid));
}

/* --- strays ------------------------------------------------------------------ */

/* A child whose n children outlive it. */
static void leave_orphans(int n)
{
	int pid = fork();

	if (!pid) {
		for (int i = 0; i < n; i++)
			if (!fork()) {
				alarm(2); /* the last one is nobody's */
				pause();
			}
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static bool is_child(int pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

static void ends_what_a_child_left_behind(void **state)
{
	int kept;

	(void)state;
	strays_adopt(true);
	kept = fork();
	if (!kept)
		pause();
	leave_orphans(3);
	strays_end(kept);
	assert_true(is_child(kept));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), 0); /* and no other */
	strays_end(0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	strays_adopt(false);
	leave_orphans(1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

#define MANY 1200 /* their numbers do not fit into one read */

static void ends_more_than_one_read_tells(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++) {
		int pid = fork();

		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			pause();
		}
		assert_true(pid > 0);
	}
	strays_end(0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_is_there),
		cmocka_unit_test(says_what_cannot_be_read),
		cmocka_unit_test(knows_what_is_mapped),
		cmocka_unit_test(a_file_named_like_the_program_is_not_it),
		cmocka_unit_test(the_peak_is_one_of_ours),
		cmocka_unit_test(a_process_that_is_gone_has_no_memory),
		cmocka_unit_test(sees_what_threads_do),
		cmocka_unit_test(a_zombie_is_no_child),
		cmocka_unit_test(ends_what_a_child_left_behind),
		cmocka_unit_test(ends_more_than_one_read_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
