#include "trace/trace.h"

#include <string.h>

#include "base/vec.h"
#include "trace/change.h"
#include "trace/cursor.h"
#include "trace/ending.h"
#include "trace/tables.h"
#include "trace/ticks.h"

/* What was looked up last of a generation's creations. */
struct birth {
	bool known;
	uint32_t start, created_at;
	const char *name;
	struct trace_stack *stack;
};

struct trace_reader {
	struct trace_hooks hooks;
	struct trace_stops stops;
	struct batcher batcher;
	struct tables tables;
	struct changes changes;
	struct frames names;
	struct map live;       /* id -> struct goroutine, owned */
	struct pool cells;     /* of goroutines, and of changes while a generation is read */
	struct map marks;      /* stack id -> mark, for one generation */
	struct map stop_marks; /* the same for stops; 0 is left out */
	struct map counters;   /* reason id -> enum counter, for one generation */
	uint32_t reason_id; /* the reason that was looked up last, and its text; NULL: none yet */
	const char *reason;
	struct birth birth;
	struct ticks ticks;
	uint64_t open;       /* generation that is being read; 0: none */
	uint64_t open_bytes; /* of its batches */
	bool have_events;    /* it has batches of events, stacks or strings */
	struct trace_facts facts;
	bool failed;
	struct err why;
};

struct trace_reader *trace_new(const struct trace_hooks *hooks)
{
	struct trace_reader *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	if (hooks)
		r->hooks = *hooks;
	r->cells.size = sizeof(struct change) > sizeof(struct goroutine) ? sizeof(struct change)
									 : sizeof(struct goroutine);
	r->changes.live = &r->live;
	r->changes.records = &r->cells;
	return r;
}

void trace_want_stops(struct trace_reader *r, const struct trace_stops *stops)
{
	r->stops = *stops;
}

static struct goroutine *new_goroutine(struct trace_reader *r)
{
	struct goroutine *g = pool_take_zeroed(&r->cells);

	g->start = g->reason = "";
	return g;
}

static struct trace_stack *owned(const struct trace_stack *s)
{
	return (struct trace_stack *)(uintptr_t)s; /* NOLINT(performance-no-int-to-ptr) */
}

static void free_goroutine(struct trace_reader *r, struct goroutine *g)
{
	frames_drop(&r->names, owned(g->created_at));
	frames_drop(&r->names, owned(g->last));
	pool_give(&r->cells, g);
}

static void put_live(struct trace_reader *r, struct goroutine *g)
{
	map_put(&r->live, g->id, g);
	if (g->id > r->changes.newest)
		r->changes.newest = g->id;
}

void trace_free(struct trace_reader *r)
{
	if (!r)
		return;
	batcher_release(&r->batcher);
	tables_release(&r->tables, &r->names);
	changes_release(&r->changes);
	map_release(&r->live);
	map_release(&r->marks);
	map_release(&r->stop_marks);
	map_release(&r->counters);
	frames_release(&r->names);
	pool_clear(&r->cells);
	free(r);
}

static struct wire_place here(const struct trace_reader *r)
{
	return (struct wire_place){ .offset = r->batcher.offset, .generation = r->open };
}

/* What goroutines are counted by. */
enum counter { COUNT_NONE, COUNT_SLEEP, COUNT_SELECT, COUNT_RECEIVE };

static enum counter counter_of(struct trace_reader *r, uint32_t reason)
{
	static const char *const reasons[] = {
		[COUNT_SLEEP] = "sleep",
		[COUNT_SELECT] = "select",
		[COUNT_RECEIVE] = "chan receive",
	};
	const uintptr_t *known = map_find(&r->counters, reason);
	enum counter counter = COUNT_NONE;
	struct str text = { 0 };

	if (known)
		return (enum counter) * known;
	tables_string(&r->tables, reason, &text, NULL);
	for (size_t i = COUNT_SLEEP; i < ARRAY_LEN(reasons); i++)
		if (str_is(text, reasons[i]))
			counter = (enum counter)i;
	map_set(&r->counters, reason, counter);
	return counter;
}

static void count_blocks(struct trace_reader *r, struct goroutine *g, uint32_t reason, uint64_t n)
{
	switch (counter_of(r, reason)) {
	case COUNT_SLEEP:
		g->blocks_sleep += (uint32_t)n;
		break;
	case COUNT_SELECT:
		g->blocks_select += (uint32_t)n;
		break;
	case COUNT_RECEIVE:
		g->blocks_receive += (uint32_t)n;
		break;
	case COUNT_NONE:
		break;
	}
}

/* Whether the table can take the change: what it says fits what the table knows. */
static bool check_life(const struct trace_reader *r, const struct change *c, struct err *err)
{
	const struct goroutine *g = map_get(&r->live, c->id);
	uintmax_t id = c->id;

	if (c->born_here && g && !c->callback)
		return wire_broken(err, here(r), "goroutine %ju is created while it lives", id);
	if (c->born_here)
		return true;
	if (!g && r->facts.generations)
		return wire_broken(err, here(r), "goroutine %ju was never created", id);
	if (!g && !c->status)
		return wire_broken(err, here(r), "goroutine %ju has neither creation nor status",
				   id);
	if (g && c->status && c->status != g->state && !(c->passed >> c->status & 1))
		return wire_broken(err, here(r),
				   "goroutine %ju has status %u, expected %d: its last state", id,
				   c->status, (int)g->state);
	if (!c->status && c->top)
		return wire_broken(err, here(r), "goroutine %ju has no status", id);
	return true;
}

/* Whether the tables have all that the change refers to. */
static bool check_tables(struct trace_reader *r, const struct change *c, struct err *err)
{
	const uint32_t stacks[] = { c->stack, c->older, c->status_stack, c->first_stack };
	struct trace_stack *s;
	struct str text;

	for (size_t i = 0; i < ARRAY_LEN(stacks); i++)
		if (!tables_stack(&r->tables, &r->names, stacks[i], &s, err))
			return err_wrap(err, "goroutine %ju", (uintmax_t)c->id);
	for (size_t i = 0; i < ARRAY_LEN(c->blocks) && c->blocks[i]; i++)
		if (!tables_string(&r->tables, c->block_reason[i], &text, err))
			return err_wrap(err, "goroutine %ju", (uintmax_t)c->id);
	if (!tables_string(&r->tables, c->reason, &text, err))
		return err_wrap(err, "goroutine %ju", (uintmax_t)c->id);
	return true;
}

/* Ids of callbacks are used again, one use after the other. */
static bool check_uses(const struct trace_reader *r, const struct change *first, struct err *err)
{
	bool older = map_find(&r->live, first->id);
	size_t living = 0;

	for (const struct change *c = first; c; c = c->next) {
		living += !c->ended;
		older &= c->born_here; /* else it is this one */
	}
	return living + older < 2 ||
	       wire_broken(err, here(r), "goroutine %ju is created while it lives",
			   (uintmax_t)first->id);
}

/* Whether the change can be; first: no other use of its id came before. */
static bool check_change(struct trace_reader *r, const struct change *c, bool first,
			 struct err *err)
{
	if (!check_life(r, c, err) || (first && c->callback && !check_uses(r, c, err)))
		return false;
	return check_tables(r, c, err) ||
	       err_wrap(err, "byte %ju, generation %ju", (uintmax_t)r->batcher.offset,
			(uintmax_t)r->open);
}

/* Of several that cannot be the lowest id's is said: it does not hang on the order of a table. */
static bool check_changes(struct trace_reader *r, struct err *err)
{
	const struct change *c = NULL, *wrong = NULL;
	bool first = true, wrong_first = false;
	size_t at = 0;

	for (; (c = changes_next(&r->changes, &at, c)); first = !c->next) {
		if ((wrong && wrong->id <= c->id) || check_change(r, c, first, NULL))
			continue;
		wrong = c;
		wrong_first = first;
	}
	return !wrong || check_change(r, wrong, wrong_first, err);
}

static bool check_stack(struct trace_reader *r, const struct life *l, uint32_t id, struct err *err)
{
	struct trace_stack *s;

	return tables_stack(&r->tables, &r->names, id, &s, err) ||
	       err_wrap(err, "byte %ju, generation %ju: goroutine %ju",
			(uintmax_t)r->batcher.offset, (uintmax_t)r->open, (uintmax_t)l->id);
}

/* Whether all that are born here are new, and their stacks are there: mostly the same. */
static bool check_births(struct trace_reader *r, struct err *err)
{
	const struct moment_lives *lives = &r->changes.moments.lives;
	uint32_t start = 0, created_at = 0;

	for (size_t i = 1; i < lives->len; i++) {
		const struct life *l = &lives->items[i];

		if (l->brief && l->id <= r->changes.newest && map_find(&r->live, l->id))
			return wire_broken(err, here(r), "goroutine %ju is created while it lives",
					   (uintmax_t)l->id);
		if (l->start != start && !check_stack(r, l, start = l->start, err))
			return false;
		if (l->created_at != created_at &&
		    !check_stack(r, l, created_at = l->created_at, err))
			return false;
	}
	return true;
}

static bool check_calls(struct trace_reader *r, struct err *err)
{
	const struct map_slot *slot;
	struct trace_stack *s;
	uint64_t wrong = UINT64_MAX;
	size_t at = 0;

	while ((slot = map_next(&r->changes.calls, &at)))
		if (slot->key < wrong && !tables_stack(&r->tables, &r->names, slot->key, &s, NULL))
			wrong = slot->key;
	if (wrong == UINT64_MAX || tables_stack(&r->tables, &r->names, wrong, &s, err))
		return true;
	return err_wrap(err, "byte %ju, generation %ju", (uintmax_t)r->batcher.offset,
			(uintmax_t)r->open);
}

/* All that can fail, before anything is changed. */
static bool check_generation(struct trace_reader *r, struct err *err)
{
	if (!r->ticks.per_s)
		return wire_broken(err, here(r),
				   "expected the clock's frequency in the generation");
	return changes_close(&r->changes, err) && check_changes(r, err) && check_births(r, err) &&
	       check_calls(r, err);
}

/* check_generation has seen to it that these are there. */
static struct trace_stack *stack_of(struct trace_reader *r, uint32_t id)
{
	struct trace_stack *s = NULL;

	tables_stack(&r->tables, &r->names, id, &s, NULL);
	return s;
}

static void set_stack(struct trace_reader *r, const struct trace_stack **to, struct trace_stack *s)
{
	frames_share(s);
	frames_drop(&r->names, owned(*to));
	*to = s;
}

/* Goroutines that follow each other mostly have the same site. */
static void set_birth(struct trace_reader *r, struct goroutine *g, const struct life *l)
{
	struct birth *b = &r->birth;

	if (!b->known || b->start != l->start || b->created_at != l->created_at) {
		const struct trace_stack *start = stack_of(r, l->start);

		*b = (struct birth){
			.known = true,
			.start = l->start,
			.created_at = l->created_at,
			.name = start ? start->frames[0].function : "",
			.stack = stack_of(r, l->created_at),
		};
	}
	g->id = l->id;
	g->born_here = true;
	g->start = b->name;
	g->created_at = frames_share(b->stack);
}

static bool says_something(const struct trace_stack *s)
{
	return s && *s->frames[0].function;
}

/* Goroutines that follow each other mostly stopped for the same reason. */
static const char *reason_of(struct trace_reader *r, uint32_t id)
{
	struct str text = { 0 };

	if (r->reason && r->reason_id == id)
		return r->reason;
	tables_string(&r->tables, id, &text, NULL);
	r->reason_id = id;
	r->reason = frames_name(&r->names, text);
	return r->reason;
}

static void set_stop(struct trace_reader *r, struct goroutine *g, const struct change *c)
{
	struct trace_stack *last = stack_of(r, c->stack);

	g->reason = reason_of(r, c->reason);
	if (!says_something(last))
		last = stack_of(r, c->older);
	if (says_something(last))
		set_stack(r, &g->last, last);
	else if (c->switched)
		set_stack(r, &g->last, NULL);
}

/* The start function of a goroutine that is older than the trace is at the foot of any
 * stack of it, unless that was cut. */
static void set_start(struct goroutine *g, const struct trace_stack *s)
{
	if (s && s->len < WIRE_FRAMES_MAX && !*g->start && !g->born_here)
		g->start = s->frames[s->len - 1].function;
}

static void apply(struct trace_reader *r, struct goroutine *g, const struct change *c)
{
	bool is_new = !g->state;
	struct trace_stack *status = stack_of(r, c->status_stack);

	g->id = c->id;
	if (c->stopped)
		set_stop(r, g, c);
	if (!g->last)
		set_stack(r, &g->last, status);
	set_start(g, status);
	set_start(g, stack_of(r, c->first_stack));
	set_start(g, g->last);
	if (c->moved || is_new)
		g->since_ns = ticks_ns(&r->ticks, c->since);
	if (c->state)
		g->state = (enum goroutine_state)c->state;
	g->wakes += c->wakes;
	for (size_t k = 0; k < ARRAY_LEN(c->blocks) && c->blocks[k]; k++)
		count_blocks(r, g, c->block_reason[k], c->blocks[k]);
}

/* The goroutine of a change, with what the change did to it. */
static struct goroutine *change_goroutine(struct trace_reader *r, const struct change *c)
{
	struct life *l = life_at(&r->changes.moments, c->life);
	struct goroutine *g = c->born_here ? NULL : map_get(&r->live, c->id);

	if (!g)
		g = new_goroutine(r);
	if (c->life != NOBODY)
		l->g = g;
	if (c->born_here)
		set_birth(r, g, l);
	apply(r, g, c);
	return g;
}

static void count_overflow(struct trace_reader *r)
{
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&r->changes.overflow, &at)))
		count_blocks(r, life_at(&r->changes.moments, (uint32_t)(slot->key >> 32))->g,
			     (uint32_t)slot->key, slot->value);
}

/* Those that are born here come into the table when that is told. */
static void apply_changes(struct trace_reader *r)
{
	struct change *c;
	size_t at = 0;

	while ((c = changes_take(&r->changes, &at))) {
		struct goroutine *g = change_goroutine(r, c);

		if (!c->born_here)
			put_live(r, g);
		pool_give(&r->cells, c);
	}
	count_overflow(r);
}

static void tell_created(struct trace_reader *r, const struct told *t)
{
	struct life *l = life_at(&r->changes.moments, t->of);
	const struct life *creator = life_at(&r->changes.moments, t->actor);

	if (l->brief) {
		l->g = new_goroutine(r);
		l->g->state = GOROUTINE_RUNNING;
		set_birth(r, l->g, l);
	} else {
		put_live(r, l->g);
	}
	l->g->born_ns = ticks_ns(&r->ticks, t->own);
	l->g->creator = creator->id;
	r->facts.goroutines++;
	if (r->hooks.created)
		r->hooks.created(r->hooks.ctx, l->g, creator->g);
}

static uint32_t mark_of(struct trace_reader *r, uint32_t id)
{
	const uintptr_t *known = map_find(&r->marks, id);
	const struct trace_stack *s;
	uint32_t mark;

	if (known)
		return (uint32_t)*known;
	s = stack_of(r, id);
	mark = s ? r->hooks.mark(r->hooks.ctx, s) : 0;
	map_set(&r->marks, id, mark);
	return mark;
}

static void tell_call(struct trace_reader *r, const struct told *t)
{
	uint32_t mark = mark_of(r, t->of);

	if (mark && r->hooks.marked)
		r->hooks.marked(r->hooks.ctx, life_at(&r->changes.moments, t->actor)->g,
				ticks_ns(&r->ticks, t->time), mark);
}

/* One that cannot be read matters to nobody: else check_generation has said so. */
static void mark_stop(void *ctx, uint64_t id)
{
	struct trace_reader *r = ctx;
	uint64_t pcs[WIRE_FRAMES_MAX];
	const struct trace_stack *s = id < MOMENT_OF_MAX ? stack_of(r, (uint32_t)id) : NULL;
	uint32_t mark;

	if (!s)
		return;
	tables_pcs(&r->tables, id, pcs);
	mark = r->stops.mark(r->stops.ctx, s, pcs);
	if (mark)
		map_set(&r->stop_marks, id, mark);
}

static void tell_stop(struct trace_reader *r, const struct told *t)
{
	const uintptr_t *mark = map_find(&r->stop_marks, t->of);

	if (mark)
		r->stops.stopped(r->stops.ctx, life_at(&r->changes.moments, t->actor)->id,
				 (uint32_t)*mark);
}

static void tell_ended(struct trace_reader *r, const struct told *t)
{
	const struct life *l = life_at(&r->changes.moments, t->actor);

	if (r->hooks.ended)
		r->hooks.ended(r->hooks.ctx, l->g, ticks_ns(&r->ticks, t->time));
	if (!l->brief && map_get(&r->live, l->id) == l->g)
		map_del(&r->live, l->id);
	free_goroutine(r, l->g);
}

static void tell(struct trace_reader *r, const struct told *t)
{
	switch (t->kind) {
	case MOMENT_CREATED:
		tell_created(r, t);
		break;
	case MOMENT_ENDED:
		tell_ended(r, t);
		break;
	case MOMENT_CALL:
		tell_call(r, t);
		break;
	case MOMENT_STOP:
		tell_stop(r, t);
		break;
	case MOMENT_RESUMED:
		r->stops.resumed(r->stops.ctx, life_at(&r->changes.moments, t->actor)->id);
		break;
	default:
		break;
	}
}

static void count_generation(struct trace_reader *r)
{
	struct trace_facts *f = &r->facts;
	int64_t first = ticks_ns(&r->ticks, r->changes.first);
	int64_t last = ticks_ns(&r->ticks, r->changes.last);

	f->events += r->changes.events;
	f->procs = r->changes.procs;
	if (r->changes.events) {
		f->first_ns = f->generations && f->first_ns ? f->first_ns : first;
		f->last_ns = last > f->last_ns ? last : f->last_ns;
	}
	if (r->open_bytes > f->largest_generation)
		f->largest_generation = r->open_bytes;
	f->generations++;
}

static void reset_generation(struct trace_reader *r)
{
	changes_reset(&r->changes);
	tables_reset(&r->tables, &r->names);
	map_clear(&r->marks);
	map_clear(&r->stop_marks);
	map_clear(&r->counters);
	r->reason = NULL;
	r->birth.known = false;
	r->ticks = (struct ticks){ 0 };
	r->open = r->open_bytes = 0;
	r->have_events = false;
}

static bool close_generation(struct trace_reader *r, struct err *err)
{
	struct told t;

	if (!check_generation(r, err))
		return false;
	apply_changes(r);
	if (r->stops.mark)
		tables_each_stack(&r->tables, mark_stop, r);
	while (moments_next(&r->changes.moments, &t))
		tell(r, &t);
	count_generation(r);
	reset_generation(r);
	return true;
}

/* The data of a sync batch: the frequency alone, or behind a byte of its own and with a
 * clock snapshot (since 25). */
static bool read_sync(struct trace_reader *r, const struct batch *b, struct err *err)
{
	struct cursor c = { .p = b->data, .end = b->data + b->size };
	uint64_t per_s = 0;

	if (r->batcher.version >= 25)
		cursor_byte(&c);
	while (c.p < c.end) {
		uint8_t kind = cursor_byte(&c);

		if (kind == WIRE_FREQUENCY && !per_s && !r->ticks.per_s)
			per_s = cursor_uvarint(&c);
		else if (kind == WIRE_CLOCK_SNAPSHOT && r->batcher.version >= 25)
			cursor_skip(&c, 4);
		else
			return wire_broken(err, b->at, "expected one clock frequency, found %u",
					   kind);
	}
	if (c.bad || (per_s && per_s > UINT64_C(1) << 40))
		return wire_broken(err, b->at, "expected a clock frequency");
	if (per_s)
		r->ticks = ticks_at(per_s);
	return true;
}

static bool read_batch(struct trace_reader *r, const struct batch *b, struct err *err)
{
	r->have_events |= b->kind != BATCH_SYNC;
	switch (b->kind) {
	case BATCH_EVENTS:
		return changes_read(&r->changes, b, err);
	case BATCH_STACKS:
		return tables_add_stacks(&r->tables, b, err);
	case BATCH_STRINGS:
		return tables_add_strings(&r->tables, b, err);
	case BATCH_SYNC:
		return read_sync(r, b, err);
	case BATCH_CPU_SAMPLES:
	case BATCH_EXPERIMENT:
	case BATCH_END:
		return true;
	}
	return true;
}

static bool take_batch(void *ctx, const struct batch *b, struct err *err)
{
	struct trace_reader *r = ctx;
	bool marked_end = r->batcher.version >= 26;

	if (b->kind == BATCH_END) {
		if (r->open)
			return close_generation(r, err);
		return wire_broken(err, b->at, "the end of a generation that has not begun");
	}
	if (r->open && b->generation != r->open) {
		if (marked_end || b->generation != r->open + 1)
			return wire_broken(err, b->at, "expected generation %ju",
					   (uintmax_t)r->open);
		if (!close_generation(r, err))
			return false;
	}
	if (!r->facts.version) {
		r->facts.version = r->batcher.version;
		changes_init(&r->changes, r->batcher.version, r->hooks.mark != NULL);
		r->changes.want_stops = r->stops.mark != NULL;
	}
	r->open = b->generation;
	r->open_bytes += b->size;
	return read_batch(r, b, err);
}

static bool fail(struct trace_reader *r, struct err *err)
{
	r->failed = true;
	r->facts.end = TRACE_CUT;
	if (err)
		*err = r->why;
	return false;
}

bool trace_feed(struct trace_reader *r, const uint8_t *bytes, size_t n, struct err *err)
{
	if (r->failed)
		return fail(r, err);
	r->facts.bytes += n;
	if (!batcher_feed(&r->batcher, bytes, n, take_batch, r, &r->why))
		return fail(r, err);
	return true;
}

/* Closes the last generation. Sets *begun when only its start is there. */
static bool finish(struct trace_reader *r, bool *begun, struct err *err)
{
	if (!r->open) {
		*begun = false;
		return batcher_finish(&r->batcher, 0, err);
	}
	*begun = !r->have_events;
	if (*begun)
		return true;
	if (!batcher_finish(&r->batcher, r->open, err))
		return false;
	if (r->batcher.version >= 26 || !r->ticks.per_s || !r->tables.have_strings)
		return wire_broken(err, here(r),
				   "the stream ends inside the generation: expected its %s",
				   r->batcher.version >= 26 ? "end mark" : "tables");
	return close_generation(r, err);
}

bool trace_finish(struct trace_reader *r, struct err *err)
{
	bool begun = false;

	if (r->failed)
		return fail(r, err);
	if (!finish(r, &begun, &r->why))
		return fail(r, err);
	if (begun || !r->facts.generations)
		r->facts.end = TRACE_CUT;
	else
		r->facts.end = ending(r);
	return true;
}

void trace_facts(const struct trace_reader *r, struct trace_facts *f)
{
	*f = r->facts;
	f->version = r->batcher.version;
	f->live = r->live.len;
}

struct goroutine *trace_next(const struct trace_reader *r, size_t *at)
{
	struct map_slot *slot = map_next(&r->live, at);

	return slot ? (void *)slot->value : NULL; /* NOLINT(performance-no-int-to-ptr) */
}

struct goroutine *trace_find(const struct trace_reader *r, uint64_t id)
{
	return map_get(&r->live, id);
}

const struct trace_stack *trace_stack_hold(struct trace_reader *r, const struct trace_stack *s)
{
	(void)r;
	return frames_share(owned(s));
}

void trace_stack_drop(struct trace_reader *r, const struct trace_stack *s)
{
	frames_drop(&r->names, owned(s));
}

size_t trace_threads(const struct trace_reader *r, uint64_t *tids, size_t max)
{
	const struct map_slot *slot;
	size_t at = 0, n = 0;

	while ((slot = map_next(&r->changes.threads, &at)))
		if (n++ < max)
			tids[n - 1] = slot->key;
	return n;
}
