#include "trace/change.h"

#include "base/vec.h"
#include "trace/cursor.h"

/* Of more threads than this, those that idle are forgotten: C may start any number. */
enum { THREADS_KEPT = 4096 };

/* A thread as far as its batches were read. */
struct change_thread {
	uint64_t id;
	bool wrote; /* in this generation */
	bool bound; /* it runs goroutine, or is in a system call of it */
	uint64_t goroutine;
	uint32_t change;   /* of goroutine, in this generation; NO_CHANGE: not looked up */
	uint32_t callback; /* the callback goroutine that lives on it; NO_CHANGE: none */
	uint32_t seq;      /* number that goroutine was started with */
};

struct event {
	uint64_t time;
	uint64_t arg[WIRE_ARGS_MAX];
	struct change_thread *thread; /* NULL: of no thread */
};

typedef bool handler(struct changes *c, const struct event *e, struct err *err);

void changes_init(struct changes *c, int version, bool want_calls)
{
	wire_varints(version, c->varints);
	c->want_calls = want_calls;
	changes_reset(c);
}

/* Go hands out ids in blocks of 16 (src/runtime/proc.go, _GoidCacheBatch): a block stays together,
 * blocks are spread. All by their low bits would put long runs on top of each other, and
 * probing would walk them. */
static size_t index_slot(const struct changes *c, uint64_t id)
{
	uint64_t block = (id >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 28;

	return (size_t)(block << 4 | (id & 15)) & (c->index_cap - 1);
}

static uint32_t *index_find(const struct changes *c, uint64_t id)
{
	size_t i = index_slot(c, id);

	while (c->index[i] != NO_CHANGE && c->list.items[c->index[i]].id != id)
		i = (i + 1) & (c->index_cap - 1);
	return &c->index[i];
}

static void index_grow(struct changes *c)
{
	free(c->index);
	c->index_cap = c->index_cap ? c->index_cap * 2 : 1024;
	c->index = malloc(c->index_cap * sizeof(*c->index));
	if (!c->index)
		abort();
	memset(c->index, 0xff, c->index_cap * sizeof(*c->index));
	for (size_t i = 0; i < c->list.len; i++) {
		uint32_t *slot = index_find(c, c->list.items[i].id);

		/* Later uses of an id hang on the first. */
		if (*slot == NO_CHANGE)
			*slot = (uint32_t)i;
	}
}

static uint32_t push_change(struct changes *c, uint64_t id)
{
	struct change change = {
		.id = id,
		.creator = NO_CHANGE,
		.next = NO_CHANGE,
		.birth = NO_MOMENT,
		.last_moment = NO_MOMENT,
	};

	VEC_PUSH(&c->list, change);
	return (uint32_t)c->list.len - 1;
}

static uint32_t find_change(const struct changes *c, uint64_t id)
{
	return c->index_cap ? *index_find(c, id) : NO_CHANGE;
}

/* The first change of the id, made when there is none. */
static uint32_t change_of(struct changes *c, uint64_t id)
{
	uint32_t *slot;

	if ((c->list.len + 1) * 2 > c->index_cap)
		index_grow(c);
	slot = index_find(c, id);
	if (*slot == NO_CHANGE)
		*slot = push_change(c, id);
	return *slot;
}

static struct change *change_at(struct changes *c, uint32_t i)
{
	return &c->list.items[i];
}

static bool broken(const struct changes *c, struct err *err, const char *expected)
{
	return wire_broken(err, c->at, "expected %s", expected);
}

static uint32_t chain_change(struct changes *c, uint32_t first)
{
	uint32_t i = push_change(c, change_at(c, first)->id);

	change_at(c, i)->next = change_at(c, first)->next;
	change_at(c, first)->next = i;
	return i;
}

/* The change of a goroutine that is older than this generation, or that only one
 * use of the id is known of. */
static uint32_t lived_change(struct changes *c, uint64_t id)
{
	uint32_t first = change_of(c, id);

	for (uint32_t i = first; i != NO_CHANGE; i = change_at(c, i)->next)
		if (!change_at(c, i)->callback)
			return i;
	return chain_change(c, first);
}

/* The change that id stands for on thread t: a callback goroutine is locked to its
 * thread, and its id may be in use on others before and after. */
static uint32_t thread_change(struct changes *c, const struct change_thread *t, uint64_t id)
{
	if (t->callback != NO_CHANGE && change_at(c, t->callback)->id == id)
		return t->callback;
	return lived_change(c, id);
}

/* The goroutine that runs on the thread, NO_CHANGE when none does. */
static uint32_t current(struct changes *c, struct change_thread *t)
{
	if (!t || !t->bound)
		return NO_CHANGE;
	if (t->change == NO_CHANGE)
		t->change = lived_change(c, t->goroutine);
	return t->change;
}

static void bind(struct change_thread *t, const struct changes *c, uint32_t change, uint32_t seq)
{
	if (!t)
		return;
	t->bound = true;
	t->goroutine = c->list.items[change].id;
	t->change = change;
	t->seq = seq;
}

static void unbind(struct change_thread *t)
{
	t->bound = false;
	t->change = NO_CHANGE;
}

static void move(struct change *g, uint32_t seq, uint8_t state, uint64_t time)
{
	if (seq < g->seq)
		return;
	g->seq = seq;
	g->state = state;
	g->since = time;
	g->moved = true;
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
static void set_stack(struct change *g, uint32_t seq, uint32_t stack)
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

static void set_stop(struct change *g, uint32_t seq, uint32_t reason, uint32_t stack)
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

static void step(struct change *g, uint32_t seq)
{
	g->steps++;
	if (seq > g->top)
		g->top = seq;
}

static bool small(uint64_t id)
{
	return id <= UINT32_MAX;
}

static bool is_reused(const struct changes *c, uint64_t id)
{
	return c->reused.len && map_find(&c->reused, id);
}

static uint64_t start_key(uint32_t change, uint32_t seq)
{
	return (uint64_t)change << 32 | seq;
}

/* Puts a goroutine that the thread starts in place of the one it ran. */
static void start(struct changes *c, const struct event *e, uint32_t i)
{
	uint32_t seq = (uint32_t)e->arg[1];

	step(change_at(c, i), seq);
	move(change_at(c, i), seq, WIRE_GO_RUNNING, e->time);
	bind(e->thread, c, i, seq);
	if (is_reused(c, change_at(c, i)->id))
		VEC_PUSH(&c->starts, start_key(i, seq));
}

/* Appends a moment of actor's life. Batches of two threads may come in the wrong order:
 * then the chain is made anew at the end. */
static uint32_t push_moment(struct changes *c, const struct moment *m)
{
	struct moment moment = *m;
	uint32_t i = (uint32_t)c->moments.len;

	moment.after = NO_MOMENT;
	if (m->actor != NO_CHANGE) {
		struct change *actor = change_at(c, m->actor);

		moment.after = actor->last_moment;
		if (moment.after != NO_MOMENT && c->moments.items[moment.after].seq > m->seq)
			actor->mixed = true;
		actor->last_moment = i;
	}
	VEC_PUSH(&c->moments, moment);
	return i;
}

static void push_created(struct changes *c, uint32_t child, const struct event *e)
{
	uint32_t creator = current(c, e->thread);
	struct moment m = {
		.kind = MOMENT_CREATED,
		.time = e->time,
		.seq = creator == NO_CHANGE ? 0 : e->thread->seq,
		.actor = creator,
		.subject = child,
	};
	struct change *g;
	uint32_t birth = push_moment(c, &m);

	g = change_at(c, child);
	g->birth = birth;
	g->born_here = true;
	g->born = e->time;
	g->creator = creator;
}

static bool on_create(struct changes *c, const struct event *e, bool blocked, struct err *err)
{
	uint32_t i = change_of(c, e->arg[0]);
	struct change *g = change_at(c, i);

	if (g->born_here || g->status)
		return broken(c, err, "the id of a new goroutine");
	if (!e->thread || !small(e->arg[1]) || !small(e->arg[2]))
		return broken(c, err, "a creation on a thread, with stacks");
	g->start = (uint32_t)e->arg[1];
	g->created_at = (uint32_t)e->arg[2];
	if (!g->state)
		move(g, 0, blocked ? WIRE_GO_WAITING : WIRE_GO_RUNNABLE, e->time);
	push_created(c, i, e);
	return true;
}

static bool on_go_create(struct changes *c, const struct event *e, struct err *err)
{
	return on_create(c, e, false, err);
}

static bool on_go_create_blocked(struct changes *c, const struct event *e, struct err *err)
{
	return on_create(c, e, true, err);
}

static bool on_create_syscall(struct changes *c, const struct event *e, struct err *err)
{
	struct change_thread *t = e->thread;
	struct event alone = *e;
	uint32_t i;

	if (!t || t->bound)
		return broken(c, err, "a thread that runs no goroutine");
	i = change_of(c, e->arg[0]);
	if (change_at(c, i)->born_here || change_at(c, i)->state)
		i = chain_change(c, i);
	alone.thread = NULL;
	push_created(c, i, &alone);
	change_at(c, i)->callback = true;
	map_set(&c->reused, change_at(c, i)->id, 1);
	move(change_at(c, i), 0, WIRE_GO_SYSCALL, e->time);
	bind(t, c, i, 0);
	t->callback = i;
	return true;
}

static bool on_start(struct changes *c, const struct event *e, struct err *err)
{
	struct change_thread *t = e->thread;
	uint32_t i;

	if (!t || t->bound)
		return broken(c, err, "a thread that runs no goroutine");
	i = thread_change(c, t, e->arg[0]);
	if (!small(e->arg[1]))
		return broken(c, err, "a sequence number");
	start(c, e, i);
	return true;
}

/* The running goroutine, NULL with an error when there is none. */
static struct change *running(struct changes *c, const struct event *e, struct err *err)
{
	uint32_t i = current(c, e->thread);

	if (i == NO_CHANGE) {
		broken(c, err, "a thread that runs a goroutine");
		return NULL;
	}
	return change_at(c, i);
}

static void push_ended(struct changes *c, const struct event *e)
{
	struct moment m = {
		.kind = MOMENT_ENDED,
		.time = e->time,
		.seq = e->thread->seq,
		.actor = e->thread->change,
		.subject = e->thread->change,
	};

	push_moment(c, &m);
}

static bool on_destroy(struct changes *c, const struct event *e, struct err *err)
{
	struct change *g = running(c, e, err);

	if (!g)
		return false;
	if (g->ended)
		return broken(c, err, "a goroutine that has not ended");
	g->ended = true;
	push_ended(c, e);
	if (e->thread->callback == e->thread->change)
		e->thread->callback = NO_CHANGE;
	unbind(e->thread);
	return true;
}

static void count_block(struct changes *c, uint32_t i, uint32_t reason)
{
	struct change *g = change_at(c, i);
	uint64_t key = (uint64_t)i << 32 | reason;
	const uintptr_t *n;

	for (size_t k = 0; k < ARRAY_LEN(g->blocks); k++) {
		if (!g->blocks[k])
			g->block_reason[k] = reason;
		if (g->block_reason[k] == reason) {
			g->blocks[k]++;
			return;
		}
	}
	n = map_find(&c->overflow, key);
	map_set(&c->overflow, key, n ? *n + 1 : 1);
}

static bool stop(struct changes *c, const struct event *e, uint8_t state, struct err *err)
{
	struct change *g = running(c, e, err);
	uint32_t seq;

	if (!g)
		return false;
	if (!small(e->arg[0]) || !small(e->arg[1]))
		return broken(c, err, "a reason and a stack");
	seq = e->thread->seq;
	set_stop(g, seq, (uint32_t)e->arg[0], (uint32_t)e->arg[1]);
	move(g, seq, state, e->time);
	if (state == WIRE_GO_WAITING && e->arg[0])
		count_block(c, e->thread->change, (uint32_t)e->arg[0]);
	unbind(e->thread);
	return true;
}

static bool on_stop(struct changes *c, const struct event *e, struct err *err)
{
	return stop(c, e, WIRE_GO_RUNNABLE, err);
}

static bool on_block(struct changes *c, const struct event *e, struct err *err)
{
	return stop(c, e, WIRE_GO_WAITING, err);
}

static void wake(struct change *g, uint32_t seq, uint64_t time)
{
	g->wakes++;
	step(g, seq);
	move(g, seq, WIRE_GO_RUNNABLE, time);
}

static bool on_unblock(struct changes *c, const struct event *e, struct err *err)
{
	struct change_wake later = {
		.id = e->arg[0],
		.seq = (uint32_t)e->arg[1],
		.time = e->time,
	};
	uint32_t i = find_change(c, later.id);

	if (!small(e->arg[1]))
		return broken(c, err, "a sequence number");
	if (i == NO_CHANGE || !change_at(c, i)->state || is_reused(c, later.id))
		VEC_PUSH(&c->wakes, later);
	else
		wake(change_at(c, i), later.seq, later.time);
	return true;
}

/* Of calls in a row from the same place the last is kept, so that a loop of system calls
 * is one moment; but only on one thread, since what another did meanwhile may come later. */
static void push_call(struct changes *c, const struct event *e, uint32_t stack)
{
	struct change *g = change_at(c, e->thread->change);
	struct moment m = {
		.kind = MOMENT_CALL,
		.time = e->time,
		.seq = e->thread->seq,
		.actor = e->thread->change,
		.subject = e->thread->change,
		.stack = stack,
	};
	struct moment *last;

	if (g->last_moment != NO_MOMENT) {
		last = &c->moments.items[g->last_moment];
		if (last->kind == MOMENT_CALL && last->stack == stack && last->seq == m.seq) {
			last->time = m.time;
			return;
		}
	}
	push_moment(c, &m);
}

static bool on_syscall_begin(struct changes *c, const struct event *e, struct err *err)
{
	struct change *g = running(c, e, err);

	if (!g)
		return false;
	if (!small(e->arg[1]))
		return broken(c, err, "a stack");
	set_stop(g, e->thread->seq, 0, (uint32_t)e->arg[1]);
	move(g, e->thread->seq, WIRE_GO_SYSCALL, e->time);
	if (c->want_calls && e->arg[1])
		push_call(c, e, (uint32_t)e->arg[1]);
	return true;
}

static bool on_syscall_end(struct changes *c, const struct event *e, struct err *err)
{
	struct change *g = running(c, e, err);

	if (!g)
		return false;
	move(g, e->thread->seq, WIRE_GO_RUNNING, e->time);
	return true;
}

static bool on_syscall_end_blocked(struct changes *c, const struct event *e, struct err *err)
{
	struct change *g = running(c, e, err);

	if (!g)
		return false;
	move(g, e->thread->seq, WIRE_GO_RUNNABLE, e->time);
	unbind(e->thread);
	return true;
}

static void set_status(struct change *g, uint64_t status, uint64_t time)
{
	g->status = (uint8_t)status;
	if (g->state)
		return; /* the events of another thread came first */
	g->state = (uint8_t)status;
	g->since = time;
}

/* The thread that runs a goroutine writes its status itself. Only a system call that
 * lasts the whole generation is told by another: then its thread has no events. */
static bool on_status(struct changes *c, const struct event *e, struct err *err)
{
	uint64_t status = e->arg[2];
	struct change_thread *t = e->thread;
	uint32_t i = lived_change(c, e->arg[0]);
	struct change *g = change_at(c, i);

	if (status < WIRE_GO_RUNNABLE || status > WIRE_GO_WAITING || !small(e->arg[3]))
		return broken(c, err, "a status of 1 to 4 and a stack");
	if (g->status || g->born_here)
		return broken(c, err, "one status of a goroutine in a generation");
	set_status(g, status, e->time);
	g->status_stack = (uint32_t)e->arg[3];
	if (t && (status == WIRE_GO_RUNNING || (status == WIRE_GO_SYSCALL && e->arg[1] == t->id)))
		bind(t, c, i, 0);
	return true;
}

static bool on_switch(struct changes *c, const struct event *e, struct err *err)
{
	struct change *g = running(c, e, err);
	uint32_t to;

	if (!g)
		return false;
	if (!small(e->arg[1]))
		return broken(c, err, "a sequence number");
	set_switched(g, e->thread->seq);
	move(g, e->thread->seq, WIRE_GO_WAITING, e->time);
	unbind(e->thread);
	to = thread_change(c, e->thread, e->arg[0]);
	change_at(c, to)->wakes++;
	start(c, e, to);
	return true;
}

static bool on_switch_destroy(struct changes *c, const struct event *e, struct err *err)
{
	struct change_thread *t = e->thread;
	uint32_t to;

	if (!on_destroy(c, e, err))
		return false;
	if (!small(e->arg[1]))
		return broken(c, err, "a sequence number");
	to = thread_change(c, t, e->arg[0]);
	change_at(c, to)->wakes++;
	start(c, e, to);
	return true;
}

static bool on_procs_change(struct changes *c, const struct event *e, struct err *err)
{
	(void)err;
	if (e->time >= c->procs_time) {
		c->procs = e->arg[0] > UINT32_MAX ? UINT32_MAX : (uint32_t)e->arg[0];
		c->procs_time = e->time;
	}
	return true;
}

/* What is not here changes no goroutine: it is stepped over. */
static handler *const handlers[256] = {
	[WIRE_PROCS_CHANGE] = on_procs_change,
	[WIRE_GO_CREATE] = on_go_create,
	[WIRE_GO_CREATE_SYSCALL] = on_create_syscall,
	[WIRE_GO_START] = on_start,
	[WIRE_GO_DESTROY] = on_destroy,
	[WIRE_GO_DESTROY_SYSCALL] = on_destroy,
	[WIRE_GO_STOP] = on_stop,
	[WIRE_GO_BLOCK] = on_block,
	[WIRE_GO_UNBLOCK] = on_unblock,
	[WIRE_GO_SYSCALL_BEGIN] = on_syscall_begin,
	[WIRE_GO_SYSCALL_END] = on_syscall_end,
	[WIRE_GO_SYSCALL_END_BLOCKED] = on_syscall_end_blocked,
	[WIRE_GO_STATUS] = on_status,
	[WIRE_GO_SWITCH] = on_switch,
	[WIRE_GO_SWITCH_DESTROY] = on_switch_destroy,
	[WIRE_GO_CREATE_BLOCKED] = on_go_create_blocked,
	[WIRE_GO_STATUS_STACK] = on_status,
};

static struct change_thread *thread_of(struct changes *c, uint64_t id)
{
	struct change_thread *t;

	if (id == WIRE_NO_THREAD)
		return NULL;
	t = map_get(&c->threads, id);
	if (t)
		return t;
	t = malloc(sizeof(*t));
	if (!t)
		abort();
	*t = (struct change_thread){ .id = id, .change = NO_CHANGE, .callback = NO_CHANGE };
	map_put(&c->threads, id, t);
	return t;
}

static bool read_event(struct changes *c, struct cursor *in, struct event *e, struct err *err)
{
	uint8_t kind = cursor_byte(in);
	unsigned varints = c->varints[kind];

	if (!varints)
		return wire_broken(err, c->at, "expected an event, found kind %u", kind);
	c->events++;
	e->time += cursor_uvarint(in);
	if (!handlers[kind]) {
		if (varints > 1)
			cursor_skip(in, varints - 1);
		return true;
	}
	e->arg[3] = 0; /* GoStatus has one argument less than GoStatusStack */
	for (unsigned i = 0; i + 1 < varints; i++)
		e->arg[i] = cursor_uvarint(in);
	return in->bad || handlers[kind](c, e, err);
}

bool changes_read(struct changes *c, const struct batch *b, struct err *err)
{
	struct cursor in = { .p = b->data, .end = b->data + b->size };
	struct event e = { .time = b->time, .thread = thread_of(c, b->thread) };

	if (e.thread)
		e.thread->wrote = true;
	if (c->moments.len > NO_MOMENT - WIRE_BATCH_MAX || c->list.len > NO_CHANGE - WIRE_BATCH_MAX)
		return err_set(err, ERR_LIMIT,
			       "generation %ju creates and ends too many goroutines",
			       (uintmax_t)b->generation);
	while (in.p < in.end) {
		c->at = b->at;
		c->at.offset += (uint64_t)(in.p - b->data);
		if (!read_event(c, &in, &e, err))
			return false;
		if (b->time < c->first || !c->first)
			c->first = b->time;
	}
	if (in.bad)
		return wire_broken(err, c->at,
				   "expected a whole event, found the end of its batch");
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

static int compare_births(const void *a, const void *b, void *ctx)
{
	const struct changes *c = ctx;
	const struct change *x = &c->list.items[*(const uint32_t *)a];
	const struct change *y = &c->list.items[*(const uint32_t *)b];

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->born < y->born ? -1 : x->born > y->born;
}

/* The wakes of reused ids, by id and sequence number: each list a queue in the order of time. */
struct wake_queues {
	struct change_wake *wakes; /* borrowed, sorted */
	size_t len;
	struct map next;  /* key of (id, seq) -> index of the next wake + 1 */
	struct map taken; /* start_key of starts: sequence numbers that are no wake's */
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
static void fill_use(struct changes *c, struct wake_queues *q, uint32_t i)
{
	struct change *g = change_at(c, i);
	uint32_t last = g->top + (g->ended ? 0 : 1);
	/* Usually none is missing but the one after the last. */
	uint32_t seq = g->steps < g->top ? 1 : g->top + 1;

	for (; seq <= last; seq++) {
		const struct change_wake *w;

		if (map_find(&q->taken, start_key(i, seq)))
			continue;
		w = take_wake(q, g->id, seq);
		if (w)
			wake(g, w->seq, w->time);
	}
}

/* The uses of reused ids, by id and birth. */
static size_t list_uses(const struct changes *c, uint32_t *uses)
{
	size_t n = 0;

	for (size_t i = 0; i < c->list.len; i++)
		if (is_reused(c, c->list.items[i].id))
			uses[n++] = (uint32_t)i;
	qsort_r(uses, n, sizeof(*uses), compare_births, (void *)(uintptr_t)c); /* NOLINT */
	return n;
}

static void settle_reused(struct changes *c, struct wake_queues *q)
{
	AUTO_FREE uint32_t *uses = calloc(c->list.len + 1, sizeof(*uses));
	size_t n;

	if (!uses)
		abort();
	for (size_t i = q->len; i-- > 0;)
		map_set(&q->next, queue_key(q->wakes[i].id, q->wakes[i].seq), i + 1);
	for (size_t i = 0; i < c->starts.len; i++)
		map_set(&q->taken, c->starts.items[i], 1);
	n = list_uses(c, uses);
	for (size_t i = 0; i < n; i++)
		fill_use(c, q, uses[i]);
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
		uint32_t to = find_change(c, w->id);

		if (to == NO_CHANGE)
			return wire_broken(err, c->at, "goroutine %ju is woken but never seen",
					   (uintmax_t)w->id);
		wake(change_at(c, to), w->seq, w->time);
	}
	q.wakes = c->wakes.items + own;
	q.len = c->wakes.len - own;
	if (q.len)
		settle_reused(c, &q);
	return true;
}

static int compare_lives(const void *a, const void *b, void *ctx)
{
	const struct moments *m = ctx;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	const struct moment *x = &m->items[i], *y = &m->items[k];

	if (x->actor != y->actor)
		return x->actor < y->actor ? -1 : 1;
	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return i < k ? -1 : i > k;
}

/* Chains the moments of goroutines whose threads' batches came in another order. */
static void chain_mixed(struct changes *c)
{
	struct moments *m = &c->moments;
	AUTO_FREE uint32_t *mixed = calloc(m->len + 1, sizeof(*mixed));
	size_t n = 0;

	if (!mixed)
		abort();
	for (size_t i = 0; i < m->len; i++)
		if (m->items[i].actor != NO_CHANGE && change_at(c, m->items[i].actor)->mixed)
			mixed[n++] = (uint32_t)i;
	qsort_r(mixed, n, sizeof(*mixed), compare_lives, m);
	for (size_t i = 0; i < n; i++) {
		struct moment *at = &m->items[mixed[i]];
		bool first = !i || m->items[mixed[i - 1]].actor != at->actor;

		at->after = first ? NO_MOMENT : mixed[i - 1];
	}
}

/* A goroutine's first moment follows from its creation. */
static void chain_births(struct changes *c)
{
	struct moments *m = &c->moments;

	for (size_t i = 0; i < m->len; i++)
		if (m->items[i].actor != NO_CHANGE && m->items[i].after == NO_MOMENT)
			m->items[i].after = change_at(c, m->items[i].actor)->birth;
}

/* Whether nobody acts after its end: the goroutine would be gone when that is told. */
static bool ends_are_last(const struct changes *c)
{
	const struct moments *m = &c->moments;

	for (size_t i = 0; i < m->len; i++) {
		uint32_t before = m->items[i].after;

		if (before != NO_MOMENT && m->items[before].kind == MOMENT_ENDED)
			return false;
	}
	return true;
}

bool changes_close(struct changes *c, struct err *err)
{
	bool mixed = false;

	if (!settle_wakes(c, err))
		return false;
	for (size_t i = 0; i < c->list.len; i++) {
		const struct change *g = &c->list.items[i];

		mixed |= g->mixed;
		if (g->steps != g->top)
			return wire_broken(
			    err, c->at, "goroutine %ju has %ju of %ju sequence numbers",
			    (uintmax_t)g->id, (uintmax_t)g->steps, (uintmax_t)g->top);
	}
	if (mixed)
		chain_mixed(c);
	chain_births(c);
	if (!ends_are_last(c))
		return wire_broken(err, c->at, "a goroutine acts after its end");
	return moments_order(&c->moments) ||
	       wire_broken(err, c->at, "goroutines that created each other");
}

void changes_reset(struct changes *c)
{
	bool many = c->threads.len > THREADS_KEPT;
	size_t at = 0;
	struct map_slot *slot;

	c->list.len = c->wakes.len = c->starts.len = 0;
	c->events = c->first = c->last = 0;
	moments_reset(&c->moments);
	map_clear(&c->overflow);
	if (c->index)
		memset(c->index, 0xff, c->index_cap * sizeof(*c->index));
	while ((slot = map_next(&c->threads, &at))) {
		/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
		struct change_thread *t = (struct change_thread *)slot->value;

		t->change = t->callback = NO_CHANGE;
		t->seq = 0;
		if (many && !t->bound && !t->wrote) {
			map_del(&c->threads, t->id);
			at--;
			free(t);
		} else {
			t->wrote = false;
		}
	}
}

void changes_release(struct changes *c)
{
	struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&c->threads, &at)))
		free((void *)slot->value); /* NOLINT(performance-no-int-to-ptr) */
	map_release(&c->threads);
	map_release(&c->overflow);
	map_release(&c->reused);
	VEC_FREE(&c->starts);
	VEC_FREE(&c->list);
	VEC_FREE(&c->wakes);
	moments_release(&c->moments);
	free(c->index);
	*c = (struct changes){ 0 };
}
