#include "watch/look.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/vec.h"
#include "guard/caretaker.h"
#include "guard/filter.h"
#include "guard/seal.h"
#include "guard/settle.h"
#include "guard/testimony.h"
#include "guard/trap.h"
#include "proc/loop.h"
#include "proc/spawn.h"
#include "proc/stray.h"
#include "watch/panic.h"

/* A low number would shift the descriptors of tests that count theirs. */
#define TRACE_FD_LEAST 1000
#define TRACE_PIPE     (1 << 20)
#define READ_BYTES     (256 << 10)
#define GO_THREADS     1024
#define SPIN_SHARE     4 /* of the settle budget spent on a CPU makes a spinner */
#define PANIC_BYTES    (1 << 20)
#define DUMP_TICK_NS   (2 * NS_PER_MS)

enum stage {
	STAGE_RUNNING,
	STAGE_SETTLING,
	STAGE_TESTIMONY,
	STAGE_ENDING, /* nothing more to learn: wait for the end */
};

struct sight {
	const struct look_spec *spec;
	struct look *look;
	char *const *argv; /* spec's, or with another trace file */
	enum stage stage;
	struct loop loop;
	struct child child;
	struct trap trap;
	struct caretaker caretaker;
	struct seal seal;
	struct settle settle;
	struct memory memory;
	struct sources sources;
	int trace_in, trace_out; /* our ends of the trace's pipe; -1: closed */
	int null, output_end;    /* what the second look's test has for 0, 1 and 2; -1 */
	int output;              /* second look: what the tests print; -1 */
	int tick, limit, signals;
	struct trap_event held; /* the call that is held */
	bool holding;
	bool given;      /* the trace's pipe was handed out */
	bool trace_over; /* finished: the table is final */
	bool gate_passed;
	uint64_t panicked; /* the goroutine that did, 0: none */
	bool late_exit;    /* another thread asked to exit while we held: a panic */
	int64_t stage_ns;  /* when the stage began */
	struct dump_parser dump;
	struct witnesses witnesses;
	off_t dump_read;
	struct buf frames; /* output that is not a whole line yet */
};

static void enter(struct sight *s, enum stage stage)
{
	s->stage = stage;
	s->stage_ns = clock_now_ns();
}

static void why(struct look *l, const char *text)
{
	if (!l->why[0])
		l->why = arena_strndup(&l->arena, text, strlen(text));
}

static void why_err(struct look *l, const char *what, const struct err *err)
{
	char line[1024], text[1200];

	snprintf(text, sizeof(text), "%s: %s", what, err_format(err, line, sizeof(line)));
	why(l, text);
}

/* --- the trace --------------------------------------------------------- */

static void copy_trace(struct sight *s, const uint8_t *bytes, size_t n)
{
	while (s->spec->trace_copy >= 0 && n) {
		ssize_t w = write(s->spec->trace_copy, bytes, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return; /* a full disk: testing would say nothing either */
		bytes += w;
		n -= (size_t)w;
	}
}

static void feed_trace(struct sight *s, const uint8_t *bytes, size_t n)
{
	struct err err;

	s->look->traced = true;
	copy_trace(s, bytes, n);
	if (s->look->trace_error[0] || s->trace_over)
		return;
	if (!trace_feed(s->look->trace, bytes, n, &err))
		err_format(&err, s->look->trace_error, sizeof(s->look->trace_error));
}

/* Reads what is there. False: the other end is closed. */
static bool read_trace(struct sight *s)
{
	static const size_t size = READ_BYTES;
	uint8_t *bytes = malloc(size);
	ssize_t n;

	if (!bytes)
		abort();
	while ((n = read(s->trace_in, bytes, size)) > 0)
		feed_trace(s, bytes, (size_t)n);
	free(bytes);
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static void on_trace(void *ctx, int fd, short revents)
{
	struct sight *s = ctx;

	(void)revents;
	if (!read_trace(s))
		loop_remove(&s->loop, fd);
}

/* Nothing of the trace is still to come: the table becomes final. */
static void finish_trace(struct sight *s)
{
	struct err err;

	if (s->trace_over || !s->look->trace)
		return;
	read_trace(s);
	s->trace_over = true;
	if (!s->look->trace_error[0] && !trace_finish(s->look->trace, &err))
		err_format(&err, s->look->trace_error, sizeof(s->look->trace_error));
	trace_facts(s->look->trace, &s->look->facts);
	owners_finish(&s->look->owners);
	s->look->suspects = count_suspects(s->look->trace);
}

static bool trace_is_whole(const struct look *l)
{
	return l->traced && !l->trace_error[0] && l->facts.end == TRACE_TESTS;
}

/* --- holding and letting go -------------------------------------------- */

static void let_go(struct sight *s)
{
	if (s->holding)
		trap_continue(&s->trap, s->held.id);
	s->holding = false;
}

static void release(struct sight *s)
{
	timer_set(s->tick, 0);
	let_go(s);
	enter(s, STAGE_ENDING);
}

/* The process has told us all: it must not do anything more. */
static void put_down(struct sight *s)
{
	timer_set(s->tick, 0);
	kill(s->trap.pid ? s->trap.pid : s->child.pid, SIGKILL);
	enter(s, STAGE_ENDING);
}

static struct evidence evidence(struct sight *s)
{
	struct look *l = s->look;

	return (struct evidence){
		.arena = &l->arena,
		.binary = s->spec->binary,
		.package = s->spec->package,
		.owners = &l->owners,
		.memory = s->memory.pid ? &s->memory : NULL,
		.sources = &s->sources,
		.now_ns = clock_now_ns(),
		.ended_only = l->traced && l->facts.end != TRACE_TESTS,
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
	l->judged = true;
	l->dumped = with_dump;
}

/* Judges by the trace alone: what it shows was alive when the tests ended, no more. */
static void judge_by_trace(struct sight *s, const char *undecided)
{
	s->look->undecided = undecided;
	if (s->look->traced && s->look->suspects)
		judge(s, false, false);
}

/* --- settling ----------------------------------------------------------- */

static void begin_settling(struct sight *s)
{
	struct err err;
	int64_t now = clock_now_ns();

	if (!s->memory.pid && !memory_open(&s->memory, s->trap.pid, &err))
		why_err(s->look, "its memory cannot be read", &err);
	s->settle.memory = s->memory.pid ? &s->memory : NULL;
	s->settle.age_ns = now - s->look->start_ns;
	s->settle.gives_p = s->spec->gate && !s->gate_passed;
	s->settle.outside = s->look->trace && any_in_io(s->look->trace);
	settle_begin(&s->settle, s->trap.pid, s->held.tid, s->spec->settle_ns, now);
	enter(s, STAGE_SETTLING);
	timer_set(s->tick, 1);
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

static void ask_testimony(struct sight *s)
{
	uint64_t threads[GO_THREADS];
	struct testimony_spec spec = {
		.pid = s->trap.pid,
		.held_tid = s->held.tid,
		.binary = s->spec->binary,
		.memory = &s->memory,
		.signals_used = !s->look->traced || s->look->owners.signals,
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
		why(s->look, "its standard error could not be replaced");
	} else if (testimony_ask(&spec, &held, &err)) {
		if (held)
			let_go_to_signal(s);
		enter(s, STAGE_TESTIMONY);
		timer_set(s->tick, DUMP_TICK_NS);
		return;
	} else {
		why_err(s->look, "no goroutine dump", &err);
	}
	judge_by_trace(s, "there is no goroutine dump");
	release(s);
}

/* Somebody panicked while we held the exit: what it printed names it. */
static void judge_panic(struct sight *s)
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

/* Everything that could end has ended. */
static void settled(struct sight *s)
{
	s->look->settle_ns += clock_now_ns() - s->stage_ns;
	if (s->spec->gate && s->spec->at_exit && !s->gate_passed) {
		s->gate_passed = true;
		timer_set(s->tick, 0);
		let_go(s);
		enter(s, STAGE_RUNNING);
		return;
	}
	if (s->late_exit) {
		judge_panic(s);
		judge_by_trace(s, "a goroutine panicked after the tests");
		/* Past the gate the panic would hang in its own held exit. */
		if (s->spec->gate)
			put_down(s);
		else
			release(s);
		return;
	}
	/* A wrapper would report how the binary died, so it may not die of us. */
	if (!s->spec->direct && !s->spec->gate) {
		judge_by_trace(s, "it runs below another program");
		release(s);
		return;
	}
	ask_testimony(s);
}

/* --- testimony ---------------------------------------------------------- */

static void read_dump(struct sight *s)
{
	static const size_t size = READ_BYTES;
	char *bytes = malloc(size);
	ssize_t n;

	if (!bytes)
		abort();
	while ((n = pread(s->seal.memfd, bytes, size, s->dump_read)) > 0) {
		dump_feed(&s->dump, bytes, (size_t)n);
		s->dump_read += n;
	}
	free(bytes);
}

static bool all_suspects_seen(const struct sight *s)
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
		return !s->witnesses.running || s->settle.ran_ns >= s->spec->settle_ns / SPIN_SHARE;
	if (s->witnesses.stopping[0])
		return false;
	return !s->witnesses.running ||
	       (s->spec->gate && s->witnesses.running + 1 < s->look->facts.procs);
}

static void judge_dump(struct sight *s, bool whole)
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
		why(l, "the goroutine dump took too long; the rest is judged by the trace");
	put_down(s);
}

static void look_at_dump(struct sight *s)
{
	read_dump(s);
	if (clock_now_ns() - s->stage_ns > LOOK_DUMP_BUDGET_NS) {
		judge_dump(s, false);
		return;
	}
	timer_set(s->tick, DUMP_TICK_NS);
}

static void on_tick(void *ctx, int fd, short revents)
{
	struct sight *s = ctx;

	(void)revents;
	timer_clear(fd);
	if (s->stage == STAGE_TESTIMONY) {
		look_at_dump(s);
		return;
	}
	if (s->stage != STAGE_SETTLING)
		return;
	if (settle_look(&s->settle, clock_now_ns()) == SETTLE_GOING)
		timer_set(s->tick, SETTLE_LOOK_NS);
	else
		settled(s);
}

/* --- trapped calls ------------------------------------------------------ */

static void give_trace(struct sight *s, const struct trap_event *e)
{
	/* A second m.Run opens the marker again: that one gets the real /dev/null. */
	s->look->ran_again |= s->given;
	s->look->ran |= e->tid != 0;
	if (s->given || s->trace_out < 0 ||
	    !trap_answer_fd(&s->trap, e->id, s->trace_out, TRACE_FD_LEAST)) {
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
	why_err(s->look, "its output could not be sealed", &err);
	return false;
}

/* The tests are over, the teardown has not begun. */
static void at_gate(struct sight *s, const struct trap_event *e)
{
	if (!s->spec->gate || s->gate_passed || s->stage != STAGE_RUNNING) {
		trap_continue(&s->trap, e->id);
		return;
	}
	finish_trace(s);
	if (hold(s, e))
		begin_settling(s);
	else
		release(s);
}

/* A panic or a timeout: status 2, and the trace is flushed before. The tests that had
 * ended by then can still be judged. */
static bool ended_badly(const struct look *l)
{
	return l->traced && !l->trace_error[0] && l->status == 2 << 8 &&
	       (l->facts.end == TRACE_TIMEOUT || l->facts.end == TRACE_EARLY);
}

/* Whether the held exit can be judged at all; if not, what is known is said. */
static bool worth_settling(struct sight *s)
{
	struct look *l = s->look;

	if (s->spec->gate && s->gate_passed)
		return true;
	if (s->spec->gate) {
		why(l, "it ended before its tests were over");
		return false;
	}
	if (ended_badly(l))
		judge_by_trace(s, "the tests did not come to their end");
	if (!trace_is_whole(l) || !l->suspects)
		return false;
	if (l->facts.procs == 1) {
		judge_by_trace(s, "it has one processor (GOMAXPROCS=1)");
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
	finish_trace(s);
	if (!s->spec->judge || !worth_settling(s)) {
		release(s);
		return;
	}
	if (hold(s, e))
		begin_settling(s);
	else
		release(s);
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
		return;
	case STAGE_TESTIMONY:
		if (e->tid == s->held.tid)
			return;
		read_dump(s);
		judge_dump(s, true);
		return;
	case STAGE_ENDING:
		trap_continue(&s->trap, e->id);
		return;
	}
}

static void on_trap(void *ctx, int fd, short revents)
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

/* --- ends ---------------------------------------------------------------- */

/* The child is gone: nothing more can come, whoever holds the pipes. */
static void on_child(void *ctx, int fd, short revents)
{
	struct sight *s = ctx;

	(void)fd;
	(void)revents;
	finish_trace(s);
	if (s->stage == STAGE_TESTIMONY) {
		/* It died of its crash (GOTRACEBACK=crash) rather than ask to exit. */
		memory_close(&s->memory);
		read_dump(s);
		judge_dump(s, all_suspects_seen(s));
	}
	s->loop.stop = true;
}

static void abort_look(struct sight *s, const char *text)
{
	s->look->aborted = true;
	why(s->look, text);
	put_down(s);
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

/* --- the second look's output: only the names of its tests count ---------- */

static void take_frame(struct sight *s, struct str line)
{
	struct look *l = s->look;
	const char *mark = memchr(line.p, 0x16, line.n);

	if (!mark)
		return;
	line.n -= (size_t)(mark + 1 - line.p);
	line.p = mark + 1;
	if (str_skip(&line, "=== RUN   "))
		VEC_PUSH(&l->names, arena_strndup(&l->arena, line.p, line.n));
}

static void take_output(struct sight *s)
{
	struct str rest = { .p = s->frames.data, .n = s->frames.len };
	struct str line;
	size_t used = 0;

	while (memchr(rest.p, '\n', rest.n) && str_line(&rest, &line)) {
		take_frame(s, line);
		used = (size_t)(rest.p - s->frames.data);
	}
	buf_consume(&s->frames, used);
	if (s->frames.len > READ_BYTES)
		buf_reset(&s->frames); /* no frame is that long */
}

static void read_output(struct sight *s)
{
	ssize_t n;

	while ((n = read(s->output, buf_reserve(&s->frames, 65536), 65536)) > 0) {
		s->frames.len += (size_t)n;
		take_output(s);
	}
}

static void on_output(void *ctx, int fd, short revents)
{
	struct sight *s = ctx;

	read_output(s);
	if (revents & POLLHUP)
		loop_remove(&s->loop, fd);
}

/* --- start ---------------------------------------------------------------- */

struct start {
	struct filter_spec filter;
	int tell; /* where the child sends the listener */
	bool filtered;
};

/* In the child, before exec. */
static bool install(void *ctx, struct err *err)
{
	struct start *st = ctx;
	bool no_new_privs;
	int listener;

	if (!st->filtered)
		return true;
	if (filter_install(&st->filter, &listener, &no_new_privs, err) != FILTER_OK)
		return false;
	if (!fd_send(st->tell, listener))
		return err_sys(err, errno, "send the listener");
	close(listener);
	return true;
}

static struct filter_spec filter_for(const struct binary *b)
{
	return (struct filter_spec){
		.exit_ip = b->pie || b->race ? 0 : b->exit_ip,
		.open_ip = b->pie ? 0 : b->syscall6_ip,
	};
}

static bool open_pipes(struct sight *s, struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return err_sys(err, errno, "pipe");
	s->trace_in = ends[0];
	s->trace_out = ends[1];
	/* The test's end must block, as a file would. */
	fcntl(s->trace_out, F_SETFL, 0);
	fcntl(s->trace_out, F_SETPIPE_SZ, TRACE_PIPE);
	return true;
}

/* The second look prints into a pipe of ours, and reads nothing. */
static bool redirect(struct sight *s, struct err *err)
{
	int ends[2];

	if (!s->spec->gate)
		return seal_init(&s->seal, 1, 2, err);
	if (pipe2(ends, O_CLOEXEC))
		return err_sys(err, errno, "pipe");
	s->output = ends[0];
	s->output_end = ends[1];
	fcntl(s->output, F_SETFL, O_NONBLOCK);
	s->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	return seal_init(&s->seal, s->output_end, s->output_end, err);
}

static char *const *replace_argument(struct sight *s, const char *from, const char *to)
{
	size_t n = 0;
	char **argv;

	while (s->argv[n])
		n++;
	argv = arena_alloc(&s->look->arena, (n + 1) * sizeof(*argv));
	for (size_t i = 0; i < n; i++)
		argv[i] = strcmp(s->argv[i], from) != 0
			      ? s->argv[i]
			      : arena_strndup(&s->look->arena, to, strlen(to));
	return argv;
}

static bool spawn_with(struct sight *s, struct start *st, int sockets[2], struct err *err)
{
	struct spawn spawn = {
		.path = s->argv[0],
		.argv = s->argv,
		.envp = s->spec->envp,
		.fds = { s->null, s->output_end, s->output_end },
		.mask = s->spec->mask,
		.die_with_parent = true,
		.prepare = install,
		.ctx = st,
	};

	st->tell = sockets[1];
	return spawn_start(&spawn, &s->child, err);
}

/* Without a filter the test opens our pipe by itself, through /proc. */
static bool spawn_unfiltered(struct sight *s, struct start *st, int sockets[2], struct err *err)
{
	char *const *argv = s->spec->argv;
	char path[64];
	bool ok;

	if (s->trace_out >= 0) {
		snprintf(path, sizeof(path), "-test.trace=/proc/%d/fd/%d", getpid(), s->trace_out);
		s->argv = replace_argument(s, "-test.trace=" TRAP_MARKER_PATH, path);
	}
	ok = spawn_with(s, st, sockets, err);
	s->argv = argv;
	return ok;
}

/* Starts the test under the filter; where there can be none, without. */
static bool start(struct sight *s, struct err *err)
{
	struct start st = { .filter = filter_for(s->spec->binary), .filtered = true };
	struct err refused;
	int sockets[2];
	int listener = -1;
	bool ok;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		return err_sys(err, errno, "socketpair");
	ok = spawn_with(s, &st, sockets, &refused);
	if (!ok) {
		st.filtered = false;
		ok = spawn_unfiltered(s, &st, sockets, err);
		if (ok) {
			s->look->trap_missing = true;
			why_err(s->look, "its exit cannot be held", &refused);
		}
	}
	close(sockets[1]);
	if (ok && st.filtered)
		listener = fd_receive(sockets[0]);
	close(sockets[0]);
	trap_init(&s->trap, listener);
	if (ok && s->spec->direct)
		s->trap.pid = s->child.pid;
	return ok;
}

static bool watch_fds(struct sight *s, struct err *err)
{
	static const int forwarded[] = { SIGINT, SIGTERM, SIGQUIT, SIGHUP, 0 };

	if (!timer_open(&s->tick, err) || !timer_open(&s->limit, err) ||
	    !signals_open(&s->signals, forwarded, err))
		return false;
	if (s->trap.listener >= 0)
		loop_add(&s->loop, s->trap.listener, POLLIN, on_trap, s);
	if (s->trace_in >= 0)
		loop_add(&s->loop, s->trace_in, POLLIN, on_trace, s);
	if (s->output >= 0)
		loop_add(&s->loop, s->output, POLLIN, on_output, s);
	loop_add(&s->loop, s->tick, POLLIN, on_tick, s);
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

	status = child_wait(&s->child);
	if (s->spec->gate)
		strays_end(s->caretaker.pid);
	if (!s->look->trapped || !s->spec->direct)
		s->look->status = status;
	if (s->output >= 0)
		read_output(s);
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
	if (!redirect(s, err) || (s->spec->trace && !open_pipes(s, err)) || !start(s, err))
		return false;
	s->look->exec_ns = clock_now_ns() - s->look->start_ns;
	if (s->output_end >= 0)
		close(take_fd(&s->output_end));
	if (s->trap.listener >= 0 && !caretaker_start(&s->caretaker, s->trap.listener, &ignored))
		why_err(s->look, "no caretaker", &ignored);
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

	*l = (struct look){ .undecided = "", .why = "", .start_ns = clock_now_ns() };
	owners_init(&l->owners, &hooks);
	if (spec->trace)
		l->owners.trace = l->trace = trace_new(&hooks);
	witnesses_init(&s.witnesses, &l->arena);
	s.dump =
	    (struct dump_parser){ .arena = &l->arena, .each = witness_add, .ctx = &s.witnesses };
	ok = run(&s, err);
	dump_end(&s.dump);
	close_sight(&s);
	l->end_ns = clock_now_ns() - l->start_ns;
	return ok;
}

void look_release(struct look *l)
{
	owners_release(&l->owners);
	trace_free(l->trace);
	VEC_FREE(&l->findings);
	VEC_FREE(&l->names);
	arena_clear(&l->arena);
}
