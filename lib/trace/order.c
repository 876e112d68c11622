#include "trace/order.h"

#include "base/vec.h"
#include "trace/agenda.h"
#include "trace/batch.h"
#include "trace/cursor.h"
#include "trace/frames.h"
#include "trace/sched.h"
#include "trace/tables.h"
#include "trace/ticks.h"

const char *const order_what_names[ORDER_WHATS] = {
	"Bad",         "Sync",        "Metric",   "Label",           "StackSample",
	"RangeBegin",  "RangeActive", "RangeEnd", "TaskBegin",       "TaskEnd",
	"RegionBegin", "RegionEnd",   "Log",      "StateTransition", "Experimental",
};

const char *const order_state_names[ORDER_STATES] = {
	"Undetermined", "NotExist", "Runnable", "Running", "Waiting", "Syscall", "Idle",
};

/* One batch of events, copied. */
struct held {
	struct held *next;
	const uint8_t *data;
	size_t size;
	uint64_t time;
	struct wire_place at;
};

/* A thread's batches of the generation, and its next event. */
struct front {
	struct sched_thread *thread;
	struct held *first, *last;
	const struct held *batch; /* that is read; NULL: none yet */
	struct cursor in;
	int64_t last_ns;          /* of the event before, in the batch */
	struct order_event event; /* the next one, as far as it is on the wire */
};

struct sample {
	int64_t time_ns;
	uint64_t ticks, thread, proc, goroutine, stack;
	size_t index; /* keeps the sort stable */
};

struct order_reader {
	order_fn *each;
	void *ctx;
	struct batcher batcher;
	struct tables tables;
	struct frames names;
	struct sched sched;
	struct arena arena;   /* batches and fronts of the generation */
	struct map by_thread; /* id -> struct front */
	struct order_fronts {
		struct front **items;
		size_t len, cap;
	} fronts;             /* in the order they came in */
	struct agenda agenda; /* of fronts */
	struct order_samples {
		struct sample *items;
		size_t len, cap;
	} samples;
	uint8_t varints[256];
	struct ticks ticks;
	uint64_t open;      /* generation that is held; 0: none */
	bool any, snapshot; /* a batch came; a clock snapshot */
	uint64_t earliest;  /* time of a batch of the generation */
	uint64_t generations;
	int64_t last_ns;     /* told */
	const char *missing; /* what a table lacks that an event refers to */
	bool taking;         /* a whole batch is being taken in */
	bool running;        /* a generation's events are being told */
	bool failed;
	struct err why;
};

/* Which arguments of a kind are stacks and strings, as bits. */
static const struct {
	uint8_t stacks, strings;
} refers[WIRE_KINDS] = {
	[WIRE_PROCS_CHANGE] = { 2, 0 },      [WIRE_GO_CREATE] = { 6, 0 },
	[WIRE_GO_STOP] = { 2, 1 },           [WIRE_GO_BLOCK] = { 2, 1 },
	[WIRE_GO_UNBLOCK] = { 4, 0 },        [WIRE_GO_SYSCALL_BEGIN] = { 2, 0 },
	[WIRE_STW_BEGIN] = { 2, 1 },         [WIRE_GC_BEGIN] = { 2, 0 },
	[WIRE_GC_SWEEP_BEGIN] = { 1, 0 },    [WIRE_GC_MARK_ASSIST_BEGIN] = { 1, 0 },
	[WIRE_GO_LABEL] = { 0, 1 },          [WIRE_USER_TASK_BEGIN] = { 8, 4 },
	[WIRE_USER_TASK_END] = { 2, 0 },     [WIRE_USER_REGION_BEGIN] = { 4, 2 },
	[WIRE_USER_REGION_END] = { 4, 2 },   [WIRE_USER_LOG] = { 8, 6 },
	[WIRE_GO_CREATE_BLOCKED] = { 6, 0 }, [WIRE_GO_STATUS_STACK] = { 8, 0 },
};

static bool have(const struct table_ids *ids, uint64_t id)
{
	return !id || table_has(ids, id);
}

static bool check_refers(struct order_reader *r, const struct order_event *e)
{
	unsigned stacks, strings;

	if (e->kind >= WIRE_KINDS)
		return true;
	stacks = refers[e->kind].stacks;
	strings = refers[e->kind].strings;
	for (; stacks; stacks &= stacks - 1)
		if (!have(&r->tables.stacks, e->arg[__builtin_ctz(stacks)]))
			return false;
	for (; strings; strings &= strings - 1)
		if (!have(&r->tables.strings, e->arg[__builtin_ctz(strings)]))
			return false;
	return true;
}

/* Tells an event, unless one before was not fit to be. */
static void tell(void *ctx, struct order_event *e)
{
	struct order_reader *r = ctx;

	if (r->missing)
		return;
	if (!check_refers(r, e)) {
		r->missing = "strings and stacks that are in the generation's tables";
		return;
	}
	if (e->time_ns <= r->last_ns)
		e->time_ns = r->last_ns < INT64_MAX ? r->last_ns + 1 : INT64_MAX;
	r->last_ns = e->time_ns;
	r->each(r->ctx, e);
}

static void tell_sync(struct order_reader *r, int64_t time_ns)
{
	struct order_event e = {
		.what = ORDER_SYNC,
		.kind = WIRE_SYNC,
		.time_ns = time_ns,
		.thread = ORDER_NONE,
		.proc = ORDER_NONE,
		.goroutine = ORDER_NONE,
	};

	tell(r, &e);
}

struct order_reader *order_new(order_fn *each, void *ctx)
{
	struct order_reader *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->each = each;
	r->ctx = ctx;
	r->sched.tables = &r->tables;
	r->sched.names = &r->names;
	r->sched.each = tell;
	r->sched.ctx = r;
	/* What a later version added is known here, whatever the header says: as in Go's. */
	wire_varints(26, r->varints);
	return r;
}

void order_free(struct order_reader *r)
{
	if (!r)
		return;
	batcher_release(&r->batcher);
	tables_release(&r->tables, &r->names);
	sched_release(&r->sched);
	frames_release(&r->names);
	arena_clear(&r->arena);
	map_release(&r->by_thread);
	VEC_FREE(&r->fronts);
	agenda_release(&r->agenda);
	VEC_FREE(&r->samples);
	free(r);
}

static struct wire_place here(const struct front *f)
{
	struct wire_place at = f->batch->at;

	at.offset += (uint64_t)(f->in.p - f->batch->data);
	return at;
}

/* Moves to the next batch that has data. Returns false when there is none. */
static bool next_batch(struct order_reader *r, struct front *f)
{
	const struct held *next = f->batch ? f->batch->next : f->first;

	while (next && !next->size)
		next = next->next;
	if (!next)
		return false;
	f->batch = next;
	f->in = (struct cursor){ .p = next->data, .end = next->data + next->size };
	f->last_ns = ticks_ns(&r->ticks, next->time);
	return true;
}

/* With the number of values in its place the compiler makes of each a path of its own. */
static uint64_t read_ticks(struct front *f, unsigned varints)
{
	uint64_t ticks;

	switch (varints) {
	case 1:
		cursor_uvarints(&f->in, &ticks, f->event.arg, 1);
		break;
	case 2:
		cursor_uvarints(&f->in, &ticks, f->event.arg, 2);
		break;
	case 3:
		cursor_uvarints(&f->in, &ticks, f->event.arg, 3);
		break;
	case 4:
		cursor_uvarints(&f->in, &ticks, f->event.arg, 4);
		break;
	default:
		cursor_uvarints(&f->in, &ticks, f->event.arg, WIRE_ARGS_MAX + 1);
		break;
	}
	return ticks;
}

/* Reads the thread's next event; *more is whether there is one. */
static bool next_event(struct order_reader *r, struct front *f, bool *more, struct err *err)
{
	unsigned varints;

	*more = f->in.p < f->in.end || next_batch(r, f);
	if (!*more)
		return true;
	f->event.kind = *f->in.p++;
	varints = r->varints[f->event.kind];
	if (!varints)
		return wire_broken(err, here(f), "expected an event, found kind %u", f->event.kind);
	if (__builtin_add_overflow(ticks_ns(&r->ticks, read_ticks(f, varints)), f->last_ns,
				   &f->last_ns))
		f->last_ns = INT64_MAX - 1;
	f->event.time_ns = f->last_ns;
	if (f->in.bad)
		return wire_broken(err, here(f), "expected a whole event, found its batch's end");
	return true;
}

static struct front *front_at(const struct order_reader *r, size_t i)
{
	return r->agenda.items[i].of;
}

/* Tries the next event of item i of the agenda. */
static bool try_front(struct order_reader *r, size_t i, enum sched_result *result, struct err *err)
{
	struct front *f = front_at(r, i);
	uint8_t kind = f->event.kind;
	bool more;

	*result = sched_try(&r->sched, f->thread, &f->event);
	if (*result == SCHED_LATER)
		return true;
	if (*result == SCHED_BROKEN || r->missing)
		return wire_broken(err, here(f), "before this, %s: expected %s",
				   kind < WIRE_KINDS ? wire_kinds[kind].name : "an event",
				   r->missing ? r->missing : r->sched.why);
	if (!next_event(r, f, &more, err))
		return false;
	if (!more) {
		agenda_remove(&r->agenda, i);
		return true;
	}
	r->agenda.items[i].time = (uint64_t)f->event.time_ns;
	agenda_fix(&r->agenda, i);
	return true;
}

/* The first front cannot go on: tries the others, earliest first. */
static bool try_others(struct order_reader *r, struct err *err)
{
	enum sched_result result;

	agenda_sort(&r->agenda);
	for (size_t i = 1; i < r->agenda.len; i++) {
		if (!try_front(r, i, &result, err))
			return false;
		if (result == SCHED_DONE)
			return true;
	}
	return wire_broken(err, here(front_at(r, 0)),
			   "no thread can go on: expected an order of %zu threads' events, "
			   "the earliest is %s",
			   r->agenda.len, wire_kinds[front_at(r, 0)->event.kind].name);
}

static void tell_sample(struct order_reader *r, const struct sample *s)
{
	struct order_event e = {
		.what = ORDER_STACK_SAMPLE,
		.kind = WIRE_CPU_SAMPLE,
		.time_ns = s->time_ns,
		.thread = s->thread,
		.proc = s->proc,
		.goroutine = s->goroutine ? s->goroutine : ORDER_NONE,
		.arg = { s->stack },
	};

	tell(r, &e);
}

static bool run_fronts(struct order_reader *r, struct err *err)
{
	enum sched_result result;
	size_t sample = 0;

	while (r->agenda.len || sample < r->samples.len) {
		if (sample < r->samples.len &&
		    (!r->agenda.len ||
		     r->samples.items[sample].time_ns < front_at(r, 0)->event.time_ns)) {
			tell_sample(r, &r->samples.items[sample++]);
			continue;
		}
		if (!try_front(r, 0, &result, err))
			return false;
		if (result == SCHED_LATER && !try_others(r, err))
			return false;
	}
	return true;
}

static int compare_samples(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Puts the first event of each thread on the agenda. */
static bool open_fronts(struct order_reader *r, struct err *err)
{
	r->agenda.len = 0;
	for (size_t i = 0; i < r->fronts.len; i++) {
		struct front *f = r->fronts.items[i];
		bool more;

		if (!next_event(r, f, &more, err))
			return false;
		if (more)
			agenda_push(&r->agenda, (uint64_t)f->event.time_ns, f);
	}
	return true;
}

static bool check_generation(struct order_reader *r, struct err *err)
{
	struct wire_place at = { .offset = r->batcher.offset, .generation = r->open };

	if (!r->ticks.per_s)
		return wire_broken(err, at, "expected the clock's frequency in the generation");
	if (r->batcher.version >= 25 && !r->snapshot)
		return wire_broken(err, at, "expected a clock snapshot in the generation");
	return tables_check(&r->tables, &r->names, err);
}

static void reset_generation(struct order_reader *r)
{
	tables_reset(&r->tables, &r->names);
	arena_clear(&r->arena);
	map_clear(&r->by_thread);
	r->fronts.len = r->samples.len = 0;
	r->ticks = (struct ticks){ 0 };
	r->open = r->earliest = 0;
	r->any = r->snapshot = false;
}

static bool close_generation(struct order_reader *r, struct err *err)
{
	if (!check_generation(r, err))
		return false;
	for (size_t i = 0; i < r->samples.len; i++)
		r->samples.items[i].time_ns = ticks_ns(&r->ticks, r->samples.items[i].ticks);
	if (r->samples.len)
		qsort(r->samples.items, r->samples.len, sizeof(r->samples.items[0]),
		      compare_samples);
	r->sched.generation = r->open;
	if (!r->sched.first)
		r->sched.first = r->open;
	r->running = true;
	if (!open_fronts(r, err))
		return false;
	tell_sync(r, ticks_ns(&r->ticks, r->earliest));
	if (!run_fronts(r, err))
		return false;
	r->running = false;
	r->generations++;
	reset_generation(r);
	return true;
}

static void hold(struct order_reader *r, const struct batch *b)
{
	struct held *h = ARENA_NEW(&r->arena, struct held);
	struct front *f = map_get(&r->by_thread, b->thread);
	uint8_t *data = arena_alloc(&r->arena, b->size);

	memcpy(data, b->data, b->size);
	*h = (struct held){ .data = data, .size = b->size, .time = b->time, .at = b->at };
	if (!f) {
		f = ARENA_NEW(&r->arena, struct front);
		f->thread = sched_thread(&r->sched, b->thread);
		map_put(&r->by_thread, b->thread, f);
		VEC_PUSH(&r->fronts, f);
	}
	if (f->last)
		f->last->next = h;
	else
		f->first = h;
	f->last = h;
}

static bool read_samples(struct order_reader *r, const struct batch *b, struct err *err)
{
	struct cursor c = { .p = b->data + 1, .end = b->data + b->size };

	while (c.p < c.end) {
		uint8_t kind = cursor_byte(&c);
		struct sample s = { .index = r->samples.len };

		s.ticks = cursor_uvarint(&c);
		s.thread = cursor_uvarint(&c);
		s.proc = cursor_uvarint(&c);
		s.goroutine = cursor_uvarint(&c);
		s.stack = cursor_uvarint(&c);
		if (c.bad || kind != WIRE_CPU_SAMPLE)
			return wire_broken(err, b->at, "expected a CPU sample");
		VEC_PUSH(&r->samples, s);
	}
	return true;
}

static bool read_sync(struct order_reader *r, const struct batch *b, struct err *err)
{
	struct cursor c = { .p = b->data, .end = b->data + b->size };

	if (r->batcher.version >= 25)
		cursor_byte(&c);
	while (c.p < c.end) {
		uint8_t kind = cursor_byte(&c);

		if (kind == WIRE_FREQUENCY && !r->ticks.per_s) {
			uint64_t per_s = cursor_uvarint(&c);

			if (!per_s || per_s > UINT64_C(1) << 40)
				return wire_broken(err, b->at, "expected a clock frequency");
			r->ticks = ticks_at(per_s);
		} else if (kind == WIRE_CLOCK_SNAPSHOT && r->batcher.version >= 25 &&
			   !r->snapshot) {
			cursor_skip(&c, 4);
			r->snapshot = true;
		} else {
			return wire_broken(err, b->at, "expected one clock frequency, found %u",
					   kind);
		}
	}
	return !c.bad || wire_broken(err, b->at, "expected a whole sync batch");
}

static bool read_batch(struct order_reader *r, const struct batch *b, struct err *err)
{
	switch (b->kind) {
	case BATCH_EVENTS:
		hold(r, b);
		return true;
	case BATCH_STACKS:
		return tables_add_stacks(&r->tables, b, err);
	case BATCH_STRINGS:
		return tables_add_strings(&r->tables, b, err);
	case BATCH_CPU_SAMPLES:
		return read_samples(r, b, err);
	case BATCH_SYNC:
		return read_sync(r, b, err);
	case BATCH_EXPERIMENT:
	case BATCH_END:
		return true;
	}
	return true;
}

static bool take(struct order_reader *r, const struct batch *b, struct err *err)
{
	if (b->kind == BATCH_END)
		return r->open
			   ? close_generation(r, err)
			   : wire_broken(err, b->at, "the end of a generation that has not begun");
	if (r->open && b->generation != r->open) {
		if (r->batcher.version >= 26 || b->generation != r->open + 1)
			return wire_broken(err, b->at, "expected generation %ju",
					   (uintmax_t)r->open);
		if (!close_generation(r, err))
			return false;
	}
	r->open = b->generation;
	if (!r->any || b->time < r->earliest)
		r->earliest = b->time;
	r->any = true;
	return read_batch(r, b, err);
}

static bool take_batch(void *ctx, const struct batch *b, struct err *err)
{
	struct order_reader *r = ctx;

	r->taking = true;
	if (!take(r, b, err))
		return false;
	r->taking = false;
	return true;
}

static bool fail(struct order_reader *r, struct err *err)
{
	r->failed = true;
	if (err)
		*err = r->why;
	return false;
}

/* What comes before a batch that cannot be read may be a whole generation, to 25: Go's reader
 * tells it, and ends what it tells with a sync unless it failed among the events. */
static bool fail_reading(struct order_reader *r, struct err *err)
{
	struct err other;

	if (!r->taking && !r->running && r->open && r->batcher.version < 26 &&
	    !close_generation(r, &other))
		r->why = other;
	if (!r->running && r->batcher.version)
		tell_sync(r, r->last_ns);
	return fail(r, err);
}

bool order_feed(struct order_reader *r, const uint8_t *bytes, size_t n, struct err *err)
{
	if (r->failed)
		return fail(r, err);
	if (!batcher_feed(&r->batcher, bytes, n, take_batch, r, &r->why))
		return fail_reading(r, err);
	return true;
}

/* Takes in the last generation. One of which only the start came is dropped. */
static bool finish(struct order_reader *r, struct err *err)
{
	struct wire_place at = { .offset = r->batcher.offset, .generation = r->open };

	if (!batcher_finish(&r->batcher, r->open, err))
		return false;
	if (r->batcher.version >= 26)
		return !r->fronts.len ||
		       wire_broken(err, at,
				   "the stream ends inside the generation: expected its "
				   "end mark");
	if (r->open)
		return close_generation(r, err);
	return r->generations || !r->batcher.version ||
	       wire_broken(err, at, "the trace is empty: expected a generation");
}

bool order_finish(struct order_reader *r, struct err *err)
{
	if (r->failed)
		return fail(r, err);
	if (!finish(r, &r->why))
		return fail_reading(r, err);
	tell_sync(r, r->last_ns);
	return true;
}

static const struct trace_stack *stack_at(struct order_reader *r, uint64_t id)
{
	struct trace_stack *s = NULL;

	tables_stack(&r->tables, &r->names, id, &s, NULL);
	return s;
}

/* The argument that is the stack of the context is the last one that is a stack. */
const struct trace_stack *order_stack(struct order_reader *r, const struct order_event *e)
{
	unsigned stacks = e->kind < WIRE_KINDS ? refers[e->kind].stacks : 0;

	if (e->kind == WIRE_CPU_SAMPLE)
		return stack_at(r, e->arg[0]);
	return stacks ? stack_at(r, e->arg[31 - __builtin_clz(stacks)]) : NULL;
}

const struct trace_stack *order_subject_stack(struct order_reader *r, const struct order_event *e)
{
	if (e->kind == WIRE_GO_CREATE || e->kind == WIRE_GO_CREATE_BLOCKED)
		return stack_at(r, e->arg[1]);
	if (e->what != ORDER_TRANSITION || e->kind == WIRE_GO_UNBLOCK)
		return NULL;
	return order_stack(r, e);
}

struct str order_text(const struct order_reader *r, const struct order_event *e, unsigned i)
{
	struct str text = { 0 };

	if (i < WIRE_ARGS_MAX)
		tables_string(&r->tables, e->arg[i], &text, NULL);
	return text;
}

int order_version(const struct order_reader *r)
{
	return r->batcher.version;
}

uint64_t order_generations(const struct order_reader *r)
{
	return r->generations;
}

static struct trace_stack *owned(const struct trace_stack *s)
{
	return (struct trace_stack *)(uintptr_t)s; /* NOLINT(performance-no-int-to-ptr) */
}

const struct trace_stack *order_hold(struct order_reader *r, const struct trace_stack *s)
{
	(void)r;
	return frames_share(owned(s));
}

void order_drop(struct order_reader *r, const struct trace_stack *s)
{
	frames_drop(&r->names, owned(s));
}

const char *order_name(struct order_reader *r, struct str text)
{
	return frames_name(&r->names, text);
}
