#include "base.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/vec.h"
#include "state.h"
#include "version.h"

#define BASE_RUNS_MAX 4 /* runs of the base for each that was asked for, to settle a doubt */

bool base_open(struct base *b, const struct base_spec *spec, const char *dir, struct err *err)
{
	struct sha head, rev;

	b->spec = spec;
	if (!elsewhere_open(&b->elsewhere, dir, err) ||
	    !repo_commit(&b->elsewhere.repo, spec->rev, &rev, err))
		return err_wrap(err, "--base");
	b->commit = rev;
	if (spec->exact)
		return true;
	if (!repo_head(&b->elsewhere.repo, &head, err) ||
	    !repo_merge_base(&b->elsewhere.repo, &head, &rev, &b->commit, err))
		return err_wrap(err, "--base");
	return true;
}

/* --- runs that there are -------------------------------------------------------------- */

/* What decides what a run of the commit finds, besides the commit. */
static bool make_cache(struct base *b, struct err *err)
{
	uint64_t h = HASH_START;
	char name[80];

	h = hash_word(h, straggler_version);
	h = hash_word(h, b->spec->go_version);
	h = hash_word(h, buf_str(b->spec->policy));
	h = hash_word(h, b->elsewhere.below);
	for (size_t i = 0; i < b->spec->trials.args->len; i++)
		h = hash_word(h, b->spec->trials.args->items[i]);
	snprintf(name, sizeof(name), "base/%s-%016llx", b->commit.hex, (unsigned long long)h);
	if (!state_folder(&b->cache, name, err))
		return false;
	return state_make_dirs(buf_str(&b->cache)) ||
	       err_sys(err, errno, "create %s", buf_str(&b->cache));
}

static char *cache_path(const struct base *b, size_t i, const char *suffix)
{
	struct buf path = { 0 };

	buf_printf(&path, "%s/%zu.%s", buf_str(&b->cache), i, suffix);
	return buf_take(&path);
}

static bool any_checked(const struct run_file *r)
{
	for (size_t i = 0; i < r->packages.len; i++)
		if (r->packages.items[i].checked != CHECKED_NO)
			return true;
	return false;
}

static struct run_file *read_run(const char *path)
{
	struct run_file *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	if (run_file_read(r, path, NULL) && r->end.present)
		return r;
	run_file_release(r);
	free(r);
	return NULL;
}

/* Those of earlier invocations. */
static void read_cache(struct base *b)
{
	for (size_t i = 0; i < (size_t)b->spec->runs * BASE_RUNS_MAX; i++) {
		AUTO_FREE char *path = cache_path(b, i, "jsonl");
		struct run_file *r = read_run(path);

		if (!r)
			return;
		VEC_PUSH(&b->there, r);
	}
}

/* --- runs that are made ------------------------------------------------------------------ */

/* One run in dir. Its file is kept when it is to be used again. *r is NULL when it did not
 * come to its end. */
static bool run_once(struct base *b, const char *dir, bool keep, struct run_file **r,
		     struct err *err)
{
	AUTO_FREE char *kept = cache_path(b, b->there.len, "jsonl");
	AUTO_FREE char *path = NULL, *log = NULL;
	struct trial t = { .dir = dir };
	struct buf text = { 0 };
	bool ok;

	buf_printf(&text, "%s/run-%d.jsonl", buf_str(&b->cache), getpid());
	path = buf_take(&text);
	buf_printf(&text, "%s/run-%d.log", buf_str(&b->cache), getpid());
	log = buf_take(&text);
	t.run_file = path;
	t.log = log;
	*r = NULL;
	ok = trials_run(&b->spec->trials, &t, 1, &b->signal, err);
	if (ok && !b->signal)
		*r = read_run(path);
	if (!*r || !keep || !any_checked(*r) || rename(path, kept))
		unlink(path);
	unlink(log);
	return ok;
}

static bool repeat_here(struct base *b, struct err *err)
{
	while (!b->signal && b->here.len + 1 < b->spec->runs) {
		struct run_file *r;

		if (!run_once(b, b->elsewhere.dir, false, &r, err))
			return err_wrap(err, "repeat the run");
		if (!r)
			break;
		VEC_PUSH(&b->here, r);
	}
	return true;
}

static bool is_absent(void *ctx, const char *package)
{
	const struct base *b = ctx;

	return !elsewhere_has_package(&b->elsewhere, &b->commit, package);
}

static void compare(struct base *b, const struct run_file *run)
{
	const struct run_file **here = calloc(b->here.len + 1, sizeof(void *));
	struct comparison_input in = { .alike = true, .absent = is_absent, .ctx = b };

	if (!here)
		abort();
	here[0] = run;
	for (size_t i = 0; i < b->here.len; i++)
		here[i + 1] = b->here.items[i];
	in.here = (struct runs){ here, b->here.len + 1 };
	in.base = (struct runs){ (const struct run_file *const *)b->there.items, b->there.len };
	comparison_release(&b->comparison);
	comparison_make(&b->comparison, &in);
	free(here);
}

static bool wants_more(const struct base *b)
{
	if (b->there.len < b->spec->runs)
		return true;
	return b->spec->runs > 1 && b->there.len < (size_t)b->spec->runs * BASE_RUNS_MAX &&
	       comparison_wants_base(&b->comparison);
}

static bool repeat_there(struct base *b, const struct run_file *run, const char *dir,
			 struct err *err)
{
	while (!b->signal && wants_more(b)) {
		struct run_file *r;

		if (!run_once(b, dir, true, &r, err))
			return err_wrap(err, "run the base");
		if (!r)
			break;
		VEC_PUSH(&b->there, r);
		compare(b, run);
		if (!any_checked(r))
			break; /* what does not build will not */
	}
	return true;
}

static bool run_there(struct base *b, const struct run_file *run, struct err *err)
{
	struct worktree w = { .fd = -1 };
	AUTO_BUF dir = { 0 };
	bool ok;

	if (b->signal || !wants_more(b))
		return true;
	if (!elsewhere_make(&b->elsewhere, &b->commit, &w, &dir, err))
		return err_wrap(err, "--base");
	/* A module that is not there yet has nothing to run. */
	ok = access(buf_str(&dir), F_OK) != 0 || repeat_there(b, run, buf_str(&dir), err);
	worktree_remove(&w);
	return ok;
}

/* --- what it comes to ---------------------------------------------------------------------- */

static void add_line(struct run_file *run, struct buf *lines, size_t before)
{
	record_read_line(run, lines->data + before, lines->len - before - 1, NULL);
}

static void add_records(struct base *b, struct run_file *run, struct buf *lines)
{
	struct base_record record = {
		.rev = b->spec->rev,
		.commit = b->commit.hex,
		.runs = (uint32_t)b->here.len + 1,
		.base_runs = (uint32_t)b->there.len,
	};
	size_t at = lines->len;

	record_write_base(lines, &record);
	add_line(run, lines, at);
	for (size_t i = 0; i < b->comparison.len; i++) {
		at = lines->len;
		record_write_compared(lines, &b->comparison.items[i]);
		add_line(run, lines, at);
	}
}

bool base_compare(struct base *b, struct run_file *run, struct buf *lines, struct err *err)
{
	if (!make_cache(b, err) || !repeat_here(b, err))
		return false;
	read_cache(b);
	compare(b, run);
	if (!run_there(b, run, err))
		return false;
	if (!b->signal)
		add_records(b, run, lines);
	return true;
}

void base_close(struct base *b)
{
	for (size_t i = 0; i < b->here.len; i++) {
		run_file_release(b->here.items[i]);
		free(b->here.items[i]);
	}
	for (size_t i = 0; i < b->there.len; i++) {
		run_file_release(b->there.items[i]);
		free(b->there.items[i]);
	}
	VEC_FREE(&b->here);
	VEC_FREE(&b->there);
	comparison_release(&b->comparison);
	buf_release(&b->cache);
	elsewhere_close(&b->elsewhere);
}
