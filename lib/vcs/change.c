#include "vcs/change.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "vcs/declarations.h"
#include "vcs/handle.h"
#include "vcs/rewrite.h"

/* One change under way. */
struct follow {
	const struct change *c;
	struct rewrite rewrite;
	struct declarations old_functions, new_functions;
	bool read;          /* those two are */
	struct arena names; /* of those two */
	struct touches *touches;
};

static const char *kept(struct arena *a, struct str text)
{
	AUTO_BUF raw = { 0 };
	AUTO_BUF clean = { 0 };

	buf_put(&raw, text.p, text.n < TOUCH_TEXT_MAX ? text.n : TOUCH_TEXT_MAX);
	utf8_clean(&clean, buf_str(&raw));
	return arena_strndup(a, buf_str(&clean), clean.len);
}

static void add(struct touches *touches, const struct change *c, struct touch t)
{
	t.commit = c->commit;
	t.path = c->new_path;
	t.text = t.text ? t.text : "";
	t.was = t.was ? t.was : "";
	VEC_PUSH(touches, t);
}

static bool says_nothing(struct str line)
{
	return !line.n || str_starts(line, "//") || str_starts(line, "/*") || str_starts(line, "*");
}

/* Whether the line is in a hunk's other side: it only moved. Sets where it was. */
static bool was_elsewhere(const struct rewrite *r, struct str text, uint32_t *line)
{
	for (size_t i = 0; i < r->len; i++)
		for (uint32_t k = 0; k < r->items[i].old_lines; k++) {
			if (!str_eq(hunk_old(r, &r->items[i], k), text))
				continue;
			*line = r->items[i].old_first + k;
			return true;
		}
	return false;
}

static bool is_elsewhere(const struct rewrite *r, struct str text)
{
	for (size_t i = 0; i < r->len; i++)
		for (uint32_t k = 0; k < r->items[i].new_lines; k++)
			if (str_eq(hunk_new(r, &r->items[i], k), text))
				return true;
	return false;
}

/* The text of a line that a hunk took away. */
static struct str old_text_of(const struct rewrite *r, uint32_t line)
{
	for (size_t i = 0; i < r->len; i++)
		if (line >= r->items[i].old_first &&
		    line - r->items[i].old_first < r->items[i].old_lines)
			return hunk_old(r, &r->items[i], line - r->items[i].old_first);
	return (struct str){ 0 };
}

static void follow_line(struct follow *f, const struct spot *s, struct spots *before)
{
	const struct rewrite *r = &f->rewrite;
	const struct hunk *h = rewrite_hunk(r, s->line);
	struct spot old = *s;

	old.path = f->c->old_path;
	old.line = rewrite_old_line(r, s->line);
	if (h) {
		struct str text = hunk_new(r, h, s->line - h->new_first);

		if (!was_elsewhere(r, text, &old.line))
			add(f->touches, f->c,
			    (struct touch){ .kind = old.line ? TOUCH_LINE_CHANGED : TOUCH_LINE_NEW,
					    .mark = s->mark,
					    .line = s->line,
					    .text = kept(f->c->arena, text),
					    .was = kept(f->c->arena, old_text_of(r, old.line)) });
	}
	if (old.line)
		VEC_PUSH(before, old);
}

/* --- functions ------------------------------------------------------------------------- */

/* What lets somebody go on: a word, and the brackets of its call. */
static const char *const releases[] = {
	"Close(", "close(",    "cancel(", "Cancel(",    "Stop(",   "Unlock(",
	"Done(",  "Shutdown(", "Wait(",   "Broadcast(", "Signal(", "CloseIdleConnections(",
	"<-",
};

/* "<-chan" and "chan<-" are types. */
static bool has_arrow(struct str line)
{
	for (size_t i = 0; i + 1 < line.n; i++) {
		struct str from = { line.p + i, line.n - i };

		if (str_starts(from, "<-") && !str_starts(from, "<-chan") &&
		    (i < 4 || memcmp(from.p - 4, "chan", 4) != 0))
			return true;
	}
	return false;
}

static bool has_release(struct str line, size_t which)
{
	const char *word = releases[which];

	if (!strcmp(word, "<-"))
		return has_arrow(line);
	return memmem(line.p, line.n, word, strlen(word)) != NULL;
}

static bool has_return(struct str line)
{
	return str_starts(line, "return") && (line.n == 6 || line.p[6] == ' ' || line.p[6] == '\t');
}

static bool has_make_chan(struct str line)
{
	return memmem(line.p, line.n, "make(chan ", 10) ||
	       memmem(line.p, line.n, "make(chan<-", 11);
}

/* The changed lines of one function: indices of them by side. */
struct extent {
	struct follow *f;
	const struct spot *spot;
	const struct declaration *old, *new;
};

typedef bool line_test(struct str line, size_t which);

static bool test_return(struct str line, size_t which)
{
	(void)which;
	return has_return(line);
}

static bool test_make_chan(struct str line, size_t which)
{
	(void)which;
	return has_make_chan(line);
}

static bool test_any(struct str line, size_t which)
{
	(void)which;
	(void)line;
	return true;
}

struct found {
	size_t count;
	uint32_t line; /* of the first that is not on the other side, too; 0: none */
	struct str text;
};

static void take(struct found *found, struct str text, uint32_t line, bool moved)
{
	found->count++;
	if (moved || found->line)
		return;
	found->line = line;
	found->text = text;
}

static struct found find_old(const struct extent *e, line_test *test, size_t which)
{
	const struct rewrite *r = &e->f->rewrite;
	struct found found = { 0 };

	for (size_t i = 0; i < r->len; i++)
		for (uint32_t k = 0; k < r->items[i].old_lines; k++) {
			uint32_t line = r->items[i].old_first + k;
			struct str text = hunk_old(r, &r->items[i], k);

			if (line >= e->old->first && line <= e->old->last && !says_nothing(text) &&
			    test(text, which))
				take(&found, text, line, is_elsewhere(r, text));
		}
	return found;
}

static struct found find_new(const struct extent *e, line_test *test, size_t which)
{
	const struct rewrite *r = &e->f->rewrite;
	struct found found = { 0 };
	uint32_t somewhere;

	for (size_t i = 0; i < r->len; i++)
		for (uint32_t k = 0; k < r->items[i].new_lines; k++) {
			uint32_t line = r->items[i].new_first + k;
			struct str text = hunk_new(r, &r->items[i], k);

			if (line >= e->new->first && line <= e->new->last && !says_nothing(text) &&
			    test(text, which))
				take(&found, text, line, was_elsewhere(r, text, &somewhere));
		}
	return found;
}

static void touch(const struct extent *e, enum touch_kind kind, const struct found *at,
		  struct str was)
{
	struct arena *a = e->f->c->arena;

	add(e->f->touches, e->f->c,
	    (struct touch){ .kind = kind,
			    .mark = e->spot->mark,
			    .line = at->line,
			    .text = kept(a, at->text),
			    .was = kept(a, was) });
}

/* Whether a merge's other parents had the line, too. */
static bool all_had(const struct change *c, struct str text)
{
	for (size_t i = 0; i < c->others_len; i++)
		if (!memmem(c->others[i].p, c->others[i].n, text.p, text.n))
			return false;
	return true;
}

static bool touch_releases(const struct extent *e)
{
	bool any = false;

	for (size_t i = 0; i < ARRAY_LEN(releases); i++) {
		struct found gone = find_old(e, has_release, i), come = find_new(e, has_release, i);

		if (!gone.line || gone.count <= come.count || !all_had(e->f->c, gone.text))
			continue;
		touch(e, TOUCH_RELEASE, &gone, (struct str){ 0 });
		any = true;
	}
	return any;
}

static bool touch_capacity(const struct extent *e)
{
	struct found gone = find_old(e, test_make_chan, 0), come = find_new(e, test_make_chan, 0);

	if (!gone.line || !come.line)
		return false;
	touch(e, TOUCH_CAPACITY, &come, gone.text);
	return true;
}

static bool touch_return(const struct extent *e)
{
	struct found gone = find_old(e, test_return, 0), come = find_new(e, test_return, 0);

	if (come.line)
		touch(e, TOUCH_RETURN, &come, gone.text);
	else if (gone.line && !come.count)
		touch(e, TOUCH_RETURN, &(struct found){ .line = e->new->first }, gone.text);
	else
		return false;
	return true;
}

static void touch_function(const struct extent *e)
{
	struct found gone, come;
	bool any = touch_releases(e);

	/* A merge brings lines of others together; what both had and it has not is its own. */
	if (e->f->c->others_len)
		return;
	any |= touch_capacity(e);
	any |= touch_return(e);
	if (any)
		return;
	come = find_new(e, test_any, 0);
	gone = find_old(e, test_any, 0);
	if (come.line)
		touch(e, TOUCH_FUNCTION, &come, (struct str){ 0 });
	else if (gone.line)
		touch(e, TOUCH_FUNCTION, &gone, (struct str){ 0 });
}

static void read_functions(struct follow *f)
{
	if (f->read)
		return;
	f->read = true;
	declarations_read(&f->old_functions, f->c->old_text, &f->names);
	declarations_read(&f->new_functions, f->c->new_text, &f->names);
}

/* What a function was called before: one of its lines stayed. */
static const struct declaration *renamed(const struct follow *f, const struct declaration *new)
{
	for (uint32_t line = new->first + 1; line < new->last; line++) {
		const struct declaration *old;

		if (rewrite_hunk(&f->rewrite, line))
			continue;
		old = declarations_at(&f->old_functions, rewrite_old_line(&f->rewrite, line));
		if (old && !declarations_named(&f->new_functions, old->name, old->ordinal))
			return old;
	}
	return NULL;
}

static void follow_function(struct follow *f, const struct spot *s, struct spots *before)
{
	struct extent e = { .f = f, .spot = s };
	struct spot old = *s;

	read_functions(f);
	e.new = declarations_named(&f->new_functions, s->name, s->ordinal);
	if (!e.new)
		return;
	e.old = declarations_named(&f->old_functions, s->name, s->ordinal);
	if (!e.old)
		e.old = renamed(f, e.new);
	if (!e.old) {
		add(f->touches, f->c,
		    (struct touch){
			.kind = TOUCH_FUNCTION_NEW, .mark = s->mark, .line = e.new->first });
		return;
	}
	touch_function(&e);
	old.path = f->c->old_path;
	if (strcmp(s->name, e.old->name) != 0)
		old.name = arena_strndup(f->c->arena, e.old->name, strlen(e.old->name));
	old.ordinal = e.old->ordinal;
	VEC_PUSH(before, old);
}

/* --- dependencies ------------------------------------------------------------------------ */

/* Whether a line of a go.mod is about the module that an import path is in. */
static bool is_about(struct str line, const char *import)
{
	struct str path = line;

	if (str_skip(&path, "require ") || str_skip(&path, "replace "))
		while (path.n && path.p[0] == ' ') {
			path.p++;
			path.n--;
		}
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == ' ' || path.p[i] == '\t')
			path.n = i;
	return path.n && strlen(import) >= path.n && !memcmp(import, path.p, path.n) &&
	       (import[path.n] == '\0' || import[path.n] == '/');
}

static void follow_dependency(struct follow *f, const struct spot *s, struct spots *before)
{
	const struct rewrite *r = &f->rewrite;
	struct spot old = *s;
	struct touch t = { .kind = TOUCH_VERSION, .mark = s->mark };

	for (size_t i = 0; i < r->len; i++) {
		const struct hunk *h = &r->items[i];

		for (uint32_t k = 0; k < h->old_lines; k++)
			if (is_about(hunk_old(r, h, k), s->name))
				t.was = kept(f->c->arena, hunk_old(r, h, k));
		for (uint32_t k = 0; k < h->new_lines; k++)
			if (is_about(hunk_new(r, h, k), s->name)) {
				t.text = kept(f->c->arena, hunk_new(r, h, k));
				t.line = h->new_first + k;
			}
	}
	if (t.line && !f->c->others_len)
		add(f->touches, f->c, t);
	old.path = f->c->old_path;
	VEC_PUSH(before, old);
}

/* ----------------------------------------------------------------------------------------- */

static int compare(git_patch **patch, const struct change *c)
{
	git_diff_options options;
	int rc = git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);

	options.context_lines = 0;
	options.flags = GIT_DIFF_IGNORE_WHITESPACE | GIT_DIFF_FORCE_TEXT;
	return rc ? rc
		  : git_patch_from_buffers(patch, c->old_text.p, c->old_text.n, NULL, c->new_text.p,
					   c->new_text.n, NULL, &options);
}

static void follow_all(struct follow *f, const struct spot *spots, size_t n, struct spots *before)
{
	for (size_t i = 0; i < n; i++) {
		if (spots[i].kind == SPOT_LINE)
			follow_line(f, &spots[i], before);
		else if (spots[i].kind == SPOT_FUNCTION)
			follow_function(f, &spots[i], before);
		else
			follow_dependency(f, &spots[i], before);
	}
}

bool change_follow(const struct change *c, const struct spot *spots, size_t n, struct spots *before,
		   struct touches *touches, struct err *err)
{
	struct follow f = { .c = c, .touches = touches };
	AUTO_GIT(patch) *patch = NULL;
	int rc = compare(&patch, c);
	bool ok;

	if (rc)
		return repo_fail(err, rc, "cannot compare two versions of a file");
	ok = rewrite_read(&f.rewrite, patch, err);
	if (ok)
		follow_all(&f, spots, n, before);
	rewrite_release(&f.rewrite);
	declarations_release(&f.old_functions);
	declarations_release(&f.new_functions);
	arena_clear(&f.names);
	return ok;
}

static struct str text_line(struct str text, uint32_t number)
{
	struct str line = { 0 };

	for (uint32_t n = 0; n < number; n++)
		if (!str_line(&text, &line))
			return (struct str){ 0 };
	while (line.n && (line.p[0] == ' ' || line.p[0] == '\t')) {
		line.p++;
		line.n--;
	}
	return line;
}

void change_begin(const struct change *c, const struct spot *spots, size_t n,
		  struct touches *touches)
{
	AUTO_DECLARATIONS functions = { 0 };
	struct arena names = { 0 };

	declarations_read(&functions, c->new_text, &names);
	for (size_t i = 0; i < n; i++) {
		const struct spot *s = &spots[i];
		const struct declaration *d;
		struct touch t = { .mark = s->mark, .line = s->line };

		if (s->kind == SPOT_LINE) {
			t.kind = TOUCH_LINE_NEW;
			t.text = kept(c->arena, text_line(c->new_text, s->line));
		} else if (s->kind == SPOT_FUNCTION) {
			d = declarations_named(&functions, s->name, s->ordinal);
			t.kind = TOUCH_FUNCTION_NEW;
			t.line = d ? d->first : 1;
		} else {
			continue;
		}
		add(touches, c, t);
	}
	arena_clear(&names);
}

void spots_release(struct spots *s)
{
	VEC_FREE(s);
}

void touches_release(struct touches *t)
{
	VEC_FREE(t);
}
