#include "watch/sight.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "guard/proof.h"

#define PROVING_NS (10 * NS_PER_S)
#define CLEARED_NS (250 * NS_PER_MS) /* for finalizers, after a collection */

static void begin_settling(struct sight *s, int64_t budget_ns)
{
	struct err err;
	struct outer_waits waits = { 0 };
	int64_t now = clock_now_ns();

	if (!s->memory.pid && !memory_open(&s->memory, s->trap.pid, &err))
		sight_why_err(s->look, "its memory cannot be read", &err);
	s->settle.memory = s->memory.pid ? &s->memory : NULL;
	s->settle.age_ns = now - s->look->start_ns;
	s->settle.gives_p = s->spec->gate && !s->gate_passed;
	if (s->look->trace)
		waits = outer_waits(s->look->trace);
	s->settle.outside = waits.calls;
	s->settle.network = waits.network;
	settle_begin(&s->settle, s->trap.pid, s->held.tid, budget_ns, now);
	sight_enter(s, STAGE_SETTLING);
	timer_set(s->tick, 1);
}

/* Lets testing collect, with what is asked of the collector. False: it cannot be asked, and what
 * is found stays confirmed. */
static bool ask_collector(struct sight *s)
{
	struct err err;

	if (!s->spec->prove || s->proving || !proof_ask(s->spec->binary, &s->memory, &err))
		return false;
	s->proving = true;
	sight_enter(s, STAGE_PROVING);
	timer_set(s->tick, PROVING_NS);
	sight_let_go(s);
	return true;
}

/* Of the main process, which is held: at its exit. */
static void take_inventory(struct sight *s)
{
	struct stat pipe = { 0 };

	if (s->trace_in >= 0)
		fstat(s->trace_in, &pipe);
	inventory_take(&s->look->inventory, s->trap.pid, pipe.st_ino);
}

/* Everything that could end has ended. */
static void settled(struct sight *s)
{
	s->look->settle_ns += clock_now_ns() - s->stage_ns;
	if (!s->spec->gate || s->spec->tally)
		take_inventory(s);
	if (s->spec->tally || !(s->look->suspects || s->spec->gate)) {
		sight_release(s);
		return;
	}
	if (s->late_exit) {
		testify_panic(s);
		testify_by_trace(s, "a goroutine panicked after the tests");
		/* Past the gate the panic would hang in its own held exit. */
		if (s->spec->gate)
			sight_put_down(s);
		else
			sight_release(s);
		return;
	}
	if (s->spec->gate && s->spec->at_exit && !s->gate_passed) {
		s->gate_passed = true;
		timer_set(s->tick, 0);
		sight_let_go(s);
		sight_enter(s, STAGE_RUNNING);
		return;
	}
	/* A wrapper would report how the binary died, so it may not die of us. */
	if (!s->spec->direct && !s->spec->gate) {
		testify_by_trace(s, "it runs below another program");
		sight_release(s);
		return;
	}
	if (!ask_collector(s))
		testify_ask(s);
}

/* A heap of many gigabytes, or thousands that spin: what the trace shows is all there is. */
static void proving_took_too_long(struct sight *s)
{
	testify_by_trace(s, "Go's collection took too long");
	sight_put_down(s);
}

void hold_on_tick(void *ctx, int fd, short revents)
{
	struct sight *s = ctx;

	(void)revents;
	timer_clear(fd);
	if (s->stage == STAGE_TESTIMONY) {
		testify_tick(s);
		return;
	}
	if (s->stage == STAGE_PROVING)
		proving_took_too_long(s);
	if (s->stage != STAGE_SETTLING)
		return;
	if (settle_look(&s->settle, clock_now_ns()) == SETTLE_GOING)
		timer_set(s->tick, SETTLE_LOOK_NS);
	else
		settled(s);
}

static void give_trace(struct sight *s, const struct trap_event *e)
{
	/* A second m.Run opens the marker again: that one gets the real /dev/null. */
	s->look->ran_again |= s->given;
	s->look->ran |= e->tid != 0;
	if (!s->given && e->tid)
		inventory_begin(&s->look->inventory, s->trap.pid);
	if (s->given || s->trace_out < 0 || !trap_answer_high(&s->trap, e->id, s->trace_out)) {
		trap_continue(&s->trap, e->id);
		return;
	}
	s->given = true;
	close(take_fd(&s->trace_out));
}

static bool hold(struct sight *s, const struct trap_event *e)
{
	struct err err;

	s->held = *e;
	s->holding = true;
	if (seal_outputs(&s->seal, &s->trap, e->id, &err))
		return true;
	sight_why_err(s->look, "its output could not be sealed", &err);
	return false;
}

/* The tests are over, the teardown has not begun. */
static void at_gate(struct sight *s, const struct trap_event *e)
{
	if (s->stage == STAGE_PROVING) {
		s->held = *e;
		s->holding = true;
		begin_settling(s, CLEARED_NS);
		return;
	}
	if (!s->spec->gate || s->gate_passed || s->stage != STAGE_RUNNING) {
		trap_continue(&s->trap, e->id);
		return;
	}
	intake_finish(s);
	if (hold(s, e))
		begin_settling(s, s->look->budget_ns);
	else
		sight_release(s);
}

/* Whether the held exit can be judged at all; if not, what is known is said. */
static bool worth_settling(struct sight *s)
{
	struct look *l = s->look;

	if (s->spec->gate && s->gate_passed)
		return true;
	if (s->spec->gate) {
		sight_why(l, "it ended before its tests were over");
		return false;
	}
	if (look_ended_badly(l))
		testify_by_trace(s, "the tests did not come to their end");
	if (!intake_is_whole(l))
		return false;
	/* With suspects it is taken after they had time, and their output is sealed first. */
	if (!l->suspects) {
		take_inventory(s);
		return inventory_has_children(&l->inventory);
	}
	if (l->excused == l->suspects) {
		testify_excused(s);
		return false;
	}
	if (l->facts.procs == 1) {
		testify_by_trace(s, "it has one processor (GOMAXPROCS=1)");
		return false;
	}
	return true;
}

static void at_first_exit(struct sight *s, const struct trap_event *e)
{
	s->look->trapped = true;
	s->look->status = e->status << 8;
	s->held = *e;
	s->holding = true;
	intake_finish(s);
	if (!s->spec->judge || !worth_settling(s)) {
		sight_release(s);
		return;
	}
	if (hold(s, e))
		begin_settling(s, s->look->budget_ns);
	else
		sight_release(s);
}

static void at_exit(struct sight *s, const struct trap_event *e)
{
	switch (s->stage) {
	case STAGE_RUNNING:
		at_first_exit(s, e);
		return;
	case STAGE_SETTLING:
		if (e->tid == s->held.tid) {
			s->held =
			    *e; /* an old kernel: the same call, issued again after a signal */
			return;
		}
		s->late_exit = true; /* stays held: the first exit takes it down */
		settled(s);
		return;
	case STAGE_PROVING:
		s->late_exit = true;
		settled(s);
		return;
	case STAGE_TESTIMONY:
		if (e->tid == s->held.tid)
			return;
		testify_read(s);
		testify_judge(s, true);
		return;
	case STAGE_ENDING:
		trap_continue(&s->trap, e->id);
		return;
	}
}

void hold_on_trap(void *ctx, int fd, short revents)
{
	struct sight *s = ctx;
	struct trap_event e;

	(void)revents;
	trap_next(&s->trap, &e);
	switch (e.kind) {
	case TRAP_MARKER:
		give_trace(s, &e);
		break;
	case TRAP_GATE:
		at_gate(s, &e);
		break;
	case TRAP_EXIT:
		at_exit(s, &e);
		break;
	case TRAP_CLOSED:
		loop_remove(&s->loop, fd);
		break;
	case TRAP_NOTHING:
		break;
	}
}
