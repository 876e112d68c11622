#include "account/suspect.h"

#include "base/vec.h"

#define NO_RULE SIZE_MAX

/* Suspects with the same owner, creation stack and start: they share one answer. */
struct crowd {
	size_t rule; /* NO_RULE: nobody excuses them */
	size_t len;
	int64_t settle_ns;
};

struct census {
	const struct policy *policy;
	const char *package;
	struct owners *owners;
	struct map index; /* hash of what they share -> index + 1 */
	struct {
		struct crowd *items;
		size_t len, cap;
	} crowds;
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

static struct crowd new_crowd(struct census *c, const struct goroutine *g)
{
	const struct owner *w = lineage_of(g)->owner;
	const struct trace_stack *at = g->created_at;
	struct crowd crowd = { .rule = NO_RULE, .len = 1 };
	struct subject s = {
		.package = c->package,
		.test = owner_top_name(c->owners, w),
		.subtest = w->parent != NULL,
		.created_by = at && at->len ? at->frames[0].function : NULL,
		.started = g->start,
	};
	size_t rule;

	if (policy_rule_for(c->policy, &s, &rule))
		crowd.rule = rule;
	crowd.settle_ns = s.subtest ? policy_settle_ns(c->policy, c->package, s.test)
				    : policy_get(c->policy, SETTING_SETTLE, c->package, s.test);
	return crowd;
}

static void count(struct census *c, const struct goroutine *g)
{
	uint64_t key = shared(g);
	const uintptr_t *known = map_find(&c->index, key);
	struct crowd crowd;

	if (known) {
		c->crowds.items[*known - 1].len++;
		return;
	}
	crowd = new_crowd(c, g);
	VEC_PUSH(&c->crowds, crowd);
	map_set(&c->index, key, c->crowds.len);
}

/* Whether the rule of a crowd excuses all that it matches. */
static bool is_excused(const struct census *c, const struct crowd *crowd)
{
	const struct policy_rule *r;
	uint64_t total = 0;

	if (crowd->rule == NO_RULE)
		return false;
	r = &c->policy->rules.items[crowd->rule];
	for (size_t i = 0; i < c->crowds.len; i++)
		if (c->crowds.items[i].rule == crowd->rule)
			total += c->crowds.items[i].len;
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
	for (size_t i = 0; i < c.crowds.len; i++) {
		const struct crowd *crowd = &c.crowds.items[i];
		bool excused = is_excused(&c, crowd);

		s.len += crowd->len;
		s.excused += excused ? crowd->len : 0;
		if (!excused && crowd->settle_ns > s.settle_ns)
			s.settle_ns = crowd->settle_ns;
	}
	VEC_FREE(&c.crowds);
	map_release(&c.index);
	return s;
}
