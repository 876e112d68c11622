#include "run/hung.h"

#include <string.h>

#include "base/base.h"
#include "base/str.h"

static bool is_hang(struct str dump)
{
	return str_starts(dump, "panic: test timed out after ") ||
	       str_starts(dump, "fatal error: all goroutines are asleep - deadlock!");
}

/* One goroutine that may go on by itself can serve all others of its test. */
static void tell_slow(struct finding *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n && class_row(items[i].class)->may_go_on; j++)
			if (finding_same_test(&items[i], &items[j]))
				items[j].hang = HANG_SLOW;
}

void hung_find(const struct package_result *p, const char *module, struct arena *a,
	       struct findings *out)
{
	struct binary binary = { .module = module };
	struct owners owners = { 0 };
	struct sources sources = { 0 };
	struct trace_hooks unused = { 0 };
	struct witnesses seen;
	struct dump_parser parser = { .arena = a, .each = witness_add, .ctx = &seen };
	struct evidence e = { .arena = a,
			      .binary = &binary,
			      .package = p->package,
			      .owners = &owners,
			      .witnesses = &seen,
			      .dump_whole = true,
			      .sources = &sources,
			      .hung = true };
	size_t before = out->len;

	if (!is_hang((struct str){ .p = p->dump.data, .n = p->dump.len }))
		return;
	witnesses_init(&seen, a);
	owners_init(&owners, &unused);
	dump_feed(&parser, p->dump.data, p->dump.len);
	dump_end(&parser);
	verdict(&e, out);
	tell_slow(out->items + before, out->len - before);
	owners_release(&owners);
	witnesses_release(&seen);
	sources_release(&sources);
}

/* At the same place: what it is there, memory may have told better. */
static bool is_again(const struct finding *f, const struct finding *proven)
{
	return f->hang && f->count <= proven->count && !strcmp(f->key, proven->key) &&
	       finding_same_test(f, proven) && f->blocked_at.line == proven->blocked_at.line &&
	       !strcmp(f->blocked_at.function, proven->blocked_at.function);
}

void hung_prove(struct findings *found, const struct run_file *from, const char *package)
{
	for (size_t i = 0; i < from->findings.len; i++) {
		const struct finding *proven = &from->findings.items[i];

		if (!proven->hang || strcmp(proven->package, package) != 0)
			continue;
		for (size_t k = 0; k < found->len; k++)
			if (is_again(&found->items[k], proven)) {
				found->items[k].class = proven->class;
				found->items[k].detail = proven->detail;
				found->items[k].fact = proven->fact;
				found->items[k].certainty = CERTAINTY_PROVEN;
				found->items[k].hang = HANG_STUCK;
			}
	}
}
