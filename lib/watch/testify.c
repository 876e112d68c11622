#include "watch/sight.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "guard/testimony.h"
#include "watch/panic.h"

#define READ_BYTES   (256 << 10)
#define GO_THREADS   1024
#define PANIC_BYTES  (1 << 20)
#define DUMP_TICK_NS (2 * NS_PER_MS)

static struct evidence evidence(struct sight *s)
{
	struct look *l = s->look;

	return (struct evidence){
		.arena = &l->arena,
		.binary = s->spec->binary,
		.package = s->spec->package,
		.policy = s->spec->policy,
		.owners = &l->owners,
		.memory = s->memory.pid ? &s->memory : NULL,
		.sources = &s->sources,
		.now_ns = clock_now_ns(),
		.ended_only = l->traced && l->facts.end != TRACE_TESTS && !s->spec->hung,
		.hung = s->spec->hung,
		.scan_budget_ns = LOOK_SCAN_BUDGET_NS,
	};
}

static void judge(struct sight *s, bool with_dump, bool whole)
{
	struct look *l = s->look;
	struct evidence e = evidence(s);

	e.witnesses = with_dump ? &s->witnesses : NULL;
	e.dump_whole = whole;
	e.except = s->panicked;
	if (!with_dump)
		e.now_ns = l->facts.last_ns; /* nothing is known of what came after */
	verdict(&e, &l->findings);
	if (!e.hung)
		policy_excuse(s->spec->policy, l->findings.items, l->findings.len);
	l->judged = true;
	l->dumped = with_dump;
}

/* Judges by the trace alone: what it shows was alive when the tests ended, no more. */
void testify_by_trace(struct sight *s, const char *undecided)
{
	s->look->undecided = undecided;
	if (s->look->traced && s->look->suspects)
		judge(s, false, false);
}

void testify_excused(struct sight *s)
{
	struct findings *f = &s->look->findings;
	size_t kept = 0;

	judge(s, false, false);
	/* Nobody would have asked for what TestMain and init left. */
	for (size_t i = 0; i < f->len; i++)
		if (f->items[i].owner != OWNER_TESTMAIN && f->items[i].owner != OWNER_INIT)
			f->items[kept++] = f->items[i];
	f->len = kept;
}

/* Somebody panicked while we held the exit: what it printed names it. */
void testify_panic(struct sight *s)
{
	struct evidence e = evidence(s);
	struct witnesses panicked;
	struct dump_parser parser = {
		.arena = &s->look->arena,
		.each = witness_add,
		.ctx = &panicked,
	};
	AUTO_BUF text = { 0 };
	struct panic p;
	ssize_t n;

	while (text.len < PANIC_BYTES &&
	       (n = pread(s->seal.memfd, buf_reserve(&text, 65536), 65536, (off_t)text.len)) > 0)
		text.len += (size_t)n;
	if (!panic_find(buf_str(&text), text.len, &p))
		return;
	witnesses_init(&panicked, &s->look->arena);
	dump_feed(&parser, p.dump.p, p.dump.n);
	dump_end(&parser);
	e.witnesses = &panicked;
	s->panicked = verdict_late_panic(&e, p.message, &s->look->findings);
	witnesses_release(&panicked);
}

/* The held thread takes the signal first thing. Its call must not end the process before. */
static void let_go_to_signal(struct sight *s)
{
	if (s->spec->gate && !s->spec->at_exit)
		trap_continue(&s->trap, s->held.id);
	else
		trap_interrupt(&s->trap, s->held.id);
	s->holding = false;
	s->held.tid = 0;
}

/* Whether os/signal's goroutine was started, perhaps before the trace. */
static bool signals_used(const struct look *l)
{
	const struct goroutine *g;
	size_t at = 0;

	while ((g = trace_next(l->trace, &at)))
		if (starts_with(g->start, "os/signal."))
			return true;
	return l->owners.signals;
}

void testify_ask(struct sight *s)
{
	uint64_t threads[GO_THREADS];
	struct testimony_spec spec = {
		.pid = s->trap.pid,
		.held_tid = s->held.tid,
		.binary = s->spec->binary,
		.memory = &s->memory,
		.signals_used = !s->look->traced || signals_used(s->look),
		.go_threads = threads,
	};
	struct err err;
	bool held;

	if (s->look->trace)
		spec.go_threads_len = trace_threads(s->look->trace, threads, GO_THREADS);
	if (spec.go_threads_len > GO_THREADS)
		spec.go_threads_len = GO_THREADS;
	s->dump_read = lseek(s->seal.memfd, 0, SEEK_END);
	if (!seal_stderr(&s->seal, &s->trap, s->held.id)) {
		sight_why(s->look, "its standard error could not be replaced");
	} else if (testimony_ask(&spec, &held, &err)) {
		if (held)
			let_go_to_signal(s);
		sight_enter(s, STAGE_TESTIMONY);
		timer_set(s->tick, DUMP_TICK_NS);
		return;
	} else {
		sight_why_err(s->look, "no goroutine dump", &err);
	}
	testify_by_trace(s, "there is no goroutine dump");
	sight_release(s);
}

/* With GOTRACEBACK=crash the process does not ask to exit: behind the goroutines it asks its
 * other threads for their stacks, and says so by this line (src/runtime/signal_unix.go, sighandler). */
static const char crash_mark[] = "\n-----\n";

void testify_read(struct sight *s)
{
	static const size_t size = READ_BYTES, mark = sizeof(crash_mark) - 1;
	/* In front of each piece the end of the one before, in which the mark may begin. */
	char *bytes = calloc(1, mark + size);
	ssize_t n;

	if (!bytes)
		abort();
	while ((n = pread(s->seal.memfd, bytes + mark, size, s->dump_read)) > 0) {
		dump_feed(&s->dump, bytes + mark, (size_t)n);
		s->dump_over |= memmem(bytes, mark + (size_t)n, crash_mark, mark) != NULL;
		s->dump_read += n;
		memmove(bytes, bytes + n, mark);
	}
	free(bytes);
}

bool testify_saw_all(const struct sight *s)
{
	const struct goroutine *g;
	size_t at = 0;

	if (!s->look->trace)
		return false;
	while ((g = trace_next(s->look->trace, &at)))
		if (owner_is_suspect(g) && !witness_find(&s->witnesses, g->id))
			return false;
	return true;
}

/*
 * Whether what the dump shows is all that would ever happen. At the gate nothing is starved
 * but by the machine: who runs there, and had a CPU to run on, runs for ever. At the exit the exiting thread keeps its P, with its run
 * queue: while the others are busy whoever is in it never runs.
 */
static bool is_at_rest(const struct sight *s)
{
	if (s->spec->gate && !s->spec->at_exit)
		return !s->witnesses.running || settle_was_fair(&s->settle);
	if (s->witnesses.stopping[0] || settle_was_stopping(&s->settle))
		return false;
	return !s->witnesses.running ||
	       (s->spec->gate && s->witnesses.running + 1 < s->look->facts.procs);
}

void testify_judge(struct sight *s, bool whole)
{
	struct look *l = s->look;

	l->dump_ns = clock_now_ns() - s->stage_ns;
	dump_end(&s->dump);
	s->dump.state = NULL;
	judge(s, true, whole);
	if (!s->spec->gate && l->facts.procs == 1)
		l->undecided = "it has one processor (GOMAXPROCS=1)";
	else if (!is_at_rest(s))
		l->undecided = "it had not come to rest";
	else if (!whole)
		sight_why(l, "the goroutine dump took too long; the rest is judged by the trace");
	sight_put_down(s);
}

void testify_tick(struct sight *s)
{
	testify_read(s);
	if (s->dump_over || clock_now_ns() - s->stage_ns > LOOK_DUMP_BUDGET_NS) {
		testify_judge(s, s->dump_over);
		return;
	}
	timer_set(s->tick, DUMP_TICK_NS);
}
