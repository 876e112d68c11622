/* A trace's bytes cut into batches, in pieces of any size. */
#ifndef TRACE_BATCH_H
#define TRACE_BATCH_H

#include "base/buf.h"
#include "trace/wire.h"

enum batch_kind {
	BATCH_EVENTS,
	BATCH_STACKS,
	BATCH_STRINGS,
	BATCH_CPU_SAMPLES,
	BATCH_SYNC,
	BATCH_EXPERIMENT,
	BATCH_END, /* end of a generation: it has no members below */
};

struct batch {
	enum batch_kind kind;
	uint64_t generation; /* not 0 */
	uint64_t thread;
	uint64_t time;       /* ticks */
	const uint8_t *data; /* borrowed for the call */
	size_t size;
	struct wire_place at; /* of data */
};

/* Zero-initialised is ready. Holds one batch at most. */
struct batcher {
	int version;     /* 0: no header yet */
	uint64_t offset; /* bytes that are behind us: whole header, whole batches */
	struct buf part; /* what came of the next one; owned */
};

typedef bool batch_fn(void *ctx, const struct batch *b, struct err *err);

/* Takes n bytes and calls fn for every batch that is whole now, in order. Fails with
 * ERR_PARSE on what is not a trace, and as fn does; not to be called again then. */
bool batcher_feed(struct batcher *s, const uint8_t *bytes, size_t n, batch_fn *fn, void *ctx,
		  struct err *err);

/* Fails when the stream ends inside a header or a batch. */
bool batcher_finish(const struct batcher *s, uint64_t generation, struct err *err);

void batcher_release(struct batcher *s);

#endif
