/* The options of straggler test: an option is one word here and one row in the table. */
#ifndef TEST_OPTIONS_H
#define TEST_OPTIONS_H

#include "cmd.h"
#include "config/config.h"
#include "gotest/cmdline.h"

/* In the order of help. An option that is a setting has that setting's name, meaning and
 * default: config/setting.h. */
enum test_option {
	OPT_SETTLE,
	OPT_MODE,
	OPT_SECOND_LOOK,
	OPT_DEEP,
	OPT_DEEP_BUDGET,
	OPT_CONFIG,
	OPT_BASE,
	OPT_BASE_EXACT,
	OPT_RUNS,
	OPT_STRESS,
	OPT_BISECT_STEP,
	OPT_KEY,
	OPT_SHARD,
	OPT_SHARD_BY,
	OPT_RUN_FILE,
	OPT_REPORT,
	OPT_TRACE_DIR,
	OPT_FORMAT,
	OPT_HIDE_SUMMARY,
	OPT_JSONFILE,
	OPT_RERUN_FAILS,
	OPT_RERUN_MAX_FAILURES,
	OPT_COUNTS,
	OPT_COLOR,
	OPT_QUIET,
	OPT_VERBOSE,
	OPT_HELP,
	OPT_COUNT, /* how many there are */
};

/* How it is written. */
struct option_spec test_option_spec(enum test_option option);

/* As struct command's word_at: the names of --format. */
bool test_format_at(size_t i, struct word_row *row);

/* As struct command's option_at. */
bool test_option_at(size_t i, struct option_row *row);

/* Parses what follows "test"; goflags is what go env says. Texts are borrowed from argv or in
 * the arena. */
bool test_options_parse(struct cmdline *c, const char *goflags, int argc, char **argv,
			struct arena *a, struct err *err);

/* What the option or its twin in the environment says, "" for a switch that is on; NULL: neither. A
 * twin that is set to nothing does not count, nor does a switch's that is "false" or "0". */
const char *test_option(const struct cmdline *c, enum test_option option);

/* The twin's name, STRAGGLER_HIDE_SUMMARY. False: there is none, or the option is a setting. */
bool test_option_twin(enum test_option option, char name[static 40]);

/* Takes the twins out of the environment: what runs below us shall not do the same. Values that
 * were returned stay. */
void test_options_clear_twins(void);

/* Lays the options that are settings over what was read from files. */
bool test_options_settings(const struct cmdline *c, struct config *config, struct err *err);

/* Fails with the first two that do not go together. */
bool test_options_check(const struct cmdline *c, struct err *err);

/* The number of --runs, 1 when it is not given. */
bool test_options_runs(const struct cmdline *c, uint32_t *runs, struct err *err);

/* The time that --stress gives, 0 when it is not given. */
bool test_options_stress(const struct cmdline *c, int64_t *ns, struct err *err);

/* How often failed tests run again (0: they do not), and the most failures with which they do. */
bool test_options_reruns(const struct cmdline *c, uint32_t *most, uint32_t *max_failures,
			 struct err *err);

#endif
