#include "run/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/vec.h"
#include "proc/loop.h"
#include "proc/spawn.h"
#include "run/rerun.h"
#include "run/resolve.h"
#include "run/retry.h"
#include "run/sink.h"

#define PIECE       65536
#define GRACE_NS    (3 * NS_PER_S) /* for go to end after a signal */
#define BEAT_NS     (NS_PER_S / 5)
#define WATCH_WORDS 32

/* One go test under way: the user's own, or a retry of one package. */
struct go_call {
	struct child child;
	int out;         /* its stdout, -1: closed */
	struct buf line; /* not whole yet */
	bool running;
	bool retries; /* it is a retry: its events are the retry's business */
};

struct runner {
	const struct runner_spec *spec;
	const struct go_facts *facts;
	struct runner_result *result;
	struct arena arena;
	struct loop loop;
	struct render render;
	struct results results;
	struct sink sink;
	struct run_file pending; /* what the watchers said, not resolved yet */
	struct go_call main, again;
	struct retries retries;
	struct go_call rerun;
	struct reruns reruns;
	struct results attempt; /* what go says of the rerun */
	struct table held;      /* packages whose lines wait for reruns */
	size_t turned;          /* packages that pass by their reruns */
	bool planned;
	int signals, grace, beat;
	size_t bad_lines;
	struct resolve_rules rules;
};

/* --- what is written ------------------------------------------------------- */

static void write_run_file(struct runner *r, const struct buf *lines)
{
	if (r->spec->run_file >= 0 && !r->result->lost[0] && !buf_flush(lines, r->spec->run_file))
		r->result->lost = strerror(errno);
}

static void write_json(struct runner *r, struct str line)
{
	AUTO_BUF whole = { 0 };

	if (r->spec->json_file < 0 || r->result->json_lost[0])
		return;
	buf_put(&whole, line.p, line.n);
	buf_putc(&whole, '\n');
	if (!buf_flush(&whole, r->spec->json_file))
		r->result->json_lost = strerror(errno);
}

static void end_go(struct runner *r, int sig)
{
	if (r->main.running)
		kill(r->main.child.pid, sig);
	if (r->again.running)
		kill(r->again.child.pid, sig);
	if (r->rerun.running)
		kill(r->rerun.child.pid, sig);
}

/* What go still does is not to be waited for longer than it takes to end it. */
static bool is_ending(const struct runner *r)
{
	return r->result->signal || r->result->refused;
}

static void show(struct runner *r)
{
	if ((r->render.out.len || r->render.err.len) && !is_ending(r) &&
	    !r->spec->show(r->spec->ctx, &r->render.out, &r->render.err)) {
		r->result->refused = true;
		end_go(r, SIGTERM);
		timer_set(r->grace, GRACE_NS);
	}
	buf_reset(&r->render.out);
	buf_reset(&r->render.err);
}

static void read_sink(struct runner *r)
{
	struct err ignored;

	sink_read(&r->sink, &r->pending, &r->bad_lines, &ignored);
}

/* Its lines are written when its failed tests have run again. */
static bool may_run_again(const struct runner *r, const char *package)
{
	const struct package_result *p = results_package(&r->results, package);

	return r->spec->rerun_most && p && p->ended && p->result == TEST_RESULT_FAIL;
}

static void conclude_package(struct runner *r, const char *package)
{
	AUTO_BUF lines = { 0 };

	r->rules.ended = is_ending(r);
	resolve_package(&r->pending, results_package(&r->results, package), package, &r->rules,
			&r->result->file, &lines);
	if (may_run_again(r, package))
		table_put(&r->held, str_of(package), r);
	else
		write_run_file(r, &lines);
	if (r->spec->package_done)
		r->spec->package_done(r->spec->ctx, &r->result->file, package);
}

/* --- starting go ------------------------------------------------------------ */

static void on_output(void *ctx, int fd, short revents);

/* Our command for -exec: this program, the sink, and what every watcher is told. */
static size_t watcher_words(const struct runner *r, const struct retry_run *again,
			    const char **words)
{
	/* A run that only answers a question reports to nobody. */
	bool asks = again && again->pattern && !again->reports;
	size_t n = 0;

	words[n++] = r->spec->self;
	words[n++] = "exec";
	words[n++] = "--with-parent";
	words[n++] = "--sink";
	words[n++] = asks ? "/dev/null" : r->spec->sink;
	if (again && !again->trace)
		words[n++] = "--no-trace";
	else if (again && !again->frame_pointers)
		words[n++] = "--no-frame-pointers";
	for (size_t i = 0; r->spec->watch[i] && n < WATCH_WORDS - 2; i++)
		words[n++] = r->spec->watch[i];
	if (asks)
		words[n++] = "--second-look=never";
	words[n++] = "--";
	return n;
}

static bool start_go(struct runner *r, struct go_call *call, const struct retry_run *again,
		     struct err *err)
{
	const char *wrap[WATCH_WORDS];
	struct inner_call inner = {
		.go = r->spec->go,
		.wrap = wrap,
		.wrap_len = watcher_words(r, again, wrap),
		.extra_ldflags = "-s=false",
		.run = again ? again->pattern : NULL,
		.packages = again ? &again->package : NULL,
		.packages_len = again ? 1 : 0,
	};
	struct spawn s = { .path = r->spec->go,
			   .envp = r->spec->envp,
			   .fds = { -1, -1, -1 },
			   .mask = r->spec->mask,
			   .die_with_parent = true };
	AUTO_WORDS words = { 0 };
	int ends[2];
	bool ok;

	if (!cmdline_inner(r->spec->cmdline, &inner, &words, err))
		return false;
	VEC_PUSH(&words, NULL);
	s.argv = (char *const *)(uintptr_t)words.items; /* NOLINT */
	if (pipe2(ends, O_CLOEXEC))
		return err_sys(err, errno, "pipe");
	s.fds[1] = ends[1];
	ok = spawn_start(&s, &call->child, err);
	close(ends[1]);
	if (!ok) {
		close(ends[0]);
		return false;
	}
	call->out = ends[0];
	call->running = true;
	fcntl(call->out, F_SETFL, O_NONBLOCK);
	loop_add(&r->loop, call->out, POLLIN, on_output, r);
	return true;
}

/* --- events ------------------------------------------------------------------ */

static void start_retry(struct runner *r);
static void start_rerun(struct runner *r);

/* A package's last event: what its watcher said is complete. */
static void package_ended(struct runner *r, const char *package)
{
	const struct package_result *p = results_package(&r->results, package);

	read_sink(r);
	if (p && p->result == TEST_RESULT_FAIL && !p->build_failed && !is_ending(r) &&
	    retries_want(&r->retries, p, &r->pending)) {
		start_retry(r);
		return;
	}
	render_release(&r->render, package);
	conclude_package(r, package);
}

/* A rerun's events follow the others as they are, as gotestsum has it. */
static void take_rerun_line(struct runner *r, const struct test_event *e, struct str line)
{
	write_json(r, line);
	if (cmdline_flag_on(r->spec->cmdline, "json")) {
		buf_put(&r->render.out, line.p, line.n);
		buf_putc(&r->render.out, '\n');
	}
	if (e)
		results_add(&r->attempt, e);
}

static void take_line(struct runner *r, struct go_call *call, struct str line)
{
	AUTO_TEST_EVENT e;
	bool is_event = test_event_read(&e, line.p, line.n);

	if (call == &r->rerun) {
		take_rerun_line(r, is_event ? &e : NULL, line);
		return;
	}
	if (call->retries && is_event)
		retries_event(&r->retries, &e);
	if (call->retries && !retries_counts(&r->retries))
		return;
	write_json(r, line);
	if (is_event)
		results_add(&r->results, &e);
	render_line(&r->render, is_event ? &e : NULL, line);
	if (!is_event)
		return;
	if (test_event_ends_package(&e) && !call->retries)
		package_ended(r, e.package);
}

static void take_lines(struct runner *r, struct go_call *call)
{
	struct str rest = { .p = call->line.data, .n = call->line.len };
	size_t used = 0;
	struct str line;

	while (rest.n && memchr(rest.p, '\n', rest.n) && str_line(&rest, &line)) {
		take_line(r, call, line);
		used = (size_t)(rest.p - call->line.data);
	}
	buf_consume(&call->line, used);
	show(r);
}

/* The retry's go has ended: on to the next step, or to the verdict. */
static void retry_ended(struct runner *r)
{
	const char *package = retries_package(&r->retries);
	enum retry_verdict verdict = retries_next(&r->retries);

	switch (verdict) {
	case RETRY_GO_ON:
		break;
	case RETRY_FIRST_STANDS:
		render_release(&r->render, package);
		conclude_package(r, package);
		break;
	case RETRY_REPLACED:
		read_sink(r);
		render_release(&r->render, package);
		conclude_package(r, package);
		break;
	}
	start_retry(r);
}

/* --- failed tests that run again ------------------------------------------------------------ */

/* What the attempt left behind counts as what the first run left. */
static void join_findings(struct runner *r, const struct package_result *ran, uint32_t runs)
{
	AUTO_RUN_FILE found = { 0 };
	AUTO_BUF lines = { 0 };
	struct resolve_rules rules = r->rules;
	size_t n = r->spec->policy->rules.len + 1;

	/* What was allowed has been counted. */
	rules.used = calloc(n, sizeof(*rules.used));
	rules.possible = calloc(n, sizeof(*rules.possible));
	if (!rules.used || !rules.possible)
		abort();
	read_sink(r);
	resolve_package(&r->pending, ran, ran->package, &rules, &found, &lines);
	reruns_join(&r->result->file, &found, ran, runs);
	free(rules.used);
	free(rules.possible);
}

static void show_rerun(struct runner *r, const struct rerun_target *t, bool passed)
{
	const struct format *format = r->spec->display.format;
	struct scene scene = { .out = &r->render.out,
			       .package = results_package(&r->attempt, t->package),
			       .module = r->facts->module,
			       .color = r->spec->display.color,
			       .format = format ? format : &format_testname };

	if (scene.package)
		format_put_rerun(&scene, t->test, t->attempts, passed);
}

static void rerun_ended(struct runner *r)
{
	const struct rerun_target *t = &r->reruns.targets.items[r->reruns.at];
	const struct package_result *ran = results_package(&r->attempt, t->package);
	bool passed = reruns_judge(&r->reruns, &r->attempt);

	if (!cmdline_flag_on(r->spec->cmdline, "json"))
		show_rerun(r, t, passed);
	if (ran)
		join_findings(r, ran, t->attempts);
	results_release(&r->attempt);
	r->attempt = (struct results){ 0 };
}

static void plan_reruns(struct runner *r)
{
	const char *why;

	r->planned = true;
	why = reruns_plan(&r->reruns, &r->results, r->spec->rerun_max_failures);
	if (why)
		buf_printf(&r->render.err, "straggler: %s\n", why);
	if (r->reruns.targets.len && !cmdline_flag_on(r->spec->cmdline, "json"))
		buf_puts(&r->render.out, "\n");
}

/* Starts the rerun that is due. One that cannot be started was no attempt that passed. */
static void start_rerun(struct runner *r)
{
	const struct rerun_target *t;
	struct err err;

	if (!r->planned && !is_ending(r))
		plan_reruns(r);
	while (!r->rerun.running && !is_ending(r) && (t = reruns_due(&r->reruns))) {
		struct retry_run run = { .package = t->package,
					 .pattern = t->pattern,
					 .trace = true,
					 .frame_pointers = true,
					 .reports = true };

		read_sink(r);
		retries_forget(&r->pending, t->package);
		start_go(r, &r->rerun, &run, &err);
	}
}

/* The results that count, and the lines that waited for them. */
static void end_reruns(struct runner *r)
{
	r->turned = reruns_apply(&r->reruns, &r->results);
	for (size_t i = 0; i < r->results.packages.len && r->spec->rerun_most; i++) {
		const struct package_result *p = r->results.packages.items[i];
		AUTO_BUF lines = { 0 };

		if (!table_get(&r->held, str_of(p->package)))
			continue;
		reruns_record(&r->result->file, p);
		reruns_write(&r->result->file, p->package, &lines);
		write_run_file(r, &lines);
	}
}

static void reap(struct runner *r, struct go_call *call)
{
	int status;

	loop_remove(&r->loop, call->out);
	close(call->out);
	call->out = -1;
	status = child_wait(&call->child);
	call->running = false;
	if (call->line.len) {
		buf_putc(&call->line, '\n');
		take_lines(r, call);
	}
	if (call == &r->rerun)
		rerun_ended(r);
	else if (call->retries)
		retry_ended(r);
	else
		r->result->go_status =
		    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if (!r->main.running && !r->again.running)
		start_rerun(r);
	show(r);
	if (!r->main.running && !r->again.running && !r->rerun.running)
		r->loop.stop = true;
}

static struct go_call *call_of(struct runner *r, int fd)
{
	if (fd == r->main.out)
		return &r->main;
	return fd == r->again.out ? &r->again : &r->rerun;
}

static void on_output(void *ctx, int fd, short revents)
{
	struct runner *r = ctx;
	struct go_call *call = call_of(r, fd);
	ssize_t n;

	(void)revents;
	n = read(fd, buf_reserve(&call->line, PIECE), PIECE);
	if (n > 0) {
		call->line.len += (size_t)n;
		take_lines(r, call);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		reap(r, call);
	}
}

/* What was said of a package is void: a run follows whose result is the package's. */
static void forget(struct runner *r, const char *package)
{
	read_sink(r);
	retries_forget(&r->pending, package);
	results_again(&r->results, package);
	render_again(&r->render, package);
}

/* Starts the retry that waits, unless one runs. A retry that cannot be started
 * leaves the first result. */
static void start_retry(struct runner *r)
{
	struct retry_run run;
	struct err err;

	while (!r->again.running && retries_due(&r->retries, &run)) {
		const char *package = run.package;

		if (is_ending(r) || !start_go(r, &r->again, &run, &err)) {
			retries_give_up(&r->retries);
			render_release(&r->render, package);
			conclude_package(r, package);
			continue;
		}
		if (!run.pattern)
			forget(r, package);
	}
}

/* --- signals ------------------------------------------------------------------- */

static void on_signal(void *ctx, int fd, short revents)
{
	struct runner *r = ctx;
	struct signalfd_siginfo info;

	(void)revents;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (!r->result->signal)
			r->result->signal = (int)info.ssi_signo;
		if (r->spec->tick)
			r->spec->tick(r->spec->ctx, NULL);
		/* From a terminal go got it, too. */
		if (info.ssi_code <= 0)
			end_go(r, (int)info.ssi_signo);
		timer_set(r->grace, GRACE_NS);
	}
}

/* go did not end: it is ended, and the watchers end the tests with it. */
static void on_grace(void *ctx, int fd, short revents)
{
	struct runner *r = ctx;

	(void)revents;
	timer_clear(fd);
	end_go(r, SIGKILL);
}

static void on_beat(void *ctx, int fd, short revents)
{
	struct runner *r = ctx;

	(void)revents;
	timer_clear(fd);
	if (is_ending(r))
		return;
	read_sink(r);
	for (size_t i = 0; i < r->results.packages.len; i++) {
		struct package_result *p = r->results.packages.items[i];

		p->alive = sink_alive(&r->sink, p->package);
	}
	r->spec->tick(r->spec->ctx, &r->results);
	timer_set(fd, BEAT_NS);
}

static bool start_beat(struct runner *r, struct err *err)
{
	if (!r->spec->tick)
		return true;
	if (!timer_open(&r->beat, err))
		return false;
	loop_add(&r->loop, r->beat, POLLIN, on_beat, r);
	timer_set(r->beat, BEAT_NS);
	return true;
}

/* --- from start to end ---------------------------------------------------------- */

static void write_start(struct runner *r)
{
	struct run_record *run = &r->result->file.run;
	AUTO_BUF line = { 0 };
	char started[32];
	struct str text;

	moment_format(time(NULL), started);
	*run = (struct run_record){
		.schema = RUN_FILE_SCHEMA,
		.tool = r->spec->tool,
		.go_version = r->facts->version,
		.module = r->facts->module,
		.dir = r->spec->dir,
		.root = r->spec->root ? r->spec->root : "",
		.head = r->spec->head,
		.shard = r->spec->shard ? r->spec->shard : "",
		.started = started,
		.args = (const char **)(uintptr_t)r->spec->args, /* NOLINT */
		.args_len = r->spec->args_len,
	};
	record_write_run(&line, run);
	write_run_file(r, &line);
	text = (struct str){ .p = line.data, .n = line.len - 1 };
	*run = (struct run_record){ 0 };
	record_read_line(&r->result->file, text.p, text.n, NULL);
}

/* Packages that went without a last event (go was killed) still have findings. */
static void conclude_rest(struct runner *r)
{
	read_sink(r);
	for (size_t i = 0; i < r->results.packages.len; i++) {
		const struct package_result *p = r->results.packages.items[i];

		if (!p->ended && p->started)
			conclude_package(r, p->package);
	}
}

static bool any_failed(const struct runner *r, bool *any_ran)
{
	bool failed = false;

	for (size_t i = 0; i < r->results.packages.len; i++) {
		const struct package_result *p = r->results.packages.items[i];

		*any_ran |= p->started && !p->build_failed;
		failed |= p->ended && p->result == TEST_RESULT_FAIL;
	}
	return failed;
}

static void add_warning(struct runner *r, const struct warning_record *w)
{
	AUTO_BUF line = { 0 };

	record_write_warning(&line, w);
	write_run_file(r, &line);
	record_read_line(&r->result->file, line.data, line.len - 1, NULL);
}

/* Whether flags chose among the tests: what was not met may be in the others. */
static bool is_choice(const struct cmdline *c)
{
	static const char *const flags[] = { "run", "skip", "short" };

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (cmdline_flag(c, flags[i]))
			return true;
	return false;
}

static bool same_folder(const char *a, const char *b)
{
	struct stat one, other;

	return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

/* Whether a pattern means all of the main module. */
static bool is_all(const struct runner *r, const char *pattern)
{
	struct str s = str_of(pattern);

	if (!strcmp(pattern, "./..."))
		return same_folder(r->spec->cmdline->dir ? r->spec->cmdline->dir : ".",
				   r->facts->root);
	return str_skip(&s, r->facts->module) && str_is(s, "/...");
}

/* Whether every test of the main module ran, and was watched. */
static bool was_whole(const struct runner *r)
{
	const struct cmdline *c = r->spec->cmdline;
	bool all = false;

	for (size_t i = 0; i < c->packages.len && *r->facts->root; i++)
		all |= is_all(r, c->packages.items[i]);
	for (size_t i = 0; i < r->result->file.packages.len && all; i++)
		all = r->result->file.packages.items[i].checked != CHECKED_NO;
	return all && !r->rules.chosen;
}

static void check_rules(struct runner *r, struct warnings *unused)
{
	const struct run_file *f = &r->result->file;
	AUTO_WORDS tests = { 0 };
	struct use use = { .used = r->rules.used, .possible = r->rules.possible };

	for (size_t i = 0; i < f->tests.len; i++)
		VEC_PUSH(&tests, f->tests.items[i].test);
	use.tests = tests.items;
	use.tests_len = tests.len;
	check_use(r->spec->policy, &use, &r->arena, r->spec->warnings, unused);
}

static void warn(struct runner *r)
{
	const struct policy *p = r->spec->policy;
	AUTO_WARNINGS unused = { 0 };
	bool whole = was_whole(r);

	for (size_t i = 0; i < p->rules.len && whole; i++)
		r->rules.possible[i] |= rule_possible_anywhere(&p->rules.items[i]);
	if (!r->result->signal)
		check_rules(r, &unused);
	for (size_t i = 0; i < r->spec->warnings->len; i++)
		add_warning(r, &r->spec->warnings->items[i]);
	for (size_t i = 0; i < unused.len; i++)
		add_warning(r, &unused.items[i]);
}

static void sum_up(struct runner *r, int64_t start_ns)
{
	struct runner_result *res = r->result;
	bool any_ran = false;
	bool failed = any_failed(r, &any_ran);

	/* Every failure was the trace's: go's status is not theirs. */
	res->tests_failed =
	    failed || (res->go_status != 0 && !retries_replaced(&r->retries) && !r->turned);
	res->nothing_ran = !any_ran;
	res->totals = results_totals(&r->results);
	res->file.end.present = true;
	res->file.end.elapsed_ns = clock_now_ns() - start_ns;
	render_end(&r->render, res->tests_failed);
	render_recap(&r->render, &(struct recap){ .hidden = r->spec->display.hidden,
						  .elapsed_ns = res->file.end.elapsed_ns,
						  .runs = 1 + r->reruns.started });
	show(r);
}

static bool prepare(struct runner *r, struct err *err)
{
	static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, 0 };
	struct render_options options = render_options(r->spec->cmdline, r->spec->display.format);

	options.hold_failed = true;
	options.quiet = r->spec->display.quiet;
	options.color = r->spec->display.color;
	options.results = &r->results;
	options.module = r->facts->module;
	r->render = render_new(options);
	retries_init(&r->retries, &r->arena);
	r->reruns.arena = &r->arena;
	r->rules.policy = r->spec->policy;
	r->rules.chosen = is_choice(r->spec->cmdline);
	r->rules.used = calloc(r->spec->policy->rules.len + 1, sizeof(uint64_t));
	r->rules.possible = calloc(r->spec->policy->rules.len + 1, sizeof(bool));
	if (!r->rules.used || !r->rules.possible)
		abort();
	if (!sink_open(&r->sink, r->spec->sink, err) || !signals_open(&r->signals, caught, err) ||
	    !timer_open(&r->grace, err))
		return false;
	loop_add(&r->loop, r->signals, POLLIN, on_signal, r);
	loop_add(&r->loop, r->grace, POLLIN, on_grace, r);
	return start_beat(r, err);
}

static void close_runner(struct runner *r)
{
	render_free(&r->render);
	results_release(&r->results);
	retries_release(&r->retries);
	reruns_release(&r->reruns);
	table_release(&r->held, NULL);
	results_release(&r->attempt);
	buf_release(&r->rerun.line);
	sink_close(&r->sink);
	run_file_release(&r->pending);
	loop_release(&r->loop);
	buf_release(&r->main.line);
	buf_release(&r->again.line);
	if (r->signals >= 0)
		close(r->signals);
	if (r->grace >= 0)
		close(r->grace);
	if (r->beat >= 0)
		close(r->beat);
	free(r->rules.used);
	free(r->rules.possible);
	arena_clear(&r->arena);
}

bool runner_run(const struct runner_spec *spec, const struct go_facts *facts,
		struct runner_result *result, struct err *err)
{
	struct runner r = { .spec = spec,
			    .facts = facts,
			    .result = result,
			    .signals = -1,
			    .grace = -1,
			    .beat = -1,
			    .sink = { .fd = -1 },
			    .main = { .out = -1 },
			    .again = { .out = -1, .retries = true },
			    .rerun = { .out = -1 },
			    .reruns.most = spec->rerun_most };
	int64_t start_ns = clock_now_ns();
	bool ok;

	*result = (struct runner_result){ .lost = "", .json_lost = "" };
	write_start(&r);
	ok = prepare(&r, err);
	if (ok && !spec->idle)
		ok = start_go(&r, &r.main, NULL, err) && loop_run(&r.loop, err);
	if (ok) {
		if (spec->tick)
			spec->tick(spec->ctx, NULL);
		conclude_rest(&r);
		end_reruns(&r);
		warn(&r);
		sum_up(&r, start_ns);
	}
	close_runner(&r);
	return ok;
}

void runner_release(struct runner_result *r)
{
	run_file_release(&r->file);
}
