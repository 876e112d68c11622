#include "trace/tables.h"

#include "base/vec.h"
#include "trace/cursor.h"

enum { LOW_IDS = 64 << 10 };

/* A batch being taken in. Its bytes are at the end of t->bytes. */
struct intake {
	struct tables *t;
	const struct batch *b;
	struct cursor c;
	size_t base; /* of the batch in t->bytes */
};

static struct wire_place place(const struct intake *in)
{
	struct wire_place at = in->b->at;

	at.offset += (uint64_t)(in->c.p - in->b->data);
	return at;
}

static struct intake begin(struct tables *t, const struct batch *b)
{
	struct intake in = {
		.t = t,
		.b = b,
		.c = { .p = b->data + 1, .end = b->data + b->size },
		.base = t->bytes.len,
	};

	buf_put(&t->bytes, b->data, b->size);
	return in;
}

/* The span of an id, NULL: there is none. */
static struct table_span *find_span(const struct tables *t, const struct table_ids *ids,
				    uint64_t id)
{
	const uintptr_t *high;

	if (id < ids->used)
		return ids->low[id] ? &t->spans.items[ids->low[id] - 1] : NULL;
	high = map_find(&ids->high, id);
	return high ? &t->spans.items[*high] : NULL;
}

static void put_low(struct table_ids *ids, uint64_t id, size_t span)
{
	if (id >= ids->used) {
		ids->low = vec_reserve_(ids->low, &ids->cap, id + 1, sizeof(*ids->low));
		memset(ids->low + ids->used, 0, (id + 1 - ids->used) * sizeof(*ids->low));
		ids->used = id + 1;
	}
	ids->low[id] = (uint32_t)span + 1;
}

static bool add(struct intake *in, struct table_ids *ids, uint64_t id, const uint8_t *start,
		uint64_t len)
{
	struct table_span span = {
		.at = in->base + (size_t)(start - in->b->data),
		.len = (uint32_t)len,
		.place = in->b->at,
	};

	span.place.offset += (uint64_t)(start - in->b->data);
	if (table_has(ids, id))
		return false;
	if (id < LOW_IDS && in->t->spans.len < UINT32_MAX)
		put_low(ids, id, in->t->spans.len);
	else
		map_set(&ids->high, id, in->t->spans.len);
	VEC_PUSH(&in->t->spans, span);
	return true;
}

bool tables_add_strings(struct tables *t, const struct batch *b, struct err *err)
{
	struct intake in = begin(t, b);
	struct cursor *c = &in.c;

	t->have_strings = true;
	while (c->p < c->end) {
		struct wire_place at = place(&in);
		uint8_t kind = cursor_byte(c);
		uint64_t id = cursor_uvarint(c);
		uint64_t len = cursor_uvarint(c);
		const uint8_t *text = cursor_bytes(c, len);

		if (kind != WIRE_STRING || !text || len > WIRE_STRING_MAX)
			return wire_broken(err, at, "expected a string of at most %d bytes",
					   WIRE_STRING_MAX);
		if (!add(&in, &t->strings, id, text, len))
			return wire_broken(err, at, "string %ju is there twice", (uintmax_t)id);
	}
	return true;
}

bool tables_add_stacks(struct tables *t, const struct batch *b, struct err *err)
{
	struct intake in = begin(t, b);
	struct cursor *c = &in.c;

	while (c->p < c->end) {
		struct wire_place at = place(&in);
		uint8_t kind = cursor_byte(c);
		uint64_t id = cursor_uvarint(c);
		uint64_t len = cursor_uvarint(c);
		const uint8_t *frames = c->p;

		if (c->bad || kind != WIRE_STACK || len > WIRE_FRAMES_MAX)
			return wire_broken(err, at, "expected a stack of at most %d frames",
					   WIRE_FRAMES_MAX);
		for (uint64_t i = 0; i < len; i++)
			cursor_skip(c, 4);
		if (c->bad)
			return wire_broken(err, at, "expected a stack of %ju frames",
					   (uintmax_t)len);
		if (!add(&in, &t->stacks, id, frames, len))
			return wire_broken(err, at, "stack %ju is there twice", (uintmax_t)id);
	}
	return true;
}

bool tables_string(const struct tables *t, uint64_t id, struct str *text, struct err *err)
{
	const struct table_span *span = id ? find_span(t, &t->strings, id) : NULL;

	if (!span && id)
		return err_set(err, ERR_PARSE, "string %ju is not in its generation's table",
			       (uintmax_t)id);
	*text = (struct str){ 0 };
	if (span)
		*text = (struct str){ .p = t->bytes.data + span->at, .n = span->len };
	return true;
}

static bool read_frame(const struct tables *t, struct frames *names, struct cursor *c,
		       struct trace_frame *frame, struct err *err)
{
	uint64_t function, file, line;
	struct str text = { 0 };

	cursor_uvarint(c); /* the pc: names and lines are what we keep */
	function = cursor_uvarint(c);
	file = cursor_uvarint(c);
	line = cursor_uvarint(c);
	if (!tables_string(t, function, &text, err))
		return false;
	frame->function = frames_name(names, text);
	if (!tables_string(t, file, &text, err))
		return false;
	frame->file = frames_name(names, text);
	frame->line = line > UINT32_MAX ? UINT32_MAX : (uint32_t)line;
	return true;
}

static bool read_stack(struct tables *t, struct frames *names, struct table_span *span,
		       struct err *err)
{
	struct trace_frame frames[WIRE_FRAMES_MAX];
	const uint8_t *all = (const uint8_t *)t->bytes.data;
	struct cursor c = { .p = all + span->at, .end = all + t->bytes.len };

	for (uint32_t i = 0; i < span->len; i++)
		if (!read_frame(t, names, &c, &frames[i], err))
			return err_wrap(err, "byte %ju, generation %ju",
					(uintmax_t)span->place.offset,
					(uintmax_t)span->place.generation);
	span->known = frames_stack(names, frames, span->len);
	span->asked = true;
	return true;
}

bool tables_stack(struct tables *t, struct frames *names, uint64_t id, struct trace_stack **stack,
		  struct err *err)
{
	struct table_span *span = id ? find_span(t, &t->stacks, id) : NULL;

	if (!span && id)
		return err_set(err, ERR_PARSE, "stack %ju is not in its generation's table",
			       (uintmax_t)id);
	*stack = NULL;
	if (!span)
		return true;
	if (!span->asked && !read_stack(t, names, span, err))
		return false;
	*stack = span->known;
	return true;
}

void tables_pcs(const struct tables *t, uint64_t id, uint64_t *pcs)
{
	const struct table_span *span = find_span(t, &t->stacks, id);
	const uint8_t *all = (const uint8_t *)t->bytes.data;
	struct cursor c = { .p = all + span->at, .end = all + t->bytes.len };

	for (uint32_t i = 0; i < span->len; i++) {
		pcs[i] = cursor_uvarint(&c);
		cursor_skip(&c, 3);
	}
}

void tables_each_stack(const struct tables *t, table_stack_fn *each, void *ctx)
{
	const struct map_slot *slot;
	size_t at = 0;

	for (size_t id = 0; id < t->stacks.used; id++)
		if (t->stacks.low[id])
			each(ctx, id);
	while ((slot = map_next(&t->stacks.high, &at)))
		each(ctx, slot->key);
}

static bool check_span(struct tables *t, struct frames *names, size_t i, struct err *err)
{
	return t->spans.items[i].asked || read_stack(t, names, &t->spans.items[i], err);
}

bool tables_check(struct tables *t, struct frames *names, struct err *err)
{
	const struct map_slot *slot;
	size_t at = 0;

	for (size_t id = 0; id < t->stacks.used; id++)
		if (t->stacks.low[id] && !check_span(t, names, t->stacks.low[id] - 1, err))
			return false;
	while ((slot = map_next(&t->stacks.high, &at)))
		if (!check_span(t, names, slot->value, err))
			return false;
	return true;
}

static void reset_ids(struct table_ids *ids)
{
	ids->used = 0;
	map_clear(&ids->high);
}

static void release_ids(struct table_ids *ids)
{
	free(ids->low);
	map_release(&ids->high);
	*ids = (struct table_ids){ 0 };
}

void tables_reset(struct tables *t, struct frames *names)
{
	for (size_t i = 0; i < t->spans.len; i++)
		frames_drop(names, t->spans.items[i].known);
	t->spans.len = 0;
	t->have_strings = false;
	buf_reset(&t->bytes);
	reset_ids(&t->strings);
	reset_ids(&t->stacks);
}

void tables_release(struct tables *t, struct frames *names)
{
	tables_reset(t, names);
	VEC_FREE(&t->spans);
	release_ids(&t->strings);
	release_ids(&t->stacks);
	buf_release(&t->bytes);
}
