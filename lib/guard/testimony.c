#include "guard/testimony.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "proc/task.h"

static bool is_go_thread(const struct testimony_spec *spec, int tid)
{
	if (!spec->binary->cgo || tid == spec->pid)
		return true;
	for (size_t i = 0; i < spec->go_threads_len; i++)
		if (spec->go_threads[i] == (uint64_t)tid)
			return true;
	return false;
}

/* A thread to signal, the held one when there is no other. One that sleeps is preferred: it is there. */
static int choose_thread(const struct testimony_spec *spec)
{
	struct tasks tasks = { 0 };
	int chosen = spec->held_tid;
	bool sleeps = false;

	tasks_read(&tasks, spec->pid);
	for (size_t i = 0; i < tasks.len && !sleeps; i++) {
		const struct task *t = &tasks.items[i];

		if (t->tid == spec->held_tid || !is_go_thread(spec, t->tid))
			continue;
		chosen = t->tid;
		sleeps = t->state == TASK_IN_CALL && t->nr == SYS_futex;
	}
	tasks_release(&tasks);
	return chosen;
}

static bool ignores_quit(int pid)
{
	char path[64], line[256];
	uint64_t mask = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	if (!f)
		return true;
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, "SigIgn:", 7))
			mask = strtoull(line + 7, NULL, 16);
	fclose(f);
	return mask >> (SIGQUIT - 1) & 1;
}

/* runtime.sig is { note; mask, wanted, ignored, recv [3]uint32; … }: src/runtime/
 * sigqueue.go, the same from 1.22 to 1.27. Linux's note is 8 bytes. */
#define SIG_WANTED_OFFSET (8 + 12)

/* Where a variable of the program's is; 0: not known. */
static uint64_t loaded(const struct testimony_spec *spec, uint64_t address)
{
	if (!address || !spec->binary->pie)
		return address;
	return address + memory_bias(spec->memory, spec->binary->base);
}

static bool wants_quit(const struct testimony_spec *spec)
{
	uint64_t queue = loaded(spec, spec->binary->signal_queue);
	uint32_t wanted;

	if (!queue || !memory_u32(spec->memory, queue + SIG_WANTED_OFFSET, &wanted))
		return spec->signals_used; /* it may: rather not ask */
	return wanted >> SIGQUIT & 1;
}

static bool has_crash_file(const struct testimony_spec *spec)
{
	uint64_t address = loaded(spec, spec->binary->crash_fd);
	uint64_t fd;

	if (!spec->binary->sets_crash_output)
		return false;
	if (!address || !memory_u64(spec->memory, address, &fd))
		return true;
	return fd != UINT64_MAX;
}

bool testimony_ask(const struct testimony_spec *spec, bool *held, struct err *err)
{
	struct rlimit none = { 1, 1 }; /* 0 does not stop a core_pattern that is a pipe */
	int tid;

	if (ignores_quit(spec->pid))
		return err_set(err, ERR_LIMIT, "the test ignores SIGQUIT");
	if (wants_quit(spec))
		return err_set(err, ERR_LIMIT, "the test handles SIGQUIT itself");
	if (has_crash_file(spec))
		return err_set(err, ERR_LIMIT, "the test has a crash output file");
	tid = choose_thread(spec);
	prlimit(spec->pid, RLIMIT_CORE, &none, NULL);
	if (syscall(SYS_tgkill, spec->pid, tid, SIGQUIT))
		return err_sys(err, errno, "signal process %d", spec->pid);
	*held = tid == spec->held_tid;
	return true;
}
