#include "account/bulk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "account/places.h"
#include "base/str.h"
#include "gotest/name.h"

#define TOLD_MOST 3 /* functions that are named */

/* 1 + the index of the function, 0: it is none of them. Frames' names are kept once. */
static size_t index_of(struct bulks *b, const char *name)
{
	uintptr_t key = (uintptr_t)name;
	const uintptr_t *known = map_find(&b->names, key);
	size_t i = 0;

	if (known)
		return *known;
	while (i < b->len && strcmp(b->items[i].function->function, name) != 0)
		i++;
	i = i < b->len ? i + 1 : 0;
	map_set(&b->names, key, i);
	return i;
}

/* The stack of a goroutine that was created and has not run yet has its function's first byte, or
 * the one behind that (src/runtime/traceevent.go, startPC): no frame is there yet. */
static bool is_own_code(const struct bulky *f, uint64_t pc)
{
	return !f->entry || (pc > f->entry + 1 && pc < f->end);
}

/* A frame of a stack, with the function when it is one of those looked for and runs its own code. */
struct spot {
	struct bulks *bulks;
	const struct trace_stack *stack;
	const uint64_t *pcs;
	uint32_t frame;
};

static struct bulk *function_at(const struct spot *at)
{
	size_t i = index_of(at->bulks, at->stack->frames[at->frame].function);
	struct bulk *f = i ? &at->bulks->items[i - 1] : NULL;

	return f && is_own_code(f->function, at->pcs[at->frame]) ? f : NULL;
}

/* What the function calls here, NULL when that is nothing to look for. What was inlined into it has
 * frames between. */
static struct bulk *callee_of(const struct spot *at, const struct bulk *f)
{
	struct spot inner = *at;

	while (inner.frame-- > 0)
		if (!f->function->entry || !is_own_code(f->function, at->pcs[inner.frame]))
			return function_at(&inner);
	return NULL;
}

static void see(const struct spot *at, struct bulk *f)
{
	const struct bulk *callee = callee_of(at, f);
	uint32_t own = f->function->frame_bytes;

	own -= callee && callee->function->bytes < own ? callee->function->bytes : 0;
	if (!f->seen || own < f->own_bytes)
		f->own_bytes = own;
	if (f->seen)
		return;
	f->seen = trace_stack_hold(at->bulks->trace, at->stack);
	f->frame = at->frame;
}

/* Makes the most of what the functions of mask have on one stack together. */
static void add_stacked(struct bulks *b, uint32_t mask, uint64_t bytes)
{
	for (size_t i = 0; i < b->len; i++)
		if (mask >> i & 1 && b->items[i].function->entry &&
		    bytes > b->items[i].stacked_bytes)
			b->items[i].stacked_bytes = bytes;
}

/* Frames are counted, which have the arguments of what they call; wrappers that Go makes are not
 * shown, so the arguments count where nobody else was seen to have them. */
static uint32_t mark(void *ctx, const struct trace_stack *s, const uint64_t *pcs)
{
	struct bulks *b = ctx;
	uint32_t mask = 0, passed = 0;
	uint64_t bytes = 0;

	for (struct spot at = { b, s, pcs, 0 }; at.frame < s->len; at.frame++) {
		struct bulk *f = function_at(&at);

		if (!f)
			continue;
		see(&at, f);
		mask |= UINT32_C(1) << (f - b->items);
		bytes += f->function->frame_bytes;
		passed = f->function->bytes;
	}
	add_stacked(b, mask, bytes + passed);
	return mask;
}

static void resumed(void *ctx, uint64_t goroutine)
{
	struct bulks *b = ctx;
	const uintptr_t *mask = map_find(&b->stopped, goroutine);

	if (!mask)
		return;
	for (size_t i = 0; i < b->len; i++)
		b->items[i].inside -= (uint32_t)(*mask >> i) & 1;
	map_del(&b->stopped, goroutine);
}

static void stopped(void *ctx, uint64_t goroutine, uint32_t mask)
{
	struct bulks *b = ctx;

	resumed(b, goroutine);
	for (size_t i = 0; i < b->len; i++) {
		struct bulk *f = &b->items[i];

		f->inside += mask >> i & 1;
		if (f->inside > f->most)
			f->most = f->inside;
	}
	map_set(&b->stopped, goroutine, mask);
}

void bulks_init(struct bulks *b, const struct bulkies *functions, struct trace_reader *trace)
{
	const struct trace_stops stops = {
		.ctx = b, .mark = mark, .stopped = stopped, .resumed = resumed
	};

	b->trace = trace;
	for (; b->len < functions->len && b->len < BULK_MAX; b->len++)
		b->items[b->len].function = &functions->items[b->len];
	if (b->len)
		trace_want_stops(trace, &stops);
}

void bulks_release(struct bulks *b)
{
	for (size_t i = 0; i < b->len; i++)
		trace_stack_drop(b->trace, b->items[i].seen);
	map_release(&b->names);
	map_release(&b->stopped);
	*b = (struct bulks){ 0 };
}

/* --- records -------------------------------------------------------------------------- */

static uint64_t taken(const struct bulk *f)
{
	uint32_t bytes = f->function->bytes ? f->function->bytes : f->own_bytes;

	return (uint64_t)bytes * (f->most ? f->most : 1);
}

/* Whether there is something to tell: a caller's frame may be large only by what it passes. */
static bool matters(const struct bulk *f)
{
	return f->seen && (f->function->bytes || f->own_bytes > BULKY_ABOVE);
}

static int by_taken(const void *left, const void *right)
{
	const struct bulk *a = *(const struct bulk *const *)left;
	const struct bulk *b = *(const struct bulk *const *)right;

	if (!a->function->bytes != !b->function->bytes)
		return a->function->bytes ? -1 : 1;
	if (taken(a) != taken(b))
		return taken(a) < taken(b) ? 1 : -1;
	return (a > b) - (a < b);
}

/* Go makes stacks of a power of two, which have room for more than that. */
static uint64_t stack_size(uint64_t above)
{
	uint64_t n = 1;

	while (above && n <= above)
		n *= 2;
	return above ? n : 0;
}

/* Who called the function, outermost first. */
static struct places callers(const struct bulk *f, struct sources *s, struct arena *a)
{
	struct places all = { 0 };

	places_add_stack(a, s, &all, f->seen, f->frame + 1);
	return places_keep(a, &all);
}

static struct bulk_record record(const struct bulk *f, struct sources *s, struct arena *a)
{
	const struct trace_frame *at = &f->seen->frames[f->frame];

	return (struct bulk_record){
		.declared_at = place_make(a, s, at->function, at->file, f->function->line),
		.bytes = f->function->bytes ? f->function->bytes : f->own_bytes,
		.on_stack = !f->function->bytes,
		.inside = f->most,
		.stack_bytes = stack_size(f->stacked_bytes),
		.chain = callers(f, s, a),
	};
}

struct bulk_records bulks_record(const struct bulks *b, struct sources *s, struct arena *a)
{
	const struct bulk *seen[BULK_MAX];
	struct bulk_records all = { .items = arena_alloc(a, BULK_MAX * sizeof(*all.items)) };
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		if (matters(&b->items[i]))
			seen[n++] = &b->items[i];
	if (n)
		qsort(seen, n, sizeof(const struct bulk *), by_taken);
	for (; all.len < n; all.len++)
		all.items[all.len] = record(seen[all.len], s, a);
	all.cap = n;
	return all;
}

/* --- findings ------------------------------------------------------------------------- */

/* As people call it. */
static void put_name(struct buf *out, const char *function)
{
	struct str local = name_local(function);

	name_put_short_package(out, function);
	buf_putc(out, '.');
	buf_put(out, local.p, local.n);
}

static void put_size(struct buf *out, uint64_t bytes)
{
	const uint64_t kib = UINT64_C(1) << 10, mib = UINT64_C(1) << 20;

	if (bytes < mib)
		buf_printf(out, "%" PRIu64 " KiB", (bytes + kib / 2) / kib);
	else
		buf_printf(out, "%" PRIu64 " MiB", (bytes + mib / 2) / mib);
}

static void put_detail(struct buf *out, const struct bulk_records *seen)
{
	static const char *const how[] = { "; passed or returned by value: ", "; on the stack: " };
	size_t kind = ARRAY_LEN(how);

	for (size_t i = 0; i < seen->len && i < TOLD_MOST; i++) {
		const struct bulk_record *b = &seen->items[i];

		buf_puts(out, b->on_stack == kind ? ", " : how[b->on_stack]);
		kind = b->on_stack;
		put_name(out, b->declared_at.function);
		buf_puts(out, " (");
		put_size(out, b->bytes);
		buf_putc(out, ')');
	}
	if (seen->len > TOLD_MOST)
		buf_printf(out, " and %zu more", seen->len - TOLD_MOST);
}

static void put_fact(struct buf *out, const struct bulk_record *b)
{
	buf_puts(out, "each call of ");
	put_name(out, b->declared_at.function);
	buf_puts(out, b->on_stack ? " has " : " copies ");
	put_size(out, b->bytes);
	buf_puts(out, b->on_stack ? " of variables on the stack" : " of arguments and results");
	if (b->inside > 1) {
		buf_printf(out, "; at least %" PRIu32 " goroutines were in it at once, with ",
			   b->inside);
		put_size(out, b->bytes * b->inside);
	}
	if (!b->stack_bytes)
		return;
	buf_puts(out, "; a goroutine in it had a stack of ");
	put_size(out, b->stack_bytes);
	buf_puts(out, " or more");
}

void bulk_tell(struct finding *f, const struct bulk_records *seen, struct arena *a)
{
	AUTO_BUF detail = { 0 }, fact = { 0 };

	if (!seen->len)
		return;
	buf_puts(&detail, f->detail);
	put_detail(&detail, seen);
	put_fact(&fact, &seen->items[0]);
	f->detail = arena_strndup(a, buf_str(&detail), detail.len);
	f->fact = arena_strndup(a, buf_str(&fact), fact.len);
	f->created_at = seen->items[0].declared_at;
	f->chain = seen->items[0].chain;
}
