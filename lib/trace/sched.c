#include "trace/sched.h"

#include "base/vec.h"

enum { GC_UNKNOWN, GC_OFF, GC_ON };

/* What an event needs of its thread. */
enum need { MUST_NOT, MAY, MUST };

/* An event that is being tried: where it comes from, and what the thread has when it is done. */
struct attempt {
	struct sched *s;
	struct sched_thread *t;
	struct order_event *e;
	struct sched_goroutine *g; /* the thread's; NULL: none or not known */
	uint64_t new_goroutine, new_proc;
};

typedef enum sched_result advance(struct attempt *a);

struct rule {
	advance *advance;
	uint8_t what;
};

static const uint8_t go_states[] = { ORDER_UNDETERMINED, ORDER_RUNNABLE, ORDER_RUNNING,
				     ORDER_SYSCALL, ORDER_WAITING };
static const uint8_t proc_states[] = { ORDER_UNDETERMINED, ORDER_RUNNING, ORDER_IDLE, ORDER_RUNNING,
				       ORDER_IDLE };

static enum sched_result broken(struct attempt *a, const char *why)
{
	a->s->why = why;
	return SCHED_BROKEN;
}

static struct sched_goroutine *find_goroutine(struct sched *s, uint64_t id)
{
	return map_get(&s->goroutines, id);
}

static struct sched_goroutine *add_goroutine(struct sched *s, uint64_t id, uint8_t status)
{
	struct sched_goroutine *g = s->spare;
	struct sched_ranges ranges = { 0 };
	struct sched_regions regions = { 0 };

	if (g) {
		s->spare = g->spare;
		ranges = g->ranges;
		regions = g->regions;
		ranges.len = regions.len = 0;
	} else {
		g = ARENA_NEW(&s->pool, struct sched_goroutine);
	}
	*g = (struct sched_goroutine){
		.id = id,
		.generation = s->generation,
		.status = status,
		.live = true,
		.ranges = ranges,
		.regions = regions,
	};
	map_put(&s->goroutines, id, g);
	return g;
}

static void drop_goroutine(struct sched *s, struct sched_goroutine *g)
{
	map_del(&s->goroutines, g->id);
	g->live = false;
	g->spare = s->spare;
	s->spare = g;
}

static struct sched_proc *find_proc(struct sched *s, uint64_t id)
{
	return map_get(&s->procs, id);
}

static struct sched_goroutine *thread_goroutine(struct sched *s, struct sched_thread *t)
{
	if (t->goroutine == ORDER_NONE)
		return NULL;
	if (!t->g || !t->g->live || t->g->id != t->goroutine)
		t->g = find_goroutine(s, t->goroutine);
	return t->g;
}

static struct sched_proc *thread_proc(struct sched *s, struct sched_thread *t)
{
	if (t->proc == ORDER_NONE)
		return NULL;
	if (!t->p || t->p->id != t->proc)
		t->p = find_proc(s, t->proc);
	return t->p;
}

static bool fits(enum need need, bool there)
{
	return need == MAY || (need == MUST) == there;
}

static bool needs(const struct attempt *a, enum need proc, enum need goroutine)
{
	return a->t->id != WIRE_NO_THREAD && fits(proc, a->t->proc != ORDER_NONE) &&
	       fits(goroutine, a->t->goroutine != ORDER_NONE);
}

static bool follows(const struct attempt *a, uint64_t seq, uint64_t last, uint64_t generation)
{
	return generation == a->s->generation && seq == last + 1;
}

static enum sched_result tell(struct attempt *a)
{
	a->s->each(a->s->ctx, a->e);
	return SCHED_DONE;
}

static enum sched_result transition(struct attempt *a, uint64_t subject, uint8_t from, uint8_t to)
{
	a->e->subject = subject;
	a->e->from = from;
	a->e->to = to;
	return tell(a);
}

static bool has_range(const struct sched_ranges *r, uint8_t kind, uint64_t name)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->items[i].kind == kind && r->items[i].name == name)
			return true;
	return false;
}

static bool begin_range(struct sched_ranges *r, uint8_t kind, uint64_t name)
{
	struct sched_range range = { .kind = kind, .name = name };

	if (has_range(r, kind, name))
		return false;
	VEC_PUSH(r, range);
	return true;
}

static bool active_range(const struct attempt *a, struct sched_ranges *r, uint8_t kind)
{
	if (a->s->generation == a->s->first)
		return begin_range(r, kind, 0);
	return has_range(r, kind, 0);
}

static bool end_range(struct sched_ranges *r, uint8_t kind, uint64_t *name)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->items[i].kind == kind) {
			*name = r->items[i].name;
			r->items[i] = r->items[--r->len];
			return true;
		}
	return false;
}

static enum sched_result on_annotation(struct attempt *a)
{
	if (!needs(a, MUST, MUST))
		return broken(a, "a goroutine that runs");
	return tell(a);
}

static enum sched_result on_heap(struct attempt *a)
{
	if (!needs(a, MUST, MAY))
		return broken(a, "a proc");
	return tell(a);
}

static enum sched_result on_experiment(struct attempt *a)
{
	if (!needs(a, MAY, MAY))
		return broken(a, "a thread");
	return tell(a);
}

/* A proc that was abandoned in a system call and is about to be stolen: its status is
 * told by the thief, in the context of the thread that it is bound to. */
static bool move_to_owner(struct attempt *a, uint64_t proc)
{
	const struct map_slot *slot;
	size_t at = 0;
	bool found = false;

	while ((slot = map_next(&a->s->threads, &at))) {
		/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
		const struct sched_thread *t = (const struct sched_thread *)slot->value;

		if (t->proc != proc)
			continue;
		a->e->thread = t->id;
		a->e->proc = proc;
		a->e->goroutine = t->goroutine;
		found = true;
	}
	return found;
}

/* What a status says of a known proc, or false when it contradicts. */
static bool known_proc(const struct sched_proc *p, uint64_t *status, uint8_t *from)
{
	*from = proc_states[*status];
	if (*status == WIRE_PROC_SYSCALL_ABANDONED && p->status == WIRE_PROC_SYSCALL) {
		*from = ORDER_RUNNING;
		*status = WIRE_PROC_SYSCALL;
		return true;
	}
	return p->status == *status;
}

static struct sched_proc *add_proc(struct sched *s, uint64_t id, uint8_t status)
{
	struct sched_proc *p = ARENA_NEW(&s->pool, struct sched_proc);

	p->id = id;
	p->status = status;
	map_put(&s->procs, id, p);
	return p;
}

static enum sched_result on_proc_status(struct attempt *a)
{
	uint64_t id = a->e->arg[0], told = a->e->arg[1], status = told;
	struct sched_proc *p = find_proc(a->s, id);
	uint8_t from;

	if (status >= ARRAY_LEN(proc_states))
		return broken(a, "a status of a proc");
	if (p && !known_proc(p, &status, &from))
		return broken(a, "a proc's status to be its state");
	if (!p) {
		p = add_proc(a->s, id, (uint8_t)status);
		from = a->s->generation == a->s->first ? ORDER_UNDETERMINED : ORDER_NOT_EXIST;
	}
	p->seq = 0;
	p->generation = a->s->generation;
	a->e->arg[1] = status;
	if (told == WIRE_PROC_RUNNING || told == WIRE_PROC_SYSCALL)
		a->new_proc = id;
	if (told == WIRE_PROC_SYSCALL_ABANDONED && from == ORDER_RUNNING && !move_to_owner(a, id))
		return broken(a, "a thread that has the proc to be stolen");
	return transition(a, id, from, proc_states[status]);
}

static enum sched_result on_proc_start(struct attempt *a)
{
	uint64_t id = a->e->arg[0];
	struct sched_proc *p = find_proc(a->s, id);

	if (!p || p->status != WIRE_PROC_IDLE || !follows(a, a->e->arg[1], p->seq, p->generation) ||
	    a->t->proc != ORDER_NONE)
		return SCHED_LATER;
	if (!needs(a, MUST_NOT, MAY))
		return broken(a, "a thread without a proc");
	p->status = WIRE_PROC_RUNNING;
	p->seq = a->e->arg[1];
	a->new_proc = id;
	return transition(a, id, ORDER_IDLE, ORDER_RUNNING);
}

static enum sched_result on_proc_stop(struct attempt *a)
{
	struct sched_proc *p = thread_proc(a->s, a->t);

	if (!p || (p->status != WIRE_PROC_RUNNING && p->status != WIRE_PROC_SYSCALL))
		return broken(a, "a proc that runs");
	p->status = WIRE_PROC_IDLE;
	a->new_proc = ORDER_NONE;
	return transition(a, p->id, ORDER_RUNNING, ORDER_IDLE);
}

/* Takes the proc from the thread that the event names. */
static bool take_proc(struct attempt *a, uint64_t proc, uint64_t from)
{
	struct sched_thread *t;

	if (from == a->t->id) {
		a->new_proc = ORDER_NONE;
		return a->t->proc == proc;
	}
	t = map_get(&a->s->threads, from);
	if (!t || !t->seen || t->proc != proc)
		return false;
	t->proc = ORDER_NONE;
	return true;
}

static enum sched_result on_proc_steal(struct attempt *a)
{
	uint64_t id = a->e->arg[0];
	struct sched_proc *p = find_proc(a->s, id);
	bool lost;

	if (!p || (p->status != WIRE_PROC_SYSCALL && p->status != WIRE_PROC_SYSCALL_ABANDONED) ||
	    !follows(a, a->e->arg[1], p->seq, p->generation))
		return SCHED_LATER;
	if (!needs(a, MAY, MAY))
		return broken(a, "a thread");
	lost = p->status == WIRE_PROC_SYSCALL_ABANDONED;
	p->status = WIRE_PROC_IDLE;
	p->seq = a->e->arg[1];
	if (!lost && !take_proc(a, id, a->e->arg[2]))
		return broken(a, "the thread stolen from to have the proc");
	return transition(a, id, lost ? ORDER_IDLE : ORDER_RUNNING, ORDER_IDLE);
}

static enum sched_result go_create(struct attempt *a, uint8_t status)
{
	uint64_t id = a->e->arg[0];

	if (!needs(a, MUST, MAY))
		return broken(a, "a proc");
	if (a->g && a->g->status != WIRE_GO_RUNNING)
		return broken(a, "a creator that runs");
	if (find_goroutine(a->s, id))
		return broken(a, "a new goroutine's id");
	add_goroutine(a->s, id, status);
	return transition(a, id, ORDER_NOT_EXIST, go_states[status]);
}

static enum sched_result on_go_create(struct attempt *a)
{
	return go_create(a, WIRE_GO_RUNNABLE);
}

static enum sched_result on_go_create_blocked(struct attempt *a)
{
	return go_create(a, WIRE_GO_WAITING);
}

static enum sched_result on_go_create_syscall(struct attempt *a)
{
	uint64_t id = a->e->arg[0];

	if (!needs(a, MAY, MUST_NOT))
		return broken(a, "a thread without a goroutine");
	if (find_goroutine(a->s, id))
		return broken(a, "a new goroutine's id");
	add_goroutine(a->s, id, WIRE_GO_SYSCALL);
	a->new_goroutine = id;
	return transition(a, id, ORDER_NOT_EXIST, ORDER_SYSCALL);
}

static enum sched_result on_go_start(struct attempt *a)
{
	uint64_t id = a->e->arg[0];
	struct sched_goroutine *g = find_goroutine(a->s, id);

	if (!g || g->status != WIRE_GO_RUNNABLE || !follows(a, a->e->arg[1], g->seq, g->generation))
		return SCHED_LATER;
	if (!needs(a, MUST, MUST_NOT))
		return broken(a, "a thread with a proc and without a goroutine");
	g->status = WIRE_GO_RUNNING;
	g->seq = a->e->arg[1];
	a->new_goroutine = id;
	a->t->g = g;
	return transition(a, id, ORDER_RUNNABLE, ORDER_RUNNING);
}

static bool runs(const struct attempt *a)
{
	return needs(a, MUST, MUST) && a->g && a->g->status == WIRE_GO_RUNNING;
}

static enum sched_result on_go_destroy(struct attempt *a)
{
	if (!runs(a))
		return broken(a, "a goroutine that runs");
	drop_goroutine(a->s, a->g);
	a->new_goroutine = ORDER_NONE;
	return transition(a, a->t->goroutine, ORDER_RUNNING, ORDER_NOT_EXIST);
}

static enum sched_result on_go_stop(struct attempt *a)
{
	if (!runs(a))
		return broken(a, "a goroutine that runs");
	a->g->status = WIRE_GO_RUNNABLE;
	a->new_goroutine = ORDER_NONE;
	return transition(a, a->t->goroutine, ORDER_RUNNING, ORDER_RUNNABLE);
}

static enum sched_result on_go_block(struct attempt *a)
{
	if (!runs(a))
		return broken(a, "a goroutine that runs");
	a->g->status = WIRE_GO_WAITING;
	a->new_goroutine = ORDER_NONE;
	return transition(a, a->t->goroutine, ORDER_RUNNING, ORDER_WAITING);
}

static enum sched_result on_go_unblock(struct attempt *a)
{
	uint64_t id = a->e->arg[0];
	struct sched_goroutine *g = find_goroutine(a->s, id);

	if (!g || g->status != WIRE_GO_WAITING || !follows(a, a->e->arg[1], g->seq, g->generation))
		return SCHED_LATER;
	g->status = WIRE_GO_RUNNABLE;
	g->seq = a->e->arg[1];
	return transition(a, id, ORDER_WAITING, ORDER_RUNNABLE);
}

/* The goroutine that switches blocks or ends. */
static void switch_away(struct attempt *a)
{
	struct order_event e = *a->e;
	bool ends = a->e->kind == WIRE_GO_SWITCH_DESTROY;

	memset(e.arg, 0, sizeof(e.arg));
	e.kind = ends ? WIRE_GO_DESTROY : WIRE_GO_BLOCK;
	e.subject = a->t->goroutine;
	e.from = ORDER_RUNNING;
	e.to = ends ? ORDER_NOT_EXIST : ORDER_WAITING;
	if (ends)
		drop_goroutine(a->s, a->g);
	else
		a->g->status = WIRE_GO_WAITING;
	a->s->each(a->s->ctx, &e);
}

static enum sched_result on_go_switch(struct attempt *a)
{
	uint64_t id = a->e->arg[0], time = (uint64_t)a->e->time_ns;
	struct sched_goroutine *to;
	struct order_event start = *a->e;

	if (!runs(a))
		return broken(a, "a goroutine that runs");
	to = find_goroutine(a->s, id);
	if (!to || to->status != WIRE_GO_WAITING ||
	    !follows(a, a->e->arg[1], to->seq, to->generation))
		return SCHED_LATER;
	transition(a, id, ORDER_WAITING, ORDER_RUNNABLE);
	a->e->time_ns = (int64_t)time;
	switch_away(a);
	to->status = WIRE_GO_RUNNING;
	to->seq = a->e->arg[1];
	a->new_goroutine = id;
	start.kind = WIRE_GO_START;
	start.goroutine = ORDER_NONE;
	start.subject = id;
	start.from = ORDER_RUNNABLE;
	start.to = ORDER_RUNNING;
	a->s->each(a->s->ctx, &start);
	return SCHED_DONE;
}

static enum sched_result on_syscall_begin(struct attempt *a)
{
	struct sched_proc *p = thread_proc(a->s, a->t);

	if (!runs(a) || !p)
		return broken(a, "a goroutine that runs");
	a->g->status = WIRE_GO_SYSCALL;
	p->status = WIRE_PROC_SYSCALL;
	if (!follows(a, a->e->arg[0], p->seq, p->generation))
		return broken(a, "the proc's next sequence number");
	p->seq = a->e->arg[0];
	return transition(a, a->t->goroutine, ORDER_RUNNING, ORDER_SYSCALL);
}

static enum sched_result on_syscall_end(struct attempt *a)
{
	struct sched_proc *p = thread_proc(a->s, a->t);

	if (!needs(a, MUST, MUST) || !a->g || a->g->status != WIRE_GO_SYSCALL || !p ||
	    p->status != WIRE_PROC_SYSCALL)
		return broken(a, "a goroutine and a proc in a system call");
	a->g->status = WIRE_GO_RUNNING;
	p->status = WIRE_PROC_RUNNING;
	return transition(a, a->t->goroutine, ORDER_SYSCALL, ORDER_RUNNING);
}

/* The event says that the proc was lost: it waits until it is. */
static enum sched_result on_syscall_end_blocked(struct attempt *a)
{
	struct sched_proc *p = thread_proc(a->s, a->t);

	if (a->t->proc != ORDER_NONE && !p)
		return broken(a, "a proc that is known");
	if (p && p->status == WIRE_PROC_SYSCALL)
		return SCHED_LATER;
	if (!needs(a, MAY, MUST) || !a->g || a->g->status != WIRE_GO_SYSCALL)
		return broken(a, "a goroutine in a system call");
	a->g->status = WIRE_GO_RUNNABLE;
	a->new_goroutine = ORDER_NONE;
	return transition(a, a->t->goroutine, ORDER_SYSCALL, ORDER_RUNNABLE);
}

/* A C thread gives up its proc with its goroutine, whoever takes it later: Go's reader
 * tells that as a theft by the thread itself. */
static bool abandon_proc(struct attempt *a)
{
	struct sched_proc *p = thread_proc(a->s, a->t);
	struct order_event e = *a->e;

	if (a->t->proc == ORDER_NONE)
		return true;
	if (!p || p->status != WIRE_PROC_SYSCALL)
		return false;
	p->status = WIRE_PROC_SYSCALL_ABANDONED;
	a->new_proc = ORDER_NONE;
	memset(e.arg, 0, sizeof(e.arg));
	e.kind = WIRE_PROC_STEAL;
	e.of_proc = true;
	e.arg[0] = e.subject = p->id;
	e.from = ORDER_RUNNING;
	e.to = ORDER_IDLE;
	a->s->each(a->s->ctx, &e);
	return true;
}

static enum sched_result on_destroy_syscall(struct attempt *a)
{
	if (!needs(a, MAY, MUST) || !a->g || a->g->status != WIRE_GO_SYSCALL)
		return broken(a, "a goroutine in a system call");
	drop_goroutine(a->s, a->g);
	a->new_goroutine = ORDER_NONE;
	if (!abandon_proc(a))
		return broken(a, "a proc in a system call");
	return transition(a, a->t->goroutine, ORDER_SYSCALL, ORDER_NOT_EXIST);
}

/* A goroutine that sits in a system call for the whole generation is told by another thread. */
static bool bind_elsewhere(struct attempt *a, uint64_t id, uint64_t thread)
{
	struct sched_thread *t = sched_thread(a->s, thread);

	if (t->seen && t->goroutine != id)
		return false;
	a->e->thread = thread;
	if (t->seen)
		a->e->goroutine = id;
	t->seen = true;
	t->goroutine = id;
	return true;
}

static bool bind_syscall(struct attempt *a, uint64_t id)
{
	uint64_t thread = a->e->arg[1];

	if (thread == WIRE_NO_THREAD)
		return false;
	if (thread != a->t->id)
		return bind_elsewhere(a, id, thread);
	a->new_goroutine = id;
	return a->s->generation == a->s->first || a->t->goroutine == id;
}

static enum sched_result on_go_status(struct attempt *a)
{
	uint64_t id = a->e->arg[0], status = a->e->arg[2];
	struct sched_goroutine *g = find_goroutine(a->s, id);
	uint8_t from = ORDER_UNDETERMINED;

	if (status >= ARRAY_LEN(go_states))
		return broken(a, "a status of a goroutine");
	if (!g && a->s->generation != a->s->first)
		return broken(a, "a goroutine that was created");
	if (g && g->status != status)
		return broken(a, "a goroutine's status to be its state");
	if (g)
		from = go_states[status];
	else
		g = add_goroutine(a->s, id, (uint8_t)status);
	g->seq = 0;
	g->generation = a->s->generation;
	if (status == WIRE_GO_RUNNING)
		a->new_goroutine = id;
	if (status == WIRE_GO_SYSCALL && !bind_syscall(a, id))
		return broken(a, "the thread of a system call to have its goroutine");
	return transition(a, id, from, go_states[status]);
}

static enum sched_result on_range_begin(struct attempt *a)
{
	uint64_t name = a->e->kind == WIRE_STW_BEGIN ? a->e->arg[0] : 0;

	if (!needs(a, MUST, MUST) || !a->g || !begin_range(&a->g->ranges, a->e->kind, name))
		return broken(a, "a goroutine that is not yet in it");
	return tell(a);
}

static enum sched_result on_range_end(struct attempt *a)
{
	uint8_t begin = a->e->kind == WIRE_STW_END ? WIRE_STW_BEGIN : WIRE_GC_MARK_ASSIST_BEGIN;
	uint64_t name = 0;

	if (!needs(a, MUST, MUST) || !a->g || !end_range(&a->g->ranges, begin, &name))
		return broken(a, "a goroutine that is in it");
	if (a->e->kind == WIRE_STW_END)
		a->e->arg[0] = name;
	return tell(a);
}

static enum sched_result on_assist_active(struct attempt *a)
{
	struct sched_goroutine *g = find_goroutine(a->s, a->e->arg[0]);

	if (!g || !active_range(a, &g->ranges, WIRE_GC_MARK_ASSIST_BEGIN))
		return broken(a, "a goroutine in a mark assist");
	return tell(a);
}

static enum sched_result on_sweep_begin(struct attempt *a)
{
	struct sched_proc *p = thread_proc(a->s, a->t);

	if (!needs(a, MUST, MAY) || !p || !begin_range(&p->ranges, WIRE_GC_SWEEP_BEGIN, 0))
		return broken(a, "a proc that does not sweep");
	return tell(a);
}

static enum sched_result on_sweep_active(struct attempt *a)
{
	struct sched_proc *p = find_proc(a->s, a->e->arg[0]);

	if (!p || !active_range(a, &p->ranges, WIRE_GC_SWEEP_BEGIN))
		return broken(a, "a proc that sweeps");
	return tell(a);
}

static enum sched_result on_sweep_end(struct attempt *a)
{
	struct sched_proc *p = thread_proc(a->s, a->t);
	uint64_t name;

	if (!needs(a, MUST, MAY) || !p || !end_range(&p->ranges, WIRE_GC_SWEEP_BEGIN, &name))
		return broken(a, "a proc that sweeps");
	return tell(a);
}

static enum sched_result gc_step(struct attempt *a, uint8_t wanted, uint8_t then)
{
	if (a->e->arg[0] != a->s->gc_seq + 1)
		return SCHED_LATER;
	if (a->s->gc != wanted || !needs(a, MUST, MUST))
		return broken(a, "the collector in another state");
	a->s->gc_seq = a->e->arg[0];
	a->s->gc = then;
	return tell(a);
}

static enum sched_result gc_first(struct attempt *a)
{
	a->s->gc_seq = a->e->arg[0];
	a->s->gc = GC_ON;
	return tell(a);
}

static enum sched_result on_gc_active(struct attempt *a)
{
	if (a->s->generation != a->s->first)
		return gc_step(a, GC_ON, GC_ON);
	return a->s->gc == GC_UNKNOWN ? gc_first(a) : broken(a, "no collection yet");
}

static enum sched_result on_gc_begin(struct attempt *a)
{
	return a->s->gc == GC_UNKNOWN ? gc_first(a) : gc_step(a, GC_OFF, GC_ON);
}

static enum sched_result on_gc_end(struct attempt *a)
{
	return gc_step(a, GC_ON, GC_OFF);
}

static bool text_of(struct attempt *a, uint64_t id, const char **text)
{
	struct str s;

	if (!tables_string(a->s->tables, id, &s, NULL))
		return false;
	*text = frames_name(a->s->names, s);
	return true;
}

static enum sched_result on_task_begin(struct attempt *a)
{
	const char *name;

	if (map_find(&a->s->tasks, a->e->arg[0]) || !text_of(a, a->e->arg[2], &name) ||
	    !needs(a, MUST, MUST))
		return broken(a, "a new task with a name");
	map_put(&a->s->tasks, a->e->arg[0], name);
	return tell(a);
}

static enum sched_result on_task_end(struct attempt *a)
{
	map_del(&a->s->tasks, a->e->arg[0]);
	return on_annotation(a);
}

static enum sched_result on_region_begin(struct attempt *a)
{
	struct sched_region region = { .task = a->e->arg[0] };

	if (!needs(a, MUST, MUST) || !a->g || !text_of(a, a->e->arg[1], &region.name))
		return broken(a, "a goroutine and a region with a name");
	VEC_PUSH(&a->g->regions, region);
	return tell(a);
}

static enum sched_result on_region_end(struct attempt *a)
{
	const struct sched_region *last;
	const char *name;

	if (!needs(a, MUST, MUST) || !a->g || !text_of(a, a->e->arg[1], &name))
		return broken(a, "a goroutine and a region with a name");
	if (!a->g->regions.len)
		return tell(a); /* it began before the trace */
	last = &a->g->regions.items[a->g->regions.len - 1];
	if (last->task != a->e->arg[0] || last->name != name)
		return broken(a, "the innermost region to end");
	a->g->regions.len--;
	return tell(a);
}

static const struct rule rules[256] = {
	[WIRE_PROCS_CHANGE] = { on_annotation, ORDER_METRIC },
	[WIRE_PROC_START] = { on_proc_start, ORDER_TRANSITION },
	[WIRE_PROC_STOP] = { on_proc_stop, ORDER_TRANSITION },
	[WIRE_PROC_STEAL] = { on_proc_steal, ORDER_TRANSITION },
	[WIRE_PROC_STATUS] = { on_proc_status, ORDER_TRANSITION },
	[WIRE_GO_CREATE] = { on_go_create, ORDER_TRANSITION },
	[WIRE_GO_CREATE_SYSCALL] = { on_go_create_syscall, ORDER_TRANSITION },
	[WIRE_GO_START] = { on_go_start, ORDER_TRANSITION },
	[WIRE_GO_DESTROY] = { on_go_destroy, ORDER_TRANSITION },
	[WIRE_GO_DESTROY_SYSCALL] = { on_destroy_syscall, ORDER_TRANSITION },
	[WIRE_GO_STOP] = { on_go_stop, ORDER_TRANSITION },
	[WIRE_GO_BLOCK] = { on_go_block, ORDER_TRANSITION },
	[WIRE_GO_UNBLOCK] = { on_go_unblock, ORDER_TRANSITION },
	[WIRE_GO_SYSCALL_BEGIN] = { on_syscall_begin, ORDER_TRANSITION },
	[WIRE_GO_SYSCALL_END] = { on_syscall_end, ORDER_TRANSITION },
	[WIRE_GO_SYSCALL_END_BLOCKED] = { on_syscall_end_blocked, ORDER_TRANSITION },
	[WIRE_GO_STATUS] = { on_go_status, ORDER_TRANSITION },
	[WIRE_STW_BEGIN] = { on_range_begin, ORDER_RANGE_BEGIN },
	[WIRE_STW_END] = { on_range_end, ORDER_RANGE_END },
	[WIRE_GC_ACTIVE] = { on_gc_active, ORDER_RANGE_ACTIVE },
	[WIRE_GC_BEGIN] = { on_gc_begin, ORDER_RANGE_BEGIN },
	[WIRE_GC_END] = { on_gc_end, ORDER_RANGE_END },
	[WIRE_GC_SWEEP_ACTIVE] = { on_sweep_active, ORDER_RANGE_ACTIVE },
	[WIRE_GC_SWEEP_BEGIN] = { on_sweep_begin, ORDER_RANGE_BEGIN },
	[WIRE_GC_SWEEP_END] = { on_sweep_end, ORDER_RANGE_END },
	[WIRE_GC_MARK_ASSIST_ACTIVE] = { on_assist_active, ORDER_RANGE_ACTIVE },
	[WIRE_GC_MARK_ASSIST_BEGIN] = { on_range_begin, ORDER_RANGE_BEGIN },
	[WIRE_GC_MARK_ASSIST_END] = { on_range_end, ORDER_RANGE_END },
	[WIRE_HEAP_ALLOC] = { on_heap, ORDER_METRIC },
	[WIRE_HEAP_GOAL] = { on_heap, ORDER_METRIC },
	[WIRE_GO_LABEL] = { on_annotation, ORDER_LABEL },
	[WIRE_USER_TASK_BEGIN] = { on_task_begin, ORDER_TASK_BEGIN },
	[WIRE_USER_TASK_END] = { on_task_end, ORDER_TASK_END },
	[WIRE_USER_REGION_BEGIN] = { on_region_begin, ORDER_REGION_BEGIN },
	[WIRE_USER_REGION_END] = { on_region_end, ORDER_REGION_END },
	[WIRE_USER_LOG] = { on_annotation, ORDER_LOG },
	[WIRE_GO_SWITCH] = { on_go_switch, ORDER_TRANSITION },
	[WIRE_GO_SWITCH_DESTROY] = { on_go_switch, ORDER_TRANSITION },
	[WIRE_GO_CREATE_BLOCKED] = { on_go_create_blocked, ORDER_TRANSITION },
	[WIRE_GO_STATUS_STACK] = { on_go_status, ORDER_TRANSITION },
	[WIRE_SPAN... WIRE_GOROUTINE_STACK_FREE] = { on_experiment, ORDER_EXPERIMENTAL },
};

struct sched_thread *sched_thread(struct sched *s, uint64_t id)
{
	struct sched_thread *t = map_get(&s->threads, id);

	if (t)
		return t;
	t = ARENA_NEW(&s->pool, struct sched_thread);
	t->id = id;
	t->goroutine = t->proc = ORDER_NONE;
	map_put(&s->threads, id, t);
	return t;
}

enum sched_result sched_try(struct sched *s, struct sched_thread *t, struct order_event *e)
{
	const struct rule *rule = &rules[e->kind];
	struct attempt a = {
		.s = s,
		.t = t,
		.e = e,
		.g = thread_goroutine(s, t),
		.new_goroutine = t->goroutine,
		.new_proc = t->proc,
	};
	enum sched_result result;

	if (!rule->advance)
		return broken(&a, "an event");
	t->seen = true;
	e->what = rule->what;
	e->of_proc = e->kind >= WIRE_PROC_START && e->kind <= WIRE_PROC_STATUS;
	e->thread = t->id;
	e->goroutine = t->goroutine;
	e->proc = t->proc;
	result = rule->advance(&a);
	if (result != SCHED_DONE || t->id == WIRE_NO_THREAD)
		return result;
	/* Mostly one of them changes: both at once would wait for each other. */
	if (t->goroutine != a.new_goroutine)
		t->goroutine = a.new_goroutine;
	if (t->proc != a.new_proc)
		t->proc = a.new_proc;
	return result;
}

static void release_ranges(struct map *m, bool goroutines)
{
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(m, &at))) {
		/* NOLINTBEGIN(performance-no-int-to-ptr) */
		if (goroutines) {
			VEC_FREE(&((struct sched_goroutine *)slot->value)->ranges);
			VEC_FREE(&((struct sched_goroutine *)slot->value)->regions);
		} else {
			VEC_FREE(&((struct sched_proc *)slot->value)->ranges);
		}
		/* NOLINTEND(performance-no-int-to-ptr) */
	}
	map_release(m);
}

void sched_release(struct sched *s)
{
	for (struct sched_goroutine *g = s->spare; g; g = g->spare) {
		VEC_FREE(&g->ranges);
		VEC_FREE(&g->regions);
	}
	release_ranges(&s->goroutines, true);
	release_ranges(&s->procs, false);
	map_release(&s->threads);
	map_release(&s->tasks);
	arena_clear(&s->pool);
}
