#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/buf.h"
#include "base/clock.h"
#include "gotest/format.h"
#include "test_options.h"

#define RUNS_MAX  1000
#define STRESS_NS (60 * NS_PER_S)

static const struct {
	struct option_spec spec;
	const char *value; /* what it takes, for help */
	const char *help;
} options[OPT_COUNT] = {
	[OPT_DEEP] = { { "deep", false },
		       "",
		       "then measure each test that passed: what memory grows with every run" },
	[OPT_CONFIG] = { { "config", true },
			 "FILE",
			 "settings and allowances (.straggler.yaml, found upwards)" },
	[OPT_BASE] = { { "base", true },
		       "REV",
		       "fail of leaks alone that the merge base with REV does not have" },
	[OPT_BASE_EXACT] = { { "base-exact", false }, "", "compare with REV itself" },
	[OPT_RUNS] = { { "runs", true },
		       "N",
		       "run so many times: a leak of any run is one, and how often it shows (1)" },
	[OPT_STRESS] = { { "stress", VALUE_MAYBE },
			 "[=DURATION]",
			 "then look for leaks that need a rare order of things, so long (1m)" },
	[OPT_BISECT_STEP] = { { "bisect-step", false },
			      "",
			      "for git bisect run: exit 1 when the leak of --key is there, 0, "
			      "125" },
	[OPT_KEY] = { { "key", true }, "KEY", "the leak that --bisect-step looks for" },
	[OPT_SHARD] = { { "shard", true },
			"I/N",
			"test the I-th of N shares of the packages; auto: as the CI system says" },
	[OPT_SHARD_BY] = { { "shard-by", true },
			   "RUN",
			   "with --shard: shares that took as long in this run file" },
	[OPT_RUN_FILE] = { { "run-file", true },
			   "FILE",
			   "where the record of the run goes (the state folder)" },
	[OPT_REPORT] = { { "report", true },
			 "FORMAT=FILE",
			 "write a report, too; may be given again ('straggler report --help')" },
	[OPT_TRACE_DIR] = { { "trace-dir", true },
			    "DIR",
			    "run each test with a finding once more, alone, and leave its trace "
			    "there" },
	[OPT_FORMAT] = { { "format", true },
			 "NAME",
			 "how tests are shown as they run (go test's own way)" },
	[OPT_HIDE_SUMMARY] = { { "hide-summary", true },
			       "PARTS",
			       "with a format: leave out skipped, failed, errors, output or all" },
	[OPT_JSONFILE] = { { "jsonfile", true }, "FILE", "write what go test -json says" },
	[OPT_RERUN_FAILS] = { { "rerun-fails", VALUE_MAYBE },
			      "[=N]",
			      "run failed tests again, up to N times (2), until they pass once" },
	[OPT_RERUN_MAX_FAILURES] = { { "rerun-fails-max-failures", true },
				     "N",
				     "but not when more than N failed (10)" },
	[OPT_COUNTS] = { { "counts", false },
			 "",
			 "show the goroutines before, after, started, peak and left of each test" },
	[OPT_COLOR] = { { "color", true }, "WHEN", "auto, always or never (auto)" },
	[OPT_QUIET] = { { "quiet", false },
			"",
			"show only what failed, what leaked and what was not checked" },
	[OPT_VERBOSE] = { { "verbose", false }, "", "show stacks, evidence and what was excused" },
	[OPT_HELP] = { { "help", false }, "", "print this" },
};

/* There is a variable for each, too. */
static const bool twins[OPT_COUNT] = {
	[OPT_RUN_FILE] = true, [OPT_FORMAT] = true,      [OPT_HIDE_SUMMARY] = true,
	[OPT_JSONFILE] = true, [OPT_RERUN_FAILS] = true, [OPT_RERUN_MAX_FAILURES] = true,
	[OPT_COUNTS] = true,   [OPT_COLOR] = true,       [OPT_QUIET] = true,
	[OPT_VERBOSE] = true,
};

/* Options that are settings: the rest is in their row. */
static const struct {
	enum test_option option;
	enum setting_id setting;
	const char *value;
} settings[] = {
	{ OPT_SETTLE, SETTING_SETTLE, "DURATION" },
	{ OPT_MODE, SETTING_MODE, "MODE" },
	{ OPT_SECOND_LOOK, SETTING_SECOND_LOOK, "WHEN" },
	{ OPT_DEEP_BUDGET, SETTING_DEEP_BUDGET, "DURATION" },
};

struct option_spec test_option_spec(enum test_option option)
{
	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		if (settings[i].option == option)
			return (struct option_spec){ .name =
							 setting_row(settings[i].setting)->option,
						     .takes_value = true };
	return options[option].spec;
}

bool test_option_twin(enum test_option option, char name[static 40])
{
	char *p = name + snprintf(name, 40, "STRAGGLER_%s",
				  twins[option] ? options[option].spec.name : "");

	while (--p > name + strlen("STRAGGLER_") - 1)
		*p = (char)(*p == '-' ? '_' : toupper((unsigned char)*p));
	return twins[option];
}

const char *test_option(const struct cmdline *c, enum test_option option)
{
	const char *given = cmdline_option(c, option), *value;
	char name[40];

	if (given || !test_option_twin(option, name))
		return given;
	value = getenv(name);
	if (!value || !*value)
		return NULL;
	if (options[option].spec.takes_value == VALUE_NEEDED)
		return value;
	if (!strcmp(value, "false") || !strcmp(value, "0"))
		return NULL;
	return options[option].spec.takes_value == VALUE_MAYBE ? value : "";
}

void test_options_clear_twins(void)
{
	char name[40];

	for (size_t i = 0; i < OPT_COUNT; i++)
		if (test_option_twin((enum test_option)i, name))
			unsetenv(name);
}

bool test_format_at(size_t i, struct word_row *row)
{
	const struct format *f = format_at(i);

	if (f)
		*row = (struct word_row){ f->name, f->help };
	return f != NULL;
}

bool test_option_at(size_t i, struct option_row *row)
{
	if (i >= OPT_COUNT)
		return false;
	*row =
	    (struct option_row){ .name = options[i].spec.name,
				 .value = options[i].value && *options[i].value ? options[i].value
										: NULL,
				 .help = options[i].help };
	for (size_t k = 0; k < ARRAY_LEN(settings); k++)
		if (settings[k].option == i)
			*row =
			    (struct option_row){ .name = test_option_spec((enum test_option)i).name,
						 .value = settings[k].value,
						 .is_setting = true,
						 .setting = settings[k].setting };
	return true;
}

bool test_options_parse(struct cmdline *c, const char *goflags, int argc, char **argv,
			struct arena *a, struct err *err)
{
	struct option_spec specs[OPT_COUNT];
	struct cmdline_input in = { .argc = argc,
				    .argv = argv,
				    .goflags = goflags,
				    .options = specs,
				    .options_len = OPT_COUNT };

	for (size_t i = 0; i < OPT_COUNT; i++)
		specs[i] = test_option_spec((enum test_option)i);
	return cmdline_parse(c, &in, a, err);
}

bool test_options_settings(const struct cmdline *c, struct config *config, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		if (!config_option(config, settings[i].setting,
				   cmdline_option(c, settings[i].option), err))
			return false;
	return true;
}

static bool parse_count(enum test_option option, const char *text, uint32_t *count, struct err *err)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (n < 1 || n > RUNS_MAX || !*text || *end)
		return err_set(err, ERR_USAGE, "--%s is a number from 1 to %d, not '%.40s'",
			       test_option_spec(option).name, RUNS_MAX, text);
	*count = (uint32_t)n;
	return true;
}

bool test_options_runs(const struct cmdline *c, uint32_t *runs, struct err *err)
{
	const char *text = cmdline_option(c, OPT_RUNS);

	*runs = 1;
	return !text || parse_count(OPT_RUNS, text, runs, err);
}

/* A variable that only switches it on says "true". */
static bool parse_reruns(const char *text, uint32_t *most, struct err *err)
{
	*most = 2;
	return !*text || !strcmp(text, "true") || parse_count(OPT_RERUN_FAILS, text, most, err);
}

bool test_options_reruns(const struct cmdline *c, uint32_t *most, uint32_t *max_failures,
			 struct err *err)
{
	const char *fails = test_option(c, OPT_RERUN_FAILS);
	const char *max = test_option(c, OPT_RERUN_MAX_FAILURES);

	*most = 0;
	*max_failures = 10;
	return (!fails || parse_reruns(fails, most, err)) &&
	       (!max || parse_count(OPT_RERUN_MAX_FAILURES, max, max_failures, err));
}

bool test_options_stress(const struct cmdline *c, int64_t *ns, struct err *err)
{
	const char *text = cmdline_option(c, OPT_STRESS);

	*ns = text ? STRESS_NS : 0;
	if (!text || !*text)
		return true;
	if (!duration_parse(text, ns, err))
		return err_wrap(err, "--stress");
	return *ns > 0 || err_set(err, ERR_USAGE, "--stress is a time above 0, not '%s'", text);
}

/* On the command line: a variable may say how one likes to see what is shown at all. */
static bool check_display(const struct cmdline *c, struct err *err)
{
	static const enum test_option ours[] = { OPT_FORMAT, OPT_QUIET };
	bool json = cmdline_flag_on(c, "json");

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (json && cmdline_option(c, ours[i]))
			return err_set(err, ERR_USAGE, "--%s and -json do not go together",
				       options[ours[i]].spec.name);
	if (cmdline_option(c, OPT_QUIET) && cmdline_option(c, OPT_VERBOSE))
		return err_set(err, ERR_USAGE, "--quiet and --verbose do not go together");
	if (cmdline_option(c, OPT_QUIET) && cmdline_option(c, OPT_FORMAT))
		return err_set(err, ERR_USAGE, "--quiet and --format do not go together");
	return true;
}

static bool check_deep(const struct cmdline *c, struct err *err)
{
	static const enum test_option others[] = { OPT_BASE, OPT_BISECT_STEP };

	for (size_t i = 0; i < ARRAY_LEN(others) && cmdline_option(c, OPT_DEEP); i++)
		if (cmdline_option(c, others[i]))
			return err_set(err, ERR_USAGE, "--deep and --%s do not go together",
				       test_option_spec(others[i]).name);
	return true;
}

bool test_options_check(const struct cmdline *c, struct err *err)
{
	bool base = cmdline_option(c, OPT_BASE) != NULL;
	bool step = cmdline_option(c, OPT_BISECT_STEP) != NULL;

	if (step != (cmdline_option(c, OPT_KEY) != NULL))
		return err_set(err, ERR_USAGE, "--bisect-step and --key go together");
	if (base && step)
		return err_set(err, ERR_USAGE, "--base and --bisect-step do not go together");
	if (step && cmdline_option(c, OPT_SHARD))
		return err_set(err, ERR_USAGE, "--shard and --bisect-step do not go together");
	if (cmdline_option(c, OPT_SHARD_BY) && !cmdline_option(c, OPT_SHARD))
		return err_set(err, ERR_USAGE, "--shard-by needs --shard");
	if (!base && cmdline_option(c, OPT_BASE_EXACT))
		return err_set(err, ERR_USAGE, "--base-exact needs --base");
	if ((base || step) && cmdline_option(c, OPT_STRESS))
		return err_set(err, ERR_USAGE, "--stress and --%s do not go together",
			       base ? "base" : "bisect-step");
	return check_deep(c, err) && check_display(c, err);
}
