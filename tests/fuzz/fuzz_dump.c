#include <string.h>

#include "gotest/dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Everything that was read, as text: the two ways of reading must agree. */
struct digest {
	struct buf text;
	size_t count;
};

static void put_frame(struct buf *b, const struct dump_frame *f)
{
	buf_printf(b, "%s(", f->function);
	for (unsigned i = 0; i < f->nargs; i++)
		buf_printf(b, "%jx ", (uintmax_t)f->args[i]);
	buf_printf(b, ") %x %s:%u %jx %jx %jx\n", f->stale, f->file, f->line, (uintmax_t)f->fp,
		   (uintmax_t)f->sp, (uintmax_t)f->pc);
}

static void digest_goroutine(void *ctx, struct dump_goroutine *g)
{
	struct digest *d = ctx;

	buf_printf(&d->text, "%ju %jx %s %u %ju %d%d%d%d%d%d %u %ju\n", (uintmax_t)g->id,
		   (uintmax_t)g->gp, g->reason, g->minutes, (uintmax_t)g->bubble, g->leaked,
		   g->durable, g->scan, g->locked, g->no_stack, g->damaged, g->elided,
		   (uintmax_t)g->creator);
	for (size_t i = 0; i < g->frames.len; i++)
		put_frame(&d->text, &g->frames.items[i]);
	put_frame(&d->text, &g->created_by);
	for (size_t i = 0; i < g->ancestors.len; i++) {
		const struct dump_ancestor *a = &g->ancestors.items[i];

		assert(a->first + a->len <= g->ancestor_frames.len);
		for (size_t j = 0; j < a->len; j++)
			put_frame(&d->text, &g->ancestor_frames.items[a->first + j]);
		put_frame(&d->text, &a->created_by);
	}
	d->count++;
}

/* The first byte is the size of the pieces: where they are cut must not matter. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct digest whole = { 0 }, pieces = { 0 };
	struct dump_goroutines all;
	struct dump_parser p = { .arena = &arena, .each = digest_goroutine, .ctx = &pieces };
	size_t step = size ? data[0] + 1u : 1;

	dump_parse((const char *)data, size, &arena, &all);
	for (size_t i = 0; i < all.len; i++)
		digest_goroutine(&whole, &all.items[i]);
	for (size_t at = 0; at < size; at += step)
		dump_feed(&p, (const char *)data + at, size - at < step ? size - at : step);
	dump_end(&p);
	assert(whole.count == pieces.count && whole.text.len == pieces.text.len);
	assert(!whole.text.len || !memcmp(whole.text.data, pieces.text.data, whole.text.len));
	buf_release(&whole.text);
	buf_release(&pieces.text);
	arena_clear(&arena);
	return 0;
}
