/*
 * What this machine's kernel lets a watcher do, found by trying: a child of ours takes the filter,
 * makes a call that is held, and its memory is read meanwhile. A sandbox answers as it would
 * answer for a test.
 */
#ifndef GUARD_FACILITIES_H
#define GUARD_FACILITIES_H

#include "guard/filter.h"

struct facilities {
	enum filter_refusal filter; /* whether calls can be held */
	bool privileged;            /* without no_new_privs */
	bool answers;               /* with a descriptor: ADDFD with SEND, Linux 5.14 */
	bool survives;              /* held calls survive signals, Linux 5.19 */
	bool memory;                /* /proc/PID/mem */
	bool states;                /* /proc/PID/syscall */
};

/* Takes a few milliseconds, at most two seconds. Leaves nothing behind. */
void facilities_probe(struct facilities *f);

#endif
