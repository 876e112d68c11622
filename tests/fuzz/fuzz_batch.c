#include "trace/batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	uint64_t batches, bytes, sum;
};

static bool count(void *ctx, const struct batch *b, struct err *err)
{
	struct seen *s = ctx;

	(void)err;
	assert(b->size <= WIRE_BATCH_MAX);
	s->batches++;
	s->bytes += b->size;
	for (size_t i = 0; i < b->size; i++)
		s->sum = s->sum * 31 + b->data[i];
	return true;
}

static bool run(const uint8_t *data, size_t size, size_t piece, struct seen *s)
{
	struct batcher b = { 0 };
	bool ok = true;

	for (size_t at = 0; ok && at < size; at += piece)
		ok = batcher_feed(&b, data + at, size - at < piece ? size - at : piece, count, s,
				  NULL);
	ok = ok && batcher_finish(&b, 0, NULL);
	batcher_release(&b);
	return ok;
}

/* The pieces that the bytes come in make no difference. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen whole = { 0 }, parts = { 0 };
	bool ok = run(data, size, size + 1, &whole);

	assert(run(data, size, size ? data[0] % 7 + 1U : 1, &parts) == ok);
	assert(whole.batches == parts.batches && whole.bytes == parts.bytes &&
	       whole.sum == parts.sum);
	return 0;
}
