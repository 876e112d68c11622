#include "trace/digest.h"

#include <string.h>

#include "base/vec.h"

static struct digest_site *site_of(struct digest *d, const struct trace_frame *f)
{
	uint64_t key = (uintptr_t)f->function * UINT64_C(31) + f->line;
	struct digest_site *first = map_get(&d->site_index, key), *s;

	for (s = first; s; s = s->next)
		if (s->function == f->function && s->line == f->line)
			return s;
	s = ARENA_NEW(&d->arena, struct digest_site);
	*s = (struct digest_site){
		.function = f->function,
		.file = f->file,
		.line = f->line,
		.next = first,
	};
	map_put(&d->site_index, key, s);
	VEC_PUSH(&d->sites, s);
	return s;
}

static struct digest_goroutine *add_goroutine(struct digest *d, uint64_t id,
					      const struct trace_stack *created_at)
{
	static const struct trace_frame nowhere = { .function = "", .file = "" };
	struct digest_goroutine *g = d->spare;

	if (g)
		d->spare = g->next;
	else
		g = ARENA_NEW(&d->arena, struct digest_goroutine);
	*g = (struct digest_goroutine){
		.id = id,
		.site = site_of(d, created_at ? &created_at->frames[0] : &nowhere),
		.created_at = order_hold(d->reader, created_at),
		.start = "",
		.reason = "",
	};
	g->site->alive++;
	map_put(&d->alive, id, g);
	if (d->alive.len > d->peak)
		d->peak = d->alive.len;
	return g;
}

static void drop_goroutine(struct digest *d, struct digest_goroutine *g)
{
	g->site->alive--;
	order_drop(d->reader, g->created_at);
	map_del(&d->alive, g->id);
	g->next = d->spare;
	d->spare = g;
	d->ended++;
}

static void count_wait(struct digest *d, const char *reason, int64_t ns)
{
	struct digest_wait wait = { .reason = reason, .ns = ns };

	for (size_t i = 0; i < d->waits.len; i++)
		if (d->waits.items[i].reason == reason ||
		    !strcmp(d->waits.items[i].reason, reason)) {
			d->waits.items[i].ns += ns;
			return;
		}
	VEC_PUSH(&d->waits, wait);
}

static void count_state(struct digest *d, const struct digest_goroutine *g, int64_t until_ns)
{
	int64_t ns = until_ns - g->since_ns;

	if (!g->since_ns)
		return;
	d->in_state_ns[g->state] += ns;
	if (g->state == ORDER_WAITING)
		count_wait(d, g->reason, ns);
}

static struct digest_goroutine *create(struct digest *d, const struct order_event *e)
{
	const struct trace_stack *start = order_subject_stack(d->reader, e);
	struct digest_goroutine *g = add_goroutine(d, e->subject, order_stack(d->reader, e));

	if (start)
		g->start = start->frames[0].function;
	g->site->started++;
	d->started++;
	return g;
}

/* Goroutines that follow each other mostly wait for the same reason. */
static const char *reason_of(struct digest *d, const struct order_event *e)
{
	uint64_t generation = order_generations(d->reader);

	if (!d->reason.text || d->reason.id != e->arg[0] || d->reason.generation != generation) {
		d->reason.text = order_name(d->reader, order_text(d->reader, e, 0));
		d->reason.id = e->arg[0];
		d->reason.generation = generation;
	}
	return d->reason.text;
}

static void add_transition(struct digest *d, const struct order_event *e)
{
	struct digest_goroutine *g = map_get(&d->alive, e->subject);

	if (e->from == ORDER_NOT_EXIST)
		g = create(d, e);
	else if (!g)
		g = add_goroutine(d, e->subject, NULL);
	if (e->from == e->to)
		return; /* told again at the start of a generation */
	count_state(d, g, e->time_ns);
	if (e->to == ORDER_NOT_EXIST) {
		drop_goroutine(d, g);
		return;
	}
	g->reason = "";
	if (e->kind == WIRE_GO_BLOCK)
		g->reason = reason_of(d, e);
	g->state = e->to;
	g->since_ns = e->time_ns;
}

static void add_range(struct digest *d, const struct order_event *e)
{
	if (e->kind == WIRE_GC_BEGIN || (e->kind == WIRE_GC_ACTIVE && d->gc_since_ns < 0)) {
		d->gc_since_ns = e->time_ns;
	} else if (e->kind == WIRE_GC_END && d->gc_since_ns >= 0) {
		d->gc_ns += e->time_ns - d->gc_since_ns;
		d->gc_since_ns = -1;
	}
}

void digest_add(void *ctx, const struct order_event *e)
{
	struct digest *d = ctx;

	if (!d->events++) {
		d->first_ns = e->time_ns;
		d->gc_since_ns = -1;
	}
	d->last_ns = e->time_ns;
	d->events_by_what[e->what]++;
	if (e->what == ORDER_TRANSITION && !e->of_proc)
		add_transition(d, e);
	else if (e->what == ORDER_RANGE_BEGIN || e->what == ORDER_RANGE_ACTIVE ||
		 e->what == ORDER_RANGE_END)
		add_range(d, e);
}

static int compare_waits(const void *a, const void *b)
{
	const struct digest_wait *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns > y->ns ? -1 : 1;
	return strcmp(x->reason, y->reason);
}

void digest_pass(struct digest *d, const struct order_event *e)
{
	if (d->alive.len)
		d->last_ns = e->time_ns;
}

void digest_close(struct digest *d)
{
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&d->alive, &at))) {
		/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
		count_state(d, (const struct digest_goroutine *)slot->value, d->last_ns);
	}
	if (d->waits.len)
		qsort(d->waits.items, d->waits.len, sizeof(*d->waits.items), compare_waits);
	if (d->events && d->gc_since_ns >= 0)
		d->gc_ns += d->last_ns - d->gc_since_ns;
}

static int compare_ids(const void *a, const void *b)
{
	const struct digest_goroutine *x = *(struct digest_goroutine *const *)a;
	const struct digest_goroutine *y = *(struct digest_goroutine *const *)b;

	return x->id < y->id ? -1 : x->id > y->id;
}

struct digest_goroutine **digest_alive(const struct digest *d, size_t *n)
{
	struct digest_goroutine **all = calloc(d->alive.len + 1, sizeof(void *));
	const struct map_slot *slot;
	size_t at = 0;

	if (!all)
		abort();
	*n = 0;
	while ((slot = map_next(&d->alive, &at)))
		all[(*n)++] = (void *)slot->value; /* NOLINT(performance-no-int-to-ptr) */
	qsort(all, *n, sizeof(void *), compare_ids);
	return all;
}

void digest_release(struct digest *d)
{
	VEC_FREE(&d->waits);
	VEC_FREE(&d->sites);
	map_release(&d->alive);
	map_release(&d->site_index);
	arena_clear(&d->arena);
}
