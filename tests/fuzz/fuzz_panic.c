#include <string.h>

#include "account/witness.h"
#include "watch/panic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct witness *t)
{
	const struct dump_frame *user = site_user(t->site);

	assert(t->site->len ? user >= t->site->frames && user < t->site->frames + t->site->len
			    : !user);
	assert(t->site->len || t->no_stack);
	assert(!site_frame(t->site, "no such function"));
	for (size_t i = 0; i < t->site->len; i++)
		function_is_runtime(t->site->frames[i].function);
	assert(strlen(site_start(t->site)) < SIZE_MAX);
}

/* What a process printed when somebody panicked after its tests, as it is read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct witnesses w;
	struct dump_parser parser = { .arena = &arena, .each = witness_add, .ctx = &w };
	struct panic p;

	if (!panic_find((const char *)data, size, &p))
		return 0;
	assert(p.message.p >= (const char *)data && p.dump.p <= (const char *)data + size);
	assert(p.dump.p + p.dump.n == (const char *)data + size);
	assert(!p.message.n || !memchr(p.message.p, '\n', p.message.n));
	witnesses_init(&w, &arena);
	dump_feed(&parser, p.dump.p, p.dump.n);
	dump_end(&parser);
	for (size_t i = 0; i < w.all.len; i++) {
		check(&w.all.items[i]);
		assert(witness_find(&w, w.all.items[i].id) == &w.all.items[i]);
	}
	witnesses_release(&w);
	arena_clear(&arena);
	return 0;
}
