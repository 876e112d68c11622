#include "vcs/trail.h"

#include "base/clock.h"
#include "base/vec.h"
#include "vcs/handle.h"
#include "vcs/moved.h"

#define PARENTS_MAX 16 /* git itself makes no merges of more than that */
#define BEYOND_MAX  50000
#define RENAMES_MAX 400 /* new files that are compared with gone ones */

/* A commit beside one of its parents. */
struct side {
	git_commit *parent; /* owned */
	git_diff *diff;     /* owned; new is the commit */
	bool similar;       /* renames were looked for */
	struct spots before;
};

struct sides {
	struct side items[PARENTS_MAX];
	size_t len;
};

static void sides_release(struct sides *s)
{
	for (size_t i = 0; i < s->len; i++) {
		git_diff_free(s->items[i].diff);
		git_commit_free(s->items[i].parent);
		spots_release(&s->items[i].before);
	}
}

static struct trail_stop *find_stop(struct trail_stops *stops, const struct sha *commit)
{
	for (size_t i = 0; i < stops->len; i++)
		if (sha_eq(&stops->items[i].commit, commit))
			return &stops->items[i];
	return NULL;
}

static bool has_spot(const struct spots *spots, const struct spot *s)
{
	for (size_t i = 0; i < spots->len; i++) {
		const struct spot *o = &spots->items[i];

		if (o->mark == s->mark && o->path == s->path && o->line == s->line)
			return true;
	}
	return false;
}

/* Takes the items over. Two branches may bring the same spot. */
static void put(struct trail_stops *stops, const struct sha *commit, int64_t time_s,
		struct spots *spots)
{
	struct trail_stop *stop = find_stop(stops, commit);

	if (!spots->len)
		return;
	if (!stop) {
		VEC_PUSH(stops, ((struct trail_stop){
				    .commit = *commit, .time_s = time_s, .spots = *spots }));
		*spots = (struct spots){ 0 };
		return;
	}
	for (size_t i = 0; i < spots->len; i++)
		if (!has_spot(&stop->spots, &spots->items[i]))
			VEC_PUSH(&stop->spots, spots->items[i]);
	spots_release(spots);
}

static void stops_release(struct trail_stops *stops)
{
	for (size_t i = 0; i < stops->len; i++)
		spots_release(&stops->items[i].spots);
	VEC_FREE(stops);
}

void trail_start(struct trail *t, const struct sha *commit, struct spots *spots)
{
	put(range_has(t->range, commit) ? &t->pending : &t->outside, commit, INT64_MAX, spots);
}

/* --- files ------------------------------------------------------------------------------- */

static struct str text_of(const git_blob *blob)
{
	return (struct str){ git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob) };
}

static bool is_large(const git_blob *blob)
{
	return blob && git_blob_rawsize(blob) > REPO_FILE_MAX;
}

static bool read_blob(const struct repo *r, const git_oid *id, git_blob **blob, struct err *err)
{
	int rc = git_blob_lookup(blob, r->git, id);

	return !rc || repo_fail(err, rc, "cannot read a file of the history");
}

git_blob *trail_file(const struct repo *r, const struct sha *commit, const char *path,
		     struct err *err)
{
	AUTO_GIT(tree) *tree = NULL;
	AUTO_GIT(tree_entry) *entry = NULL;
	git_blob *blob = NULL;
	int rc;

	if (!commit_tree(&tree, r, commit, err))
		return NULL;
	rc = git_tree_entry_bypath(&entry, tree, path);
	if (rc == GIT_ENOTFOUND || (!rc && git_tree_entry_type(entry) != GIT_OBJECT_BLOB))
		return NULL;
	rc = rc ? rc : git_blob_lookup(&blob, r->git, git_tree_entry_id(entry));
	if (rc)
		repo_fail(err, rc, "cannot read a file of %s", commit->hex);
	return blob;
}

/* --- one commit -------------------------------------------------------------------------- */

static const git_diff_delta *find_delta(git_diff *diff, const char *path)
{
	size_t n = git_diff_num_deltas(diff);

	for (size_t i = 0; i < n; i++) {
		const git_diff_delta *d = git_diff_get_delta(diff, i);

		if (d->status != GIT_DELTA_DELETED && !strcmp(d->new_file.path, path))
			return d;
	}
	return NULL;
}

static int look_for_renames(git_diff *diff, uint32_t more)
{
	git_diff_find_options options;
	int rc = git_diff_find_options_init(&options, GIT_DIFF_FIND_OPTIONS_VERSION);

	options.flags = GIT_DIFF_FIND_RENAMES | more;
	options.rename_limit = RENAMES_MAX;
	return rc ? rc : git_diff_find_similar(diff, &options);
}

static bool is_new(const git_diff_delta *d)
{
	return d->status == GIT_DELTA_ADDED || d->status == GIT_DELTA_UNTRACKED;
}

/* What the side did to a file, *delta NULL: nothing. */
static bool side_delta(struct side *s, const char *path, uint32_t more,
		       const git_diff_delta **delta, struct err *err)
{
	int rc;

	*delta = find_delta(s->diff, path);
	if (!*delta || !is_new(*delta) || s->similar)
		return true;
	rc = look_for_renames(s->diff, more);
	if (rc)
		return repo_fail(err, rc, "cannot look for renamed files");
	s->similar = true;
	*delta = find_delta(s->diff, path);
	return true;
}

static bool open_side(const struct repo *r, git_tree *tree, git_commit *parent, struct side *s,
		      struct err *err)
{
	AUTO_GIT(tree) *old = NULL;
	git_diff_options options;
	int rc = git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);

	options.flags = GIT_DIFF_SKIP_BINARY_CHECK | GIT_DIFF_IGNORE_SUBMODULES;
	s->parent = parent;
	rc = rc ? rc : git_commit_tree(&old, parent);
	rc = rc ? rc : git_diff_tree_to_tree(&s->diff, r->git, old, tree, &options);
	return !rc || repo_fail(err, rc, "cannot compare a commit with its parent");
}

static bool open_sides(const struct trail *t, git_commit *c, git_tree *tree, struct sides *sides,
		       struct err *err)
{
	size_t n = git_commit_parentcount(c);

	if (t->range->first_parents && n > 1 && !t->beyond)
		n = 1;
	for (size_t i = 0; i < n && i < PARENTS_MAX; i++) {
		git_commit *parent = NULL;
		int rc = git_commit_parent(&parent, c, (unsigned int)i);

		if (rc)
			return repo_fail(err, rc, "cannot read a parent of a commit");
		sides->len++;
		if (!open_side(t->repo, tree, parent, &sides->items[i], err))
			return false;
	}
	return true;
}

/* A commit and those of its spots that are in one file. */
struct visit {
	struct trail *t;
	struct sides *sides;
	const git_diff_delta *deltas[PARENTS_MAX]; /* one a side, none NULL */
	git_blob *old[PARENTS_MAX];                /* owned; NULL: not there */
	git_blob *new;                             /* owned */
	const struct spot *spots;
	size_t len;
	struct touches *touches; /* where they go */
	struct change change;
};

/* Where what is found of some spots goes. */
struct outcome {
	struct spots *before;
	struct touches *touches;
};

static const char *path_kept(const struct trail *t, const char *path)
{
	return texts_keep(t->paths, path, strlen(path));
}

static bool follow_one(struct visit *v, size_t side, const struct spot *spots, size_t n,
		       const struct outcome *to, struct err *err)
{
	struct change c = v->change;

	if (!v->old[side]) {
		change_begin(&c, spots, n, to->touches);
		return true;
	}
	c.old_text = text_of(v->old[side]);
	c.old_path = path_kept(v->t, v->deltas[side]->old_file.path);
	return change_follow(&c, spots, n, to->before, to->touches, err);
}

static bool touched(const struct touches *touches, uint32_t mark)
{
	for (size_t i = 0; i < touches->len; i++)
		if (touches->items[i].mark == mark)
			return true;
	return false;
}

static void add_touches(struct touches *to, const struct touches *from)
{
	for (size_t i = 0; i < from->len; i++)
		VEC_PUSH(to, from->items[i]);
}

static void add_spots(struct spots *to, const struct spots *from)
{
	for (size_t i = 0; i < from->len; i++)
		VEC_PUSH(to, from->items[i]);
}

/* A line goes to the first parent that has it; only one that none has is the merge's. */
static bool merge_line(struct visit *v, const struct spot *s, struct err *err)
{
	for (size_t i = 0; i < v->sides->len; i++) {
		AUTO_SPOTS before = { 0 };
		AUTO_TOUCHES touches = { 0 };

		if (!follow_one(v, i, s, 1, &(struct outcome){ &before, &touches }, err))
			return false;
		if (touches.len)
			continue;
		add_spots(&v->sides->items[i].before, &before);
		return true;
	}
	return follow_one(v, 0, s, 1, &(struct outcome){ &v->sides->items[0].before, v->touches },
			  err);
}

static bool merge_function(struct visit *v, const struct spot *s, struct err *err)
{
	struct str others[PARENTS_MAX];

	for (size_t i = 1; i < v->sides->len; i++)
		others[i - 1] = v->old[i] ? text_of(v->old[i]) : (struct str){ 0 };
	v->change.others = others;
	v->change.others_len = v->sides->len - 1;
	for (size_t i = 0; i < v->sides->len; i++) {
		AUTO_TOUCHES none = { 0 };
		struct outcome to = { &v->sides->items[i].before, i ? &none : v->touches };

		if (v->old[i] && !follow_one(v, i, s, 1, &to, err))
			return false;
	}
	v->change.others = NULL;
	v->change.others_len = 0;
	return true;
}

static bool visit_merge(struct visit *v, struct err *err)
{
	for (size_t i = 0; i < v->len; i++) {
		const struct spot *s = &v->spots[i];

		if (s->kind == SPOT_LINE ? !merge_line(v, s, err) : !merge_function(v, s, err))
			return false;
	}
	return true;
}

static bool read_versions(struct visit *v, struct err *err)
{
	const struct repo *r = v->t->repo;

	if (!read_blob(r, &v->deltas[0]->new_file.id, &v->new, err))
		return false;
	v->change.new_text = text_of(v->new);
	for (size_t i = 0; i < v->sides->len; i++)
		if (!is_new(v->deltas[i]) &&
		    !read_blob(r, &v->deltas[i]->old_file.id, &v->old[i], err))
			return false;
	return true;
}

/* What is too large to compare is followed no further, and blamed on nobody. */
static bool any_large(const struct visit *v)
{
	bool large = is_large(v->new);

	for (size_t i = 0; i < v->sides->len; i++)
		large |= is_large(v->old[i]);
	return large;
}

static bool visit_versions(struct visit *v, struct err *err)
{
	if (!read_versions(v, err))
		return false;
	if (any_large(v))
		return true;
	if (v->sides->len > 1)
		return visit_merge(v, err);
	return follow_one(v, 0, v->spots, v->len,
			  &(struct outcome){ &v->sides->items[0].before, v->touches }, err);
}

/* One file. Where a parent has the same, all spots are its. */
static bool visit_file(struct visit *v, struct err *err)
{
	bool ok;

	for (size_t i = 0; i < v->sides->len; i++) {
		if (!side_delta(&v->sides->items[i], v->spots[0].path, 0, &v->deltas[i], err))
			return false;
		if (v->deltas[i])
			continue;
		for (size_t k = 0; k < v->len; k++)
			VEC_PUSH(&v->sides->items[i].before, v->spots[k]);
		return true;
	}
	v->change.new_path = v->spots[0].path;
	ok = visit_versions(v, err);
	git_blob_free(v->new);
	for (size_t i = 0; i < v->sides->len; i++)
		git_blob_free(v->old[i]);
	return ok;
}

/* How many of the spots from i on are in the same file. */
static size_t same_file(const struct spots *s, size_t i)
{
	size_t n = 1;

	while (i + n < s->len && s->items[i + n].path == s->items[i].path)
		n++;
	return n;
}

static uint32_t number_of(struct trail *t, const struct sha *commit)
{
	VEC_PUSH(&t->commits, *commit);
	return (uint32_t)(t->commits.len - 1);
}

static bool visit_files(struct trail *t, const struct trail_stop *stop, struct sides *sides,
			struct touches *touches, struct err *err)
{
	size_t n;

	for (size_t i = 0; i < stop->spots.len; i += n) {
		struct visit v = { .t = t, .sides = sides, .touches = touches };

		n = same_file(&stop->spots, i);
		v.spots = &stop->spots.items[i];
		v.len = n;
		v.change.arena = t->arena;
		v.change.commit = (uint32_t)t->commits.len;
		if (!visit_file(&v, err))
			return false;
	}
	return true;
}

/* The first commit of all: everything in it is new. */
static bool visit_root(struct trail *t, const struct trail_stop *stop, struct touches *touches,
		       struct err *err)
{
	size_t n;

	for (size_t i = 0; i < stop->spots.len; i += n) {
		struct err why = { 0 };
		AUTO_GIT(blob) *blob = NULL;
		struct change c = { .new_path = stop->spots.items[i].path,
				    .commit = (uint32_t)t->commits.len,
				    .arena = t->arena };

		n = same_file(&stop->spots, i);
		blob = trail_file(t->repo, &stop->commit, c.new_path, &why);
		if (why.code)
			return err_set(err, why.code, "%s", why.msg);
		if (!blob || is_large(blob))
			continue;
		c.new_text = text_of(blob);
		change_begin(&c, &stop->spots.items[i], n, touches);
	}
	return true;
}

/* Outside of the range a line is done with where it was touched. */
static void hand_on(struct trail *t, struct side *s, const struct touches *touches)
{
	struct sha parent;
	AUTO_SPOTS left = { 0 };
	bool inside;

	sha_of(&parent, git_commit_id(s->parent));
	inside = t->beyond || range_has(t->range, &parent);
	for (size_t i = 0; i < s->before.len; i++)
		if (!t->beyond || !touched(touches, s->before.items[i].mark))
			VEC_PUSH(&left, s->before.items[i]);
	put(inside ? &t->pending : &t->outside, &parent, git_commit_time(s->parent), &left);
}

/* What a merge brings together was moved before. */
static bool follow_moves(const struct trail *t, const struct trail_stop *stop, struct sides *sides,
			 struct touches *touches, struct err *err)
{
	struct moved_spec spec = { .repo = t->repo,
				   .diff = sides->items[0].diff,
				   .spots = &stop->spots,
				   .commit = (uint32_t)t->commits.len,
				   .paths = t->paths,
				   .arena = t->arena };

	return sides->len != 1 || !touches->len ||
	       moved_follow(&spec, touches, &sides->items[0].before, err);
}

static bool visit(struct trail *t, const struct trail_stop *stop, struct err *err)
{
	CLEANUP(sides_release) struct sides sides = { .len = 0 };
	AUTO_GIT(commit) *c = NULL;
	AUTO_GIT(tree) *tree = NULL;
	AUTO_TOUCHES touches = { 0 };

	if (!commit_find(&c, t->repo, &stop->commit, err) ||
	    !commit_tree(&tree, t->repo, &stop->commit, err))
		return false;
	if (repo_is_cut(t->repo, &stop->commit)) {
		t->cut = true;
		return true;
	}
	if (!open_sides(t, c, tree, &sides, err))
		return false;
	if (sides.len ? !visit_files(t, stop, &sides, &touches, err) ||
			    !follow_moves(t, stop, &sides, &touches, err)
		      : !visit_root(t, stop, &touches, err))
		return false;
	if (t->ignored && map_find(t->ignored, sha_hash(&stop->commit)))
		touches.len = 0;
	if (touches.len)
		number_of(t, &stop->commit);
	add_touches(&t->touches, &touches);
	for (size_t i = 0; i < sides.len; i++)
		hand_on(t, &sides.items[i], &touches);
	return true;
}

/* --- the walk ---------------------------------------------------------------------------- */

/* Takes the newest out: its children are newer, where clocks were right. Where not, a commit is
 * visited twice. */
static struct trail_stop take_newest(struct trail_stops *stops)
{
	struct trail_stop newest;
	size_t at = 0;

	for (size_t i = 1; i < stops->len; i++)
		if (stops->items[i].time_s > stops->items[at].time_s)
			at = i;
	newest = stops->items[at];
	stops->items[at] = stops->items[--stops->len];
	return newest;
}

bool trail_walk(struct trail *t, struct err *err)
{
	while (t->pending.len && !t->late) {
		struct trail_stop stop = take_newest(&t->pending);
		bool ok = visit(t, &stop, err);

		spots_release(&stop.spots);
		if (!ok)
			return false;
		t->walked++;
		t->late = (t->deadline_ns && clock_now_ns() > t->deadline_ns) ||
			  (t->beyond && t->walked > BEYOND_MAX);
	}
	return true;
}

bool trail_go_beyond(struct trail *t, const bool *wanted, struct err *err)
{
	if (t->late)
		return true;
	t->beyond = true;
	for (size_t i = 0; i < t->outside.len; i++) {
		struct trail_stop *stop = &t->outside.items[i];
		AUTO_SPOTS lines = { 0 };

		for (size_t k = 0; k < stop->spots.len; k++)
			if (stop->spots.items[k].kind == SPOT_LINE &&
			    wanted[stop->spots.items[k].mark])
				VEC_PUSH(&lines, stop->spots.items[k]);
		put(&t->pending, &stop->commit, stop->time_s, &lines);
	}
	stops_release(&t->outside);
	return trail_walk(t, err);
}

/* --- what is not committed ------------------------------------------------------------- */

/* HEAD beside the work tree, as far as it is needed for renames. */
static bool open_disk(const struct trail *t, const struct sha *head, struct side *s,
		      struct err *err)
{
	AUTO_GIT(tree) *tree = NULL;
	git_diff_options options;
	int rc;

	if (s->diff)
		return true;
	if (!commit_tree(&tree, t->repo, head, err))
		return false;
	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
			GIT_DIFF_IGNORE_SUBMODULES;
	rc = git_diff_tree_to_workdir_with_index(&s->diff, t->repo->git, tree, &options);
	return !rc || repo_fail(err, rc, "cannot compare the work tree with HEAD");
}

static bool find_old(struct trail *t, const struct sha *head, struct side *s, struct change *c,
		     git_blob **old, struct err *err)
{
	const git_diff_delta *d;
	struct err why = { 0 };

	c->old_path = c->new_path;
	*old = trail_file(t->repo, head, c->new_path, &why);
	if (why.code)
		return err_set(err, why.code, "%s", why.msg);
	if (*old)
		return true;
	if (!open_disk(t, head, s, err) ||
	    !side_delta(s, c->new_path, GIT_DIFF_FIND_FOR_UNTRACKED, &d, err))
		return false;
	if (!d || is_new(d))
		return true;
	c->old_path = path_kept(t, d->old_file.path);
	return read_blob(t->repo, &d->old_file.id, old, err);
}

static bool start_file(struct trail *t, const struct sha *head, struct side *s,
		       const struct spot *spots, size_t n, struct err *err)
{
	struct change c = { .new_path = spots[0].path,
			    .commit = TRAIL_WORK_TREE,
			    .arena = t->arena };
	AUTO_BUF text = { 0 };
	AUTO_GIT(blob) *old = NULL;

	if (!repo_read_file(t->repo, c.new_path, &text))
		return true;
	c.new_text = (struct str){ buf_str(&text), text.len };
	if (!find_old(t, head, s, &c, &old, err))
		return false;
	if (!old) {
		change_begin(&c, spots, n, &t->touches);
		return true;
	}
	if (is_large(old))
		return true;
	c.old_text = text_of(old);
	return change_follow(&c, spots, n, &s->before, &t->touches, err);
}

bool trail_start_work_tree(struct trail *t, const struct sha *head, const struct spots *spots,
			   struct err *err)
{
	CLEANUP(sides_release) struct sides one = { .len = 1 };
	size_t n;

	for (size_t i = 0; i < spots->len; i += n) {
		n = same_file(spots, i);
		if (!start_file(t, head, &one.items[0], &spots->items[i], n, err))
			return false;
	}
	trail_start(t, head, &one.items[0].before);
	return true;
}

void trail_release(struct trail *t)
{
	touches_release(&t->touches);
	VEC_FREE(&t->commits);
	stops_release(&t->pending);
	stops_release(&t->outside);
}
