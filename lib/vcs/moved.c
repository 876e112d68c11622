#include "vcs/moved.h"

#include "base/vec.h"
#include "vcs/declarations.h"
#include "vcs/handle.h"

/* A file as it was or is. */
struct version {
	git_blob *blob; /* owned, NULL: there is none */
	struct str text;
	struct declarations functions;
};

struct move {
	const struct moved_spec *spec;
	const struct spot *function;
	struct arena arena;
	struct version new, old, left; /* left: the old file, after the commit */
	const char *old_path;
	const struct declaration *to, *from;
};

static void release_version(struct version *v)
{
	git_blob_free(v->blob);
	declarations_release(&v->functions);
	*v = (struct version){ 0 };
}

static void move_release(struct move *m)
{
	release_version(&m->new);
	release_version(&m->old);
	release_version(&m->left);
	arena_clear(&m->arena);
}

static bool read_version(struct move *m, const git_diff_file *file, struct version *v,
			 struct err *err)
{
	int rc;

	release_version(v);
	if (!(file->flags & GIT_DIFF_FLAG_EXISTS))
		return true;
	rc = git_blob_lookup(&v->blob, m->spec->repo->git, &file->id);
	if (rc)
		return repo_fail(err, rc, "cannot read a file of the history");
	if (git_blob_rawsize(v->blob) <= REPO_FILE_MAX)
		v->text =
		    (struct str){ git_blob_rawcontent(v->blob), (size_t)git_blob_rawsize(v->blob) };
	declarations_read(&v->functions, v->text, &m->arena);
	return true;
}

static const struct declaration *named(const struct move *m, const struct version *v)
{
	return declarations_named(&v->functions, m->function->name, m->function->ordinal);
}

static bool same_folder(const char *a, const char *b)
{
	const char *end_a = strrchr(a, '/'), *end_b = strrchr(b, '/');
	size_t n = end_a ? (size_t)(end_a - a) : 0, k = end_b ? (size_t)(end_b - b) : 0;

	return n == k && !memcmp(a, b, n);
}

/* The next line of a declaration that says something, without white space at its ends. */
static bool next_line(struct str *rest, struct str *line)
{
	while (str_line(rest, line)) {
		while (line->n && strchr(" \t\r", line->p[line->n - 1]))
			line->n--;
		while (line->n && strchr(" \t", *line->p)) {
			line->p++;
			line->n--;
		}
		if (line->n > 2)
			return true;
	}
	return false;
}

static struct str text_of(const struct version *v, const struct declaration *d)
{
	struct str rest = v->text, line, text = { rest.p, 0 };
	uint32_t n = 0;

	while (n < d->last && str_line(&rest, &line)) {
		if (++n == d->first)
			text.p = line.p;
		text.n = (size_t)(rest.p - text.p);
	}
	return text;
}

static bool has_line(struct str text, struct str wanted)
{
	struct str line;

	while (next_line(&text, &line))
		if (str_eq(line, wanted))
			return true;
	return false;
}

/* In another folder the name alone says little: half of its lines have to be the same. */
static bool is_alike(const struct move *m)
{
	struct str old = text_of(&m->old, m->from), rest = text_of(&m->new, m->to), line;
	size_t all = 0, same = 0;

	while (next_line(&rest, &line)) {
		all++;
		same += has_line(old, line) ? 1 : 0;
	}
	return all > 1 && 2 * same >= all;
}

/* Whether the delta is that of the file that the function left. */
static bool left_here(struct move *m, const git_diff_delta *d, bool near, struct err *err)
{
	if (!strcmp(d->new_file.path, m->function->path) || !ends_with(d->old_file.path, ".go") ||
	    same_folder(d->old_file.path, m->function->path) != near)
		return false;
	if (!read_version(m, &d->old_file, &m->old, err) || !named(m, &m->old) ||
	    !read_version(m, &d->new_file, &m->left, err))
		return false;
	m->from = named(m, &m->old);
	return !named(m, &m->left) && (near || is_alike(m));
}

static bool find_left(struct move *m, bool near, struct err *err)
{
	size_t n = git_diff_num_deltas(m->spec->diff);

	for (size_t i = 0; i < n && m->to && !err->code; i++) {
		const git_diff_delta *d = git_diff_get_delta(m->spec->diff, i);

		if (!left_here(m, d, near, err))
			continue;
		m->old_path =
		    texts_keep(m->spec->paths, d->old_file.path, strlen(d->old_file.path));
		return true;
	}
	return false;
}

static bool find(struct move *m, struct err *err)
{
	size_t n = git_diff_num_deltas(m->spec->diff);

	for (size_t i = 0; i < n && !err->code; i++) {
		const git_diff_delta *d = git_diff_get_delta(m->spec->diff, i);

		if (d->status != GIT_DELTA_DELETED &&
		    !strcmp(d->new_file.path, m->function->path) &&
		    !read_version(m, &d->new_file, &m->new, err))
			return false;
	}
	m->to = named(m, &m->new);
	return find_left(m, true, err) || find_left(m, false, err);
}

/* --- spots --------------------------------------------------------------------------------- */

static bool take_touch(struct touches *touches, uint32_t mark, enum touch_kind kind)
{
	for (size_t i = 0; i < touches->len; i++) {
		if (touches->items[i].mark != mark || touches->items[i].kind != kind)
			continue;
		memmove(&touches->items[i], &touches->items[i + 1],
			(touches->len - i - 1) * sizeof(touches->items[0]));
		touches->len--;
		return true;
	}
	return false;
}

static bool came_along(const struct move *m, const struct spot *s)
{
	return s == m->function || (s->kind == SPOT_LINE && s->path == m->function->path &&
				    s->line >= m->to->first && s->line <= m->to->last);
}

/* As if one file had become the other: what changed on the way is the commit's. */
static bool carry(const struct move *m, struct touches *touches, struct spots *before,
		  struct err *err)
{
	struct change c = { .old_text = m->old.text,
			    .new_text = m->new.text,
			    .old_path = m->old_path,
			    .new_path = m->function->path,
			    .commit = m->spec->commit,
			    .arena = m->spec->arena };
	AUTO_SPOTS moved = { 0 };

	for (size_t i = 0; i < m->spec->spots->len; i++) {
		const struct spot *s = &m->spec->spots->items[i];

		if (came_along(m, s) &&
		    take_touch(touches, s->mark,
			       s->kind == SPOT_LINE ? TOUCH_LINE_NEW : TOUCH_FUNCTION_NEW))
			VEC_PUSH(&moved, *s);
	}
	return change_follow(&c, moved.items, moved.len, before, touches, err);
}

static bool is_added(const struct touches *touches, const struct spot *s)
{
	for (size_t i = 0; i < touches->len; i++)
		if (touches->items[i].mark == s->mark &&
		    touches->items[i].kind == TOUCH_FUNCTION_NEW)
			return true;
	return false;
}

bool moved_follow(const struct moved_spec *spec, struct touches *touches, struct spots *before,
		  struct err *err)
{
	struct err why = { 0 };

	for (size_t i = 0; i < spec->spots->len && !why.code; i++) {
		CLEANUP(move_release)
		struct move m = { .spec = spec, .function = &spec->spots->items[i] };

		if (m.function->kind == SPOT_FUNCTION && is_added(touches, m.function) &&
		    find(&m, &why))
			carry(&m, touches, before, &why);
	}
	return !why.code || err_set(err, why.code, "%s", why.msg);
}
