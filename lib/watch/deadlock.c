#include "watch/deadlock.h"

#include "base/clock.h"
#include "base/vec.h"
#include "guard/proof.h"

#define HANG_MOST_NS (5 * NS_PER_S) /* for a test to come to where it hangs */

/* The top-level tests that had not ended. False: not all are known by name; the first of them
 * began *after_ns after the tests. */
static bool list_hung(struct watch *w, struct words *tests, int64_t *after_ns)
{
	struct owners *o = &w->first.owners;
	bool named = true;

	*after_ns = -1;
	for (size_t i = 0; i < o->all.len; i++) {
		struct owner *one = o->all.items[i];
		const char *name;

		if (one->kind != OWNER_TEST || one->parent || one->end_ns || !one->start_ns)
			continue;
		if (*after_ns < 0)
			*after_ns = owners_since_begin(o, one->start_ns);
		name = owner_top_name(o, one);
		named = named && *name;
		if (*name)
			VEC_PUSH(tests, name);
	}
	return named;
}

static bool can_be_asked(const struct watch *w)
{
	const struct look *l = &w->first;

	return l->facts.end == TRACE_TIMEOUT && look_ended_badly(l) && !l->trap_missing &&
	       !l->ran_again && !w->r->signal && w->second_look != SECOND_LOOK_NEVER &&
	       proof_possible(&w->binary);
}

void deadlocks_prove(struct watch *w)
{
	int64_t hang_ns = w->first.end_ns < HANG_MOST_NS ? w->first.end_ns : HANG_MOST_NS;
	AUTO_WORDS tests = { 0 };
	int64_t after_ns;
	bool named;

	if (!can_be_asked(w))
		return;
	named = list_hung(w, &tests, &after_ns);
	if (after_ns < 0 ||
	    !runs_hung(w, named ? &tests : NULL, hang_ns + (named ? 0 : 2 * after_ns)))
		return;
	for (size_t i = 0; i < w->hung.findings.len; i++) {
		struct finding *f = &w->hung.findings.items[i];

		f->run_index = -1;
		if (f->certainty == CERTAINTY_PROVEN)
			VEC_PUSH(&w->r->findings, *f);
	}
}
