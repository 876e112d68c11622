#include "trace/batch.h"

#include "trace/cursor.h"

enum taken { TAKEN, MORE, BROKEN };

static enum batch_kind kind_of(const struct batcher *s, const struct batch *b, bool experiment)
{
	if (experiment)
		return BATCH_EXPERIMENT;
	switch (b->size ? b->data[0] : 0) {
	case WIRE_STACKS:
		return BATCH_STACKS;
	case WIRE_STRINGS:
		return BATCH_STRINGS;
	case WIRE_CPU_SAMPLES:
		return BATCH_CPU_SAMPLES;
	case WIRE_FREQUENCY:
		return s->version < 25 ? BATCH_SYNC : BATCH_EVENTS;
	case WIRE_SYNC:
		return s->version < 25 ? BATCH_EVENTS : BATCH_SYNC;
	default:
		return BATCH_EVENTS;
	}
}

/* Reads what comes before the data. */
static enum taken take_head(const struct batcher *s, struct cursor *c, struct batch *b,
			    struct err *err)
{
	ptrdiff_t there = c->end - c->p;
	uint8_t type = cursor_byte(c);
	struct wire_place at = { .offset = s->offset };
	bool experiment = type == WIRE_EXPERIMENTAL_BATCH && s->version >= 23;
	uint64_t size;

	*b = (struct batch){ .kind = BATCH_EVENTS };
	if (type == WIRE_END_OF_GENERATION && s->version >= 26) {
		*b = (struct batch){ .kind = BATCH_END, .at = at };
		return TAKEN;
	}
	if (type != WIRE_EVENT_BATCH && !experiment) {
		wire_broken(err, at, "expected a batch, found byte %u", type);
		return BROKEN;
	}
	if (experiment)
		cursor_byte(c);
	b->generation = cursor_uvarint(c);
	b->thread = cursor_uvarint(c);
	b->time = cursor_uvarint(c);
	size = cursor_uvarint(c);
	if (c->bad && there < WIRE_BATCH_HEAD_MAX)
		return MORE;
	if (c->bad || !b->generation || size > WIRE_BATCH_MAX) {
		wire_broken(err, at,
			    "expected a batch of a generation with at most %d bytes, "
			    "found generation %ju with %ju bytes",
			    WIRE_BATCH_MAX, (uintmax_t)b->generation, (uintmax_t)size);
		return BROKEN;
	}
	b->size = (size_t)size;
	if (experiment)
		b->kind = BATCH_EXPERIMENT;
	return TAKEN;
}

/* Cuts one batch off the front of n bytes; *used is its length. */
static enum taken take(const struct batcher *s, const uint8_t *bytes, size_t n, struct batch *b,
		       size_t *used, struct err *err)
{
	struct cursor c = { .p = bytes, .end = bytes + n };
	enum taken taken = take_head(s, &c, b, err);
	size_t head = (size_t)(c.p - bytes);

	if (taken != TAKEN)
		return taken;
	if (b->kind == BATCH_END) {
		*used = head;
		return TAKEN;
	}
	if (n - head < b->size)
		return MORE;
	b->data = c.p;
	b->at = (struct wire_place){ .offset = s->offset + head, .generation = b->generation };
	b->kind = kind_of(s, b, b->kind == BATCH_EXPERIMENT);
	*used = head + b->size;
	return TAKEN;
}

/* Completes what is in part with bytes from *bytes and hands it on. */
static enum taken feed_part(struct batcher *s, const uint8_t **bytes, size_t *n, struct batch *b,
			    struct err *err)
{
	size_t had = s->part.len;
	size_t room = WIRE_BATCH_HEAD_MAX + WIRE_BATCH_MAX - had;
	size_t some = *n < room ? *n : room;
	size_t used = 0;
	enum taken taken;

	buf_put(&s->part, *bytes, some);
	taken = take(s, (const uint8_t *)s->part.data, s->part.len, b, &used, err);
	if (taken == TAKEN)
		some = used - had; /* the part alone was not whole */
	*bytes += some;
	*n -= some;
	if (taken == TAKEN)
		s->offset += used;
	return taken;
}

static bool feed_header(struct batcher *s, const uint8_t **bytes, size_t *n, struct err *err)
{
	size_t need = WIRE_HEADER_BYTES - s->part.len;
	size_t some = *n < need ? *n : need;

	buf_put(&s->part, *bytes, some);
	*bytes += some;
	*n -= some;
	if (s->part.len < WIRE_HEADER_BYTES)
		return true;
	if (!wire_version((const uint8_t *)s->part.data, &s->version, err))
		return false;
	s->offset = WIRE_HEADER_BYTES;
	buf_reset(&s->part);
	return true;
}

/* Cuts off the next batch, which may have begun in an earlier piece. */
static enum taken take_next(struct batcher *s, const uint8_t **bytes, size_t *n, struct batch *b,
			    struct err *err)
{
	size_t used = 0;
	enum taken taken;

	if (s->part.len)
		return feed_part(s, bytes, n, b, err);
	taken = take(s, *bytes, *n, b, &used, err);
	if (taken == MORE) {
		buf_put(&s->part, *bytes, *n);
		used = *n;
	} else {
		s->offset += used;
	}
	*bytes += used;
	*n -= used;
	return taken;
}

bool batcher_feed(struct batcher *s, const uint8_t *bytes, size_t n, batch_fn *fn, void *ctx,
		  struct err *err)
{
	if (!s->version && !feed_header(s, &bytes, &n, err))
		return false;
	while (n) {
		struct batch b;
		enum taken taken = take_next(s, &bytes, &n, &b, err);

		if (taken == BROKEN)
			return false;
		if (taken == MORE)
			continue;
		if (!fn(ctx, &b, err))
			return false;
		buf_reset(&s->part);
	}
	return true;
}

bool batcher_finish(const struct batcher *s, uint64_t generation, struct err *err)
{
	struct wire_place at = { .offset = s->offset + s->part.len, .generation = generation };

	if (!s->part.len)
		return true;
	if (!s->version)
		return wire_broken(err, at, "the stream ends inside the header of 16 bytes");
	return wire_broken(err, at, "the stream ends inside a batch that began at byte %ju",
			   (uintmax_t)s->offset);
}

void batcher_release(struct batcher *s)
{
	buf_release(&s->part);
	*s = (struct batcher){ 0 };
}
