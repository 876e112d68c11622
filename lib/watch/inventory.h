/*
 * What a process holds at its end that it did not hold when its tests began: descriptors and
 * child processes. What was inherited, or opened by init functions and by TestMain before m.Run,
 * is in both and never counted; nor are the runtime's own descriptors and ours.
 */
#ifndef WATCH_INVENTORY_H
#define WATCH_INVENTORY_H

#include "proc/descriptor.h"
#include "proc/task.h"

struct holding {
	bool child;        /* a process: words are its command line */
	const char *words; /* see proc/descriptor.h: the same in every run */
	enum descriptor_kind kind;
	uint32_t count;
	int pid; /* of a child: one of them */
};

struct inventory {
	struct arena arena;
	struct descriptors before;
	struct task_children children_before;
	bool begun;
	bool taken; /* false also when the tests moved their output elsewhere: what they print would
		     * come there again when they are run again */
	struct holdings {
		struct holding *items; /* those with the same words are one */
		size_t len, cap;
	} left; /* strings in the arena */
};

/* The tests are about to begin. */
void inventory_begin(struct inventory *v, int pid);

/* They are over: replaces what is left. ours: of pipes with this inode the process has an end
 * because of us. */
void inventory_take(struct inventory *v, int pid, uint64_t ours);

/* Whether both have the same words. */
bool holding_same(const struct holding *a, const struct holding *b);

/* Those with the words of like; NULL: none. */
const struct holding *inventory_find(const struct inventory *v, const struct holding *like);

bool inventory_has_children(const struct inventory *v);
void inventory_release(struct inventory *v);

#endif
