#include "trace/change.h"

#include "base/vec.h"
#include "trace/cursor.h"
#include "trace/trace.h"

enum {
	THREADS_KEPT = 4096, /* of more, those that idle are forgotten: C may start any number */
	INDEX_LEAST = 1024,
};

/* A thread as far as its batches were read. */
struct change_thread {
	uint64_t id;
	bool wrote;   /* in this generation */
	bool bound;   /* it runs goroutine, or is in a system call of it */
	bool goes_on; /* with what it ran when the generation began, without a status of its own */
	uint64_t goroutine;
	uint32_t seq;            /* number that goroutine was started with */
	struct change *change;   /* of goroutine, in this generation; NULL: not looked up */
	struct change *callback; /* the callback goroutine that lives on it; NULL: none */
	struct moment_stream moments;
};

struct event {
	uint64_t time;
	uint64_t arg[WIRE_ARGS_MAX + 1];
	struct change_thread *thread; /* WIRE_NO_THREAD has one that runs nothing */
};

static void index_make(struct changes *c, size_t cap)
{
	c->index_cap = cap;
	c->index = calloc(cap, sizeof(*c->index));
	if (!c->index)
		abort();
}

void changes_init(struct changes *c, int version, bool want_calls)
{
	index_make(c, INDEX_LEAST);
	wire_varints(version, c->varints);
	c->want_calls = want_calls;
	changes_reset(c);
}

/* Go hands out ids in blocks of 16 (src/runtime/proc.go, _GoidCacheBatch): a block stays together,
 * blocks are spread. All by their low bits would put long runs on top of each other, and
 * probing would walk them. */
static inline size_t index_slot(const struct changes *c, uint64_t id)
{
	uint64_t block = (id >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 28;

	return (size_t)(block << 4 | (id & 15)) & (c->index_cap - 1);
}

static inline struct change **index_find(const struct changes *c, uint64_t id)
{
	size_t i = index_slot(c, id);

	while (c->index[i] && c->index[i]->id != id)
		i = (i + 1) & (c->index_cap - 1);
	return &c->index[i];
}

static void index_grow(struct changes *c)
{
	struct change **old = c->index;
	size_t cap = c->index_cap;

	index_make(c, cap * 2);
	for (size_t i = 0; i < cap; i++)
		if (old[i])
			*index_find(c, old[i]->id) = old[i];
	free(old);
}

/* Takes an id out, and fills the gap with those behind it that belong at it or before. */
static void index_remove(struct changes *c, uint64_t id)
{
	size_t mask = c->index_cap - 1;
	size_t gap = (size_t)(index_find(c, id) - c->index);

	c->index_len--;
	for (size_t i = (gap + 1) & mask; c->index[i]; i = (i + 1) & mask) {
		size_t home = index_slot(c, c->index[i]->id);

		if (((i - home) & mask) < ((i - gap) & mask))
			continue;
		c->index[gap] = c->index[i];
		gap = i;
	}
	c->index[gap] = NULL;
}

static inline struct change *new_change(struct changes *c, uint64_t id)
{
	struct change *g = pool_take_zeroed(c->records);

	g->id = id;
	return g;
}

static void set_status(struct change *g, uint64_t status, uint64_t time)
{
	g->status = (uint8_t)status;
	if (g->state)
		return; /* the events of another thread came first */
	g->state = (uint8_t)status;
	g->since = time;
}

static inline struct change *add_change(struct changes *c, struct change **slot, uint64_t id)
{
	struct change *g = new_change(c, id);
	const struct goroutine *lives = id <= c->newest && c->idle ? map_get(c->live, id) : NULL;

	if (lives && lives->told == c->generation)
		set_status(g, lives->state, 0);
	*slot = g;
	if (++c->index_len * 2 > c->index_cap)
		index_grow(c);
	return g;
}

/* The first change of the id, made when there is none. */
static inline struct change *change_of(struct changes *c, uint64_t id)
{
	struct change **slot = index_find(c, id);

	return *slot ? *slot : add_change(c, slot, id);
}

struct change *changes_next(const struct changes *c, size_t *at, const struct change *before)
{
	if (before && before->next)
		return before->next;
	while (*at < c->index_cap) {
		struct change *g = c->index[(*at)++];

		if (g)
			return g;
	}
	return NULL;
}

static bool broken(const struct changes *c, struct err *err, const char *expected)
{
	return wire_broken(err, c->at, "expected %s", expected);
}

static struct change *chain_change(struct changes *c, struct change *first)
{
	struct change *g = new_change(c, first->id);

	g->next = first->next;
	first->next = g;
	return g;
}

/* The change of a goroutine that is older than this generation, or that only one
 * use of the id is known of. */
static inline struct change *lived_change(struct changes *c, uint64_t id)
{
	struct change *first = change_of(c, id);

	if (LIKELY(!first->callback))
		return first;
	for (struct change *g = first; g; g = g->next)
		if (!g->callback)
			return g;
	return chain_change(c, first);
}

/* The change that id stands for on thread t: a callback goroutine is locked to its
 * thread, and its id may be in use on others before and after. */
static inline struct change *thread_change(struct changes *c, const struct change_thread *t,
					   uint64_t id)
{
	if (t->callback && t->callback->id == id)
		return t->callback;
	return lived_change(c, id);
}

/* The goroutine that runs on the thread, NULL when none does. */
static inline struct change *current(struct changes *c, struct change_thread *t)
{
	if (!t->bound)
		return NULL;
	if (!t->change) {
		t->change = lived_change(c, t->goroutine);
		t->change->bound++;
		t->goes_on = true;
	}
	return t->change;
}

static inline void unbind(struct change_thread *t)
{
	if (t->change)
		t->change->bound--;
	t->moments.open = t->bound = t->goes_on = false;
	t->change = NULL;
}

static inline void bind(struct change_thread *t, struct change *g, uint32_t seq)
{
	unbind(t);
	t->bound = true;
	t->goroutine = g->id;
	t->change = g;
	t->seq = seq;
	g->bound++;
}

static bool is_none(const struct change_thread *t)
{
	return t->id == WIRE_NO_THREAD;
}

static bool small(uint64_t id)
{
	return id <= UINT32_MAX;
}

static inline bool is_reused(const struct changes *c, uint64_t id)
{
	return c->reused.len && map_find(&c->reused, id);
}

/* Gives back the record of a goroutine that ended when nothing more of it can come. */
static void retire(struct changes *c, struct change *g)
{
	if (!g->born_here || g->bound || g->steps != g->top || g->end_seq != g->top || g->kept ||
	    g->early || g->next || is_reused(c, g->id))
		return;
	life_at(&c->moments, g->life)->brief = true;
	index_remove(c, g->id);
	pool_give(c->records, g);
}

static inline void move(struct change *g, uint32_t seq, uint8_t state, uint64_t time)
{
	if (seq < g->seq)
		return;
	g->seq = seq;
	g->state = state;
	g->since = time;
	g->moved = true;
}

/* What the thread's goroutine does moves it. */
static inline void move_own(const struct change_thread *t, struct change *g, uint8_t state,
			    uint64_t time)
{
	if (!LIKELY(!t->goes_on))
		g->passed |= (uint8_t)(1U << state);
	move(g, t->seq, state, time);
}

static void set_older(struct change *g, uint32_t seq, uint32_t stack)
{
	if (!stack || stack == g->stack || seq < g->older_seq)
		return;
	g->older = stack;
	g->older_seq = seq;
}

/* A goroutine that is preempted may show no stack, or (1.23) one empty frame: then the
 * one before tells more. */
static inline void set_stack(struct change *g, uint32_t seq, uint32_t stack)
{
	uint32_t older = g->stack;

	if (!g->first_stack)
		g->first_stack = stack;
	if (!stack)
		return;
	if (seq < g->stack_seq) {
		set_older(g, seq, stack);
		return;
	}
	g->stack = stack;
	set_older(g, g->stack_seq, older);
	g->stack_seq = seq;
}

static inline void set_stop(struct change *g, uint32_t seq, uint32_t reason, uint32_t stack)
{
	set_stack(g, seq, stack);
	if (seq < g->stop_seq)
		return;
	g->stop_seq = seq;
	g->reason = reason;
	g->stopped = true;
}

/* Nothing shows where a coroutine is that was switched away from: not where it was before. */
static void set_switched(struct change *g, uint32_t seq)
{
	set_stop(g, seq, 0, 0);
	if (seq >= g->stack_seq) {
		g->stack = g->older = 0;
		g->stack_seq = g->older_seq = seq;
	}
	g->switched = true;
}

static inline void step(struct change *g, uint32_t seq)
{
	g->steps++;
	if (seq > g->top)
		g->top = seq;
}

static inline void wake(struct change *g, uint32_t seq, uint64_t time)
{
	g->wakes++;
	step(g, seq);
	move(g, seq, WIRE_GO_RUNNABLE, time);
}

/* What g is became known: the wake that came before that is its own. */
static inline void settle_early(struct change *g)
{
	if (!g->early)
		return;
	g->early = false;
	wake(g, g->early_seq, g->early_time);
}

static inline uint32_t life_of(struct changes *c, struct change *g)
{
	if (g->life == NOBODY)
		g->life = moments_life(&c->moments, g->id);
	return g->life;
}

/* What a number means in the life of g. */
static uint64_t life_key(struct changes *c, struct change *g, uint32_t number)
{
	return (uint64_t)life_of(c, g) << 32 | number;
}

/* Puts a goroutine that the thread starts in place of the one it ran. */
/* Appends a moment of the goroutine that runs on the thread. */
static inline void push_moment(struct changes *c, const struct event *e, enum moment_kind kind,
			       uint32_t of)
{
	struct change_thread *t = e->thread;

	if (!t->moments.open)
		moments_stint(&c->moments, &t->moments, life_of(c, t->change), t->seq);
	moments_push(&c->moments, &t->moments, kind, of, e->time);
}

static inline void start(struct changes *c, const struct event *e, struct change *g)
{
	uint32_t seq = (uint32_t)e->arg[2];

	step(g, seq);
	move(g, seq, WIRE_GO_RUNNING, e->time);
	settle_early(g);
	bind(e->thread, g, seq);
	if (is_reused(c, g->id))
		VEC_PUSH(&c->starts, life_key(c, g, seq));
	if (c->want_stops)
		push_moment(c, e, MOMENT_RESUMED, 0);
}

static void push_orphan(struct changes *c, const struct event *e, uint32_t life)
{
	struct moment_stream *s = &e->thread->moments;

	moments_stint(&c->moments, s, NOBODY, 0);
	moments_push(&c->moments, s, MOMENT_CREATED, life, e->time);
	s->open = false;
}

static inline bool on_create(struct changes *c, const struct event *e, bool blocked,
			     struct err *err)
{
	struct change *g = change_of(c, e->arg[1]);
	struct life *l;

	if (g->born_here || g->status)
		return broken(c, err, "the id of a new goroutine");
	if (is_none(e->thread) || !small(e->arg[2]) || !small(e->arg[3]))
		return broken(c, err, "a creation on a thread, with stacks");
	g->born_here = true;
	if (!g->state)
		move(g, 0, blocked ? WIRE_GO_WAITING : WIRE_GO_RUNNABLE, e->time);
	settle_early(g);
	l = life_at(&c->moments, life_of(c, g));
	l->born_here = true;
	l->start = (uint32_t)e->arg[2];
	l->created_at = (uint32_t)e->arg[3];
	if (current(c, e->thread))
		push_moment(c, e, MOMENT_CREATED, g->life);
	else
		push_orphan(c, e, g->life);
	if (g->ended)
		retire(c, g);
	return true;
}

static void push_wake(struct changes *c, uint64_t id, uint32_t seq, uint64_t time)
{
	struct change_wake wake = { .id = id, .seq = seq, .time = time };

	VEC_PUSH(&c->wakes, wake);
}

/* Wakes of an id that callbacks use are told apart when all are there. */
static void postpone(struct changes *c, struct change *g)
{
	if (g->early)
		push_wake(c, g->id, g->early_seq, g->early_time);
	g->early = false;
}

static bool on_create_syscall(struct changes *c, const struct event *e, struct err *err)
{
	struct change_thread *t = e->thread;
	struct change *g;

	if (is_none(t) || t->bound)
		return broken(c, err, "a thread that runs no goroutine");
	g = change_of(c, e->arg[1]);
	postpone(c, g);
	if (g->born_here || g->state)
		g = chain_change(c, g);
	life_at(&c->moments, life_of(c, g))->born_here = true;
	push_orphan(c, e, g->life);
	g->born_here = g->callback = true;
	g->born = e->time;
	map_set(&c->reused, g->id, 1);
	move(g, 0, WIRE_GO_SYSCALL, e->time);
	bind(t, g, 0);
	t->callback = g;
	return true;
}

static inline bool on_start(struct changes *c, const struct event *e, struct err *err)
{
	struct change_thread *t = e->thread;

	if (is_none(t) || t->bound)
		return broken(c, err, "a thread that runs no goroutine");
	if (!small(e->arg[2]))
		return broken(c, err, "a sequence number");
	start(c, e, thread_change(c, t, e->arg[1]));
	return true;
}

/* The running goroutine, NULL with an error when there is none. */
static inline struct change *running(struct changes *c, const struct event *e, struct err *err)
{
	struct change *g = current(c, e->thread);

	if (!g)
		broken(c, err, "a thread that runs a goroutine");
	return g;
}

/* The thread runs its goroutine no more. */
static inline void leave(struct changes *c, struct change_thread *t)
{
	struct change *g = t->change;

	unbind(t);
	if (g->ended)
		retire(c, g);
}

static inline bool on_destroy(struct changes *c, const struct event *e, struct err *err)
{
	struct change *g = running(c, e, err);

	if (!g)
		return false;
	if (g->ended)
		return broken(c, err, "a goroutine that has not ended");
	g->ended = true;
	g->end_seq = e->thread->seq;
	moments_push(&c->moments, &e->thread->moments, MOMENT_ENDED, life_of(c, g), e->time);
	if (e->thread->callback == g)
		e->thread->callback = NULL;
	leave(c, e->thread);
	return true;
}

static inline void count_block(struct changes *c, struct change *g, uint32_t reason)
{
	const uintptr_t *n;
	uint64_t key;

	for (size_t k = 0; k < ARRAY_LEN(g->blocks); k++) {
		if (!g->blocks[k])
			g->block_reason[k] = reason;
		if (g->block_reason[k] == reason) {
			g->blocks[k]++;
			return;
		}
	}
	g->kept = true;
	key = life_key(c, g, reason);
	n = map_find(&c->overflow, key);
	map_set(&c->overflow, key, n ? *n + 1 : 1);
}

static inline bool stop(struct changes *c, const struct event *e, uint8_t state, struct err *err)
{
	struct change *g = running(c, e, err);
	uint32_t seq;

	if (!g)
		return false;
	if (!small(e->arg[1]) || !small(e->arg[2]))
		return broken(c, err, "a reason and a stack");
	seq = e->thread->seq;
	set_stop(g, seq, (uint32_t)e->arg[1], (uint32_t)e->arg[2]);
	move_own(e->thread, g, state, e->time);
	if (state == WIRE_GO_WAITING && e->arg[1])
		count_block(c, g, (uint32_t)e->arg[1]);
	if (c->want_stops && e->arg[2] && e->arg[2] < MOMENT_OF_MAX)
		push_moment(c, e, MOMENT_STOP, (uint32_t)e->arg[2]);
	leave(c, e->thread);
	return true;
}

/* A wake of what is not known yet. */
static void wake_early(struct changes *c, const struct event *e, struct change *g)
{
	if (g->early) {
		g->kept = true;
		push_wake(c, g->id, (uint32_t)e->arg[2], e->time);
		return;
	}
	g->early = true;
	g->early_seq = (uint32_t)e->arg[2];
	g->early_time = e->time;
}

static inline bool on_unblock(struct changes *c, const struct event *e, struct err *err)
{
	uint32_t seq = (uint32_t)e->arg[2];
	struct change *g;

	if (!small(e->arg[2]))
		return broken(c, err, "a sequence number");
	if (is_reused(c, e->arg[1])) {
		push_wake(c, e->arg[1], seq, e->time);
		return true;
	}
	g = change_of(c, e->arg[1]);
	if (!g->state) {
		wake_early(c, e, g);
		return true;
	}
	wake(g, seq, e->time);
	if (g->ended)
		retire(c, g);
	return true;
}

static bool on_syscall_begin(struct changes *c, const struct event *e, struct err *err)
{
	struct change *g = running(c, e, err);

	if (!g)
		return false;
	if (e->arg[2] >= MOMENT_OF_MAX)
		return broken(c, err, "a stack");
	set_stop(g, e->thread->seq, 0, (uint32_t)e->arg[2]);
	move_own(e->thread, g, WIRE_GO_SYSCALL, e->time);
	if (c->want_calls && e->arg[2]) {
		push_moment(c, e, MOMENT_CALL, (uint32_t)e->arg[2]);
		map_set(&c->calls, e->arg[2], 1);
	}
	return true;
}

static bool on_syscall_end(struct changes *c, const struct event *e, struct err *err)
{
	struct change *g = running(c, e, err);

	if (!g)
		return false;
	move_own(e->thread, g, WIRE_GO_RUNNING, e->time);
	return true;
}

static bool on_syscall_end_blocked(struct changes *c, const struct event *e, struct err *err)
{
	struct change *g = running(c, e, err);

	if (!g)
		return false;
	move_own(e->thread, g, WIRE_GO_RUNNABLE, e->time);
	leave(c, e->thread);
	return true;
}

/* Whether a status tells nothing that the table does not have: then it needs no record. */
static bool is_idle(const struct changes *c, const struct event *e, struct goroutine **lives)
{
	struct goroutine *g = e->arg[1] <= c->newest ? map_get(c->live, e->arg[1]) : NULL;

	*lives = g;
	return g && g->told != c->generation && e->arg[3] == g->state &&
	       (g->state == GOROUTINE_WAITING || g->state == GOROUTINE_RUNNABLE) &&
	       (!e->arg[4] || (g->last && (g->born_here || *g->start))) &&
	       !is_reused(c, e->arg[1]) && !*index_find(c, e->arg[1]);
}

/* The thread that runs a goroutine writes its status itself. Only a system call that
 * lasts the whole generation is told by another: then its thread has no events. */
static bool on_status(struct changes *c, const struct event *e, struct err *err)
{
	uint64_t status = e->arg[3];
	struct change_thread *t = e->thread;
	struct goroutine *lives;
	struct change *g;

	if (status < WIRE_GO_RUNNABLE || status > WIRE_GO_WAITING || !small(e->arg[4]))
		return broken(c, err, "a status of 1 to 4 and a stack");
	if (is_idle(c, e, &lives)) {
		lives->told = c->generation;
		c->idle++;
		return true;
	}
	g = lived_change(c, e->arg[1]);
	if (t->bound && t->goroutine == g->id && current(c, t) == g)
		t->goes_on = false;
	if (g->status || g->born_here)
		return broken(c, err, "one status of a goroutine in a generation");
	set_status(g, status, e->time);
	settle_early(g);
	g->status_stack = (uint32_t)e->arg[4];
	if (!is_none(t) &&
	    (status == WIRE_GO_RUNNING || (status == WIRE_GO_SYSCALL && e->arg[2] == t->id)))
		bind(t, g, 0);
	return true;
}

/* The thread goes on with a goroutine that waited. */
static bool switch_to(struct changes *c, const struct event *e, struct err *err)
{
	struct change *to;

	if (!small(e->arg[2]))
		return broken(c, err, "a sequence number");
	to = thread_change(c, e->thread, e->arg[1]);
	to->wakes++;
	start(c, e, to);
	return true;
}

static bool on_switch(struct changes *c, const struct event *e, struct err *err)
{
	struct change *g = running(c, e, err);

	if (!g)
		return false;
	set_switched(g, e->thread->seq);
	move_own(e->thread, g, WIRE_GO_WAITING, e->time);
	leave(c, e->thread);
	return switch_to(c, e, err);
}

static bool on_procs_change(struct changes *c, const struct event *e)
{
	if (e->time >= c->procs_time) {
		c->procs = e->arg[1] > UINT32_MAX ? UINT32_MAX : (uint32_t)e->arg[1];
		c->procs_time = e->time;
	}
	return true;
}

static struct change_thread *thread_of(struct changes *c, uint64_t id)
{
	struct change_thread *t;

	t = map_get(&c->threads, id);
	if (t)
		return t;
	t = malloc(sizeof(*t));
	if (!t)
		abort();
	*t = (struct change_thread){ .id = id };
	map_put(&c->threads, id, t);
	return t;
}

/* Reads the n values of an event. arg[0] is its time. Inline, so that n is known. */
__attribute__((always_inline)) static inline bool take(struct cursor *in, struct event *e,
						       unsigned n)
{
	cursor_uvarints(in, e->arg, e->arg + 1, n);
	e->time += e->arg[0];
	return !in->bad;
}

/* What changes no goroutine. */
static bool pass(struct changes *c, struct cursor *in, struct event *e, uint8_t kind)
{
	e->time += cursor_uvarint(in);
	if (c->varints[kind] > 1)
		cursor_skip(in, c->varints[kind] - 1U);
	return true;
}

static bool read_rare(struct changes *c, struct cursor *in, struct event *e, uint8_t kind,
		      struct err *err)
{
	switch (kind) {
	case WIRE_PROCS_CHANGE:
		return !take(in, e, 3) || on_procs_change(c, e);
	case WIRE_GO_CREATE_BLOCKED:
		return !take(in, e, 4) || on_create(c, e, true, err);
	case WIRE_GO_CREATE_SYSCALL:
		return !take(in, e, 2) || on_create_syscall(c, e, err);
	case WIRE_GO_STATUS:
		e->arg[4] = 0; /* it has one argument less than GoStatusStack */
		return !take(in, e, 4) || on_status(c, e, err);
	case WIRE_GO_STATUS_STACK:
		return !take(in, e, 5) || on_status(c, e, err);
	case WIRE_GO_SWITCH:
		return !take(in, e, 3) || on_switch(c, e, err);
	case WIRE_GO_SWITCH_DESTROY:
		return !take(in, e, 3) || (on_destroy(c, e, err) && switch_to(c, e, err));
	default:
		return pass(c, in, e, kind);
	}
}

/* Each kind has its number of values in its place: the compiler makes of each a path of its own. */
static inline bool read_event(struct changes *c, struct cursor *in, struct event *e, uint8_t kind,
			      struct err *err)
{
	switch (kind) {
	case WIRE_GO_CREATE:
		return !take(in, e, 4) || on_create(c, e, false, err);
	case WIRE_GO_START:
		return !take(in, e, 3) || on_start(c, e, err);
	case WIRE_GO_DESTROY:
	case WIRE_GO_DESTROY_SYSCALL:
		return !take(in, e, 1) || on_destroy(c, e, err);
	case WIRE_GO_STOP:
		return !take(in, e, 3) || stop(c, e, WIRE_GO_RUNNABLE, err);
	case WIRE_GO_BLOCK:
		return !take(in, e, 3) || stop(c, e, WIRE_GO_WAITING, err);
	case WIRE_GO_UNBLOCK:
		cursor_uvarints(in, e->arg, e->arg + 1, 3);
		cursor_skip(in, 1); /* the waker's stack */
		e->time += e->arg[0];
		return in->bad || on_unblock(c, e, err);
	case WIRE_GO_SYSCALL_BEGIN:
		return !take(in, e, 3) || on_syscall_begin(c, e, err);
	case WIRE_GO_SYSCALL_END:
		return !take(in, e, 1) || on_syscall_end(c, e, err);
	case WIRE_GO_SYSCALL_END_BLOCKED:
		return !take(in, e, 1) || on_syscall_end_blocked(c, e, err);
	default:
		return read_rare(c, in, e, kind, err);
	}
}

static bool read_events(struct changes *c, const struct batch *b, struct event *e, struct err *err)
{
	struct cursor in = { .p = b->data, .end = b->data + b->size };

	c->at = b->at;
	while (in.p < in.end) {
		uint8_t kind = *in.p++;

		c->at.offset = b->at.offset + (uint64_t)(in.p - 1 - b->data);
		if (!c->varints[kind])
			return wire_broken(err, c->at, "expected an event, found kind %u", kind);
		c->events++;
		if (!read_event(c, &in, e, kind, err))
			return false;
	}
	return !in.bad ||
	       wire_broken(err, c->at, "expected a whole event, found the end of its batch");
}

bool changes_read(struct changes *c, const struct batch *b, struct err *err)
{
	struct change_thread none = { .id = WIRE_NO_THREAD };
	struct event e = { .time = b->time, .thread = &none };

	if (b->thread != WIRE_NO_THREAD)
		e.thread = thread_of(c, b->thread);
	e.thread->wrote = true;
	if (c->moments.lives.len > LIVES_MAX - WIRE_BATCH_MAX)
		return err_set(err, ERR_LIMIT,
			       "generation %ju creates and ends too many goroutines",
			       (uintmax_t)b->generation);
	if (!read_events(c, b, &e, err))
		return false;
	if (b->size && (b->time < c->first || !c->first))
		c->first = b->time;
	if (b->size && e.time > c->last)
		c->last = e.time;
	return true;
}

static int compare_wakes(const void *a, const void *b)
{
	const struct change_wake *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return x->time < y->time ? -1 : x->time > y->time;
}

static int compare_births(const void *a, const void *b)
{
	const struct change *x = *(struct change *const *)a, *y = *(struct change *const *)b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->born < y->born ? -1 : x->born > y->born;
}

struct change_uses {
	struct change **items;
	size_t len, cap;
};

/* The wakes of reused ids, by id and sequence number: each list a queue in the order of time. */
struct wake_queues {
	struct change_wake *wakes; /* borrowed, sorted */
	size_t len;
	struct map next;  /* key of (id, seq) -> index of the next wake + 1 */
	struct map taken; /* life_key of starts: sequence numbers that are no wake's */
};

static uint64_t queue_key(uint64_t id, uint32_t seq)
{
	return id * UINT64_C(0x9e3779b97f4a7c15) ^ seq;
}

/* The next wake of (id, seq), NULL: there is none left. */
static const struct change_wake *take_wake(struct wake_queues *q, uint64_t id, uint32_t seq)
{
	uintptr_t *next = map_find(&q->next, queue_key(id, seq));
	const struct change_wake *w;

	if (!next || *next > q->len)
		return NULL;
	w = &q->wakes[*next - 1];
	if (w->id != id || w->seq != seq)
		return NULL;
	++*next;
	return w;
}

/*
 * Gives one use of an id the wakes that its starts leave room for. Times do not tell which use a
 * wake is of: those of two threads may contradict each other by milliseconds. But a use has each
 * sequence number once, and all up to its highest; only the one that is still alive
 * may have been woken once more.
 */
static void fill_use(struct changes *c, struct wake_queues *q, struct change *g)
{
	uint32_t last = g->top + (g->ended ? 0 : 1);
	/* Usually none is missing but the one after the last. */
	uint32_t seq = g->steps < g->top ? 1 : g->top + 1;

	for (; seq <= last; seq++) {
		const struct change_wake *w;

		if (map_find(&q->taken, life_key(c, g, seq)))
			continue;
		w = take_wake(q, g->id, seq);
		if (w)
			wake(g, w->seq, w->time);
		else if (seq < last)
			return; /* check_steps will say so: numbers go up to 2^32 */
	}
}

/* The uses of reused ids, by id and birth. */
static void list_uses(const struct changes *c, struct change_uses *uses)
{
	struct change *g = NULL;
	size_t at = 0;

	while ((g = changes_next(c, &at, g)))
		if (is_reused(c, g->id))
			VEC_PUSH(uses, g);
	if (uses->len)
		qsort(uses->items, uses->len, sizeof(struct change *), compare_births);
}

static void settle_reused(struct changes *c, struct wake_queues *q)
{
	struct change_uses uses = { 0 };

	for (size_t i = q->len; i-- > 0;)
		map_set(&q->next, queue_key(q->wakes[i].id, q->wakes[i].seq), i + 1);
	for (size_t i = 0; i < c->starts.len; i++)
		map_set(&q->taken, c->starts.items[i], 1);
	list_uses(c, &uses);
	for (size_t i = 0; i < uses.len; i++)
		fill_use(c, q, uses.items[i]);
	VEC_FREE(&uses);
	map_release(&q->next);
	map_release(&q->taken);
}

/* Moves the wakes of reused ids to the end, sorted. Returns where they begin. */
static size_t part_wakes(struct changes *c)
{
	size_t first = c->wakes.len;

	for (size_t i = 0; i < first;) {
		struct change_wake w = c->wakes.items[i];

		if (!is_reused(c, w.id)) {
			i++;
			continue;
		}
		c->wakes.items[i] = c->wakes.items[--first];
		c->wakes.items[first] = w;
	}
	qsort(c->wakes.items + first, c->wakes.len - first, sizeof(struct change_wake),
	      compare_wakes);
	return first;
}

/* Gives the wakes that came too early, or to an id with several uses, to their changes. */
static bool settle_wakes(struct changes *c, struct err *err)
{
	struct wake_queues q = { 0 };
	size_t own;

	if (!c->wakes.len)
		return true;
	own = part_wakes(c);
	for (size_t i = 0; i < own; i++) {
		const struct change_wake *w = &c->wakes.items[i];
		struct change *to = *index_find(c, w->id);

		if (!to)
			return wire_broken(err, c->at, "goroutine %ju is woken but never seen",
					   (uintmax_t)w->id);
		wake(to, w->seq, w->time);
	}
	q.wakes = c->wakes.items + own;
	q.len = c->wakes.len - own;
	if (q.len)
		settle_reused(c, &q);
	return true;
}

static bool check_steps(const struct changes *c, const struct change *g, struct err *err)
{
	if (g->early)
		return wire_broken(err, c->at, "goroutine %ju is woken but never seen",
				   (uintmax_t)g->id);
	if (g->steps != g->top)
		return wire_broken(err, c->at, "goroutine %ju has %ju of %ju sequence numbers",
				   (uintmax_t)g->id, (uintmax_t)g->steps, (uintmax_t)g->top);
	return !g->ended || g->end_seq == g->top ||
	       wire_broken(err, c->at, "goroutine %ju: a goroutine acts after its end",
			   (uintmax_t)g->id);
}

bool changes_close(struct changes *c, struct err *err)
{
	const struct change *g = NULL, *wrong = NULL;
	size_t at = 0;

	if (!settle_wakes(c, err))
		return false;
	while ((g = changes_next(c, &at, g)))
		if ((!wrong || g->id < wrong->id) && !check_steps(c, g, NULL))
			wrong = g; /* whatever the order of the walk */
	if (wrong)
		return check_steps(c, wrong, err);
	return moments_order(&c->moments) || wire_broken(err, c->at, "%s", c->moments.why);
}

struct change *changes_take(struct changes *c, size_t *at)
{
	for (; *at < c->index_cap; ++*at) {
		struct change *g = c->index[*at];

		if (!g)
			continue;
		c->index[*at] = g->next;
		return g;
	}
	return NULL;
}

static void reset_records(struct changes *c)
{
	struct change *g;
	size_t at = 0;

	while ((g = changes_take(c, &at)))
		pool_give(c->records, g);
	c->index_len = c->idle = 0;
}

static void reset_threads(struct changes *c)
{
	bool many = c->threads.len > THREADS_KEPT;
	size_t at = 0;
	struct map_slot *slot;

	while ((slot = map_next(&c->threads, &at))) {
		/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
		struct change_thread *t = (struct change_thread *)slot->value;

		t->change = t->callback = NULL;
		t->seq = 0;
		t->goes_on = false;
		if (many && !t->bound && !t->wrote) {
			map_del(&c->threads, t->id);
			at--;
			free(t);
		} else {
			t->wrote = false;
		}
	}
}

void changes_reset(struct changes *c)
{
	reset_records(c);
	c->wakes.len = c->starts.len = 0;
	c->events = c->first = c->last = 0;
	c->generation++;
	moments_reset(&c->moments);
	map_clear(&c->overflow);
	map_clear(&c->calls);
	reset_threads(c);
}

void changes_release(struct changes *c)
{
	struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&c->threads, &at)))
		free((void *)slot->value); /* NOLINT(performance-no-int-to-ptr) */
	map_release(&c->threads);
	map_release(&c->overflow);
	map_release(&c->calls);
	map_release(&c->reused);
	VEC_FREE(&c->starts);
	VEC_FREE(&c->wakes);
	moments_release(&c->moments);
	free(c->index);
	*c = (struct changes){ 0 };
}
