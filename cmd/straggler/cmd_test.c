#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "account/sighting.h"
#include "attribution.h"
#include "base.h"
#include "base/clock.h"
#include "base/vec.h"
#include "cmd.h"
#include "configuration.h"
#include "files.h"
#include "proc/spawn.h"
#include "report/report.h"
#include "run/runner.h"
#include "state.h"
#include "terminal.h"
#include "version.h"

extern char **environ;

#define RUNS_MAX 1000

/* What git bisect run understands (git-bisect(1)). */
enum { STEP_GOOD = 0, STEP_BAD = 1, STEP_SKIP = 125 };

/* The options of ours, in the order of help. */
enum {
	OPT_SETTLE,
	OPT_MODE,
	OPT_SECOND_LOOK,
	OPT_CONFIG,
	OPT_BASE,
	OPT_BASE_EXACT,
	OPT_RUNS,
	OPT_BISECT_STEP,
	OPT_KEY,
	OPT_RUN_FILE,
	OPT_REPORT,
	OPT_COUNTS,
	OPT_COLOR,
	OPT_VERBOSE,
	OPT_HELP,
	OPT_COUNT,
};

static const struct {
	struct option_spec spec;
	const char *value; /* what it takes, for help */
	const char *help;
} options[OPT_COUNT] = {
	[OPT_CONFIG] = { { "config", true },
			 "FILE",
			 "settings and allowances (.straggler.yaml, found upwards)" },
	[OPT_BASE] = { { "base", true },
		       "REV",
		       "fail of leaks alone that the merge base with REV does not have" },
	[OPT_BASE_EXACT] = { { "base-exact", false }, "", "compare with REV itself" },
	[OPT_RUNS] = { { "runs", true }, "N", "with --base, --bisect-step: run so many times (1)" },
	[OPT_BISECT_STEP] = { { "bisect-step", false },
			      "",
			      "for git bisect run: exit 1 when the leak of --key is there, 0, "
			      "125" },
	[OPT_KEY] = { { "key", true }, "KEY", "the leak that --bisect-step looks for" },
	[OPT_RUN_FILE] = { { "run-file", true },
			   "FILE",
			   "where the record of the run goes (the state folder)" },
	[OPT_REPORT] = { { "report", true },
			 "FORMAT=FILE",
			 "write a report, too; may be given again ('straggler report --help')" },
	[OPT_COUNTS] = { { "counts", false },
			 "",
			 "show the goroutines before, after, started, peak and left of each test" },
	[OPT_COLOR] = { { "color", true }, "WHEN", "auto, always or never (auto)" },
	[OPT_VERBOSE] = { { "verbose", false }, "", "show stacks, evidence and what was excused" },
	[OPT_HELP] = { { "help", false }, "", "print this" },
};

/* Options that are settings: the rest is in their row. */
static const struct {
	int option;
	enum setting_id setting;
	const char *value;
} settings[] = {
	{ OPT_SETTLE, SETTING_SETTLE, "DURATION" },
	{ OPT_MODE, SETTING_MODE, "MODE" },
	{ OPT_SECOND_LOOK, SETTING_SECOND_LOOK, "WHEN" },
};

static struct option_spec option_spec(size_t option)
{
	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		if (settings[i].option == (int)option)
			return (struct option_spec){ setting_row(settings[i].setting)->option,
						     true };
	return options[option].spec;
}

static void print_option(const char *name, const char *value, const char *help)
{
	char both[40];

	snprintf(both, sizeof(both), "--%s %s", name, value);
	printf("  %-24s %s\n", both, help);
}

static void print_setting(enum setting_id id, const char *value)
{
	const struct setting *s = setting_row(id);
	AUTO_BUF help = { 0 };

	buf_printf(&help, "%s (", s->help);
	setting_format(&help, id, s->initial);
	buf_putc(&help, ')');
	print_option(s->option, value, buf_str(&help));
}

static void print_help(void)
{
	puts("usage: straggler test [OPTION...] [go test's flags and packages]\n"
	     "\n"
	     "Runs go test and tells which goroutines outlived which test. Takes go test's own\n"
	     "command line; the options with two dashes are ours:\n");
	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		print_setting(settings[i].setting, settings[i].value);
	for (size_t i = 0; i < OPT_COUNT; i++)
		if (options[i].help)
			print_option(options[i].spec.name, options[i].value, options[i].help);
	puts("\n"
	     "Settings are read from .straggler.yaml, too: see 'straggler config show'.\n"
	     "\n"
	     "Exit status: 0 clean; 1 a test failed or something leaked; 2 usage; 3 nothing could "
	     "be\n"
	     "checked; 128+n ended by signal n.");
}

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
	char *run_path; /* of the run file, NULL: none */
	char *sink;     /* owned; the file is removed at the end */
	char *policy;   /* owned; the same: what the watchers are told */
	char *sink_dir; /* owned; a temporary folder, NULL: it is in the state folder */
	struct base_spec base_spec;
	struct base base;
	struct words again; /* arguments of repeats */
	struct buf policy_text;
	uint32_t runs;
	bool stepped; /* the status is a step's */
	int run_file;
	int refused; /* errno of what could not be printed, 0: nothing */
	char dir[4096];
	char self[4096];
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

static bool parse(struct invocation *t, int argc, char **argv, struct err *err)
{
	struct option_spec specs[OPT_COUNT];
	struct cmdline_input in = {
		.argc = argc, .argv = argv, .options = specs, .options_len = OPT_COUNT
	};

	for (size_t i = 0; i < OPT_COUNT; i++)
		specs[i] = option_spec(i);
	in.goflags = t->go.flags;
	return cmdline_parse(&t->cmdline, &in, &t->arena, err);
}

static bool check_options(struct invocation *t, struct err *err)
{
	const char *color = cmdline_option(&t->cmdline, OPT_COLOR);

	t->report.verbose = cmdline_option(&t->cmdline, OPT_VERBOSE) != NULL;
	t->report.counts = cmdline_option(&t->cmdline, OPT_COUNTS) != NULL;
	return report_files_parse(&t->files, &t->cmdline, OPT_REPORT, err) &&
	       terminal_options(color ? color : "auto", STDOUT_FILENO, &t->report, err);
}

static bool configure(struct invocation *t, struct err *err)
{
	struct configuration *c = &t->configuration;

	if (!configuration_read(c, cmdline_option(&t->cmdline, OPT_CONFIG), t->cmdline.dir, err))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		if (!config_option(&c->config, settings[i].setting,
				   cmdline_option(&t->cmdline, (size_t)settings[i].option), err))
			return false;
	if (!configuration_finish(c, err))
		return false;
	configuration_check(c, &t->warnings);
	check_go(t->go.version, t->go.minor, &t->arena, &t->warnings);
	return true;
}

static bool read_runs(struct invocation *t, struct err *err)
{
	const char *text = cmdline_option(&t->cmdline, OPT_RUNS);
	char *end = NULL;
	long n = text ? strtol(text, &end, 10) : 1;

	if (n < 1 || n > RUNS_MAX || (text && (!*text || *end)))
		return err_set(err, ERR_USAGE, "--runs is a number from 1 to %d, not '%s'",
			       RUNS_MAX, text);
	t->runs = (uint32_t)n;
	return true;
}

static bool check_repeats(struct invocation *t, struct err *err)
{
	const struct cmdline *c = &t->cmdline;
	bool base = cmdline_option(c, OPT_BASE) != NULL;

	if (is_step(t) != (cmdline_option(c, OPT_KEY) != NULL))
		return err_set(err, ERR_USAGE, "--bisect-step and --key go together");
	if (base && is_step(t))
		return err_set(err, ERR_USAGE, "--base and --bisect-step do not go together");
	if (!base && cmdline_option(c, OPT_BASE_EXACT))
		return err_set(err, ERR_USAGE, "--base-exact needs --base");
	if (!base && !is_step(t) && cmdline_option(c, OPT_RUNS))
		return err_set(err, ERR_USAGE, "--runs needs --base or --bisect-step");
	return read_runs(t, err);
}

/* What the repeats take, on this side and on the other. */
static bool prepare_repeats(struct invocation *t, struct err *err)
{
	static const struct passed_option passed[] = { { "settle", OPT_SETTLE },
						       { "mode", OPT_MODE },
						       { "second-look", OPT_SECOND_LOOK } };
	struct same_tests same = { .cmdline = &t->cmdline,
				   .config = t->configuration.file,
				   .options = passed,
				   .options_len = ARRAY_LEN(passed) };
	struct base_spec *b = &t->base_spec;

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
	elsewhere_args(&t->base.elsewhere, &same, &t->arena, &t->again);
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

/* --- files of the run ---------------------------------------------------------- */

static char *format_path(const char *dir, const char *name, const char *suffix)
{
	struct buf b = { 0 };

	buf_printf(&b, "%s/%s%s", dir, name, suffix);
	return buf_take(&b);
}

static void run_name(char *name, size_t size)
{
	time_t now = time(NULL);
	char stamp[32];
	struct tm tm;

	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", localtime_r(&now, &tm));
	snprintf(name, size, "%s-%d", stamp, getpid());
}

/* A place for the sink where the state folder cannot be used. */
static bool use_temporary(struct invocation *t, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	struct buf b = { 0 };

	buf_printf(&b, "%s/straggler-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	t->sink_dir = buf_take(&b);
	if (!mkdtemp(t->sink_dir))
		return err_sys(err, errno, "create a folder like %s", t->sink_dir);
	t->sink = format_path(t->sink_dir, "sink", ".jsonl");
	return true;
}

static bool open_run_file(struct invocation *t, struct err *err)
{
	t->run_file = open(t->run_path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	return t->run_file >= 0 || err_sys(err, errno, "create the run file %s", t->run_path);
}

/* The state folder is a convenience: without it the run goes on and says so. A
 * --run-file is an order. */
static bool open_files(struct invocation *t, struct err *err)
{
	const char *given = cmdline_option(&t->cmdline, OPT_RUN_FILE);
	AUTO_BUF dir = { 0 };
	char name[64], line[1024];
	struct err why;

	run_name(name, sizeof(name));
	if (given) {
		t->run_path = strdup(given);
		if (!open_run_file(t, err))
			return false;
	}
	if (state_runs_dir(&dir, &why) && state_make_dirs(buf_str(&dir)) &&
	    access(buf_str(&dir), W_OK) == 0) {
		t->sink = format_path(buf_str(&dir), name, ".sink");
		if (!given) {
			t->run_path = format_path(buf_str(&dir), name, ".jsonl");
			return open_run_file(t, err);
		}
		return true;
	}
	if (!given) {
		if (dir.len)
			err_sys(&why, errno, "write to %s", buf_str(&dir));
		terminal_line(stderr, "straggler: no run file: %s",
			      err_format(&why, line, sizeof(line)));
	}
	return use_temporary(t, err);
}

static char *suffixed(const char *path, const char *suffix)
{
	struct buf b = { 0 };

	buf_printf(&b, "%s%s", path, suffix);
	return buf_take(&b);
}

static bool write_policy(struct invocation *t, struct err *err)
{
	AUTO_CLOSE int fd = -1;
	AUTO_BUF text = { 0 };

	t->policy = suffixed(t->sink, ".policy");
	policy_write(&t->configuration.policy, &text);
	fd = open(t->policy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return (fd >= 0 && buf_flush(&text, fd)) || err_sys(err, errno, "write %s", t->policy);
}

static void close_files(struct invocation *t)
{
	if (t->sink)
		unlink(t->sink);
	if (t->policy)
		unlink(t->policy);
	if (t->sink_dir)
		rmdir(t->sink_dir);
	if (t->run_file >= 0)
		close(t->run_file);
	free(t->sink);
	free(t->policy);
	free(t->sink_dir);
	free(t->run_path);
}

/* --- the run --------------------------------------------------------------------- */

static bool show(void *ctx, struct buf *out, struct buf *errors)
{
	struct invocation *t = ctx;

	if (buf_flush(out, STDOUT_FILENO) && buf_flush(errors, STDERR_FILENO))
		return true;
	t->refused = errno;
	return false;
}

/* Nobody reads on: the status is that of go test, which a signal ends then. */
static bool end_refused(const struct invocation *t, int *code, struct err *err)
{
	if (t->refused != EPIPE)
		return err_sys(err, t->refused, "write the output");
	*code = 128 + SIGPIPE;
	return true;
}

static bool any_leak(const struct run_file *f)
{
	for (size_t i = 0; i < f->findings.len; i++)
		if (f->findings.items[i].status == STATUS_LEAK && !f->findings.items[i].tolerated)
			return true;
	return false;
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
	return any_leak(f);
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
	if (r->tests_failed || leaks_fail(&r->file))
		return EXIT_FINDINGS;
	return nothing_compared(&r->file) ? EXIT_UNCHECKED : EXIT_CLEAN;
}

/* Runs again until the leak shows; the first run was without it. */
static bool look_again(struct invocation *t, const struct wanted *wanted, enum sighting *seen,
		       struct err *err)
{
	AUTO_FREE char *path = suffixed(t->sink, ".again.jsonl");
	AUTO_FREE char *log = suffixed(t->sink, ".again.log");
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

static bool compare_with_base(struct invocation *t, struct runner_result *r, struct err *err)
{
	AUTO_BUF lines = { 0 };

	if (!t->base_spec.rev || r->signal || r->refused || r->nothing_ran)
		return true;
	if (!base_compare(&t->base, &r->file, &lines, err))
		return false;
	r->signal = t->base.signal;
	if (t->run_file >= 0 && !r->lost[0] && !buf_flush(&lines, t->run_file))
		r->lost = strerror(errno);
	return true;
}

static void finish_run_file(struct invocation *t, struct runner_result *r, int code)
{
	AUTO_BUF line = { 0 };

	r->file.end.exit_code = code;
	record_write_end(&line, &r->file.end);
	if (t->run_file >= 0 && !r->lost[0] && !buf_flush(&line, t->run_file))
		r->lost = strerror(errno);
	if (r->lost[0])
		terminal_line(stderr, "straggler: the run file is incomplete: %s: %s", t->run_path,
			      r->lost);
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
	if (buf_flush(&text, json ? STDERR_FILENO : STDOUT_FILENO) || r->signal)
		return true;
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

static bool go_on(struct invocation *t, int argc, char **argv, int *code, struct err *err)
{
	const char *words[] = { "--policy", t->policy, NULL };
	struct runner_spec spec = {
		.cmdline = &t->cmdline,
		.go = "go",
		.self = t->self,
		.watch = words,
		.sink = t->sink,
		.policy = &t->configuration.policy,
		.warnings = &t->warnings,
		.envp = environ,
		.dir = t->dir,
		.tool = straggler_version,
		.head = t->attribution.head.hex,
		.args = (const char *const *)argv,
		.args_len = (size_t)argc,
		.run_file = t->run_file,
		.show = show,
		.ctx = t,
	};
	struct runner_result r;
	bool ok;

	sigprocmask(SIG_SETMASK, NULL, &spec.mask);
	signal(SIGPIPE, SIG_IGN);
	attribution_begin(&t->attribution, t->cmdline.dir);
	spec.root = t->attribution.repo.root;
	if (!runner_run(&spec, &t->go, &r, err)) {
		runner_release(&r);
		return false;
	}
	ok = compare_with_base(t, &r, err);
	*code = exit_code(t, &r);
	if (!r.signal && !r.refused && !is_step(t))
		attribution_end(&t->attribution, &r.file, r.lost[0] ? NULL : t->run_path,
				&t->run_file);
	finish_run_file(t, &r, *code);
	ok = ok && print_report(t, &r, code, err);
	write_reports(t, &r, code);
	ok = ok && (!is_step(t) || step_code(t, &r, code, err));
	runner_release(&r);
	return ok;
}

static bool find_self(struct invocation *t, struct err *err)
{
	ssize_t n = readlink("/proc/self/exe", t->self, sizeof(t->self) - 1);

	if (n < 0)
		return err_sys(err, errno, "find this program");
	t->self[n] = '\0';
	if (!getcwd(t->dir, sizeof(t->dir)))
		return err_sys(err, errno, "find the working directory");
	return true;
}

static bool run_tests(struct invocation *t, int argc, char **argv, int *code, struct err *err)
{
	const char *why;

	if (!go_facts_read("go", first_dir(argc, argv), environ, &t->arena, &t->go, err) ||
	    !parse(t, argc, argv, err))
		return false;
	if (cmdline_option(&t->cmdline, OPT_HELP)) {
		print_help();
		return true;
	}
	if (t->go.minor >= 0 && t->go.minor < 22)
		return err_set(err, ERR_LIMIT, "Go 1.22 or newer is needed, this is %s",
			       t->go.version);
	why = unchecked_reason(&t->cmdline);
	if (why)
		return pass_on(t, why, code, err);
	return check_options(t, err) && check_repeats(t, err) && configure(t, err) &&
	       find_self(t, err) && prepare_repeats(t, err) && open_files(t, err) &&
	       write_policy(t, err) && go_on(t, argc, argv, code, err);
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
	struct invocation t = { .run_file = -1 };
	bool ok;

	setlocale(LC_CTYPE, "");
	ok = run_tests(&t, argc - 1, argv + 1, code, err);
	if (!t.stepped && asks_step(argc, argv) && !cmdline_option(&t.cmdline, OPT_HELP))
		ok = skip_step(ok, code, err);
	close_files(&t);
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

static bool option_at(size_t i, struct option_spec *spec)
{
	if (i >= OPT_COUNT)
		return false;
	*spec = option_spec(i);
	return true;
}

const struct command cmd_test = {
	.name = "test",
	.args = "[OPTION...] [go test's flags and packages]",
	.summary = "run go test and tell what outlived each test",
	.option_at = option_at,
	.run = run,
};
