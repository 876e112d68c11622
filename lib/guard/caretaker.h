/*
 * A process that answers trapped calls when the watcher is gone.
 *
 * The filter outlives the watcher in the children of the test (a daemon, a re-executed
 * copy). While the watcher lives the caretaker sleeps. When the watcher
 * ends, even by SIGKILL, it answers "go on" to every trapped call until no process
 * with the filter is left, which is at once in nearly every run. It holds
 * no other descriptor, so nobody waits for it.
 */
#ifndef GUARD_CARETAKER_H
#define GUARD_CARETAKER_H

#include "base/err.h"

struct caretaker {
	int pid;
	int alive; /* owned: closing it wakes the caretaker */
};

/* Forks it. listener is the filter's, borrowed: the caretaker has a copy. */
bool caretaker_start(struct caretaker *c, int listener, struct err *err);

/* The watcher is done. When the filter has no process left the caretaker ends and is
 * waited for; otherwise it goes on alone. */
void caretaker_leave(struct caretaker *c, bool filter_in_use);

#endif
