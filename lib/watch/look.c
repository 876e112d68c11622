#include "watch/look.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/vec.h"
#include "proc/stray.h"
#include "watch/sight.h"

/* The child is gone: nothing more can come, whoever holds the pipes. */
static void on_child(void *ctx, int fd, short revents)
{
	struct sight *s = ctx;

	(void)fd;
	(void)revents;
	intake_finish(s);
	if (s->stage == STAGE_TESTIMONY) {
		/* It died of its crash (GOTRACEBACK=crash) rather than ask to exit. */
		memory_close(&s->memory);
		testify_read(s);
		testify_judge(s, testify_saw_all(s));
	}
	/* Without a trap the trace's end is all there is. */
	if (s->look->trap_missing && intake_is_whole(s->look))
		testify_by_trace(s, s->look->why);
	s->loop.stop = true;
}

static void abort_look(struct sight *s, const char *text)
{
	s->look->aborted = true;
	sight_why(s->look, text);
	sight_put_down(s);
}

static void on_limit(void *ctx, int fd, short revents)
{
	struct sight *s = ctx;

	(void)revents;
	timer_clear(fd);
	abort_look(s, "it took too long");
}

static void on_parent(void *ctx, int fd, short revents)
{
	struct sight *s = ctx;

	(void)revents;
	loop_remove(&s->loop, fd);
	abort_look(s, "go test ended");
	kill(s->child.pid, SIGKILL);
}

/* A signal that somebody sent to us is meant for the test. One from the terminal
 * reached it already: it is in our process group. */
static void on_signal(void *ctx, int fd, short revents)
{
	struct sight *s = ctx;
	struct signalfd_siginfo info;

	(void)revents;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		int sig = (int)info.ssi_signo;

		if (s->spec->gate) {
			s->look->signal = sig;
			abort_look(s, "a signal ended it");
		} else if (s->stage == STAGE_SETTLING || s->stage == STAGE_TESTIMONY) {
			abort_look(s, "a signal ended it");
		} else if (info.ssi_code <= 0) {
			kill(s->child.pid, sig);
		}
	}
}

static bool watch_fds(struct sight *s, struct err *err)
{
	static const int forwarded[] = { SIGINT, SIGTERM, SIGQUIT, SIGHUP, 0 };

	if (!timer_open(&s->tick, err) || !timer_open(&s->limit, err) ||
	    !signals_open(&s->signals, forwarded, err))
		return false;
	if (s->trap.listener >= 0)
		loop_add(&s->loop, s->trap.listener, POLLIN, hold_on_trap, s);
	if (s->trace_in >= 0)
		loop_add(&s->loop, s->trace_in, POLLIN, intake_on_trace, s);
	if (s->output >= 0)
		loop_add(&s->loop, s->output, POLLIN, intake_on_output, s);
	loop_add(&s->loop, s->tick, POLLIN, hold_on_tick, s);
	loop_add(&s->loop, s->signals, POLLIN, on_signal, s);
	if (s->spec->watched_parent >= 0)
		loop_add(&s->loop, s->spec->watched_parent, POLLIN, on_parent, s);
	/* Last: what the others have to say comes first. */
	loop_add(&s->loop, s->child.pidfd, POLLIN, on_child, s);
	if (s->spec->limit_ns) {
		timer_set(s->limit, s->spec->limit_ns);
		loop_add(&s->loop, s->limit, POLLIN, on_limit, s);
	}
	return true;
}

/* After the loop: reap, answer what is still held, and leave the filter to the
 * caretaker if somebody lives under it. */
static void wind_up(struct sight *s)
{
	struct pollfd in_use = { .fd = s->trap.listener };
	int status;

	status = child_wait_resident(&s->child, &s->look->resident_bytes);
	s->look->hidden = s->trap.hidden;
	if (s->spec->gate)
		strays_end(s->caretaker.pid);
	if (!s->look->trapped || !s->spec->direct)
		s->look->status = status;
	if (s->output >= 0)
		intake_read_output(s);
	if (s->trap.listener >= 0) {
		bool hung_up = poll(&in_use, 1, 0) == 1 && (in_use.revents & POLLHUP);

		caretaker_leave(&s->caretaker, !hung_up);
	}
}

static void close_sight(struct sight *s)
{
	int *fds[] = { &s->trace_in, &s->trace_out, &s->output, &s->output_end,
		       &s->null,     &s->tick,      &s->limit,  &s->signals };

	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		if (*fds[i] >= 0)
			close(*fds[i]);
	trap_close(&s->trap);
	seal_release(&s->seal);
	settle_release(&s->settle);
	memory_close(&s->memory);
	sources_release(&s->sources);
	witnesses_release(&s->witnesses);
	loop_release(&s->loop);
	buf_release(&s->frames);
}

static bool run(struct sight *s, struct err *err)
{
	struct err ignored;

	strays_adopt(s->spec->gate);
	if (!launch(s, err))
		return false;
	s->look->exec_ns = clock_now_ns() - s->look->start_ns;
	if (s->output_end >= 0)
		close(take_fd(&s->output_end));
	if (s->trap.listener >= 0 && !caretaker_start(&s->caretaker, s->trap.listener, &ignored))
		sight_why_err(s->look, "no caretaker", &ignored);
	if (!watch_fds(s, err) || !loop_run(&s->loop, err)) {
		kill(s->child.pid, SIGKILL);
		child_wait(&s->child);
		return false;
	}
	wind_up(s);
	return true;
}

bool look_run(const struct look_spec *spec, struct look *l, struct err *err)
{
	struct trace_hooks hooks;
	struct sight s = {
		.spec = spec,
		.look = l,
		.argv = spec->argv,
		.trap = { .listener = -1 },
		.gate_passed = spec->tally,
		.seal = { .memfd = -1 },
		.trace_in = -1,
		.trace_out = -1,
		.output = -1,
		.output_end = -1,
		.null = -1,
		.tick = -1,
		.limit = -1,
		.signals = -1,
	};
	bool ok;

	*l = (struct look){
		.undecided = "", .why = "", .start_ns = clock_now_ns(), .budget_ns = spec->settle_ns
	};
	owners_init(&l->owners, &hooks);
	if (spec->trace)
		l->owners.trace = l->trace = trace_new(&hooks);
	if (l->trace && spec->bulky)
		bulks_init(&l->bulks, spec->bulky, l->trace);
	l->owners.keep_openings = spec->tally;
	witnesses_init(&s.witnesses, &l->arena);
	s.dump =
	    (struct dump_parser){ .arena = &l->arena, .each = witness_add, .ctx = &s.witnesses };
	ok = run(&s, err);
	dump_end(&s.dump);
	close_sight(&s);
	l->end_ns = clock_now_ns() - l->start_ns;
	return ok;
}

bool look_ended_badly(const struct look *l)
{
	return l->traced && (!l->trace_error[0] || l->trace_cut) && l->facts.generations &&
	       l->status == 2 << 8 && l->facts.end != TRACE_TESTS;
}

void look_release(struct look *l)
{
	owners_release(&l->owners);
	bulks_release(&l->bulks);
	trace_free(l->trace);
	VEC_FREE(&l->findings);
	inventory_release(&l->inventory);
	VEC_FREE(&l->names);
	arena_clear(&l->arena);
}
