/*
 * Settling: has everything happened that will happen?
 *
 * The process is held at its exit (or at the gate), everything else in it runs on. We
 * look every few milliseconds at what its threads do. When no other thread runs or
 * has used CPU for some looks, every one of them sleeps in a futex or in the poller,
 * and no timer of Go's is pending within the rest of the budget, then nothing can happen any
 * more and waiting on is useless. System calls, children, and the poller when others than the
 * process itself are at the other end of its descriptors (proc/polled.h), may wake somebody
 * from outside at any moment: with them, only the budget ends the wait.
 *
 * On a busy machine the process may be ready to run and not get a CPU. That time does not
 * count (schedstat's run delay), and one that still runs at the end gets on until it had a fair
 * share of CPU time (SETTLE_SHARE): both up to a few times the budget. Nor does the time count in
 * which we did not come to look ourselves, however long: then nobody may have run.
 *
 * While Go stops the world (a collection begins or ends) it asks for every P again and again, each
 * 100 µs (src/runtime/proc.go, stopTheWorldWithSema and forEachP, Go 1.22 to 1.27). The exiting
 * thread never gives its P, so that lasts for ever and nobody else gets on: waiting is over, and
 * nothing is known.
 *
 * A timer shows as the timeout of the thread that sleeps in epoll_pwait or
 * futex: as it was when the call was made, perhaps long ago, but not longer ago than the
 * process lives. The thread of sysmon naps in nanosleep while a P is held
 * (src/runtime/proc.go, Go 1.22 to 1.27). At the exit it always is, and sysmon is left out.
 * At the gate the held call gives its P away, but only sysmon takes it, some milliseconds
 * later: until it sleeps in a futex, all Ps idle, not everything runs that can.
 */
#ifndef GUARD_SETTLE_H
#define GUARD_SETTLE_H

#include "proc/memory.h"
#include "proc/task.h"

#define SETTLE_SHARE   8                /* of the budget on a CPU makes who runs then a spinner */
#define SETTLE_LOOK_NS INT64_C(2000000) /* between two looks */
#define SETTLE_LATE_NS (10 * SETTLE_LOOK_NS) /* a look that comes later was kept from coming */

enum settle_verdict {
	SETTLE_GOING, /* look again */
	SETTLE_QUIET, /* nothing can happen any more */
	SETTLE_SPENT, /* the budget is over */
};

struct settle {
	int pid;
	int held_tid;
	int64_t start_ns, budget_ns; /* later by the time in which nobody looked */
	int64_t age_ns;              /* of the process when settling began */
	bool gives_p;                /* the held call is one that gives its P away: the gate */
	bool outside;                /* a goroutine is in a system call: only the budget counts */
	bool network;                /* one waits for the poller: who is at the other end counts */
	bool blind;                  /* /proc does not let us look: only the budget counts */
	struct memory *memory;       /* borrowed; for futex timeouts */
	struct naps {
		struct nap {
			int tid;
			uint32_t seen; /* looks that found it in nanosleep */
		} * items;
		size_t len, cap;
	} naps;
	uint32_t looks;
	uint32_t stopping;   /* looks that found the world being stopped */
	uint64_t cpu_ns;     /* sum at the last look */
	uint64_t all_cpu_ns; /* the same with sysmon's */
	uint64_t delay_ns;   /* sum of the run delays at the last look, 0: no look yet */
	int64_t starved_ns;  /* of the time since start_ns */
	int64_t ran_ns;      /* CPU time of the other threads since start_ns */
	int64_t look_ns;     /* when the last look was */
	int64_t moved_ns;    /* when a look last found that one of them had run */
	int quiet;           /* looks in a row without a change */
	bool reachable;      /* since it is quiet: somebody outside may wake the poller */
	struct tasks tasks;
};

void settle_begin(struct settle *s, int pid, int held_tid, int64_t budget_ns, int64_t now_ns);
enum settle_verdict settle_look(struct settle *s, int64_t now_ns);
/* Whether who still runs had its share of processors: it runs for ever, or wakes up again and
 * again. False: the machine was too busy to tell. */
bool settle_was_fair(const struct settle *s);

/* Whether it ended because the world was being stopped: nobody had his time. */
bool settle_was_stopping(const struct settle *s);

void settle_release(struct settle *s);

#endif
