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
#include "options.h"
#include "proc/loop.h"
#include "report/report.h"
#include "run/sink.h"
#include "terminal.h"
#include "watch/watch.h"

extern char **environ;

struct options {
	const char *sink, *policy, *config, *settle, *second_look;
	bool no_trace, no_frame_pointers, with_parent, fail;
	int argc; /* what follows the options: the program and its arguments */
	char **argv;
};

static const char help[] =
    "usage: straggler exec [OPTION...] [--] PROGRAM [ARG...]\n"
    "\n"
    "Runs one test binary and watches it: what 'straggler test' puts into -exec. Output and\n"
    "exit status are the program's. Without --sink findings are printed to standard error.\n"
    "\n"
    "  --sink FILE           append the findings to FILE as JSON lines, print nothing\n"
    "  --config FILE         settings and allowances (.straggler.yaml, found upwards)\n"
    "  --policy FILE         the same as 'straggler test' hands it on, instead\n"
    "  --settle DURATION     how long goroutines may take to end after the tests (1s)\n"
    "  --second-look WHEN    auto, always or never: run the owners of survivors again (auto)\n"
    "  --no-trace            do not trace the tests; judge by the second look alone\n"
    "  --no-frame-pointers   let the tracer unwind stacks without them, where assembly breaks "
    "them\n"
    "  --fail                exit 1 when the program exits 0 and something leaked\n"
    "  --with-parent         end the tests when the calling process ends\n"
    "  --help                print this\n"
    "\n"
    "  go test -exec 'straggler exec --' ./...\n"
    "  bazel test --run_under='straggler exec --' //...\n";

static const struct option longs[] = {
	{ "sink", required_argument, NULL, 's' },
	{ "config", required_argument, NULL, 'c' },
	{ "policy", required_argument, NULL, 'P' },
	{ "settle", required_argument, NULL, 't' },
	{ "second-look", required_argument, NULL, 'l' },
	{ "no-trace", no_argument, NULL, 'n' },
	{ "no-frame-pointers", no_argument, NULL, 'f' },
	{ "with-parent", no_argument, NULL, 'w' },
	{ "fail", no_argument, NULL, 'F' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void take_option(int option, struct options *o)
{
	const struct {
		int option;
		const char **to;
	} values[] = { { 's', &o->sink },
		       { 'c', &o->config },
		       { 'P', &o->policy },
		       { 't', &o->settle },
		       { 'l', &o->second_look } };

	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (values[i].option == option)
			*values[i].to = optarg;
	o->no_trace |= option == 'n';
	o->no_frame_pointers |= option == 'f';
	o->with_parent |= option == 'w';
	o->fail |= option == 'F';
}

static bool parse(int argc, char **argv, struct options *o, bool *helped, struct err *err)
{
	int option;

	while ((option = options_next("exec", longs, true, argc, argv, err)) > 0) {
		*helped = option == 'h';
		if (*helped)
			return true;
		take_option(option, o);
	}
	if (option == OPTIONS_BAD)
		return false;
	o->argc = argc - optind;
	o->argv = argv + optind;
	if (o->argc < 1)
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
	bool helped = false;
	bool leaked;
	int status;

	if (!parse(argc, argv, &o, &helped, err))
		return false;
	if (helped) {
		fputs(help, stdout);
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
	.options = longs,
	.run = run,
};
