#include <stdio.h>
#include <unistd.h>

#include "cmd.h"
#include "guard/facilities.h"
#include "help.h"
#include "options.h"
#include "repository.h"
#include "run/runner.h"
#include "state.h"
#include "terminal.h"

extern char **environ;

enum health { HEALTH_OK, HEALTH_PART, HEALTH_BAD };

/* Prints a line, and a second one with what is lost. */
static void print(const char *name, enum health health, const char *found, const char *lost)
{
	static const char *const words[] = { "ok", "part", "bad" };

	terminal_line(stdout, "%-5s %-12s %s", words[health], name, found);
	if (health != HEALTH_OK)
		terminal_line(stdout, "%-18s %s", "", lost);
}

/* --- the kernel -------------------------------------------------------------------------- */

static const char *refusal(enum filter_refusal r)
{
	static const char *const words[] = {
		[FILTER_OK] = "the calls of a test binary can be held",
		[FILTER_UNSUPPORTED] = "the kernel has no seccomp user notification",
		[FILTER_BUSY] = "another seccomp listener is in charge of this process",
		[FILTER_REFUSED] = "seccomp is refused here",
	};

	return words[r];
}

static enum health check_kernel(void)
{
	struct facilities f;
	bool held, whole;

	facilities_probe(&f);
	held = f.filter == FILTER_OK;
	print("hold", held ? HEALTH_OK : HEALTH_PART, refusal(f.filter),
	      "tests are checked in part, by their trace alone: what it shows is observed");
	if (!held)
		return HEALTH_PART;
	print("descriptor", f.answers ? HEALTH_OK : HEALTH_PART,
	      f.answers ? "a held call can be answered with one (ADDFD with SEND)"
			: "a held call cannot be answered with one: Linux 5.14 can",
	      "the trace cannot be taken: tests are checked by their last moment alone");
	print("signals", f.survives ? HEALTH_OK : HEALTH_PART,
	      f.survives ? "held calls survive signals"
			 : "signals interrupt held calls: Linux 5.19 lets them wait",
	      "a test that gets many signals takes longer; nothing is missed");
	print("memory", f.memory ? HEALTH_OK : HEALTH_PART,
	      f.memory ? "/proc/PID/mem of a test can be read" : "/proc/PID/mem cannot be read",
	      "no capacities of channels, no holders of locks, nothing is proven");
	print("states", f.states ? HEALTH_OK : HEALTH_PART,
	      f.states ? "/proc/PID/syscall of a test can be read"
		       : "/proc/PID/syscall cannot be read",
	      "the settle time is spent to its end in each package that leaks");
	whole = f.answers && f.survives && f.memory && f.states;
	return whole ? HEALTH_OK : HEALTH_PART;
}

/* --- what is around ----------------------------------------------------------------------- */

static enum health check_ptrace(void)
{
	AUTO_BUF line = { 0 };
	FILE *f = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
	int c = f ? fgetc(f) : EOF;

	if (f)
		fclose(f);
	if (c == EOF)
		buf_puts(&line, "processes of one user may look at each other");
	else
		buf_printf(&line, "kernel.yama.ptrace_scope is %c", c);
	print("ptrace", c == '3' ? HEALTH_PART : HEALTH_OK, buf_str(&line),
	      "nobody may look into a process: nothing is read from memory");
	return c == '3' ? HEALTH_PART : HEALTH_OK;
}

static enum health check_toolchain(void)
{
	struct arena arena = { 0 };
	struct go_facts go;
	struct err err = { 0 };
	char line[512];
	enum health health = HEALTH_BAD;

	if (!go_facts_read("go", NULL, environ, &arena, &go, &err)) {
		print("go", health, err_format(&err, line, sizeof(line)), "nothing can be tested");
	} else {
		if (go.minor < 0 || go.minor > 27)
			health = HEALTH_PART;
		else if (go.minor >= 22)
			health = HEALTH_OK;
		print("go", health, go.version,
		      health == HEALTH_BAD
			  ? "Go 1.22 is needed: the trace before has another format"
			  : "what only memory tells is missing with this version");
	}
	arena_clear(&arena);
	return health;
}

static enum health check_git(void)
{
	struct repo repo = { 0 };
	struct sha head;
	AUTO_BUF line = { 0 };
	struct err err = { 0 };
	bool ok = repository_open(&repo, NULL, &err) && repo_head(&repo, &head, &err);

	if (ok)
		buf_printf(&line, "a repository at commit %.7s", head.hex);
	else
		buf_puts(&line, "no repository with a commit here");
	print("git", ok ? HEALTH_OK : HEALTH_PART, buf_str(&line),
	      "no suspects for leaks, no --base, bisect or hook");
	repo_close(&repo);
	return ok ? HEALTH_OK : HEALTH_PART;
}

static enum health check_state(void)
{
	AUTO_BUF dir = { 0 };
	bool ok = state_runs_dir(&dir, NULL) && state_make_dirs(buf_str(&dir)) &&
		  access(buf_str(&dir), W_OK) == 0;

	print("state", ok ? HEALTH_OK : HEALTH_PART,
	      dir.len ? buf_str(&dir) : "neither STRAGGLER_STATE nor HOME is set",
	      "runs leave no run file: no last run for report, allow and blame");
	return ok ? HEALTH_OK : HEALTH_PART;
}

static const struct option_row options[] = { OPTION_HELP, { .name = NULL } };

static bool run(int argc, char **argv, int *code, struct err *err)
{
	static enum health (*const checks[])(void) = { check_kernel, check_ptrace, check_toolchain,
						       check_git, check_state };
	enum health worst = HEALTH_OK;
	int option = options_next("doctor", options, false, argc, argv, err);

	if (option == OPTIONS_BAD)
		return false;
	if (option == 'h') {
		help_print(&cmd_doctor);
		return true;
	}
	if (optind < argc)
		return err_set(err, ERR_USAGE, "doctor takes no argument");
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		enum health health = checks[i]();

		worst = health > worst ? health : worst;
	}
	*code = worst == HEALTH_BAD    ? EXIT_UNCHECKED
		: worst == HEALTH_PART ? EXIT_FINDINGS
				       : EXIT_CLEAN;
	return true;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.args = "",
	.summary = "check what this machine lets straggler do, and say what is lost",
	.about = "Tries, here and now, what a watcher needs of the kernel, and looks for Go, a "
		 "repository and the state folder. Where something is missing it says what is lost "
		 "without it.",
	.notes = "Exit status: 0 all is there; 1 something is missing; 3 nothing can be tested.",
	.options = options,
	.run = run,
};
