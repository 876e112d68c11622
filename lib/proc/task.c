#include "proc/task.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/vec.h"

/* Reads a small file of /proc. Returns false when it is gone or unreadable. */
static bool slurp(char *to, size_t size, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, to, size - 1);
	close(fd);
	if (n < 0)
		return false;
	to[n] = '\0';
	return true;
}

/* "NR 0xARG0 … 0xARG5 0xSP 0xPC", "running", or "-1 …" outside a call. */
static void read_call(struct task *t, const char *text)
{
	char *at;

	t->state = TASK_RUNNING;
	t->nr = (int)strtol(text, &at, 10);
	if (at == text || t->nr < 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(t->args); i++)
		t->args[i] = strtoull(at, &at, 16);
	t->state = TASK_IN_CALL;
}

static bool read_task(struct task *t, int pid)
{
	char path[64], text[256];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", pid, t->tid);
	if (!slurp(text, sizeof(text), path))
		return false;
	read_call(t, text);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", pid, t->tid);
	if (slurp(text, sizeof(text), path)) {
		char *next;

		t->cpu_ns = strtoull(text, &next, 10);
		t->delay_ns = strtoull(next, NULL, 10);
	}
	return true;
}

static DIR *open_tasks(int pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	return opendir(path);
}

bool tasks_read(struct tasks *t, int pid)
{
	DIR *dir = open_tasks(pid);
	struct dirent *e;
	bool any = false;

	t->len = 0;
	if (!dir)
		return false;
	while ((e = readdir(dir))) {
		struct task one = { .tid = (int)strtol(e->d_name, NULL, 10) };

		if (one.tid > 0 && read_task(&one, pid)) {
			VEC_PUSH(t, one);
			any = true;
		}
	}
	closedir(dir);
	return any;
}

void tasks_release(struct tasks *t)
{
	VEC_FREE(t);
}

/* The state letter of a process, 'Z' when it is gone. */
static int process_state(int pid)
{
	char path[64], text[512];
	const char *end;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (!slurp(text, sizeof(text), path))
		return 'Z';
	end = strrchr(text, ')'); /* the name before it may hold anything */
	return end && end[1] == ' ' ? end[2] : 'Z';
}

/* Adds the children in a list of theirs that are not zombies. */
static void add_alive(struct task_children *c, const char *pids)
{
	char *end;

	for (const char *p = pids;; p = end) {
		int pid = (int)strtol(p, &end, 10);

		if (end == p)
			return;
		if (!strchr("ZX", process_state(pid)))
			VEC_PUSH(c, pid);
	}
}

void task_children_read(struct task_children *c, int pid)
{
	DIR *dir = open_tasks(pid);
	struct dirent *e;

	c->len = 0;
	if (!dir)
		return;
	while ((e = readdir(dir))) {
		char path[300], text[4096];

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/children", pid, e->d_name);
		if (slurp(text, sizeof(text), path))
			add_alive(c, text);
	}
	closedir(dir);
}

void task_children_release(struct task_children *c)
{
	VEC_FREE(c);
}

bool tasks_have_children(int pid)
{
	struct task_children c = { 0 };
	bool any;

	task_children_read(&c, pid);
	any = c.len > 0;
	task_children_release(&c);
	return any;
}

int task_group(int tid)
{
	char path[64], text[2048];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	if (!slurp(text, sizeof(text), path))
		return 0;
	at = strstr(text, "\nTgid:");
	return at ? (int)strtol(at + 6, NULL, 10) : 0;
}
