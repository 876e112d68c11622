#include "guard/settle.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/clock.h"
#include "base/vec.h"
#include "proc/polled.h"

#define QUIET_LOOKS   3
#define NETWORK_LOOKS 25 /* the same with a network */
#define NO_TIMER      INT64_MAX
#define STOPPING_NS   100000 /* between two tries to stop the world */
#define STOPPED_LOOKS 20
#define STARVED_MAX   10 /* budgets that may pass without a CPU */

void settle_begin(struct settle *s, int pid, int held_tid, int64_t budget_ns, int64_t now_ns)
{
	s->pid = pid;
	s->held_tid = held_tid;
	s->budget_ns = budget_ns;
	s->start_ns = now_ns;
	s->quiet = 0;
	s->cpu_ns = s->all_cpu_ns = s->delay_ns = 0;
	s->starved_ns = s->ran_ns = 0;
	s->look_ns = s->moved_ns = now_ns;
	s->naps.len = 0;
	s->looks = s->stopping = 0;
}

void settle_release(struct settle *s)
{
	VEC_FREE(&s->naps);
	tasks_release(&s->tasks);
}

static struct nap *find_nap(const struct settle *s, int tid)
{
	for (size_t i = 0; i < s->naps.len; i++)
		if (s->naps.items[i].tid == tid)
			return &s->naps.items[i];
	return NULL;
}

/* Other threads of Go's nap, too, when they wait for a lock, but not nearly as often. */
static bool is_sysmon(const struct settle *s, int tid)
{
	const struct nap *n = find_nap(s, tid);

	return n && n->seen >= 2 && n->seen * 2 >= s->looks;
}

static void note_nap(struct settle *s, int tid)
{
	struct nap *n = find_nap(s, tid);

	if (n)
		n->seen++;
	else
		VEC_PUSH(&s->naps, ((struct nap){ .tid = tid, .seen = 1 }));
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

static bool in_nap(const struct task *t)
{
	return t->state == TASK_IN_CALL && (t->nr == SYS_nanosleep || t->nr == SYS_clock_nanosleep);
}

struct look {
	bool busy;     /* something may happen without a timer or the world outside */
	bool running;  /* a thread runs, or wants to */
	bool stopping; /* one waits for the world to stop */
	uint64_t cpu_ns, all_cpu_ns, delay_ns;
	int64_t next_ns; /* earliest pending timer, from the call on */
};

static void look_at(struct settle *s, const struct task *t, int64_t now_ns, struct look *l)
{
	int64_t timer;

	if (in_nap(t))
		note_nap(s, t->tid);
	l->running |= t->state == TASK_RUNNING;
	l->delay_ns += t->delay_ns;
	l->all_cpu_ns += t->cpu_ns;
	l->busy |= s->gives_p && in_nap(t);
	if (s->gives_p || !is_sysmon(s, t->tid)) {
		l->cpu_ns += t->cpu_ns;
		l->busy |= t->state == TASK_RUNNING;
	}
	/* With all Ps idle it is sysmon that sleeps until the next timer. */
	if (t->state == TASK_RUNNING)
		return;
	timer = pending_timer(s, t, now_ns);
	l->stopping |= t->nr == SYS_futex && timer == STOPPING_NS;
	if (timer < l->next_ns)
		l->next_ns = timer;
}

/* When we could not look either (the machine stood still, or a shell stopped us both), it need not
 * have run, and what will wake it up now need not have come yet: as if no time had passed. */
static void skip_absence(struct settle *s, int64_t now_ns)
{
	int64_t absent = now_ns - s->look_ns - SETTLE_LATE_NS;

	if (absent <= 0)
		return;
	s->start_ns += absent;
	s->moved_ns += absent;
	s->look_ns += absent;
}

/* Adds what the process missed since the last look: never more than passed. */
static void note_starving(struct settle *s, const struct look *l, int64_t now_ns)
{
	int64_t passed = now_ns - s->look_ns;
	int64_t missed =
	    s->delay_ns && l->delay_ns > s->delay_ns ? (int64_t)(l->delay_ns - s->delay_ns) : 0;

	s->starved_ns += missed < passed ? missed : passed;
	if (s->starved_ns > STARVED_MAX * s->budget_ns)
		s->starved_ns = STARVED_MAX * s->budget_ns;
	s->delay_ns = l->delay_ns ? l->delay_ns : 1;
	s->look_ns = now_ns;
}

/* Who sleeps at the end of the budget, in C or for sysmon's next look, has had its time. */
static bool deserves_more(const struct settle *s, const struct look *l, int64_t now_ns)
{
	return l->running && s->ran_ns < s->budget_ns / SETTLE_SHARE &&
	       now_ns - s->start_ns < STARVED_MAX * s->budget_ns;
}

/* Whether the timer that was seen can still fire within the rest of the budget. */
static bool may_fire(const struct settle *s, int64_t timer_ns, int64_t rest_ns)
{
	return timer_ns != NO_TIMER && timer_ns <= rest_ns + s->age_ns;
}

/* Looks at every thread but the held one. */
static void look_around(struct settle *s, struct look *l, int64_t now_ns)
{
	s->looks++;
	skip_absence(s, now_ns);
	s->blind |= !tasks_read(&s->tasks, s->pid);
	for (size_t i = 0; !s->blind && i < s->tasks.len; i++)
		if (s->tasks.items[i].tid != s->held_tid)
			look_at(s, &s->tasks.items[i], now_ns, l);
	note_starving(s, l, now_ns);
}

/* Asked once for each quiet time: who does not run opens and closes nothing. The kernel may take
 * a while to bring what the process sends to itself. */
static bool is_reachable(struct settle *s)
{
	if (!s->network)
		return false;
	if (s->quiet == NETWORK_LOOKS)
		s->reachable = polled_from_outside(s->pid);
	return s->quiet < NETWORK_LOOKS || s->reachable;
}

enum settle_verdict settle_look(struct settle *s, int64_t now_ns)
{
	struct look l = { .next_ns = NO_TIMER };
	int64_t rest_ns;

	look_around(s, &l, now_ns);
	if (s->all_cpu_ns && l.all_cpu_ns > s->all_cpu_ns) {
		s->ran_ns += (int64_t)(l.all_cpu_ns - s->all_cpu_ns);
		s->moved_ns = now_ns;
	}
	s->all_cpu_ns = l.all_cpu_ns;
	s->stopping += l.stopping && !s->gives_p;
	if (settle_was_stopping(s))
		return SETTLE_SPENT;
	rest_ns = s->budget_ns + s->starved_ns - (now_ns - s->start_ns);
	if (rest_ns <= 0 && !deserves_more(s, &l, now_ns))
		return SETTLE_SPENT;
	if (s->outside || s->blind)
		return SETTLE_GOING;
	s->quiet = l.busy || l.cpu_ns != s->cpu_ns ? 0 : s->quiet + 1;
	s->cpu_ns = l.cpu_ns;
	if (s->quiet < QUIET_LOOKS || is_reachable(s) || may_fire(s, l.next_ns, rest_ns))
		return SETTLE_GOING;
	return tasks_have_children(s->pid) ? SETTLE_GOING : SETTLE_QUIET;
}

bool settle_was_stopping(const struct settle *s)
{
	return s->stopping >= STOPPED_LOOKS;
}

bool settle_was_fair(const struct settle *s)
{
	int64_t passed_ns = s->look_ns - s->start_ns;

	if (s->ran_ns >= s->budget_ns / SETTLE_SHARE)
		return true;
	/* It ran little because it sleeps in between. The kernel adds a delay when it is over:
	 * one that lasts shows in that nothing has run for long. */
	return s->look_ns - s->moved_ns < passed_ns / 4 &&
	       (s->starved_ns < passed_ns / 2 || passed_ns - s->starved_ns >= s->budget_ns);
}
