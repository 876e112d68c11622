#include "guard/settle.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/clock.h"
#include "base/vec.h"

#define QUIET_LOOKS 3
#define NO_TIMER    INT64_MAX

void settle_begin(struct settle *s, int pid, int held_tid, int64_t budget_ns, int64_t now_ns)
{
	s->pid = pid;
	s->held_tid = held_tid;
	s->budget_ns = budget_ns;
	s->start_ns = now_ns;
	s->quiet = 0;
	s->cpu_ns = 0;
	s->naps.len = 0;
}

void settle_release(struct settle *s)
{
	VEC_FREE(&s->naps);
	tasks_release(&s->tasks);
}

static int naps_of(const struct settle *s, int tid)
{
	int n = 0;

	for (size_t i = 0; i < s->naps.len; i++)
		n += s->naps.items[i] == tid;
	return n;
}

static bool is_sysmon(const struct settle *s, int tid)
{
	return naps_of(s, tid) >= 2;
}

static void note_nap(struct settle *s, int tid)
{
	if (!is_sysmon(s, tid))
		VEC_PUSH(&s->naps, tid);
}

/* The timeout of a futex wait in ns from when it was called. */
static int64_t futex_timeout(const struct settle *s, const struct task *t, int64_t now_ns)
{
	int command = (int)t->args[1] & FUTEX_CMD_MASK;
	struct timespec ts;
	int64_t ns;

	if (!t->args[3] || (command != FUTEX_WAIT && command != FUTEX_WAIT_BITSET))
		return NO_TIMER;
	if (!s->memory || !memory_read(s->memory, t->args[3], &ts, sizeof(ts)))
		return 0; /* there is one, and we cannot read it: soon */
	if (ts.tv_sec > INT64_C(1000000000))
		return NO_TIMER;
	ns = ts.tv_sec * NS_PER_S + ts.tv_nsec;
	return command == FUTEX_WAIT_BITSET ? ns - now_ns : ns;
}

static int64_t pending_timer(const struct settle *s, const struct task *t, int64_t now_ns)
{
	int32_t ms = (int32_t)t->args[3];

	switch (t->nr) {
	case SYS_epoll_wait:
	case SYS_epoll_pwait:
		return ms < 0 ? NO_TIMER : ms * NS_PER_MS;
	case SYS_futex:
		return futex_timeout(s, t, now_ns);
	default:
		return NO_TIMER;
	}
}

struct look {
	bool busy;
	uint64_t cpu_ns;
	int64_t next_ns; /* earliest pending timer, from the call on */
};

static void look_at(struct settle *s, const struct task *t, int64_t now_ns, struct look *l)
{
	int64_t timer;

	if (t->state == TASK_IN_CALL && (t->nr == SYS_nanosleep || t->nr == SYS_clock_nanosleep))
		note_nap(s, t->tid);
	if (is_sysmon(s, t->tid))
		return;
	l->cpu_ns += t->cpu_ns;
	if (t->state == TASK_RUNNING) {
		l->busy = true;
		return;
	}
	timer = pending_timer(s, t, now_ns);
	if (timer < l->next_ns)
		l->next_ns = timer;
}

/* Whether the timer that was seen can still fire within the rest of the budget. */
static bool may_fire(const struct settle *s, int64_t timer_ns, int64_t rest_ns)
{
	return timer_ns != NO_TIMER && timer_ns <= rest_ns + s->age_ns;
}

enum settle_verdict settle_look(struct settle *s, int64_t now_ns)
{
	int64_t rest_ns = s->budget_ns - (now_ns - s->start_ns);
	struct look l = { .next_ns = NO_TIMER };

	if (rest_ns <= 0)
		return SETTLE_SPENT;
	if (s->outside || s->blind)
		return SETTLE_GOING;
	if (!tasks_read(&s->tasks, s->pid)) {
		s->blind = true;
		return SETTLE_GOING;
	}
	for (size_t i = 0; i < s->tasks.len; i++)
		if (s->tasks.items[i].tid != s->held_tid)
			look_at(s, &s->tasks.items[i], now_ns, &l);
	s->quiet = l.busy || l.cpu_ns != s->cpu_ns ? 0 : s->quiet + 1;
	s->cpu_ns = l.cpu_ns;
	if (s->quiet < QUIET_LOOKS || may_fire(s, l.next_ns, rest_ns))
		return SETTLE_GOING;
	return tasks_have_children(s->pid) ? SETTLE_GOING : SETTLE_QUIET;
}
