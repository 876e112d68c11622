#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "account/draft.h"
#include "base/file.h"
#include "cmd.h"
#include "config/edit.h"
#include "configuration.h"
#include "help.h"
#include "options.h"
#include "past_runs.h"
#include "target.h"
#include "terminal.h"

struct request {
	const char *key, *reason, *ticket, *expires, *run, *config;
	bool help;
};

static void take_option(int option, struct request *r)
{
	switch (option) {
	case 'r':
		r->reason = optarg;
		break;
	case 't':
		r->ticket = optarg;
		break;
	case 'e':
		r->expires = optarg;
		break;
	case 'f':
		r->run = optarg;
		break;
	case 'c':
		r->config = optarg;
		break;
	case 'h':
		r->help = true;
		break;
	default:
		break;
	}
}

static const struct option_row options[] = {
	{ .name = "reason", .value = "TEXT", .letter = 'r', .help = "why it is allowed" },
	{ .name = "ticket", .value = "TEXT", .letter = 't', .help = "where it will be dealt with" },
	{ .name = "expires",
	  .value = "DAY",
	  .letter = 'e',
	  .help = "from this day on it is a leak again: 2027-03-01" },
	{ .name = "run-file",
	  .value = "FILE",
	  .letter = 'f',
	  .help = "the run that found it (the last one)" },
	{ .name = "config",
	  .value = "FILE",
	  .letter = 'c',
	  .help = "the file to write to (.straggler.yaml, found upwards or made)" },
	OPTION_HELP,
	{ .name = NULL },
};

static bool parse(int argc, char **argv, struct request *r, struct err *err)
{
	int option;

	while ((option = options_next("allow", options, false, argc, argv, err)) > 0)
		take_option(option, r);
	if (option == OPTIONS_BAD)
		return false;
	if (r->help)
		return true;
	if (optind + 1 != argc)
		return err_set(err, ERR_USAGE, "allow: which finding? straggler allow KEY");
	if (r->expires && !config_is_day(r->expires))
		return err_set(err, ERR_USAGE, "--expires: expected a day such as 2027-03-01");
	r->key = argv[optind];
	return true;
}

static bool find_draft(const struct request *r, const struct policy *policy, struct run_file *run,
		       struct draft *d, struct err *err)
{
	AUTO_BUF path = { 0 };

	if (!past_run(&path, r->run, err) || !run_file_read(run, buf_str(&path), err))
		return false;
	/* Since then something may have been allowed already. */
	draft_decide(run, policy);
	*d = draft_of(run, r->key);
	if (!d->findings)
		return err_set(err, ERR_USAGE,
			       "no finding has the key '%.40s' in %s; 'straggler report term' "
			       "shows them",
			       r->key, buf_str(&path));
	/* A narrower one in front of it is of no use where it is as narrow. */
	if (d->beyond && d->beyond_count == d->count)
		return err_set(err, ERR_USAGE,
			       "%s allows fewer of them: raise its count to %" PRIu64, d->beyond,
			       d->count);
	if (d->allowed_by)
		return err_set(err, ERR_USAGE, "%s allows it already", d->allowed_by);
	return true;
}

/* The line of a rule at "file:line", if that is the file. */
static uint32_t line_in(const char *path, const char *place)
{
	size_t n = strlen(path);

	if (!place || strncmp(place, path, n) != 0 || place[n] != ':')
		return 0;
	return (uint32_t)strtoul(place + n + 1, NULL, 10);
}

static bool add(const struct request *r, const struct draft *d, const struct configuration *c,
		const char *path, struct err *err)
{
	AUTO_BUF old = { 0 }, new = { 0 };
	char count[32];
	const struct edit_pair pairs[] = {
		{ "created_by", d->created_by }, { "started", d->started },
		{ "package", d->package },       { "test", d->test },
		{ "class", d->class },           { "count", count },
		{ "reason", r->reason },         { "ticket", r->ticket },
		{ "expires", r->expires },
	};
	struct edit_spec spec = { .name = path,
				  .before = line_in(path, d->beyond),
				  .pairs = pairs,
				  .len = ARRAY_LEN(pairs),
				  .classes = c->config.classes,
				  .classes_len = c->config.classes_len };

	snprintf(count, sizeof(count), "%" PRIu64, d->count);
	if (!target_read(path, &old, err))
		return false;
	spec.text = (struct str){ buf_str(&old), old.len };
	if (!edit_add_allowance(&spec, &new, err) ||
	    !file_replace(path, &new, TARGET_MODE, NULL, err))
		return false;
	terminal_line(stdout, "%s: now allows", path);
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (pairs[i].value) {
			AUTO_BUF value = { 0 };

			edit_put_scalar(&value, pairs[i].value);
			terminal_line(stdout, "    %s: %s", pairs[i].key, buf_str(&value));
		}
	if (d->others)
		printf("  %" PRIu64 " of them have other keys, but start in the same functions\n",
		       d->others);
	return true;
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	AUTO_CONFIGURATION c = { 0 };
	AUTO_RUN_FILE file = { 0 };
	AUTO_BUF path = { 0 };
	struct request r = { 0 };
	struct draft d;

	(void)code;
	if (!parse(argc, argv, &r, err))
		return false;
	if (r.help) {
		help_print(&cmd_allow);
		return true;
	}
	/* A file that is named need not be there yet. */
	if (!configuration_read(&c, r.config && access(r.config, F_OK) ? "/dev/null" : r.config,
				NULL, err) ||
	    !configuration_finish(&c, err) || !find_draft(&r, &c.policy, &file, &d, err))
		return false;
	target_name(&path, r.config, &c);
	return add(&r, &d, &c, buf_str(&path), err);
}

const struct command cmd_allow = {
	.name = "allow",
	.args = "[OPTION...] KEY",
	.summary = "excuse a finding of the last run in .straggler.yaml",
	.about = "Writes an allowance for a finding of the last run into .straggler.yaml: the "
		 "narrowest one that still holds when the code moves. KEY is what the finding's "
		 "line 'excuse' says. All else in the file stays as it is.",
	.options = options,
	.run = run,
};
