#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "cmd.h"
#include "config/source.h"
#include "configuration.h"
#include "help.h"
#include "options.h"
#include "proc/loop.h"
#include "report/report.h"
#include "run/sink.h"
#include "terminal.h"
#include "watch/watch.h"

extern char **environ;

struct options {
	const char *sink, *policy, *config, *settle, *second_look;
	bool no_trace, no_frame_pointers, with_parent, alive, fail, help;
	int argc; /* what follows the options: the program and its arguments */
	char **argv;
};

static const struct option_row rows[] = {
	{ .name = "sink",
	  .value = "FILE",
	  .letter = 's',
	  .help = "append the findings to FILE as JSON lines, print nothing" },
	{ .name = "alive",
	  .letter = 'a',
	  .help = "with a sink: say there now and then how many goroutines live" },
	{ .name = "config",
	  .value = "FILE",
	  .letter = 'c',
	  .help = "settings and allowances (.straggler.yaml, found upwards)" },
	{ .name = "policy",
	  .value = "FILE",
	  .letter = 'P',
	  .help = "the same as 'straggler test' hands it on, instead" },
	{ .name = "settle",
	  .value = "DURATION",
	  .letter = 't',
	  .is_setting = true,
	  .setting = SETTING_SETTLE },
	{ .name = "second-look",
	  .value = "WHEN",
	  .letter = 'l',
	  .is_setting = true,
	  .setting = SETTING_SECOND_LOOK },
	{ .name = "no-trace",
	  .letter = 'n',
	  .help = "do not trace the tests; judge by the second look alone" },
	{ .name = "no-frame-pointers",
	  .letter = 'F',
	  .help = "let the tracer unwind stacks without them, where assembly breaks them" },
	{ .name = "fail",
	  .letter = 'f',
	  .help = "exit 1 when the program exits 0 and something leaked" },
	{ .name = "with-parent",
	  .letter = 'p',
	  .help = "end the tests when the calling process ends" },
	OPTION_HELP,
	{ .name = NULL },
};

static void take_option(int option, struct options *o)
{
	switch (option) {
	case 's':
		o->sink = optarg;
		break;
	case 'c':
		o->config = optarg;
		break;
	case 'P':
		o->policy = optarg;
		break;
	case 't':
		o->settle = optarg;
		break;
	case 'l':
		o->second_look = optarg;
		break;
	default:
		o->no_trace |= option == 'n';
		o->no_frame_pointers |= option == 'F';
		o->with_parent |= option == 'p';
		o->alive |= option == 'a';
		o->fail |= option == 'f';
		o->help |= option == 'h';
	}
}

static bool parse(int argc, char **argv, struct options *o, struct err *err)
{
	int option;

	while ((option = options_next("exec", rows, true, argc, argv, err)) > 0)
		take_option(option, o);
	if (option == OPTIONS_BAD)
		return false;
	o->argc = argc - optind;
	o->argv = argv + optind;
	if (!o->help && o->argc < 1)
		return err_set(err, ERR_USAGE,
			       "which program? straggler exec [OPTION...] -- PROGRAM");
	return true;
}

/* --- what is allowed --------------------------------------------------------------- */

static bool override(struct policy *p, enum setting_id id, const char *text, struct err *err)
{
	int64_t value;

	if (!text)
		return true;
	if (!setting_parse(id, text, &value, err))
		return err_wrap(err, "--%s", setting_row(id)->option);
	policy_override(p, id, value);
	return true;
}

/* What straggler test wrote: the file's and the environment's word is in it already. */
static bool read_policy(const struct options *o, struct policy *p, struct err *err)
{
	AUTO_BUF text = { 0 };

	if (!source_read(o->policy, &text, NULL, err))
		return false;
	if (!policy_read(p, buf_str(&text), text.len, err))
		return err_wrap(err, "%s", o->policy);
	return override(p, SETTING_SETTLE, o->settle, err) &&
	       override(p, SETTING_SECOND_LOOK, o->second_look, err);
}

static bool read_configuration(const struct options *o, struct configuration *c, struct err *err)
{
	if (o->policy)
		return read_policy(o, &c->policy, err);
	return configuration_read(c, o->config, NULL, err) &&
	       config_option(&c->config, SETTING_SETTLE, o->settle, err) &&
	       config_option(&c->config, SETTING_SECOND_LOOK, o->second_look, err) &&
	       configuration_finish(c, err);
}

/* --- what is said ------------------------------------------------------------------ */

/* Prints the findings as the run's report would. */
static bool print_findings(const struct watch_result *r, struct err *err)
{
	struct report_options options = { 0 };
	struct run_file file = { 0 };
	AUTO_BUF lines = { 0 };
	AUTO_BUF text = { 0 };
	struct run_record run = { .tool = "",
				  .go_version = "",
				  .module = "",
				  .dir = "",
				  .root = "",
				  .head = "",
				  .started = "",
				  .shard = "" };
	struct str rest, line;
	char cwd[4096];
	bool ok = terminal_options("auto", STDERR_FILENO, &options, err);

	run.dir = getcwd(cwd, sizeof(cwd)) ? cwd : "";
	run.schema = RUN_FILE_SCHEMA;
	run.module = r->package.module;
	record_write_run(&lines, &run);
	watch_write(r, &lines);
	rest = (struct str){ .p = lines.data, .n = lines.len };
	while (ok && str_line(&rest, &line))
		ok = record_read_line(&file, line.p, line.n, err);
	file.end.present = true; /* this was all of the run */
	file.end.elapsed_ns = r->package.elapsed_ns;
	if (ok && (file.findings.len || r->package.checked != CHECKED_YES))
		ok = report_term.write(&file, &options, &text, err);
	if (ok)
		fwrite(buf_str(&text), 1, text.len, stderr);
	run_file_release(&file);
	return ok;
}

static bool any_leak(const struct watch_result *r)
{
	for (size_t i = 0; i < r->findings.len; i++)
		if (r->findings.items[i].status == STATUS_LEAK && !r->findings.items[i].tolerated)
			return true;
	return false;
}

/* Ends as the program did: a signal is passed on as one, without a core file of ours. */
static int end_like(int status)
{
	struct rlimit none = { 0, 0 };
	sigset_t all;

	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	setrlimit(RLIMIT_CORE, &none);
	signal(WTERMSIG(status), SIG_DFL);
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	raise(WTERMSIG(status));
	return 128 + WTERMSIG(status);
}

/* A line more or less of them matters to nobody. */
static void tell_alive(void *ctx, const char *package, uint32_t n)
{
	const struct options *o = ctx;
	AUTO_BUF line = { 0 };
	struct err ignored;

	sink_put_alive(&line, package, n);
	sink_append(o->sink, &line, !o->with_parent, &ignored);
}

/* With a sink it is the runner's to decide: it knows the subtests' names. */
static bool deliver(const struct options *o, const struct policy *p, struct watch_result *r,
		    struct err *err)
{
	AUTO_BUF lines = { 0 };

	if (!o->sink) {
		policy_decide(p, r->findings.items, r->findings.len);
		return print_findings(r, err);
	}
	watch_write(r, &lines);
	return sink_append(o->sink, &lines, !o->with_parent, err);
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	AUTO_CONFIGURATION configuration = { 0 };
	struct options o = { 0 };
	struct watch_spec spec = { .watched_parent = -1 };
	struct watch_result r;
	char cwd[4096];
	bool leaked;
	int status;

	if (!parse(argc, argv, &o, err))
		return false;
	if (o.help) {
		help_print(&cmd_exec);
		return true;
	}
	if (!read_configuration(&o, &configuration, err))
		return false;
	sigprocmask(SIG_SETMASK, NULL, &spec.mask);
	spec.argv = o.argv;
	spec.argc = (size_t)o.argc;
	spec.envp = environ;
	spec.path = getenv("PATH");
	spec.dir = getcwd(cwd, sizeof(cwd));
	spec.policy = &configuration.policy;
	spec.no_trace = o.no_trace;
	spec.no_frame_pointers = o.no_frame_pointers;
	if (o.alive && o.sink) {
		spec.alive = tell_alive;
		spec.ctx = &o;
	}
	if (o.with_parent)
		spec.watched_parent = pidfd_open_cloexec(getppid());
	if (!watch_run(&spec, &r, err))
		return false;
	/* The program's result stands, whatever becomes of ours. */
	if (!deliver(&o, &configuration.policy, &r, err) && !o.sink)
		terminal_error(err);
	status = r.status;
	leaked = any_leak(&r);
	watch_release(&r);
	*code = end_like(status);
	if (*code == 0 && o.fail && leaked)
		*code = EXIT_FINDINGS;
	return true;
}

const struct command cmd_exec = {
	.name = "exec",
	.args = "[OPTION...] [--] PROGRAM [ARG...]",
	.summary = "run one test binary and watch it",
	.about = "Runs one test binary and watches it: what 'straggler test' puts into -exec. "
		 "Output and exit status are the program's. Without --sink findings are printed to "
		 "standard error.",
	.notes = "  go test -exec 'straggler exec --' ./...\n"
		 "  bazel test --run_under='straggler exec --' //...",
	.options = rows,
	.run = run,
};
