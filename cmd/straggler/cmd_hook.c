#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "account/comparison.h"
#include "base/clock.h"
#include "base/vec.h"
#include "cmd.h"
#include "elsewhere.h"
#include "gotest/listing.h"
#include "help.h"
#include "hook_files.h"
#include "options.h"
#include "program.h"
#include "report/report.h"
#include "run/answer.h"
#include "run/trial.h"
#include "terminal.h"
#include "vcs/history.h"

extern char **environ;

struct hook {
	const char *action, *stage;
	int64_t budget_ns, end_ns;
	bool strict, helped;
	struct elsewhere elsewhere;
	struct arena arena;
	struct sha after, before; /* "" : what is staged; nothing */
	bool staged;
	char self[PATH_MAX];
	sigset_t mask;
	struct {
		char **items;
		size_t len, cap;
	} environment; /* without git's own variables, NULL-terminated */
	int signal;
	bool fails;      /* a new leak */
	bool unfinished; /* the budget was not enough */
};

/* --- the command line --------------------------------------------------------------------- */

static bool take_option(int option, struct hook *h, struct err *err)
{
	switch (option) {
	case 's':
		h->stage = optarg;
		break;
	case 'b':
		return duration_parse(optarg, &h->budget_ns, err) ||
		       err_wrap(err, "hook: --budget");
	case 'S':
		h->strict = true;
		break;
	case 'h':
		h->helped = true;
		break;
	default:
		break;
	}
	return true;
}

static const struct option_row rows[] = {
	{ .name = "stage",
	  .value = "STAGE",
	  .letter = 's',
	  .help = "pre-push: what is pushed, with git's lines on standard input; pre-commit: what "
		  "is staged (pre-push)" },
	{ .name = "budget",
	  .value = "DURATION",
	  .letter = 'b',
	  .help = "how long run may take (60s)" },
	{ .name = "strict", .letter = 'S', .help = "exit 1, too, when the budget was not enough" },
	OPTION_HELP,
	{ .name = NULL },
};

static bool parse(int argc, char **argv, struct hook *h, struct err *err)
{
	int option;

	while ((option = options_next("hook", rows, false, argc, argv, err)) > 0)
		if (!take_option(option, h, err))
			return false;
	if (option == OPTIONS_BAD)
		return false;
	if (h->helped)
		return true;
	if (strcmp(h->stage, "pre-push") != 0 && strcmp(h->stage, "pre-commit") != 0)
		return err_set(err, ERR_USAGE, "--stage is pre-push or pre-commit, not '%s'",
			       h->stage);
	if (argc - optind != 1)
		return err_set(err, ERR_USAGE, "hook: install, uninstall or run?");
	h->action = argv[optind];
	return true;
}

/* --- what changed --------------------------------------------------------------------------- */

struct changes {
	struct buf paths;     /* each with a NUL after it */
	struct words modules; /* their folders in the work tree, relative; in the arena */
};

static const char *next_path(const struct changes *c, size_t *at)
{
	const char *path = c->paths.data + *at;

	if (*at >= c->paths.len)
		return NULL;
	*at += strlen(path) + 1;
	return path;
}

/* The folder of the module that a file is in; NULL: in none. */
static const char *module_of(struct hook *h, const char *tree, const char *path)
{
	size_t n = strlen(path);

	while (n) {
		AUTO_BUF gomod = { 0 };

		while (n && path[n - 1] != '/')
			n--;
		buf_printf(&gomod, "%s/%.*sgo.mod", tree, (int)n, path);
		if (access(buf_str(&gomod), F_OK) == 0)
			return arena_strndup(&h->arena, path, n);
		n -= n ? 1 : 0;
	}
	return NULL;
}

static void find_modules(struct hook *h, const char *tree, struct changes *c)
{
	const char *path;
	size_t at = 0;

	while ((path = next_path(c, &at))) {
		const char *module = module_of(h, tree, path);
		size_t i = 0;

		while (module && i < c->modules.len && strcmp(c->modules.items[i], module) != 0)
			i++;
		if (module && i == c->modules.len)
			VEC_PUSH(&c->modules, module);
	}
}

static void add_folder(struct hook *h, const char *tree, struct str below, struct words *folders)
{
	AUTO_BUF folder = { 0 };

	buf_printf(&folder, "%s/%.*s", tree, (int)below.n, below.p);
	while (folder.len && folder.data[folder.len - 1] == '/')
		folder.data[--folder.len] = '\0';
	VEC_PUSH(folders, arena_strndup(&h->arena, folder.data, folder.len));
}

/* The folder of a changed file and, as it may be embedded or testdata, those above it. */
static void add_folders(struct hook *h, const char *tree, const char *module, const char *path,
			struct words *folders)
{
	size_t least = strlen(module);
	struct str below = str_of(path);

	while (below.n > least) {
		do
			below.n--;
		while (below.n > least && path[below.n - 1] != '/');
		add_folder(h, tree, below, folders);
		if (ends_with(path, ".go"))
			return;
	}
}

static void find_folders(struct hook *h, const char *tree, const char *module,
			 const struct changes *c, struct words *folders, bool *all)
{
	const char *path;
	size_t at = 0;

	while ((path = next_path(c, &at))) {
		const char *rest = path + strlen(module);

		if (!starts_with(path, module))
			continue;
		*all |= !strcmp(rest, "go.mod") || !strcmp(rest, "go.sum");
		add_folders(h, tree, module, path, folders);
	}
}

static bool find_packages(struct hook *h, const char *tree, const char *module,
			  const struct changes *c, struct words *packages, struct err *err)
{
	AUTO_BUF dir = { 0 }, text = { 0 };
	AUTO_WORDS folders = { 0 };
	bool all = false;

	find_folders(h, tree, module, c, &folders, &all);
	buf_printf(&dir, "%s/%s", tree, module);
	{
		const char *words[] = { "go",    "list", "-C",           buf_str(&dir), "-e",
					"-test", "-f",   LISTING_FORMAT, "./...",       NULL };

		if (!answer_read(words, h->environment.items, &text, err))
			return false;
	}
	listing_reached(buf_str(&text), text.len, &folders, all, &h->arena, packages);
	return true;
}

/* The rules of the change hold for both sides. */
static const char *config_option(struct hook *h, const char *tree, const char *module)
{
	size_t n = strlen(module);

	for (;;) {
		AUTO_BUF option = { 0 };

		buf_printf(&option, "--config=%s/%.*s.straggler.yaml", tree, (int)n, module);
		if (access(buf_str(&option) + strlen("--config="), R_OK) == 0)
			return arena_strndup(&h->arena, option.data, option.len);
		if (!n)
			return "--config=/dev/null";
		do
			n--;
		while (n && module[n - 1] != '/');
	}
}

/* --- the two sides --------------------------------------------------------------------------- */

static bool run_side(struct hook *h, const struct worktree *w, const char *module,
		     const struct words *packages, struct run_file *r, struct err *err)
{
	AUTO_BUF dir = { 0 }, path = { 0 }, log = { 0 };
	struct trials_spec spec = { .self = h->self,
				    .args = packages,
				    .envp = h->environment.items };
	struct trial t;
	bool ok;

	spec.mask = h->mask;
	spec.limit_ns = h->end_ns - clock_now_ns();
	if (spec.limit_ns <= 0) {
		h->unfinished = true;
		return true;
	}
	buf_printf(&dir, "%s/%s", w->dir, module);
	buf_printf(&path, "%s.jsonl", w->dir);
	buf_printf(&log, "%s.log", w->dir);
	t = (struct trial){ .dir = buf_str(&dir),
			    .run_file = buf_str(&path),
			    .log = buf_str(&log) };
	if (access(t.dir, F_OK))
		return true; /* the module is not there yet */
	ok = trials_run(&spec, &t, 1, &h->signal, err);
	h->unfinished |= t.timed_out;
	if (ok && !h->signal && !t.timed_out)
		run_file_read(r, t.run_file, NULL);
	unlink(t.run_file);
	unlink(t.log);
	return ok;
}

struct absence {
	const struct hook *hook;
	const char *module; /* its folder */
	const char *path;   /* its module path */
};

/* What a package leaks that the base does not have is new. */
static bool is_absent(void *ctx, const char *package)
{
	const struct absence *a = ctx;
	struct str rest = str_of(package);
	AUTO_BUF path = { 0 };

	if (!*a->hook->before.hex || !*a->path || !str_skip(&rest, a->path))
		return false;
	str_skip(&rest, "/");
	buf_puts(&path, a->module);
	buf_put(&path, rest.p, rest.n);
	while (path.len && path.data[path.len - 1] == '/')
		path.data[--path.len] = '\0';
	return !worktree_has(&a->hook->elsewhere.repo, &a->hook->before, buf_str(&path));
}

/* What may be new or old blocks nothing; that it is there is said. */
static void tell_uncompared(const struct comparison *c)
{
	for (size_t i = 0; i < c->len; i++) {
		const struct compared *k = &c->items[i];

		if (k->standing == STANDING_UNCHECKED && k->seen)
			terminal_line(
			    stderr, "straggler: a leak, and nothing to compare it with: %s (%s) %s",
			    k->test, k->package, k->key);
	}
}

static bool compare_sides(struct hook *h, const char *module, struct run_file *here,
			  const struct run_file *base, struct err *err)
{
	struct absence absence = { h, module, here->run.module };
	const struct run_file *sides[] = { base, here };
	struct comparison_input in = { .base = { &sides[0], 1 },
				       .here = { &sides[1], 1 },
				       .alike = true,
				       .absent = is_absent,
				       .ctx = &absence };
	struct report_options options = { 0 };
	AUTO_COMPARISON c = { 0 };
	struct run_file shown = *here; /* borrows */
	AUTO_BUF text = { 0 };
	bool ok;

	comparison_make(&c, &in);
	tell_uncompared(&c);
	if (!comparison_fails(c.items, c.len))
		return true;
	h->fails = true;
	shown.base = (struct base_record){ .present = true,
					   .rev = "what was there",
					   .commit = h->before.hex,
					   .base_runs = 1,
					   .runs = 1 };
	shown.compared.items = c.items;
	shown.compared.len = c.len;
	ok = terminal_options("auto", STDERR_FILENO, &options, err) &&
	     report_term.write(&shown, &options, &text, err);
	if (ok)
		fwrite(buf_str(&text), 1, text.len, stderr);
	return ok;
}

static bool look_at_base(struct hook *h, const char *module, const struct words *packages,
			 struct run_file *here, struct err *err)
{
	AUTO_RUN_FILE base = { 0 };
	struct worktree w = { .fd = -1 };
	bool ok = true;

	if (*h->before.hex) {
		if (!worktree_make(&w, &h->elsewhere.repo, &h->before, buf_str(&h->elsewhere.trees),
				   err))
			return false;
		ok = run_side(h, &w, module, packages, &base, err);
		worktree_remove(&w);
	}
	if (!ok || h->signal || h->unfinished)
		return ok;
	return compare_sides(h, module, here, &base, err);
}

/* The first of the words is an option. */
static void tell_unchecked(const struct hook *h, const struct run_file *here,
			   const struct words *packages)
{
	for (size_t i = 1; h->unfinished && i < packages->len; i++)
		terminal_line(stderr, "straggler: not checked, the time is over: %s",
			      packages->items[i]);
	for (size_t i = 0; i < here->packages.len; i++)
		if (here->packages.items[i].checked == CHECKED_NO)
			terminal_line(stderr, "straggler: not checked, %s: %s",
				      here->packages.items[i].why, here->packages.items[i].package);
}

static bool check_module(struct hook *h, const struct worktree *w, const char *module,
			 const struct changes *c, struct err *err)
{
	AUTO_RUN_FILE here = { 0 };
	AUTO_WORDS packages = { 0 };
	bool ok;

	VEC_PUSH(&packages, config_option(h, w->dir, module));
	ok = find_packages(h, w->dir, module, c, &packages, err);
	if (!ok || packages.len == 1)
		return ok;
	ok = run_side(h, w, module, &packages, &here, err);
	if (ok && !h->signal && run_file_fails(&here))
		ok = look_at_base(h, module, &packages, &here, err);
	tell_unchecked(h, &here, &packages);
	return ok;
}

/* Checks what is staged, or the commit, against what was there before. */
static bool check_change(struct hook *h, struct err *err)
{
	const struct sha *before = *h->before.hex ? &h->before : NULL;
	const struct sha *after = h->staged ? NULL : &h->after;
	struct changes c = { 0 };
	struct worktree w = { .fd = -1 };
	bool ok;

	ok = history_changed(&h->elsewhere.repo, before, after, &c.paths, err) &&
	     (!c.paths.len ||
	      worktree_make(&w, &h->elsewhere.repo, after, buf_str(&h->elsewhere.trees), err));
	if (ok && w.fd >= 0)
		find_modules(h, w.dir, &c);
	for (size_t i = 0; ok && !h->signal && i < c.modules.len; i++)
		ok = check_module(h, &w, c.modules.items[i], &c, err);
	worktree_remove(&w);
	words_release(&c.modules);
	buf_release(&c.paths);
	return ok;
}

/* git tells its hooks which repository they are for. Tests that call git mean their own. */
static void clean_environment(struct hook *h)
{
	static const char *const gits[] = {
		"GIT_DIR=",    "GIT_WORK_TREE=",        "GIT_INDEX_FILE=",
		"GIT_PREFIX=", "GIT_OBJECT_DIRECTORY=", "GIT_QUARANTINE_PATH="
	};

	for (char **e = environ; *e; e++) {
		size_t i = 0;

		while (i < ARRAY_LEN(gits) && !starts_with(*e, gits[i]))
			i++;
		if (i == ARRAY_LEN(gits))
			VEC_PUSH(&h->environment, *e);
	}
	VEC_PUSH(&h->environment, NULL);
}

/* --- the stages --------------------------------------------------------------------------------- */

static bool is_zero(const char *hex)
{
	return hex[strspn(hex, "0")] == '\0';
}

/* What is pushed is held against what the remote has, else against what it will be merged into. */
static void find_before(struct hook *h, const char *remote)
{
	const struct repo *r = &h->elsewhere.repo;
	AUTO_BUF name = { 0 };
	struct sha tip;

	h->before = (struct sha){ 0 };
	if (!is_zero(remote) && repo_commit(r, remote, &tip, NULL) &&
	    repo_merge_base(r, &h->after, &tip, &h->before, NULL))
		return;
	if (repo_trunk(r, &name, &tip, NULL) &&
	    repo_merge_base(r, &h->after, &tip, &h->before, NULL) && !sha_eq(&h->before, &h->after))
		return;
	h->before = (struct sha){ 0 };
}

static bool check_commits(struct hook *h, const char *local, const char *remote, struct err *err)
{
	if (!repo_commit(&h->elsewhere.repo, local, &h->after, err))
		return false;
	find_before(h, remote);
	return check_change(h, err);
}

/* A line of git's: local ref, local name, remote ref, remote name (githooks(5), pre-push). */
static bool check_line(struct hook *h, char *line, struct err *err)
{
	char *save = NULL;
	const char *local_ref = strtok_r(line, " \n", &save);
	const char *local = strtok_r(NULL, " \n", &save);
	const char *remote_ref = strtok_r(NULL, " \n", &save);
	const char *remote = strtok_r(NULL, " \n", &save);

	if (!local_ref)
		return true;
	if (!remote_ref || !remote)
		return err_set(err, ERR_USAGE, "hook: not a line of git's pre-push");
	if (is_zero(local))
		return true; /* a branch is deleted */
	return check_commits(h, local, remote, err);
}

static bool check_push(struct hook *h, struct err *err)
{
	/* The pre-commit framework reads git's lines itself (pre-commit.com, "pre-push"). */
	const char *to = getenv("PRE_COMMIT_TO_REF"), *from = getenv("PRE_COMMIT_FROM_REF");
	AUTO_FREE char *line = NULL;
	size_t cap = 0;
	bool ok = true;

	if (to && *to)
		return check_commits(h, to, from ? from : "", err);
	while (ok && !h->signal && getline(&line, &cap, stdin) > 0)
		ok = check_line(h, line, err);
	return ok;
}

static bool check_commit(struct hook *h, struct err *err)
{
	const char *index = getenv("GIT_INDEX_FILE");

	h->staged = true;
	if (index && *index && !repo_use_index(&h->elsewhere.repo, index, err))
		return false;
	/* Before the first commit everything is new. */
	if (!repo_head(&h->elsewhere.repo, &h->before, NULL))
		h->before = (struct sha){ 0 };
	return check_change(h, err);
}

static bool run_stage(struct hook *h, int *code, struct err *err)
{
	bool ok;

	h->end_ns = clock_now_ns() + h->budget_ns;
	sigprocmask(SIG_SETMASK, NULL, &h->mask);
	trials_hold_signals();
	clean_environment(h);
	ok = strcmp(h->stage, "pre-push") != 0 ? check_commit(h, err) : check_push(h, err);
	if (!ok)
		return false;
	*code = h->fails || (h->unfinished && h->strict) ? EXIT_FINDINGS : EXIT_CLEAN;
	if (h->signal)
		*code = 128 + h->signal;
	return true;
}

static bool change_files(struct hook *h, struct err *err)
{
	AUTO_BUF folder = { 0 }, path = { 0 };
	bool found = true;

	if (!repo_hooks(&h->elsewhere.repo, &folder, err))
		return false;
	if (!strcmp(h->action, "uninstall")) {
		if (!hook_files_uninstall(buf_str(&folder), h->stage, &found, err))
			return false;
		printf("straggler: the %s hook was %s\n", h->stage,
		       found ? "removed" : "not installed");
		return true;
	}
	if (!hook_files_install(buf_str(&folder), h->stage, h->self, &path, err))
		return false;
	terminal_line(stdout, "straggler: installed %s", buf_str(&path));
	return true;
}

static bool act(struct hook *h, int *code, struct err *err)
{
	if (!program_path(h->self, err) || !elsewhere_open(&h->elsewhere, NULL, err))
		return false;
	if (!strcmp(h->action, "run"))
		return run_stage(h, code, err);
	if (!strcmp(h->action, "install") || !strcmp(h->action, "uninstall"))
		return change_files(h, err);
	return err_set(err, ERR_USAGE, "hook: install, uninstall or run, not '%s'", h->action);
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	struct hook h = { .stage = "pre-push", .budget_ns = 60 * NS_PER_S };
	bool ok = parse(argc, argv, &h, err);

	if (ok && h.helped)
		help_print(&cmd_hook);
	else if (ok)
		ok = act(&h, code, err);
	VEC_FREE(&h.environment);
	elsewhere_close(&h.elsewhere);
	arena_clear(&h.arena);
	return ok;
}

static const struct word_row actions[] = {
	{ "install",
	  "make a hook of git's that calls run; a hook that was there is called after it" },
	{ "uninstall", "put back what was there" },
	{ "run",
	  "test the packages that changed and those that import them, and fail of leaks that "
	  "are new" },
};

static bool word_at(size_t i, struct word_row *row)
{
	if (i < ARRAY_LEN(actions))
		*row = actions[i];
	return i < ARRAY_LEN(actions);
}

const struct command cmd_hook = {
	.name = "hook",
	.args = "install|uninstall|run [OPTION...]",
	.summary = "let git check what is pushed or committed",
	.about = "Keeps new leaks out of what is pushed or committed. Leaks that the upstream has, "
		 "too, block nothing; where there is nothing to compare with, nothing is blocked.",
	.words = "actions",
	.options = rows,
	.word_at = word_at,
	.run = run,
};
