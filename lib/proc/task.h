/* What the threads of a process are doing (man 5 proc: task, syscall, schedstat,
 * children). */
#ifndef PROC_TASK_H
#define PROC_TASK_H

#include "base/err.h"

enum task_state {
	TASK_RUNNING, /* on a CPU or ready to be, or not in a system call */
	TASK_IN_CALL, /* blocked in system call nr */
	TASK_GONE,
};

struct task {
	int tid;
	enum task_state state;
	int nr; /* of the system call */
	uint64_t args[6];
	uint64_t delay_ns; /* ready to run, but waiting for a CPU, so far */
	uint64_t cpu_ns;   /* CPU time used so far */
};

struct tasks {
	struct task *items;
	size_t len, cap;
};

/* Replaces *t by the threads of pid as they are now. False: the process is
 * gone, or /proc does not let us look. */
bool tasks_read(struct tasks *t, int pid);
void tasks_release(struct tasks *t);

struct task_children {
	int *items; /* process ids */
	size_t len, cap;
};

/* Replaces *c by the child processes of all threads of pid that are no zombies. */
void task_children_read(struct task_children *c, int pid);
void task_children_release(struct task_children *c);

/* Whether any thread of pid has a child process that is not a zombie. */
bool tasks_have_children(int pid);

/* The thread group that thread tid belongs to; 0: gone. */
int task_group(int tid);

#endif
