#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "account/chance.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/vec.h"
#include "cmd.h"
#include "configuration.h"
#include "gotest/pattern.h"
#include "help.h"
#include "past_runs.h"
#include "probe.h"
#include "program.h"
#include "run/runner.h"
#include "terminal.h"
#include "vcs/search.h"
#include "json/write.h"

extern char **environ;

#define CALIBRATE_RUNS 5   /* enough when each of them shows the leak */
#define CALIBRATE_SEEN 8   /* enough to know how often one shows that shows sometimes */
#define CALIBRATE_MAX  80  /* more are not run to learn that */
#define CALIBRATE_NONE 20  /* so many without it: it is not there */
#define REPEATS_MAX    200 /* runs of one commit */
#define LIMIT_TIMES    20  /* a run may take so many times the longest at the bad end, */
#define LIMIT_LEAST_NS (60 * NS_PER_S)
#define LINES_SHOWN    20
#define RECHECKS       16

enum {
	OPT_GOOD,
	OPT_BAD,
	OPT_KEY,
	OPT_TEST,
	OPT_CONFIDENCE,
	OPT_JOBS,
	OPT_CONFIG,
	OPT_SETTLE,
	OPT_SECOND_LOOK,
	OPT_HELP,
	OPT_COUNT,
};

static const struct option_row options[OPT_COUNT] = {
	[OPT_GOOD] = { .name = "good",
		       .value = "REV",
		       .help = "a commit without the leak; else it is looked for backwards" },
	[OPT_BAD] = { .name = "bad", .value = "REV", .help = "a commit with it (HEAD)" },
	[OPT_KEY] = { .name = "key", .value = "KEY", .help = "the leak, as findings show it" },
	[OPT_TEST] = { .name = "test", .value = "NAME", .help = "the leak of this test" },
	[OPT_CONFIDENCE] = { .name = "confidence",
			     .value = "P",
			     .help = "how sure the answer shall be (0.99)" },
	[OPT_JOBS] = { .name = "jobs",
		       .value = "N",
		       .help = "runs side by side (half of the processors)" },
	[OPT_CONFIG] = { .name = "config",
			 .value = "FILE",
			 .help = "settings and allowances (.straggler.yaml, found upwards)" },
	[OPT_SETTLE] = { .name = "settle",
			 .value = "DURATION",
			 .is_setting = true,
			 .setting = SETTING_SETTLE },
	[OPT_SECOND_LOOK] = { .name = "second-look",
			      .value = "WHEN",
			      .is_setting = true,
			      .setting = SETTING_SECOND_LOOK },
	[OPT_HELP] = OPTION_HELP,
};

/* Everything that one invocation holds. */
struct bisection {
	struct arena arena;
	struct cmdline cmdline;
	struct configuration configuration;
	struct go_facts go;
	struct elsewhere elsewhere;
	struct history history;
	struct search search;
	struct probe probe;
	struct words args;
	struct sha bad, good; /* good "": not known */
	const char *run;      /* path of a run file, NULL: none */
	const char *key, *test, *package, *pattern;
	double confidence, missed; /* missed: the chance that a good verdict was wrong, so far */
	const struct tried *base;  /* what the bad end showed */
	uint32_t base_seen, base_runs;
	int64_t started_ns;
	uint32_t asked;
	bool json;
	char self[PATH_MAX];
};

static struct sha *sha_at(struct bisection *b, size_t i)
{
	return &b->history.items[i].sha;
}

/* --- the command line ------------------------------------------------------------------ */

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !ends_with(path, ".go");
}

static bool read_number(const char *text, double least, double most, double *to)
{
	char *end;

	if (!text)
		return true;
	*to = strtod(text, &end);
	return *text && !*end && isfinite(*to) && *to >= least && *to <= most;
}

static bool read_options(struct bisection *b, struct err *err)
{
	const struct cmdline *c = &b->cmdline;
	long half = sysconf(_SC_NPROCESSORS_ONLN) / 2;
	double jobs = (double)half;

	b->confidence = 0.99;
	if (!read_number(cmdline_option(c, OPT_CONFIDENCE), 0.5, 0.999999, &b->confidence))
		return err_set(err, ERR_USAGE, "--confidence is a number from 0.5 to 0.999999");
	if (!read_number(cmdline_option(c, OPT_JOBS), 1, 64, &jobs))
		return err_set(err, ERR_USAGE, "--jobs is a number from 1 to 64");
	b->probe.jobs = jobs < 1 ? 1 : (size_t)jobs;
	b->json = cmdline_flag_on(c, "json");
	b->key = cmdline_option(c, OPT_KEY);
	b->test = cmdline_option(c, OPT_TEST);
	if (!b->key && !b->test && c->packages.len && is_file(c->packages.items[0]))
		b->run = c->packages.items[0];
	return true;
}

static bool configure(struct bisection *b, struct err *err)
{
	struct configuration *c = &b->configuration;

	return program_path(b->self, err) &&
	       configuration_read(c, cmdline_option(&b->cmdline, OPT_CONFIG), b->cmdline.dir,
				  err) &&
	       configuration_finish(c, err);
}

/* --- which leak it is -------------------------------------------------------------------- */

static const char *keep(struct bisection *b, const char *s, size_t n)
{
	return arena_strndup(&b->arena, s, n);
}

static bool is_meant(const struct bisection *b, const struct finding *f)
{
	if (b->key)
		return !strcmp(f->key, b->key);
	if (b->test && strcmp(f->test, b->test) != 0)
		return false;
	return f->status == STATUS_LEAK && *f->key;
}

static void take_leak(struct bisection *b, const struct finding *f)
{
	size_t top = strcspn(f->test, "/");
	AUTO_BUF pattern = { 0 };

	b->key = keep(b, f->key, strlen(f->key));
	b->package = keep(b, f->package, strlen(f->package));
	b->test = NULL;
	if (f->owner != OWNER_TEST && f->owner != OWNER_EXAMPLE && f->owner != OWNER_FUZZ)
		return;
	b->test = keep(b, f->test, top);
	buf_putc(&pattern, '^');
	pattern_quote(&pattern, f->test, top);
	buf_putc(&pattern, '$');
	b->pattern = keep(b, buf_str(&pattern), pattern.len);
}

/* False: there is none, *err is untouched, or several. */
static bool find_leak(struct bisection *b, const struct run_file *r, bool *several, struct err *err)
{
	const struct finding *found = NULL;
	AUTO_BUF keys = { 0 };

	for (size_t i = 0; i < r->findings.len; i++) {
		const struct finding *f = &r->findings.items[i];

		if (!is_meant(b, f))
			continue;
		if (found && strcmp(found->key, f->key) != 0)
			*several = true;
		found = found ? found : f;
		buf_printf(&keys, " %s", f->key);
	}
	if (*several)
		return err_set(err, ERR_USAGE, "which leak? Choose with --key:%s", buf_str(&keys));
	if (found)
		take_leak(b, found);
	return found;
}

static bool read_leak(struct bisection *b, const char *path, struct err *err)
{
	AUTO_RUN_FILE r = { 0 };
	bool several = false;

	if (!run_file_read(&r, path, err) || !past_run_is_here(&r.run, b->run, err))
		return false;
	if (find_leak(b, &r, &several, err) || several)
		return !several;
	return err_set(err, ERR_USAGE, "%s has no leak to look for", path);
}

/* --- how tests are run --------------------------------------------------------------------- */

static void make_args(struct bisection *b, const char *pattern, const char *package)
{
	static const struct passed_option passed[] = { { "settle", OPT_SETTLE },
						       { "second-look", OPT_SECOND_LOOK } };
	struct same_tests same = { .cmdline = &b->cmdline,
				   .config = b->configuration.file,
				   .options = passed,
				   .options_len = ARRAY_LEN(passed),
				   .again = { .run = pattern, .package = package } };

	b->args.len = 0;
	elsewhere_args(&b->elsewhere, &same, &b->arena, &b->args);
}

/* Starts to ask for the leak, in the tests that the arguments say. */
static bool open_probe(struct bisection *b, const char *pattern, struct err *err)
{
	uint64_t h = HASH_START;
	char name[20];

	probe_close(&b->probe);
	b->probe = (struct probe){ .elsewhere = &b->elsewhere,
				   .trials = b->probe.trials,
				   .jobs = b->probe.jobs,
				   .wanted = { b->key, b->package, pattern ? b->test : NULL } };
	make_args(b, pattern, b->package);
	h = hash_word(h, b->go.version);
	h = hash_word(h, b->elsewhere.below);
	h = hash_word(h, b->key);
	for (size_t i = 0; i < b->args.len; i++)
		h = hash_word(h, b->args.items[i]);
	snprintf(name, sizeof(name), "%016llx", (unsigned long long)h);
	return probe_open(&b->probe, name, err);
}

/* Runs the packages at the bad end, where nothing says yet which leak it is. */
static bool meet_leak(struct bisection *b, struct err *err)
{
	struct worktree w = { .fd = -1 };
	AUTO_BUF dir = { 0 }, path = { 0 }, log = { 0 };
	struct trial t = { 0 };
	bool several = false;
	bool ok;

	make_args(b, NULL, b->cmdline.packages.len ? NULL : "./...");
	if (!elsewhere_make(&b->elsewhere, &b->bad, &w, &dir, err))
		return false;
	buf_printf(&path, "%s.jsonl", w.dir);
	buf_printf(&log, "%s.log", w.dir);
	t = (struct trial){ .dir = buf_str(&dir),
			    .run_file = buf_str(&path),
			    .log = buf_str(&log) };
	ok =
	    access(t.dir, F_OK) == 0 || err_set(err, ERR_LIMIT, "the folder is not in that commit");
	for (int i = 0; ok && !b->package && !several && !b->probe.signal && i < CALIBRATE_NONE;
	     i++) {
		AUTO_RUN_FILE r = { 0 };

		ok = trials_run(&b->probe.trials, &t, 1, &b->probe.signal, err);
		if (ok && run_file_read(&r, t.run_file, NULL))
			find_leak(b, &r, &several, err);
	}
	unlink(t.run_file);
	unlink(t.log);
	worktree_remove(&w);
	if (!ok || several || b->package || b->probe.signal)
		return ok && !several;
	return err_set(err, ERR_LIMIT, "the leak does not show at the bad end");
}

static bool choose_leak(struct bisection *b, struct err *err)
{
	AUTO_BUF path = { 0 };

	if (!b->run && (b->key || b->test))
		return meet_leak(b, err);
	return past_run(&path, b->run, err) && read_leak(b, buf_str(&path), err);
}

/* --- asking ----------------------------------------------------------------------------------- */

static void tell_progress(struct bisection *b, const struct sha *sha)
{
	uint32_t steps = search_steps(&b->search);
	struct commit_facts facts;
	struct arena a = { 0 };
	AUTO_BUF line = { 0 };
	char duration[32];

	buf_printf(&line, "straggler: %zu commits left", b->search.left);
	if (b->asked) {
		int64_t each = (clock_now_ns() - b->started_ns) / b->asked;

		buf_printf(&line, ", about %s", duration_format(each * steps, duration));
	}
	buf_printf(&line, ": %.*s", SHA_SHORT_LEN, sha->hex);
	if (repo_facts(&b->elsewhere.repo, sha, &a, &facts, NULL))
		buf_printf(&line, " %s", facts.summary);
	terminal_line(stderr, "%s", buf_str(&line));
	arena_clear(&a);
}

/* How many runs without the leak make a commit good enough for the wanted confidence. */
static uint32_t repeats(const struct bisection *b)
{
	double miss = (1 - b->confidence) / (search_steps(&b->search) + 2);

	return chance_repeats(b->base_seen, b->base_runs, miss, REPEATS_MAX);
}

static enum verdict verdict_of(const struct tried *t)
{
	if (t->seen)
		return VERDICT_BAD;
	return *t->skip ? VERDICT_SKIP : VERDICT_GOOD;
}

/* Asks commit i and tells the search. False with b->probe.signal: it was interrupted. */
static bool ask(struct bisection *b, size_t i, enum verdict *verdict, struct err *err)
{
	static const char *const words[] = {
		[VERDICT_GOOD] = "without it",
		[VERDICT_BAD] = "with it",
	};
	const struct tried *t;

	tell_progress(b, sha_at(b, i));
	if (!probe_ask(&b->probe, sha_at(b, i), repeats(b), true, &t, err))
		return false;
	if (b->probe.signal)
		return false;
	b->asked++;
	*verdict = verdict_of(t);
	if (*verdict == VERDICT_GOOD)
		b->missed += chance_unseen(b->base_seen, b->base_runs, t->runs);
	if (*verdict == VERDICT_SKIP)
		terminal_line(stderr, "straggler:   skipped: %s", t->skip);
	else
		terminal_line(stderr, "straggler:   %s, %u of %u runs", words[*verdict], t->seen,
			      t->runs);
	search_tell(&b->search, i, *verdict);
	return true;
}

static bool wants_more(const struct tried *t)
{
	if (*t->skip || t->runs >= CALIBRATE_MAX || t->seen >= CALIBRATE_SEEN)
		return false;
	if (!t->seen)
		return t->runs < CALIBRATE_NONE;
	return t->runs < CALIBRATE_RUNS || t->seen < t->runs;
}

/* Learns how often the leak shows at the bad end. */
static bool calibrate(struct bisection *b, const struct tried **t, struct err *err)
{
	uint32_t runs = 1;

	b->probe.trials.limit_ns = 0;
	for (;;) {
		if (!probe_ask(&b->probe, &b->bad, runs, false, t, err) || b->probe.signal)
			return false;
		if (!wants_more(*t))
			break;
		runs = (*t)->runs < CALIBRATE_RUNS ? CALIBRATE_RUNS
						   : (*t)->runs + (uint32_t)b->probe.jobs;
	}
	/* Of runs that were kept nobody knows how long they took. */
	if (b->probe.longest_ns)
		b->probe.trials.limit_ns = LIMIT_TIMES * b->probe.longest_ns + LIMIT_LEAST_NS;
	return true;
}

/* The test alone is quicker; not every leak shows when it is. */
static bool verify_bad(struct bisection *b, struct err *err)
{
	const struct tried *t = NULL;

	if (!open_probe(b, b->pattern, err) || !calibrate(b, &t, err))
		return false;
	if (!t->seen && b->pattern) {
		b->pattern = NULL;
		if (!open_probe(b, NULL, err) || !calibrate(b, &t, err))
			return false;
	}
	if (!t->seen)
		return err_set(err, ERR_LIMIT, "the leak does not show at the bad end %.*s: %s",
			       SHA_SHORT_LEN, b->bad.hex,
			       *t->skip ? t->skip : "it was not seen in any run");
	b->base_seen = t->seen;
	b->base_runs = t->runs;
	terminal_line(stderr, "straggler: the leak %s shows in %u of %u runs of %.*s", b->key,
		      t->seen, t->runs, SHA_SHORT_LEN, b->bad.hex);
	return true;
}

/* --- the good end ----------------------------------------------------------------------------- */

static bool verify_good(struct bisection *b, struct err *err)
{
	size_t i = history_find(&b->history, &b->good);
	enum verdict v;

	if (i == b->history.len)
		return err_set(err, ERR_USAGE, "--good %.*s does not lead to the bad end",
			       SHA_SHORT_LEN, b->good.hex);
	if (i == b->search.bad)
		return err_set(err, ERR_USAGE, "--good and --bad are the same commit");
	if (!ask(b, i, &v, err))
		return false;
	if (v == VERDICT_BAD)
		return err_set(err, ERR_LIMIT, "the leak is there already at the good end %.*s",
			       SHA_SHORT_LEN, b->good.hex);
	if (v == VERDICT_SKIP)
		return err_set(err, ERR_LIMIT, "the good end %.*s says nothing", SHA_SHORT_LEN,
			       b->good.hex);
	return true;
}

/* Back along the first parents by one, two, four and so on, to a commit without the leak. */
static bool look_back(struct bisection *b, struct err *err)
{
	size_t at = b->search.bad;
	uint32_t stride = 1;
	enum verdict v;

	for (;;) {
		uint32_t gone = 0;

		while (gone < stride && b->history.items[at].parents_len) {
			at = b->history.items[at].parents[0];
			gone++;
		}
		if (!gone)
			return true; /* the first commit: the search names it, or says what it can */
		if (!ask(b, at, &v, err))
			return false;
		if (v == VERDICT_GOOD)
			return true;
		stride *= 2;
	}
}

/* The files of the finding's stacks, from the root of the repository. */
static void stack_paths(struct bisection *b, struct words *paths)
{
	const struct run_file *r = &b->probe.sighting;

	for (size_t i = 0; i < r->findings.len; i++) {
		const struct finding *f = &r->findings.items[i];
		const struct places *lists[] = { &f->chain, &f->stack };

		for (size_t l = 0; !strcmp(f->key, b->key) && l < 2; l++)
			for (size_t k = 0; k < lists[l]->len; k++) {
				const char *at =
				    strstr(lists[l]->items[k].file, buf_str(&b->elsewhere.trees));

				at = at ? strchr(at + b->elsewhere.trees.len + 1, '/') : NULL;
				if (at)
					VEC_PUSH(paths, at + 1);
			}
	}
}

static bool touches(struct bisection *b, size_t commit, const struct words *paths)
{
	return history_touches(&b->elsewhere.repo, sha_at(b, commit),
			       (struct file_paths){ paths->items, paths->len });
}

/*
 * What was taken out and brought in again shows on both sides of a gap that bisection may step
 * over. A commit that touches the files of the stack may be the end of such a gap: then its
 * parent is without the leak, and the search goes on from there. *again says so.
 */
static bool recheck(struct bisection *b, size_t found, bool *again, struct err *err)
{
	AUTO_WORDS paths = { 0 };
	size_t at = b->history.len - 1;
	uint32_t checked = 0;
	enum verdict v;

	*again = false;
	stack_paths(b, &paths);
	while (at != found && b->history.items[at].parents_len && checked < RECHECKS) {
		size_t parent = b->history.items[at].parents[0];
		bool touched = touches(b, at, &paths);

		at = parent;
		if (!touched || parent == found || b->search.verdicts[parent] != VERDICT_NONE)
			continue;
		checked++;
		if (!ask(b, parent, &v, err))
			return false;
		if (v != VERDICT_GOOD)
			continue;
		search_release(&b->search);
		search_init(&b->search, &b->history, b->history.len - 1);
		search_tell(&b->search, parent, VERDICT_GOOD);
		*again = true;
		return true;
	}
	return true;
}

static bool search(struct bisection *b, enum search_step *end, size_t *found, struct err *err)
{
	bool again = true;
	enum verdict v;

	while (again) {
		again = false;
		while ((*end = search_next(&b->search, found)) == SEARCH_TEST)
			if (!ask(b, *found, &v, err))
				return false;
		if (*end == SEARCH_FOUND && !recheck(b, *found, &again, err))
			return false;
	}
	return true;
}

/* --- what is said ------------------------------------------------------------------------------- */

static void put_shas(struct json_writer *w, const struct bisection *b, const char *key,
		     enum verdict verdict, bool candidates)
{
	json_key(w, key);
	json_array(w);
	for (size_t i = 0; i < b->history.len; i++)
		if (candidates ? b->search.candidates[i] : b->search.verdicts[i] == verdict)
			json_str(w, b->history.items[i].sha.hex);
	json_array_end(w);
}

static void print_json(struct bisection *b, const struct sha *first_bad)
{
	AUTO_BUF out = { 0 };
	struct json_writer w = JSON_WRITER(&out);

	json_object(&w);
	json_kstr(&w, "key", b->key);
	json_kstr(&w, "first_bad", first_bad ? first_bad->hex : "");
	json_key(&w, "confidence");
	json_real(&w, first_bad ? fmax(0, 1 - b->missed) : 0);
	put_shas(&w, b, "candidates", VERDICT_NONE, true);
	put_shas(&w, b, "skipped", VERDICT_SKIP, false);
	json_key(&w, "tested");
	json_array(&w);
	for (size_t i = 0; i < b->probe.tried.len; i++) {
		const struct tried *t = &b->probe.tried.items[i];

		if (!t->runs || history_find(&b->history, &t->sha) == b->history.len)
			continue;
		json_object(&w);
		json_kstr(&w, "sha", t->sha.hex);
		json_kint(&w, "runs", t->runs);
		json_kint(&w, "seen", t->seen);
		json_object_end(&w);
	}
	json_array_end(&w);
	json_object_end(&w);
	puts(buf_str(&out));
}

static void print_lines(struct bisection *b, const struct sha *sha)
{
	AUTO_WORDS paths = { 0 };
	AUTO_BUF text = { 0 };

	stack_paths(b, &paths);
	if (!history_lines(&b->elsewhere.repo, sha, (struct file_paths){ paths.items, paths.len },
			   LINES_SHOWN, &text, NULL) ||
	    !text.len)
		return;
	printf("\nlines of it in the files of the stack\n%s", buf_str(&text));
}

static void print_again(struct bisection *b, const struct sha *sha)
{
	printf("\nto see it again\ngit checkout %.*s\nstraggler test", SHA_SHORT_LEN, sha->hex);
	if (b->pattern)
		terminal_line(stdout, " -run '%s' %s", b->pattern, b->package);
	else
		terminal_line(stdout, " %s", b->package);
}

static void print_commit(struct bisection *b, const struct sha *sha)
{
	struct commit_facts facts;
	AUTO_BUF stat = { 0 };
	char day[32];

	if (!repo_facts(&b->elsewhere.repo, sha, &b->arena, &facts, NULL))
		return;
	terminal_line(stdout, "%s brought it in: %s, %s", sha->hex, facts.author,
		      day_format(facts.time_s, day));
	terminal_line(stdout, "    %s", facts.summary);
	printf("    %.4g %% sure; seen in %u of %u runs at the bad end\n",
	       100 * fmax(0, 1 - b->missed), b->base_seen, b->base_runs);
	if (history_stat(&b->elsewhere.repo, sha, &stat, NULL))
		printf("\n%s", buf_str(&stat));
	print_lines(b, sha);
	print_again(b, sha);
}

static void print_open(struct bisection *b)
{
	AUTO_WORDS paths = { 0 };

	stack_paths(b, &paths);
	puts("the commit cannot be named: it is one of these, of which all but the last say "
	     "nothing");
	for (size_t i = 0; i < b->history.len; i++) {
		static const char touching[] = " (touches files of the stack)";
		struct commit_facts facts;

		if (b->search.candidates[i] &&
		    repo_facts(&b->elsewhere.repo, sha_at(b, i), &b->arena, &facts, NULL))
			terminal_line(stdout, "%s %s%s", sha_at(b, i)->hex, facts.summary,
				      touches(b, i, &paths) ? touching : "");
	}
}

/* The history may end at a commit that has the leak only because it was cut there. */
static bool is_cut(struct bisection *b, size_t found)
{
	return repo_is_cut(&b->elsewhere.repo, sha_at(b, found));
}

static void conclude(struct bisection *b, enum search_step end, size_t found, int *code)
{
	bool named = end == SEARCH_FOUND && !is_cut(b, found);

	*code = named ? EXIT_CLEAN : EXIT_UNCHECKED;
	if (end == SEARCH_FOUND && !named)
		fputs("straggler: the history is cut here (a shallow clone): fetch more of it, "
		      "fetch-depth: 0 in CI\n",
		      stderr);
	if (b->json)
		print_json(b, named ? sha_at(b, found) : NULL);
	else if (end == SEARCH_FOUND)
		print_commit(b, sha_at(b, found));
	else
		print_open(b);
}

/* --- from start to end ---------------------------------------------------------------------------- */

static bool open_ends(struct bisection *b, struct err *err)
{
	const char *bad = cmdline_option(&b->cmdline, OPT_BAD);
	const char *good = cmdline_option(&b->cmdline, OPT_GOOD);
	const struct repo *r = &b->elsewhere.repo;

	if (!elsewhere_open(&b->elsewhere, b->cmdline.dir, err))
		return false;
	if (bad ? !repo_commit(r, bad, &b->bad, err) : !repo_head(r, &b->bad, err))
		return err_wrap(err, "--bad");
	if (good && !repo_commit(r, good, &b->good, err))
		return err_wrap(err, "--good");
	return true;
}

static bool bisect(struct bisection *b, int *code, struct err *err)
{
	enum search_step end;
	size_t found;

	b->probe.trials =
	    (struct trials_spec){ .self = b->self, .args = &b->args, .envp = environ };
	sigprocmask(SIG_SETMASK, NULL, &b->probe.trials.mask);
	trials_hold_signals();
	if (!open_ends(b, err) || !choose_leak(b, err) || b->probe.signal ||
	    !history_read(&b->history, &b->elsewhere.repo, &b->bad, err))
		return false;
	search_init(&b->search, &b->history, b->history.len - 1);
	if (!verify_bad(b, err))
		return false;
	b->started_ns = clock_now_ns();
	if (*b->good.hex ? !verify_good(b, err) : !look_back(b, err))
		return false;
	if (!search(b, &end, &found, err))
		return false;
	conclude(b, end, found, code);
	return true;
}

static bool start(struct bisection *b, int argc, char **argv, int *code, struct err *err)
{
	struct option_spec specs[OPT_COUNT];
	struct cmdline_input in = {
		.argc = argc, .argv = argv, .options = specs, .options_len = OPT_COUNT
	};

	for (size_t i = 0; i < OPT_COUNT; i++)
		specs[i] = (struct option_spec){ .name = options[i].name,
						 .takes_value = options[i].value != NULL };
	if (!cmdline_parse(&b->cmdline, &in, &b->arena, err))
		return false;
	if (cmdline_option(&b->cmdline, OPT_HELP)) {
		help_print(&cmd_bisect);
		return true;
	}
	return read_options(b, err) &&
	       go_facts_read("go", b->cmdline.dir, environ, &b->arena, &b->go, err) &&
	       configure(b, err) && bisect(b, code, err);
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	struct bisection b = { 0 };
	bool ok = start(&b, argc - 1, argv + 1, code, err);

	if (b.probe.signal) {
		fputs("straggler: interrupted; the same command goes on where it was\n", stderr);
		*code = 128 + b.probe.signal;
		ok = true;
	}
	probe_close(&b.probe);
	search_release(&b.search);
	history_release(&b.history);
	elsewhere_close(&b.elsewhere);
	words_release(&b.args);
	configuration_release(&b.configuration);
	cmdline_release(&b.cmdline);
	arena_clear(&b.arena);
	return ok;
}

static bool option_at(size_t i, struct option_row *row)
{
	/* go's own flag, to the parser. */
	static const struct option_row json = { .name = "json", .help = "print one JSON object" };

	if (i > OPT_COUNT)
		return false;
	*row = i < OPT_COUNT ? options[i] : json;
	return true;
}

const struct command cmd_bisect = {
	.name = "bisect",
	.args = "[OPTION...] (--key KEY | --test NAME | RUN) [packages] [go test's flags]",
	.summary = "name the commit that brought a leak in",
	.about = "Names the commit that brought a leak in: runs the leak's test at commits of the "
		 "history, in folders of their own. RUN is a run file with one leak; without any "
		 "it is the last run.",
	.notes =
	    "What a commit showed is kept: a search that was interrupted goes on.\n"
	    "Exit status: 0 the commit is named; 3 it cannot be; 2 usage; 128+n ended by signal n.",
	.option_at = option_at,
	.run = run,
};
