#include "watch/runs.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "account/run_line.h"
#include "base/vec.h"

bool finding_is_decided(const struct look *l, const struct finding *f)
{
	return !l->undecided[0] || f->class == CLASS_LATE_PANIC || f->status == STATUS_ALLOWED;
}

/* The second look's own RUN lines name its tests. */
static void name_test(const struct look *l, struct finding *f)
{
	struct run_lines lines = {
		.names = l->names.items,
		.len = l->names.len,
		.tests = l->owners.run_lines,
		.benchmarks = l->owners.bench_lines,
	};
	const char *name = !l->owners.unclaimed && run_lines_agree(&lines)
			       ? run_line_name(&lines, f->owner, f->run_index)
			       : NULL;

	f->run_index = -1;
	if (!name)
		return;
	f->test = name;
	f->one_of_subtests = false;
}

static bool same_leak(const struct finding *a, const struct finding *b)
{
	size_t n = strcspn(a->test, "/");

	return !strcmp(a->key, b->key) && n == strcspn(b->test, "/") &&
	       !strncmp(a->test, b->test, n);
}

static struct finding *find_leak(const struct findings *all, const struct finding *f)
{
	for (size_t i = 0; i < all->len; i++)
		if (same_leak(&all->items[i], f))
			return &all->items[i];
	return NULL;
}

/* Whether what the trace saw is proof enough: nothing ends these. All else may have been
 * about to end, or be stopped by a teardown, however long it had waited. */
static bool is_for_ever(const struct finding *f)
{
	return f->class == CLASS_NIL_CHANNEL || f->class == CLASS_SELECT_EMPTY;
}

/* What only the trace saw was alive when it ended, no more: it fails nothing. */
static void report(struct watch *w, const struct finding *f)
{
	struct finding kept = *f;

	if (kept.certainty == CERTAINTY_OBSERVED && kept.status == STATUS_LEAK &&
	    !is_for_ever(&kept))
		kept.status = STATUS_NOTE;
	VEC_PUSH(&w->r->findings, kept);
}

static void report_observed(struct watch *w, const struct finding *f)
{
	struct finding kept = *f;

	kept.certainty = CERTAINTY_OBSERVED;
	report(w, &kept);
}

static void checked(struct watch *w, enum checked c, const char *before, const char *what)
{
	struct package_record *p = &w->r->package;
	char text[1024];

	if (c <= p->checked && p->why[0])
		return;
	snprintf(text, sizeof(text), "%s%s", before, what);
	p->checked = c;
	p->why = arena_strndup(&w->r->arena, text, strlen(text));
}

static void report_first(struct watch *w)
{
	for (size_t i = 0; i < w->first.findings.len; i++)
		report(w, &w->first.findings.items[i]);
}

/* What the second look shows for certain, whatever the first run saw: a panic, and what is
 * only ever a note. */
static bool stands_alone(const struct finding *f)
{
	return f->class == CLASS_LATE_PANIC || f->owner == OWNER_TESTMAIN || f->owner == OWNER_INIT;
}

static void report_alone(struct watch *w)
{
	for (size_t i = 0; w->first.undecided[0] && i < w->second.findings.len; i++) {
		struct finding *f = &w->second.findings.items[i];
		struct finding *before = find_leak(&w->first.findings, f);

		if (!stands_alone(f) || (before && finding_is_decided(&w->first, before)))
			continue;
		f->born_ns = before ? before->born_ns : -1;
		name_test(&w->second, f);
		report(w, f);
	}
}

/* What becomes of a finding of the first run; again is the second look's, NULL: not seen. */
static void join_first(struct watch *w, struct finding *f, const struct finding *again)
{
	if (f->status == STATUS_ALLOWED) {
		report(w, f); /* nobody looked for it again */
		return;
	}
	f->runs = 2;
	if (finding_is_decided(&w->first, f)) {
		f->seen = again ? 2 : 1;
		if (again && again->certainty == CERTAINTY_PROVEN && again->count >= f->count)
			f->certainty = CERTAINTY_PROVEN;
		report(w, f);
	} else if (!again && finding_is_too_dear(w, f)) {
		f->runs = 1;
		report_observed(w, f);
	} else if (!again && f->status == STATUS_LEAK) {
		w->r->package.undecided_gone += f->count;
	}
}

static void join(struct watch *w)
{
	for (size_t i = 0; i < w->first.findings.len; i++) {
		struct finding *f = &w->first.findings.items[i];

		join_first(w, f, find_leak(&w->second.findings, f));
	}
	report_alone(w);
	/* Class, count and test are the second look's: it saw the process come to rest. */
	for (size_t i = 0; w->first.undecided[0] && i < w->second.findings.len; i++) {
		struct finding *f = &w->second.findings.items[i];
		struct finding *before = find_leak(&w->first.findings, f);

		if (!before || finding_is_decided(&w->first, before) || stands_alone(f))
			continue;
		f->seen = f->runs = 2;
		f->wait_ns = before->wait_ns > f->wait_ns ? before->wait_ns : f->wait_ns;
		f->born_ns = before->born_ns;
		name_test(&w->second, f);
		report(w, f);
	}
}

static void report_as_seen(struct watch *w)
{
	for (size_t i = 0; i < w->first.findings.len; i++) {
		const struct finding *f = &w->first.findings.items[i];

		if (finding_is_decided(&w->first, f))
			report(w, f);
		else
			report_observed(w, f);
	}
}

/* There can be no second look: the trace's word is all there is. */
static void report_undecided(struct watch *w, const char *why)
{
	report_as_seen(w);
	checked(w, CHECKED_PART, "", why);
}

/* The second look came to no verdict: what it left open is counted. */
static void leave_open(struct watch *w, const char *why)
{
	report_alone(w);
	for (size_t i = 0; i < w->first.findings.len; i++) {
		struct finding f = w->first.findings.items[i];
		struct finding *again = find_leak(&w->second.findings, &f);
		bool decided = finding_is_decided(&w->first, &f);

		/* It stands alone, unless the first run knew it. */
		if (again && again->class == CLASS_LATE_PANIC && !decided)
			continue;
		if (!decided)
			f.certainty = CERTAINTY_OBSERVED;
		if (decided || is_for_ever(&f))
			report(w, &f);
		else if (f.status == STATUS_LEAK)
			w->r->package.undecided_open += f.count;
	}
	checked(w, CHECKED_PART, "survivors could not be looked at again: ", why);
}

/* Whether the second look came as far as a verdict. */
static bool look_judged(const struct watch *w)
{
	return w->second.judged && !w->second.aborted && !w->second.undecided[0];
}

static const char *look_failure(const struct watch *w)
{
	if (w->second.why[0])
		return w->second.why;
	if (w->second.undecided[0])
		return w->second.undecided;
	return "it did not reach the end of the tests";
}

/* Whether all that is undecided is too dear to run again. */
static bool nothing_is_wanted(const struct watch *w)
{
	for (size_t i = 0; i < w->first.findings.len; i++) {
		const struct finding *f = &w->first.findings.items[i];

		if (!finding_is_decided(&w->first, f) && !finding_is_too_dear(w, f))
			return false;
	}
	return true;
}

static void decide_undecided(struct watch *w)
{
	if (nothing_is_wanted(w)) {
		report_as_seen(w);
		return;
	}
	if (w->second_look == SECOND_LOOK_NEVER || w->first.trap_missing) {
		report_undecided(w, w->first.trap_missing ? w->first.why : w->first.undecided);
		return;
	}
	if (runs_second(w, true) && look_judged(w)) {
		join(w);
		return;
	}
	leave_open(w, look_failure(w));
}

/* No usable trace: the second look runs everything, and the dump's ancestors name
 * the owners. */
static void look_without_trace(struct watch *w, const char *why)
{
	if (w->second_look == SECOND_LOOK_NEVER || w->first.trap_missing) {
		checked(w, CHECKED_NO, "", why);
		return;
	}
	if (!runs_second(w, false) || !look_judged(w)) {
		char text[512];

		snprintf(text, sizeof(text), "%.200s; %.200s", why, look_failure(w));
		checked(w, CHECKED_NO, "", text);
		return;
	}
	for (size_t i = 0; i < w->second.findings.len; i++)
		report(w, &w->second.findings.items[i]);
	checked(w, CHECKED_PART, "without the trace: ", why);
}

static bool all_decided(const struct look *l)
{
	for (size_t i = 0; i < l->findings.len; i++)
		if (!finding_is_decided(l, &l->findings.items[i]))
			return false;
	return true;
}

static bool all_allowed(const struct look *l)
{
	for (size_t i = 0; i < l->findings.len; i++)
		if (l->findings.items[i].status != STATUS_ALLOWED)
			return false;
	return true;
}

static void conclude_whole(struct watch *w)
{
	if (all_decided(&w->first)) {
		if (w->second_look == SECOND_LOOK_ALWAYS && !all_allowed(&w->first) &&
		    runs_second(w, true) && look_judged(w))
			join(w);
		else
			report_first(w);
		if (w->first.why[0])
			checked(w, CHECKED_PART, "", w->first.why);
		return;
	}
	decide_undecided(w);
}

static void conclude_part(struct watch *w)
{
	static const char *const why[] = {
		[TRACE_TIMEOUT] = "the tests timed out",
		[TRACE_EARLY] = "the tests ended by a panic, or with status 2",
	};
	bool timeout = w->first.facts.end == TRACE_TIMEOUT;

	checked(w, CHECKED_PART, "", why[timeout ? TRACE_TIMEOUT : TRACE_EARLY]);
	if (all_decided(&w->first))
		report_first(w);
	else
		decide_undecided(w);
}

/* How the first run ended, as far as a verdict goes. */
enum ending {
	ENDING_FOREIGN, /* not a binary that can be watched */
	ENDING_EMPTY,   /* no test ran: TestMain did not call m.Run, or -test.list */
	ENDING_HIDDEN,  /* its memory cannot be read, not even the names of files it opens */
	ENDING_UNTRACED,
	ENDING_KILLED,
	ENDING_UNSEEN,  /* its exit was not seen */
	ENDING_EARLY,   /* before its tests, or inside one: os.Exit, log.Fatal */
	ENDING_BROKEN,  /* the trace cannot be read */
	ENDING_AGAIN,   /* m.Run more than once */
	ENDING_STOPPED, /* a test stopped the trace */
	ENDING_BADLY,   /* a timeout or a panic, with what the trace has up to there */
	ENDING_WHOLE,
};

static enum ending ending_untraced(const struct look *l)
{
	if (WIFSIGNALED(l->status))
		return ENDING_KILLED;
	if (!l->ran && l->hidden)
		return ENDING_HIDDEN;
	if (!l->ran && l->status == 0)
		return ENDING_EMPTY;
	return l->trapped || l->trap_missing ? ENDING_EARLY : ENDING_UNSEEN;
}

static enum ending ending_traced(const struct look *l)
{
	if (l->ran_again)
		return ENDING_AGAIN;
	if (l->trace_error[0] && !l->trace_cut)
		return ENDING_BROKEN;
	if (l->facts.end == TRACE_TESTS)
		return ENDING_WHOLE;
	if (look_ended_badly(l))
		return ENDING_BADLY;
	if (l->facts.end == TRACE_EARLY && !WIFSIGNALED(l->status))
		return ENDING_STOPPED;
	return ending_untraced(l);
}

static enum ending ending_of(const struct watch *w)
{
	if (w->binary.kind != BINARY_GO_AMD64)
		return ENDING_FOREIGN;
	if (w->spec->no_trace)
		return ENDING_UNTRACED;
	return w->first.traced ? ending_traced(&w->first) : ending_untraced(&w->first);
}

static void conclude_foreign(struct watch *w)
{
	if (w->binary.kind == BINARY_GO_OTHER)
		checked(w, CHECKED_NO, "only linux/amd64 can be watched, it is for ",
			w->binary.arch);
	else
		checked(w, CHECKED_NO, "", "it is not a Go test binary");
}

void watch_conclude(struct watch *w)
{
	const struct look *l = &w->first;

	switch (ending_of(w)) {
	case ENDING_FOREIGN:
		conclude_foreign(w);
		break;
	case ENDING_EMPTY:
		break;
	case ENDING_HIDDEN:
		checked(w, CHECKED_NO, "", "its memory cannot be read: it is not dumpable");
		break;
	case ENDING_UNTRACED:
		look_without_trace(w, "its tests do not stand it");
		break;
	case ENDING_KILLED:
		checked(w, CHECKED_NO,
			"the test binary was ended by a signal: ", strsignal(WTERMSIG(l->status)));
		break;
	case ENDING_UNSEEN:
		checked(w, CHECKED_NO, "", "its exit was not seen: another program took its place");
		break;
	case ENDING_EARLY:
		checked(w, CHECKED_NO, "",
			l->ran ? "its trace ends inside a test (os.Exit or log.Fatal, or all "
				 "descriptors closed)"
			       : "it ended before its tests");
		break;
	case ENDING_BROKEN:
		look_without_trace(w, l->trace_error);
		break;
	case ENDING_AGAIN:
		look_without_trace(w, "TestMain called m.Run more than once");
		break;
	case ENDING_STOPPED:
		look_without_trace(w, "a test stopped it (runtime/trace.Stop)");
		break;
	case ENDING_BADLY:
		conclude_part(w);
		break;
	case ENDING_WHOLE:
		conclude_whole(w);
		break;
	}
}
