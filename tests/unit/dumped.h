/* Goroutines as a dump shows them, made by hand. */
#ifndef TESTS_UNIT_DUMPED_H
#define TESTS_UNIT_DUMPED_H

#include "account/witness.h"
#include "base/buf.h"

struct dumped {
	struct arena arena;
	struct buf text;
	struct witnesses all;
};

/* Appends one. calls are "function(arguments)", leaf first, with NULL behind the last; created_by
 * is "function in goroutine N", or "". */
static inline void dumped_add(struct dumped *d, uint64_t id, const char *reason,
			      const char *const *calls, const char *created_by)
{
	buf_printf(&d->text, "goroutine %ju gp=0x%jx m=nil [%s]:\n", (uintmax_t)id,
		   (uintmax_t)(0xc000000000 + id * 4096), reason);
	for (; *calls; calls++)
		buf_printf(&d->text, "%s\n\t/m.go:%u +0x25\n", *calls, 7U);
	if (created_by[0])
		buf_printf(&d->text, "created by %s\n\t/m_test.go:5 +0x56\n", created_by);
	buf_puts(&d->text, "\n");
}

static inline void dumped_read(struct dumped *d)
{
	struct dump_parser p = { .arena = &d->arena, .each = witness_add, .ctx = &d->all };

	witnesses_init(&d->all, &d->arena);
	dump_feed(&p, buf_str(&d->text), d->text.len);
	dump_end(&p);
}

static inline void dumped_release(struct dumped *d)
{
	witnesses_release(&d->all);
	buf_release(&d->text);
	arena_clear(&d->arena);
}

#define CALLS(...) ((const char *const[]){ __VA_ARGS__, NULL })

#endif
