#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "account/sighting.h"
#include "attribution.h"
#include "base.h"
#include "base/clock.h"
#include "base/vec.h"
#include "cmd.h"
#include "configuration.h"
#include "files.h"
#include "help.h"
#include "live.h"
#include "proc/spawn.h"
#include "program.h"
#include "repetition.h"
#include "report/report.h"
#include "run/deep.h"
#include "run/runner.h"
#include "run_files.h"
#include "share.h"
#include "terminal.h"
#include "test_options.h"
#include "test_traces.h"
#include "version.h"

extern char **environ;

/* What git bisect run understands (git-bisect(1)). */
enum { STEP_GOOD = 0, STEP_BAD = 1, STEP_SKIP = 125 };

/* Everything that one invocation holds. */
struct invocation {
	struct arena arena;
	struct cmdline cmdline;
	struct configuration configuration;
	struct warnings warnings;
	struct go_facts go;
	struct report_options report;
	struct attribution attribution;
	struct report_files files;
	struct run_files run_files;
	struct share share;
	struct base_spec base_spec;
	struct base base;
	struct same_tests same;
	struct words again; /* arguments of repeats */
	struct buf policy_text;
	const struct format *format; /* NULL: go test's own text */
	unsigned hidden;             /* parts of the summary of tests */
	int json_file;               /* -1: none */
	struct err uncompared;       /* why there is no comparison with the base */
	struct err unrepeated;       /* why tests could not be run again */
	struct live live;
	uint32_t rerun_most, rerun_max_failures;
	struct err unmeasured; /* why memory could not be measured */
	uint32_t runs;
	int64_t stress_ns;
	bool stepped; /* the status is a step's */
	int refused;  /* errno of what could not be printed, 0: nothing */
	char dir[4096];
	char self[PATH_MAX];
};

static bool is_step(const struct invocation *t)
{
	return cmdline_option(&t->cmdline, OPT_BISECT_STEP) != NULL;
}

/* go test's -C must be its first argument: it decides which go.mod counts. */
static const char *first_dir(int argc, char **argv)
{
	if (argc > 1 && (!strcmp(argv[0], "-C") || !strcmp(argv[0], "--C")))
		return argv[1];
	if (argc > 0 && !strncmp(argv[0], "-C=", 3))
		return argv[0] + 3;
	return NULL;
}

static bool check_format(struct invocation *t, struct err *err)
{
	const char *format = test_option(&t->cmdline, OPT_FORMAT);
	const char *hidden = test_option(&t->cmdline, OPT_HIDE_SUMMARY);

	if (hidden && !recap_parse(hidden, &t->hidden, err))
		return false;
	return !format || cmdline_flag_on(&t->cmdline, "json") ||
	       format_find(format, &t->format, err);
}

static bool check_options(struct invocation *t, struct err *err)
{
	const char *color = test_option(&t->cmdline, OPT_COLOR);

	t->report.verbose = test_option(&t->cmdline, OPT_VERBOSE) != NULL;
	t->report.quiet = test_option(&t->cmdline, OPT_QUIET) != NULL;
	t->report.counts = test_option(&t->cmdline, OPT_COUNTS) != NULL;
	return check_format(t, err) &&
	       report_files_parse(&t->files, &t->cmdline, OPT_REPORT, err) &&
	       terminal_options(color ? color : "auto", STDOUT_FILENO, &t->report, err);
}

static bool configure(struct invocation *t, struct err *err)
{
	struct configuration *c = &t->configuration;

	if (!configuration_read(c, cmdline_option(&t->cmdline, OPT_CONFIG), t->cmdline.dir, err))
		return false;
	if (!test_options_settings(&t->cmdline, &c->config, err))
		return false;
	if (!configuration_finish(c, err))
		return false;
	configuration_check(c, &t->warnings);
	check_go(t->go.version, t->go.minor, &t->arena, &t->warnings);
	return true;
}

/* What the repeats take, on this side and on the other. */
static bool prepare_repeats(struct invocation *t, struct err *err)
{
	static const struct passed_option passed[] = { { "settle", OPT_SETTLE },
						       { "mode", OPT_MODE },
						       { "second-look", OPT_SECOND_LOOK } };
	struct base_spec *b = &t->base_spec;

	t->same = (struct same_tests){ .cmdline = &t->cmdline,
				       .config = t->configuration.file,
				       .options = passed,
				       .options_len = ARRAY_LEN(passed) };
	policy_write(&t->configuration.policy, &t->policy_text);
	*b =
	    (struct base_spec){ .rev = cmdline_option(&t->cmdline, OPT_BASE),
				.exact = cmdline_option(&t->cmdline, OPT_BASE_EXACT),
				.runs = t->runs,
				.go_version = t->go.version,
				.policy = &t->policy_text,
				.trials = { .self = t->self, .args = &t->again, .envp = environ } };
	sigprocmask(SIG_SETMASK, NULL, &b->trials.mask);
	if (b->rev && !base_open(&t->base, b, t->cmdline.dir, err))
		return false;
	elsewhere_args(&t->base.elsewhere, &t->same, &t->arena, &t->again);
	return true;
}

/* --- what is not checked ------------------------------------------------------ */

static const char *unchecked_reason(const struct cmdline *c)
{
	if (c->help || c->test_help)
		return "help was asked for";
	if (cmdline_flag_on(c, "c"))
		return "-c only builds";
	if (cmdline_flag_on(c, "n"))
		return "-n only prints commands";
	if (cmdline_flag(c, "list"))
		return "-list only lists tests";
	if (cmdline_flag(c, "fuzz"))
		return "-fuzz runs tests in processes of its own";
	return NULL;
}

/* Hands go test what it was given, and nothing of ours. */
static bool pass_on(struct invocation *t, const char *why, int *code, struct err *err)
{
	struct spawn s = { .path = "go", .envp = environ, .fds = { -1, -1, -1 } };
	AUTO_WORDS words = { 0 };
	struct child child;
	int status;

	VEC_PUSH(&words, "go");
	VEC_PUSH(&words, "test");
	if (t->cmdline.dir) {
		VEC_PUSH(&words, "-C");
		VEC_PUSH(&words, t->cmdline.dir);
	}
	for (size_t i = 0; i < t->cmdline.args.len; i++)
		VEC_PUSH(&words, t->cmdline.args.items[i].text);
	VEC_PUSH(&words, NULL);
	s.argv = (char *const *)(uintptr_t)words.items; /* NOLINT */
	sigprocmask(SIG_SETMASK, NULL, &s.mask);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	if (!spawn_start(&s, &child, err))
		return false;
	status = child_wait(&child);
	terminal_line(stderr, "straggler: nothing was checked: %s", why);
	*code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return true;
}

/* --- the run --------------------------------------------------------------------- */

static bool show(void *ctx, struct buf *out, struct buf *errors)
{
	struct invocation *t = ctx;

	live_clear(&t->live);
	live_printed(&t->live, out);
	if (buf_flush(out, STDOUT_FILENO) && buf_flush(errors, STDERR_FILENO))
		return true;
	t->refused = errno;
	return false;
}

static void tick(void *ctx, const struct results *results)
{
	struct invocation *t = ctx;

	if (results)
		live_draw(&t->live, results);
	else
		live_clear(&t->live);
}

/* Nobody reads on: the status is that of go test, which a signal ends then. */
static bool end_refused(const struct invocation *t, int *code, struct err *err)
{
	if (t->refused != EPIPE)
		return err_sys(err, t->refused, "write the output");
	*code = 128 + SIGPIPE;
	return true;
}

/* Leaks, and of none of them can be said whether the base has it. */
static bool nothing_compared(const struct run_file *f)
{
	bool any = false;

	for (size_t i = 0; i < f->compared.len; i++) {
		if (f->compared.items[i].standing != STANDING_UNCHECKED)
			return false;
		any |= f->compared.items[i].seen > 0;
	}
	return any;
}

static bool leaks_fail(const struct run_file *f)
{
	if (f->base.present)
		return comparison_fails(f->compared.items, f->compared.len);
	return run_file_fails(f);
}

static int exit_code(const struct invocation *t, const struct runner_result *r)
{
	if (r->signal)
		return 128 + r->signal;
	if (r->refused)
		return t->refused == EPIPE ? 128 + SIGPIPE : EXIT_UNCHECKED;
	if (r->go_status > 128)
		return r->go_status;
	if (r->nothing_ran && r->go_status)
		return r->go_status == 2 ? EXIT_USAGE : EXIT_UNCHECKED;
	if (r->tests_failed)
		return EXIT_FINDINGS;
	if (t->uncompared.code)
		return EXIT_UNCHECKED;
	if (leaks_fail(&r->file))
		return EXIT_FINDINGS;
	return t->unrepeated.code || t->unmeasured.code || nothing_compared(&r->file)
		   ? EXIT_UNCHECKED
		   : EXIT_CLEAN;
}

/* Runs again until the leak shows; the first run was without it. */
static bool look_again(struct invocation *t, const struct wanted *wanted, enum sighting *seen,
		       struct err *err)
{
	AUTO_FREE char *path = run_files_beside(&t->run_files, ".again.jsonl");
	AUTO_FREE char *log = run_files_beside(&t->run_files, ".again.log");
	struct trial trial = { .dir = t->cmdline.dir ? t->cmdline.dir : ".",
			       .run_file = path,
			       .log = log };
	int sig = 0;
	bool ok = true;

	for (uint32_t i = 1; ok && !sig && i < t->runs && *seen == SIGHTING_NO; i++) {
		AUTO_RUN_FILE again = { 0 };

		ok = trials_run(&t->base_spec.trials, &trial, 1, &sig, err);
		if (ok && !sig && run_file_read(&again, path, NULL))
			*seen = sighting_of(&again, wanted, NULL);
		else
			*seen = SIGHTING_NONE;
	}
	unlink(path);
	unlink(log);
	return ok;
}

/* For git bisect: nothing but these three. */
static bool step_code(struct invocation *t, const struct runner_result *r, int *code,
		      struct err *err)
{
	struct wanted wanted = { .key = cmdline_option(&t->cmdline, OPT_KEY) };
	const char *why;
	enum sighting seen = sighting_of(&r->file, &wanted, &why);

	if (r->signal || r->refused)
		seen = SIGHTING_NONE;
	if (seen == SIGHTING_NO && !look_again(t, &wanted, &seen, err))
		return false;
	if (*why)
		terminal_line(stderr, "straggler: this commit says nothing: %s", why);
	t->stepped = true;
	*code = seen == SIGHTING_YES ? STEP_BAD : seen == SIGHTING_NO ? STEP_GOOD : STEP_SKIP;
	return true;
}

static void append(struct invocation *t, struct runner_result *r, const struct buf *lines)
{
	if (t->run_files.fd >= 0 && !r->lost[0] && !buf_flush(lines, t->run_files.fd))
		r->lost = strerror(errno);
}

/* On this side alone: what others are compared with is repeated by those who compare. */
static void repeat(struct invocation *t, struct runner_result *r)
{
	struct repetition_spec spec = { .same = &t->same,
					.trials = &t->base_spec.trials,
					.files = &t->run_files,
					.runs = t->runs,
					.stress_ns = t->stress_ns };
	AUTO_BUF lines = { 0 };
	char duration[32];

	if (t->base_spec.rev || is_step(t) || (t->runs < 2 && !t->stress_ns) || r->signal ||
	    r->refused || r->nothing_ran)
		return;
	if (t->stress_ns)
		terminal_line(stderr, "straggler: now under stress, for %s and what building takes",
			      duration_format(t->stress_ns, duration));
	if (repetition_run(&spec, &r->file, &lines, &r->signal, &t->unrepeated) && !r->lost[0])
		run_files_rewrite(&t->run_files, &r->file, &t->unrepeated);
	append(t, r, &lines);
}

/* Where it fails what was found is still to be told. */
static void compare_with_base(struct invocation *t, struct runner_result *r)
{
	AUTO_BUF lines = { 0 };

	if (!t->base_spec.rev || r->signal || r->refused || r->nothing_ran ||
	    !base_compare(&t->base, &r->file, &lines, &t->uncompared))
		return;
	r->signal = t->base.signal;
	append(t, r, &lines);
}

/* What has a trace was found already: what cannot be traced changes nothing. */
static void trace(struct invocation *t, struct runner_result *r)
{
	struct test_traces_spec spec = { .dir = cmdline_option(&t->cmdline, OPT_TRACE_DIR),
					 .cmdline = &t->cmdline,
					 .envp = environ,
					 .mask = t->base_spec.trials.mask };
	struct err why = { 0 };

	if (!spec.dir || r->signal || r->refused || is_step(t))
		return;
	if (!test_traces_write(&spec, &r->file, &r->signal, &why) ||
	    (!r->lost[0] && !run_files_rewrite(&t->run_files, &r->file, &why)))
		terminal_error(&why);
}

/* Tests side by side: as many as there are processors for us. */
static size_t processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : (size_t)CPU_COUNT(&set);
}

static void measure_memory(struct invocation *t, const struct runner_spec *runner,
			   struct runner_result *r)
{
	AUTO_FREE char *dir = run_files_beside(&t->run_files, ".deep");
	struct deep_spec spec = { .cmdline = &t->cmdline,
				  .go = "go",
				  .policy = &t->configuration.policy,
				  .dir = dir,
				  .jobs = processors(),
				  .envp = environ,
				  .mask = runner->mask };
	size_t tests = deep_count(&r->file);
	int64_t start_ns = clock_now_ns();
	AUTO_BUF lines = { 0 };

	if (!cmdline_option(&t->cmdline, OPT_DEEP) || r->signal || r->refused || !tests)
		return;
	terminal_line(stderr, "straggler: measuring the memory of %zu test%s", tests,
		      tests == 1 ? "" : "s");
	deep_run(&spec, &r->file, &lines, &r->signal, &t->unmeasured);
	r->file.end.elapsed_ns += clock_now_ns() - start_ns;
	append(t, r, &lines);
}

static void finish_run_file(struct invocation *t, struct runner_result *r, int code)
{
	AUTO_BUF line = { 0 };

	r->file.end.exit_code = code;
	record_write_end(&line, &r->file.end);
	append(t, r, &line);
	if (r->lost[0])
		terminal_line(stderr, "straggler: the run file is incomplete: %s: %s",
			      t->run_files.path, r->lost);
}

/* Findings and summary. With -json standard output is the stream's alone. */
static bool print_report(struct invocation *t, const struct runner_result *r, int *code,
			 struct err *err)
{
	bool json = cmdline_flag_on(&t->cmdline, "json");
	AUTO_BUF text = { 0 };

	if (r->refused)
		return end_refused(t, code, err);
	if (r->nothing_ran && r->go_status)
		return true; /* go has said why */
	if (!report_term.write(&r->file, &t->report, &text, err))
		return false;
	if (buf_flush(&text, json ? STDERR_FILENO : STDOUT_FILENO) || r->signal) {
		share_print(&t->share);
		return true;
	}
	t->refused = errno;
	return end_refused(t, code, err);
}

/* A run that found leaks is not clean because a report could not be written, nor is one clean
 * that was to write it. */
static void write_reports(struct invocation *t, const struct runner_result *r, int *code)
{
	struct err err = { 0 };

	if (report_files_write(&t->files, &r->file, &err))
		return;
	terminal_error(&err);
	*code = *code == EXIT_CLEAN ? EXIT_UNCHECKED : *code;
}

/* What was asked for besides the run. */
static void print_failures(const struct invocation *t)
{
	const struct err *const all[] = { &t->unrepeated, &t->uncompared, &t->unmeasured };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (all[i]->code)
			terminal_error(all[i]);
}

static void print_loss(const struct invocation *t, const struct runner_result *r)
{
	if (r->json_lost[0])
		terminal_line(stderr, "straggler: the stream is incomplete: %s: %s",
			      test_option(&t->cmdline, OPT_JSONFILE), r->json_lost);
}

static bool go_on(struct invocation *t, int argc, char **argv, int *code, struct err *err)
{
	const char *words[] = { "--policy", t->run_files.policy, t->live.on ? "--alive" : NULL,
				NULL };
	struct runner_spec spec = {
		.cmdline = &t->cmdline,
		.go = "go",
		.self = t->self,
		.watch = words,
		.sink = t->run_files.sink,
		.policy = &t->configuration.policy,
		.warnings = &t->warnings,
		.envp = environ,
		.dir = t->dir,
		.tool = straggler_version,
		.head = t->attribution.head.hex,
		.shard = t->share.name,
		.idle = t->share.empty,
		.args = (const char *const *)argv,
		.args_len = (size_t)argc,
		.run_file = t->run_files.fd,
		.display = { .format = t->format,
			     .hidden = t->hidden,
			     .quiet = t->report.quiet,
			     .color = t->report.color },
		.rerun_most = t->rerun_most,
		.rerun_max_failures = t->rerun_max_failures,
		.json_file = t->json_file,
		.show = show,
		.tick = t->live.on ? tick : NULL,
		.ctx = t,
	};
	struct runner_result r;
	bool ok;

	test_options_clear_twins();
	sigprocmask(SIG_SETMASK, NULL, &spec.mask);
	signal(SIGPIPE, SIG_IGN);
	attribution_begin(&t->attribution, t->cmdline.dir);
	spec.root = t->attribution.repo.root;
	if (!runner_run(&spec, &t->go, &r, err)) {
		runner_release(&r);
		return false;
	}
	repeat(t, &r);
	compare_with_base(t, &r);
	trace(t, &r);
	measure_memory(t, &spec, &r);
	*code = exit_code(t, &r);
	if (!r.signal && !r.refused && !is_step(t))
		attribution_end(&t->attribution, &r.file, r.lost[0] ? NULL : &t->run_files);
	finish_run_file(t, &r, *code);
	ok = print_report(t, &r, code, err);
	print_failures(t);
	write_reports(t, &r, code);
	print_loss(t, &r);
	ok = ok && (!is_step(t) || step_code(t, &r, code, err));
	runner_release(&r);
	return ok;
}

static bool find_self(struct invocation *t, struct err *err)
{
	if (!program_path(t->self, err))
		return false;
	if (!getcwd(t->dir, sizeof(t->dir)))
		return err_sys(err, errno, "find the working directory");
	return true;
}

static bool open_json(struct invocation *t, struct err *err)
{
	const char *path = test_option(&t->cmdline, OPT_JSONFILE);

	if (path)
		t->json_file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return !path || t->json_file >= 0 || err_sys(err, errno, "write %s", path);
}

static bool start_live(struct invocation *t, int argc, char **argv)
{
	if (!t->report.quiet)
		live_open(&t->live, &t->cmdline, t->format, t->go.module, (const char *const *)argv,
			  (size_t)argc);
	return true;
}

static bool run_tests(struct invocation *t, int argc, char **argv, int *code, struct err *err)
{
	const char *why;

	if (!go_facts_read("go", first_dir(argc, argv), environ, &t->arena, &t->go, err) ||
	    !test_options_parse(&t->cmdline, t->go.flags, argc, argv, &t->arena, err))
		return false;
	if (cmdline_option(&t->cmdline, OPT_HELP)) {
		help_print(&cmd_test);
		return true;
	}
	if (t->go.minor >= 0 && t->go.minor < 22)
		return err_set(err, ERR_LIMIT, "Go 1.22 or newer is needed, this is %s",
			       t->go.version);
	why = unchecked_reason(&t->cmdline);
	if (why && cmdline_option(&t->cmdline, OPT_SHARD))
		return err_set(err, ERR_USAGE, "--shard divides a run of tests, and %s", why);
	if (why)
		return pass_on(t, why, code, err);
	return check_options(t, err) && test_options_check(&t->cmdline, err) &&
	       test_options_runs(&t->cmdline, &t->runs, err) &&
	       test_options_stress(&t->cmdline, &t->stress_ns, err) &&
	       test_options_reruns(&t->cmdline, &t->rerun_most, &t->rerun_max_failures, err) &&
	       configure(t, err) &&
	       share_take(&t->share, &t->cmdline, cmdline_option(&t->cmdline, OPT_SHARD),
			  cmdline_option(&t->cmdline, OPT_SHARD_BY), &t->arena, err) &&
	       find_self(t, err) && prepare_repeats(t, err) && start_live(t, argc, argv) &&
	       run_files_open(&t->run_files, test_option(&t->cmdline, OPT_RUN_FILE), err) &&
	       open_json(t, err) && run_files_write_policy(&t->run_files, &t->policy_text, err) &&
	       go_on(t, argc, argv, code, err);
}

/* Also where the command line cannot be read. */
static bool asks_step(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (!strcmp(argv[i], "--bisect-step"))
			return true;
	return false;
}

/* git takes any other status for bad, or for the end of the bisection. */
static bool skip_step(bool ok, int *code, const struct err *err)
{
	if (!ok)
		terminal_error(err);
	*code = STEP_SKIP;
	return true;
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	struct invocation t = { .run_files.fd = -1, .json_file = -1 };
	bool ok;

	setlocale(LC_CTYPE, "");
	ok = run_tests(&t, argc - 1, argv + 1, code, err);
	if (!t.stepped && asks_step(argc, argv) && !cmdline_option(&t.cmdline, OPT_HELP))
		ok = skip_step(ok, code, err);
	if (t.json_file >= 0)
		close(t.json_file);
	live_close(&t.live);
	run_files_close(&t.run_files);
	report_files_release(&t.files);
	base_close(&t.base);
	words_release(&t.again);
	buf_release(&t.policy_text);
	configuration_release(&t.configuration);
	attribution_release(&t.attribution);
	warnings_release(&t.warnings);
	cmdline_release(&t.cmdline);
	arena_clear(&t.arena);
	return ok;
}

const struct command cmd_test = {
	.name = "test",
	.args = "[OPTION...] [go test's flags and packages]",
	.summary = "run go test and tell what outlived each test",
	.about = "Runs go test and tells which goroutines outlived which test. Takes go test's own "
		 "command line; the options with two dashes are ours.",
	.notes = "Settings are read from .straggler.yaml, too: see 'straggler config show'.\n"
		 "Exit status: 0 clean; 1 a test failed or something leaked; 2 usage; 3 nothing "
		 "could be checked; 128+n ended by signal n.",
	.option_at = test_option_at,
	.words = "formats, named as gotestsum names them",
	.word_at = test_format_at,
	.words_are_values = true,
	.run = run,
};
