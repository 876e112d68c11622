/* One thread, one poll loop, everything a descriptor. */
#ifndef PROC_LOOP_H
#define PROC_LOOP_H

#include "base/err.h"

struct loop;

/* Called when fd has something to say; revents as from poll(2). */
typedef void (*loop_fn)(void *ctx, int fd, short revents);

/* Zero-initialised is empty and ready. Descriptors are borrowed. */
struct loop {
	struct loop_source *items; /* owned */
	size_t len, cap;
	bool stop;
};

/* Watches fd until loop_remove. Sources are served in the order in which they were
 * added. events as for poll(2); POLLHUP and POLLERR always count. */
void loop_add(struct loop *l, int fd, short events, loop_fn fn, void *ctx);

/* Forgets fd; allowed inside a callback, also for another's fd. Unknown fd: nothing. */
void loop_remove(struct loop *l, int fd);

/* Serves sources until stop is set or none is left. Fails only when poll(2)
 * does. */
bool loop_run(struct loop *l, struct err *err);

void loop_release(struct loop *l);

/* A timer as a descriptor: fires once in ns from now (0 disarms). */
bool timer_open(int *fd, struct err *err);
void timer_set(int fd, int64_t ns);
void timer_clear(int fd); /* reads the expiry away */

/* A descriptor that reports the signals in the 0-terminated list, which are
 * blocked for this process from now on: children want the mask from before. */
bool signals_open(int *fd, const int *signals, struct err *err);

/* A descriptor for process pid that polls readable when it has ended. */
int pidfd_open_cloexec(int pid);

#endif
