#include "vcs/history.h"

#include "base/map.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "vcs/handle.h"

/* --- reading --------------------------------------------------------------------------- */

/* A commit whose parents are being read. */
struct open_commit {
	git_commit *commit; /* owned */
	uint32_t next;      /* parent to look at */
	uint32_t parents[];
};

struct reader {
	struct history *to;
	const struct repo *repo;
	struct map seen; /* hash of a name to 1 + index, the first of a chain */
	struct {
		size_t *items; /* the next with the same hash, 1 + index */
		size_t len, cap;
	} chain;
	struct {
		struct open_commit **items;
		size_t len, cap;
	} stack;
};

static uint64_t hash_of(const git_oid *oid)
{
	uint64_t h;

	memcpy(&h, oid->id, sizeof(h));
	return h;
}

static bool find(const struct reader *r, const git_oid *oid, uint32_t *index)
{
	const uintptr_t *first = map_find(&r->seen, hash_of(oid));
	struct sha sha;

	sha_of(&sha, oid);
	for (size_t i = first ? *first : 0; i; i = r->chain.items[i - 1]) {
		if (sha_eq(&r->to->items[i - 1].sha, &sha)) {
			*index = (uint32_t)(i - 1);
			return true;
		}
	}
	return false;
}

static uint32_t parents_of(const struct reader *r, const struct open_commit *o)
{
	struct sha sha;

	sha_of(&sha, git_commit_id(o->commit));
	return repo_is_cut(r->repo, &sha) ? 0 : git_commit_parentcount(o->commit);
}

static bool push(struct reader *r, const struct sha *sha, struct err *err)
{
	struct open_commit *o;
	git_commit *commit;

	if (!commit_find(&commit, r->repo, sha, err))
		return false;
	o = calloc(1, sizeof(*o) + git_commit_parentcount(commit) * sizeof(o->parents[0]));
	if (!o)
		abort();
	o->commit = commit;
	VEC_PUSH(&r->stack, o);
	return true;
}

static void open_free(struct open_commit *o)
{
	git_commit_free(o->commit);
	free(o);
}

/* All its parents are in: so is it. */
static void close_commit(struct reader *r, struct open_commit *o)
{
	const git_oid *oid = git_commit_id(o->commit);
	struct history_commit c = { .parents_len = o->next };
	uintptr_t *first = map_find(&r->seen, hash_of(oid));

	sha_of(&c.sha, oid);
	c.parents = arena_alloc(&r->to->arena, o->next * sizeof(*c.parents));
	if (o->next)
		memcpy(c.parents, o->parents, o->next * sizeof(*c.parents));
	VEC_PUSH(r->to, c);
	VEC_PUSH(&r->chain, first ? *first : 0);
	map_set(&r->seen, hash_of(oid), r->to->len);
}

/* One step: down to a parent that is not in, or up. */
static bool step(struct reader *r, struct err *err)
{
	struct open_commit *o = r->stack.items[r->stack.len - 1];
	uint32_t index;

	if (find(r, git_commit_id(o->commit), &index)) {
		open_free(o);
		r->stack.len--;
		return true;
	}
	for (; o->next < parents_of(r, o); o->next++) {
		const git_oid *parent = git_commit_parent_id(o->commit, o->next);
		struct sha sha;

		sha_of(&sha, parent);
		if (!find(r, parent, &o->parents[o->next]))
			return push(r, &sha, err);
	}
	close_commit(r, o);
	open_free(o);
	r->stack.len--;
	return true;
}

bool history_read(struct history *h, const struct repo *repo, const struct sha *tip,
		  struct err *err)
{
	struct reader r = { .to = h, .repo = repo };
	bool ok = push(&r, tip, err);

	while (ok && r.stack.len)
		ok = step(&r, err);
	for (size_t i = 0; i < r.stack.len; i++)
		open_free(r.stack.items[i]);
	VEC_FREE(&r.stack);
	VEC_FREE(&r.chain);
	map_release(&r.seen);
	return ok;
}

void history_release(struct history *h)
{
	VEC_FREE(h);
	arena_clear(&h->arena);
}

size_t history_find(const struct history *h, const struct sha *sha)
{
	size_t i = h->len;

	while (i && !sha_eq(&h->items[i - 1].sha, sha))
		i--;
	return i ? i - 1 : h->len;
}

/* --- what a commit changed ---------------------------------------------------------------- */

static bool make_diff(const struct repo *r, const struct sha *sha, git_diff **diff, struct err *err)
{
	AUTO_GIT(commit) *commit = NULL;
	AUTO_GIT(tree) *before = NULL, *after = NULL;
	git_diff_options options;
	struct sha parent;
	int rc;

	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.context_lines = 0;
	if (!commit_find(&commit, r, sha, err) || !commit_tree(&after, r, sha, err))
		return false;
	if (git_commit_parentcount(commit) && !repo_is_cut(r, sha)) {
		sha_of(&parent, git_commit_parent_id(commit, 0));
		if (!commit_tree(&before, r, &parent, err))
			return false;
	}
	rc = git_diff_tree_to_tree(diff, r->git, before, after, &options);
	return !rc || repo_fail(err, rc, "what commit %.*s changed", SHA_SHORT_LEN, sha->hex);
}

bool history_stat(const struct repo *r, const struct sha *commit, struct buf *out, struct err *err)
{
	AUTO_GIT(diff) *diff = NULL;
	git_diff_stats *stats = NULL;
	git_buf text = { 0 };
	int rc;

	if (!make_diff(r, commit, &diff, err))
		return false;
	rc = git_diff_get_stats(&stats, diff);
	if (!rc)
		rc = git_diff_stats_to_buf(&text, stats, GIT_DIFF_STATS_FULL, 80);
	if (!rc) {
		struct str rest = { text.ptr, text.size }, line;

		while (str_line(&rest, &line)) {
			AUTO_BUF raw = { 0 };

			buf_put(&raw, line.p, line.n);
			utf8_clean(out, buf_str(&raw));
			buf_putc(out, '\n');
		}
	}
	git_buf_dispose(&text);
	git_diff_stats_free(stats);
	return !rc || repo_fail(err, rc, "count what the commit changed");
}

struct lines {
	struct file_paths paths;
	size_t left;
	struct buf *out;
};

static bool is_one_of(struct file_paths paths, const char *path)
{
	for (size_t i = 0; i < paths.len; i++)
		if (!strcmp(paths.items[i], path))
			return true;
	return false;
}

static int put_line(const git_diff_delta *delta, const git_diff_hunk *hunk,
		    const git_diff_line *line, void *payload)
{
	struct lines *l = payload;
	bool added = line->origin == GIT_DIFF_LINE_ADDITION;
	const char *path = added ? delta->new_file.path : delta->old_file.path;
	struct str rest = { line->content, line->content_len }, text = { 0 };
	AUTO_BUF raw = { 0 };

	(void)hunk;
	if (!l->left || (!added && line->origin != GIT_DIFF_LINE_DELETION) ||
	    !is_one_of(l->paths, path))
		return 0;
	str_line(&rest, &text);
	buf_printf(&raw, "%s:%d: %c", path, added ? line->new_lineno : line->old_lineno,
		   line->origin);
	buf_put(&raw, text.p, text.n);
	utf8_clean(l->out, buf_str(&raw));
	buf_putc(l->out, '\n');
	l->left--;
	return 0;
}

bool history_lines(const struct repo *r, const struct sha *commit, struct file_paths paths,
		   size_t limit, struct buf *out, struct err *err)
{
	AUTO_GIT(diff) *diff = NULL;
	struct lines l = { .paths = paths, .left = limit, .out = out };
	int rc;

	if (!make_diff(r, commit, &diff, err))
		return false;
	rc = git_diff_foreach(diff, NULL, NULL, NULL, put_line, &l);
	return !rc || repo_fail(err, rc, "read what the commit changed");
}

bool history_touches(const struct repo *r, const struct sha *commit, struct file_paths paths)
{
	AUTO_GIT(diff) *diff = NULL;

	if (!make_diff(r, commit, &diff, NULL))
		return false;
	for (size_t i = 0; i < git_diff_num_deltas(diff); i++) {
		const git_diff_delta *d = git_diff_get_delta(diff, i);

		if (is_one_of(paths, d->new_file.path) || is_one_of(paths, d->old_file.path))
			return true;
	}
	return false;
}

bool history_changed(const struct repo *r, const struct sha *before, const struct sha *after,
		     struct buf *out, struct err *err)
{
	AUTO_GIT(tree) *old = NULL, *new = NULL;
	AUTO_GIT(diff) *diff = NULL;
	int rc;

	if ((before && !commit_tree(&old, r, before, err)) ||
	    (after && !commit_tree(&new, r, after, err)))
		return false;
	rc = after ? git_diff_tree_to_tree(&diff, r->git, old, new, NULL)
		   : git_diff_tree_to_index(&diff, r->git, old, NULL, NULL);
	if (rc)
		return repo_fail(err, rc, "find what changed");
	for (size_t i = 0; i < git_diff_num_deltas(diff); i++) {
		const char *path = git_diff_get_delta(diff, i)->new_file.path;

		buf_put(out, path, strlen(path) + 1);
	}
	return true;
}
