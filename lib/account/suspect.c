#include "account/suspect.h"

#define NO_RULE SIZE_MAX

/* Suspects with the same owner, creation stack and start: they share one answer. */
struct crowd {
	size_t rule; /* NO_RULE: nobody excuses them */
	size_t len;
	int64_t settle_ns;
	struct crowd *next;
};

struct census {
	const struct policy *policy;
	const char *package;
	struct owners *owners;
	struct arena arena;
	struct map index; /* hash of what they share -> struct crowd */
	struct crowd *crowds;
};

static uint64_t mix(uint64_t h, uintptr_t v)
{
	return (h ^ v) * UINT64_C(0x9e3779b97f4a7c15) ^ (h >> 29);
}

/* Stacks and names are interned: their addresses stand for them. */
static uint64_t shared(const struct goroutine *g)
{
	uint64_t h = mix(1, (uintptr_t)g->created_at);

	h = mix(h, (uintptr_t)g->start);
	return mix(h, (uintptr_t)lineage_of(g)->owner);
}

static void add_crowd(struct census *c, const struct goroutine *g, uint64_t key)
{
	const struct owner *w = lineage_of(g)->owner;
	const struct trace_stack *at = g->created_at;
	struct crowd *crowd = ARENA_NEW(&c->arena, struct crowd);
	struct subject s = {
		.package = c->package,
		.test = owner_top_name(c->owners, w),
		.subtest = w->parent != NULL,
		.created_by = at && at->len ? at->frames[0].function : NULL,
		.started = g->start,
	};

	*crowd = (struct crowd){ .rule = NO_RULE, .len = 1, .next = c->crowds };
	policy_rule_for(c->policy, &s, &crowd->rule);
	crowd->settle_ns = s.subtest ? policy_settle_ns(c->policy, c->package, s.test)
				     : policy_get(c->policy, SETTING_SETTLE, c->package, s.test);
	c->crowds = crowd;
	map_put(&c->index, key, crowd);
}

static void count(struct census *c, const struct goroutine *g)
{
	uint64_t key = shared(g);
	struct crowd *known = map_get(&c->index, key);

	if (known)
		known->len++;
	else
		add_crowd(c, g, key);
}

/* Whether the rule of a crowd excuses all that it matches. */
static bool is_excused(const struct census *c, const struct crowd *crowd)
{
	const struct policy_rule *r;
	uint64_t total = 0;

	if (crowd->rule == NO_RULE)
		return false;
	r = &c->policy->rules.items[crowd->rule];
	for (const struct crowd *other = c->crowds; other; other = other->next)
		total += other->rule == crowd->rule ? other->len : 0;
	return r->count == RULE_ANY_COUNT || total <= (uint64_t)r->count;
}

struct suspects suspects_of(const struct policy *p, const char *package, struct owners *o)
{
	struct census c = { .policy = p, .package = package, .owners = o };
	struct suspects s = { 0 };
	const struct goroutine *g;
	size_t at = 0;

	while (o->trace && (g = trace_next(o->trace, &at)))
		if (owner_is_suspect(g))
			count(&c, g);
	for (const struct crowd *crowd = c.crowds; crowd; crowd = crowd->next) {
		bool excused = is_excused(&c, crowd);

		s.len += crowd->len;
		s.excused += excused ? crowd->len : 0;
		if (!excused && crowd->settle_ns > s.settle_ns)
			s.settle_ns = crowd->settle_ns;
	}
	map_release(&c.index);
	arena_clear(&c.arena);
	return s;
}
