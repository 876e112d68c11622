#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "account/baseline.h"
#include "account/draft.h"
#include "base/file.h"
#include "base/vec.h"
#include "cmd.h"
#include "config/edit.h"
#include "help.h"
#include "options.h"
#include "past_runs.h"
#include "report/place.h"
#include "report/text.h"
#include "target.h"
#include "terminal.h"

struct request {
	const char *write, *run;
	bool tighten, help;
};

static void take_option(int option, struct request *r)
{
	switch (option) {
	case 'w':
		r->write = optarg;
		break;
	case 't':
		r->tighten = true;
		break;
	case 'h':
		r->help = true;
		break;
	default:
		break;
	}
}

static const struct option_row options[] = {
	{ .name = "write",
	  .value = "FILE",
	  .letter = 'w',
	  .help = "the file to write to (.straggler.yaml, found upwards or made)" },
	{ .name = "tighten",
	  .letter = 't',
	  .help = "only lower the counts of those that leak less, and take out those that do not "
		  "leak any more" },
	OPTION_HELP,
	{ .name = NULL },
};

static bool parse(int argc, char **argv, struct request *r, struct err *err)
{
	int option;

	while ((option = options_next("baseline", options, false, argc, argv, err)) > 0)
		take_option(option, r);
	if (option == OPTIONS_BAD)
		return false;
	if (argc - optind > 1)
		return err_set(err, ERR_USAGE, "baseline takes one run file");
	r->run = argv[optind];
	return true;
}

/* A run, and the file that its allowances go to. */
struct work {
	struct run_file run;
	struct configuration used; /* what is allowed where we are */
	struct config own;         /* what the file itself says */
	struct buf path, text;     /* of the file */
	struct edit_spec spec;
};

static bool open_work(struct work *w, const struct request *r, struct err *err)
{
	AUTO_BUF path = { 0 };

	if (!past_run(&path, r->run, err) || !run_file_read(&w->run, buf_str(&path), err) ||
	    !past_run_is_here(&w->run.run, r->run, err) ||
	    !configuration_read(&w->used, NULL, NULL, err) || !configuration_finish(&w->used, err))
		return false;
	target_name(&w->path, r->write, &w->used);
	policy_teach(&w->own);
	if (access(buf_str(&w->path), F_OK) == 0 && !config_read(&w->own, buf_str(&w->path), err))
		return false;
	if (!target_read(buf_str(&w->path), &w->text, err))
		return false;
	w->spec = (struct edit_spec){ .text = { buf_str(&w->text), w->text.len },
				      .name = buf_str(&w->path),
				      .classes = w->own.classes,
				      .classes_len = w->own.classes_len };
	return true;
}

static void close_work(struct work *w)
{
	run_file_release(&w->run);
	configuration_release(&w->used);
	config_release(&w->own);
	buf_release(&w->path);
	buf_release(&w->text);
}

/* Whether a rule is one of a baseline, in the file itself. */
static bool is_own(const struct work *w, const struct config_rule *r)
{
	return r->match[RULE_FINDING].len == 1 && r->count != RULE_ANY_COUNT &&
	       !strcmp(r->from.file, buf_str(&w->path));
}

/* --- writing ------------------------------------------------------------------------------- */

/* Who reads the file wants to know what a key is. */
static void put_comment(struct buf *out, const struct work *w, const struct finding *f)
{
	AUTO_BUF raw = { 0 };

	if (*f->test)
		buf_printf(&raw, "%s: ", f->test);
	place_function(&raw, f->package, f->created_at.function);
	buf_puts(&raw, ", ");
	place_file(&raw, &w->run.run, &f->created_at);
	buf_printf(&raw, ", %s", class_row(f->class)->id);
	text_clean(out, buf_str(&raw));
}

/* The file's text gets one allowance more. */
static bool add_key(struct work *w, const struct baseline_key *k, struct err *err)
{
	struct edit_spec spec = w->spec;
	AUTO_BUF comment = { 0 };
	struct buf more = { 0 };
	char count[32];
	const struct edit_pair pairs[] = {
		{ "key", k->first->key },
		{ "package", *k->first->package ? k->first->package : NULL },
		{ "count", count },
		{ "first_seen", *w->run.run.head ? w->run.run.head : NULL },
		{ "reason", "" },
		{ "ticket", "" },
		{ "expires", "" },
	};

	snprintf(count, sizeof(count), "%" PRIu64, k->count);
	put_comment(&comment, w, k->first);
	spec.pairs = pairs;
	spec.len = ARRAY_LEN(pairs);
	spec.comment = buf_str(&comment);
	if (!edit_add_allowance(&spec, &more, err)) {
		buf_release(&more);
		return false;
	}
	buf_release(&w->text);
	w->text = more;
	w->spec.text = (struct str){ buf_str(&w->text), w->text.len };
	return true;
}

/* The rule of the file that has the key, NULL: none has. */
static const struct config_rule *own_rule(const struct work *w, const char *key)
{
	for (size_t i = 0; i < w->own.rules.len; i++)
		if (is_own(w, &w->own.rules.items[i]) &&
		    !strcmp(w->own.rules.items[i].match[RULE_FINDING].items[0], key))
			return &w->own.rules.items[i];
	return NULL;
}

/* A rule in front of it allows fewer: what is added behind that would excuse nothing. */
static bool is_beyond(const struct work *w, const struct baseline_key *k)
{
	const struct config_rule *own = own_rule(w, k->first->key);

	if (*k->first->allowance)
		terminal_line(
		    stdout, "%s: allows fewer than the %" PRIu64 " of %s; a baseline only shrinks",
		    k->first->allowance, k->count, k->first->key);
	return own || *k->first->allowance;
}

/* Whether what is in the file counts here. */
static bool is_in_force(const struct work *w)
{
	struct configuration c = { 0 };
	bool found = false;

	if (configuration_read(&c, NULL, NULL, NULL)) {
		AUTO_FREE char *path = realpath(buf_str(&w->path), NULL);

		for (size_t i = 0; path && i < c.config.rules.len && !found; i++) {
			AUTO_FREE char *other = realpath(c.config.rules.items[i].from.file, NULL);

			found = other && !strcmp(other, path);
		}
	}
	configuration_release(&c);
	return found;
}

static bool write_keys(struct work *w, struct err *err)
{
	AUTO_BASELINE b = { 0 };
	size_t keys = 0;
	uint64_t goroutines = 0;

	draft_decide(&w->run, &w->used.policy);
	baseline_of(&b, &w->run);
	for (size_t i = 0; i < b.len; i++) {
		if (is_beyond(w, &b.items[i]))
			continue;
		if (!add_key(w, &b.items[i], err))
			return false;
		keys++;
		goroutines += b.items[i].count;
	}
	if (!keys) {
		terminal_line(stdout, "%s: nothing to add", buf_str(&w->path));
		return true;
	}
	if (!file_replace(buf_str(&w->path), &w->text, TARGET_MODE, NULL, err))
		return false;
	terminal_line(stdout, "%s: allows %zu more key%s, %" PRIu64 " goroutine%s",
		      buf_str(&w->path), keys, keys == 1 ? "" : "s", goroutines,
		      goroutines == 1 ? "" : "s");
	if (!is_in_force(w))
		terminal_line(stdout, "to use it, write into %s: extends: [%s]", CONFIG_FILE,
			      buf_str(&w->path));
	return true;
}

/* --- tightening ---------------------------------------------------------------------------- */

struct changes {
	struct edit_change *items; /* owned */
	size_t len, cap;
};

/* What the run says about a rule; it may say nothing. */
static void compare(const struct work *w, const struct config_rule *r, struct changes *changes)
{
	const char *key = r->match[RULE_FINDING].items[0];
	uint64_t now = baseline_count(&w->run, key);

	if (r->match[RULE_PACKAGE].len != 1 ||
	    !baseline_is_whole(&w->run, r->match[RULE_PACKAGE].items[0])) {
		terminal_line(stdout, "%s:%" PRIu32 ": %s stays: its package was not checked whole",
			      r->from.file, r->from.line, key);
		return;
	}
	if (now >= (uint64_t)r->count)
		return;
	VEC_PUSH(changes, ((struct edit_change){ r->from.line, (int64_t)now }));
	if (now)
		terminal_line(stdout, "%s:%" PRIu32 ": %s lowered from %" PRId64 " to %" PRIu64,
			      r->from.file, r->from.line, key, r->count, now);
	else
		terminal_line(stdout, "%s:%" PRIu32 ": %s taken out", r->from.file, r->from.line,
			      key);
}

static bool tighten(struct work *w, struct err *err)
{
	const char *choice = baseline_choice(&w->run.run);
	struct changes changes = { 0 };
	AUTO_BUF text = { 0 };
	bool ok = true;

	if (choice)
		return err_set(err, ERR_USAGE,
			       "the run chose among the tests (%s): what it did not meet may be in "
			       "the others",
			       choice);
	for (size_t i = 0; i < w->own.rules.len; i++)
		if (is_own(w, &w->own.rules.items[i]))
			compare(w, &w->own.rules.items[i], &changes);
	if (!changes.len)
		terminal_line(stdout, "%s: nothing to tighten", buf_str(&w->path));
	else
		ok = edit_change_allowances(&w->spec, changes.items, changes.len, &text, err) &&
		     file_replace(buf_str(&w->path), &text, TARGET_MODE, NULL, err);
	VEC_FREE(&changes);
	return ok;
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	struct request r = { 0 };
	struct work w = { 0 };
	bool ok;

	(void)code;
	if (!parse(argc, argv, &r, err))
		return false;
	if (r.help) {
		help_print(&cmd_baseline);
		return true;
	}
	ok = open_work(&w, &r, err) && (r.tighten ? tighten(&w, err) : write_keys(&w, err));
	close_work(&w);
	return ok;
}

const struct command cmd_baseline = {
	.name = "baseline",
	.args = "[OPTION...] [RUN]",
	.summary = "allow what leaks today, and nothing more",
	.about = "Writes allowances for the leaks of a run, one for each key, with today's count: "
		 "what leaks today fails nothing more, and what leaks more does. Without RUN it is "
		 "the last run. All else in the file stays as it is.",
	.options = options,
	.run = run,
};
