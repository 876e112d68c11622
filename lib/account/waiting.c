#include "account/waiting.h"

#include <inttypes.h>
#include <string.h>

#include "base/vec.h"

static uint64_t object_of(const struct witness *w)
{
	static const char *const reasons[] = { "chan send", "chan receive", "sync.WaitGroup.Wait" };
	uint64_t lock = lock_of(w);

	for (size_t i = 0; i < ARRAY_LEN(reasons) && !lock; i++)
		if (!strcmp(w->site->reason, reasons[i]))
			return w->object;
	return lock;
}

static struct waiting_group *group_at(struct waiting *w, size_t finding)
{
	while (w->groups.len <= finding)
		VEC_PUSH(&w->groups, (struct waiting_group){ 0 });
	return &w->groups.items[finding];
}

/* Objects are addresses: what is added keeps apart those of two findings. */
static uint64_t member_of(size_t finding, uint64_t object)
{
	return object ^ ((uint64_t)(finding + 1) * UINT64_C(0x9e3779b97f4a7c15));
}

void waiting_add(struct waiting *w, size_t finding, const struct witness *who)
{
	uint64_t object = object_of(who), member = member_of(finding, object);
	struct waiting_group *g = group_at(w, finding);
	uintptr_t *total;

	if (!object)
		return;
	total = map_find(&w->totals, object);
	map_set(&w->totals, object, (total ? *total : 0) + 1);
	g->goroutines++;
	if (map_find(&w->members, member))
		return;
	map_set(&w->members, member, 1);
	g->one = g->objects++ ? g->one : object;
}

void waiting_tell(const struct waiting *w, size_t finding, uint32_t count, const char *noun,
		  struct buf *out)
{
	const struct waiting_group *g = finding < w->groups.len ? &w->groups.items[finding] : NULL;
	uintptr_t more;

	if (!g || !count || g->goroutines != count)
		return;
	if (g->objects > 1) {
		buf_printf(out, "they wait for %" PRIu32 " different %ss", g->objects, noun);
		return;
	}
	more = *map_find(&w->totals, g->one) - count;
	if (count > 1)
		buf_printf(out, "all of them wait for the same %s", noun);
	if (more)
		buf_printf(out, "%s%" PRIuPTR " more %s for %s", count > 1 ? ", and " : "", more,
			   more == 1 ? "waits" : "wait", count > 1 ? "it" : "the same ");
	if (more && count == 1)
		buf_puts(out, noun);
}

void waiting_release(struct waiting *w)
{
	map_release(&w->totals);
	map_release(&w->members);
	VEC_FREE(&w->groups);
}
