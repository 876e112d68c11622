/* Writes the trace on standard input again, to standard output, as other buffers of the runtime's
 * would have cut it: batches of events are cut into shorter ones, and those of each thread come in
 * order still, but beside those of other threads as SEED has it. All readers must make the same
 * of both. A trace that is cut ends where it does. */
#include <stdio.h>
#include <stdlib.h>

#include "../unit/trace_bytes.h"
#include "base/arena.h"
#include "base/vec.h"
#include "trace/batch.h"
#include "trace/cursor.h"

/* The pieces of one thread, in order. */
struct lane {
	uint64_t thread;
	struct buf *items;
	size_t len, cap, told;
};

struct shuffle {
	uint64_t seed;
	int version;
	uint64_t open; /* generation; 0: none */
	uint8_t varints[256];
	struct lanes {
		struct lane *items;
		size_t len, cap;
	} lanes;
	struct buf early, late; /* sync; tables and what else no thread's events are */
};

static uint64_t chance(struct shuffle *s, uint64_t of)
{
	s->seed ^= s->seed << 13;
	s->seed ^= s->seed >> 7;
	s->seed ^= s->seed << 17;
	return s->seed % of;
}

static struct lane *lane_of(struct shuffle *s, uint64_t thread)
{
	struct lane lane = { .thread = thread };

	for (size_t i = 0; i < s->lanes.len; i++)
		if (s->lanes.items[i].thread == thread)
			return &s->lanes.items[i];
	VEC_PUSH(&s->lanes, lane);
	return &s->lanes.items[s->lanes.len - 1];
}

static void put_piece(struct shuffle *s, const struct batch *b, uint64_t time, struct buf *data)
{
	struct lane *lane = lane_of(s, b->thread);
	struct buf piece = { 0 };

	put_batch(&piece, b->generation, b->thread, time, data);
	VEC_PUSH(lane, piece);
	buf_reset(data);
}

/* A piece begins at the time of the event before it. */
static void cut(struct shuffle *s, const struct batch *b)
{
	struct cursor c = { .p = b->data, .end = b->data + b->size };
	uint64_t time = b->time, begin = b->time, left = 1 + chance(s, 16);
	AUTO_BUF data = { 0 };

	while (c.p < c.end) {
		const uint8_t *from = c.p;
		unsigned varints = s->varints[cursor_byte(&c)];

		time += cursor_uvarint(&c);
		while (varints-- > 1)
			cursor_uvarint(&c);
		buf_put(&data, from, (size_t)(c.p - from));
		if (--left)
			continue;
		put_piece(s, b, begin, &data);
		begin = time;
		left = 1 + chance(s, chance(s, 4) ? 16 : 1000);
	}
	if (data.len)
		put_piece(s, b, begin, &data);
}

static void put_out(struct buf *b)
{
	fwrite(buf_str(b), 1, b->len, stdout);
	buf_reset(b);
}

static void close_generation(struct shuffle *s)
{
	size_t left = s->lanes.len;

	put_out(&s->early);
	while (left) {
		size_t i = chance(s, left);
		struct lane lane = s->lanes.items[i];

		if (lane.told < lane.len) {
			put_out(&lane.items[lane.told]);
			buf_release(&lane.items[lane.told]);
			s->lanes.items[i].told++;
			continue;
		}
		VEC_FREE(&lane);
		s->lanes.items[i] = s->lanes.items[--left];
	}
	s->lanes.len = 0;
	put_out(&s->late);
	s->open = 0;
}

static void keep_experiment(struct buf *to, const struct batch *b)
{
	AUTO_BUF data = { 0 };
	AUTO_BUF batch = { 0 };

	buf_put(&data, b->data, b->size);
	put_batch(&batch, b->generation, b->thread, b->time, &data);
	/* The byte that says which experiment was not kept: there is one. */
	buf_putc(to, WIRE_EXPERIMENTAL_BATCH);
	buf_putc(to, 1);
	buf_put(to, buf_str(&batch) + 1, batch.len - 1);
}

static bool take(void *ctx, const struct batch *b, struct err *err)
{
	struct shuffle *s = ctx;
	AUTO_BUF data = { 0 };

	(void)err;
	if (s->open && b->kind != BATCH_END && b->generation != s->open)
		close_generation(s);
	if (b->kind == BATCH_END) {
		close_generation(s);
		putchar(WIRE_END_OF_GENERATION);
		return true;
	}
	s->open = b->generation;
	if (b->kind == BATCH_EVENTS) {
		cut(s, b);
		return true;
	}
	if (b->kind == BATCH_EXPERIMENT) {
		keep_experiment(&s->late, b);
		return true;
	}
	buf_put(&data, b->data, b->size);
	put_batch(b->kind == BATCH_SYNC ? &s->early : &s->late, b->generation, b->thread, b->time,
		  &data);
	return true;
}

int main(int argc, char **argv)
{
	struct shuffle s = { .seed = argc > 1 ? strtoull(argv[1], NULL, 10) * 2 + 1 : 1 };
	struct batcher batcher = { 0 };
	struct err err = { 0 };
	static uint8_t piece[64 << 10];
	size_t n = fread(piece, 1, WIRE_HEADER_BYTES, stdin);
	bool ok = n == WIRE_HEADER_BYTES && wire_version(piece, &s.version, &err);

	fwrite(piece, 1, n, stdout);
	wire_varints(26, s.varints);
	while (ok && n) {
		ok = batcher_feed(&batcher, piece, n, take, &s, &err);
		n = fread(piece, 1, sizeof(piece), stdin);
	}
	if (s.open)
		close_generation(&s);
	if (ok && batcher.part.len)
		put_out(&batcher.part);
	batcher_release(&batcher);
	return 0;
}
