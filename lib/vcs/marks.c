#include "vcs/marks.h"

#include <string.h>

#include "base/vec.h"
#include "gotest/module.h"
#include "vcs/declarations.h"
#include "vcs/handle.h"

/* A file as it is where the walk starts. */
struct start_file {
	const char *path;
	struct str text; /* in the arena */
	struct declarations functions;
};

struct maker {
	const struct marks_spec *spec;
	struct marks *marks;
	struct {
		struct start_file *items;
		size_t len, cap;
	} files;
	const char *module_dir; /* in the repository, "" or with '/' at the end; NULL: unknown */
	uint32_t finding;
	size_t first_link; /* of this finding */
};

/* --- paths ------------------------------------------------------------------------------ */

static const char *below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (n == 1)
		return path[0] == '/' ? path + 1 : NULL;
	return !strncmp(path, dir, n) && path[n] == '/' ? path + n + 1 : NULL;
}

/* What the run called its working directory may be a link to where the repository is. */
static bool put_below_run(const struct marks_spec *spec, const char *file, struct buf *path)
{
	const char *rest = below(file, spec->run->run.dir);
	AUTO_FREE char *real = *spec->run->run.dir ? realpath(spec->run->run.dir, NULL) : NULL;
	const char *dir;

	if (!rest || !real)
		return false;
	if (!strcmp(real, spec->repo->root)) {
		buf_puts(path, rest);
		return true;
	}
	dir = below(real, spec->repo->root);
	if (dir)
		buf_printf(path, "%s/%s", dir, rest);
	return dir != NULL;
}

static bool is_there(const struct marks_spec *spec, const char *path)
{
	AUTO_GIT(blob) *blob = trail_file(spec->repo, &spec->start, path, NULL);

	return blob != NULL;
}

/* A run of another machine: the longest end of the path that the repository has. */
static bool put_known_end(const struct marks_spec *spec, const char *file, struct buf *path)
{
	while ((file = strchr(file, '/'))) {
		file++;
		if (!is_there(spec, file))
			continue;
		buf_puts(path, file);
		return true;
	}
	return false;
}

static bool run_was_here(const struct marks_spec *spec)
{
	AUTO_FREE char *real = *spec->run->run.dir ? realpath(spec->run->run.dir, NULL) : NULL;

	return real && (!strcmp(real, spec->repo->root) || below(real, spec->repo->root));
}

bool marks_path(const struct marks_spec *spec, const char *file, struct buf *path)
{
	const char *rest;

	if (strstr(file, "/pkg/mod/") || !*file)
		return false;
	rest = spec->repo->root ? below(file, spec->repo->root) : NULL;
	if (rest) {
		buf_puts(path, rest);
		return true;
	}
	if (spec->repo->root && file[0] == '/' && put_below_run(spec, file, path))
		return true;
	return (!spec->repo->root || !run_was_here(spec)) && put_known_end(spec, file, path);
}

/* The folder of the go.mod that the run was in. */
static const char *module_dir(const struct maker *m)
{
	const char *dir = m->spec->run->run.dir;
	AUTO_FREE char *real = *dir ? realpath(dir, NULL) : NULL;
	const char *rest = real && m->spec->repo->root ? below(real, m->spec->repo->root) : NULL;
	AUTO_BUF at = { 0 };
	AUTO_BUF mod = { 0 };

	if (rest)
		buf_printf(&at, "%s/", rest);
	for (;;) {
		size_t n = at.len;

		buf_reset(&mod);
		buf_printf(&mod, "%sgo.mod", buf_str(&at));
		if (is_there(m->spec, buf_str(&mod)))
			return arena_strndup(m->spec->arena, buf_str(&at), n);
		if (!n)
			return NULL;
		for (n--; n && at.data[n - 1] != '/'; n--)
			;
		at.len = n;
		at.data[n] = '\0';
	}
}

/* With -trimpath a file of the main module begins with its import path. */
static bool put_trimmed(const struct maker *m, const char *file, struct buf *path)
{
	const char *rest = *m->spec->run->run.module ? below(file, m->spec->run->run.module) : NULL;

	if (!rest || !m->module_dir)
		return false;
	buf_printf(path, "%s%s", m->module_dir, rest);
	return true;
}

static bool find_path(const struct maker *m, const char *file, const char **found)
{
	AUTO_BUF path = { 0 };

	if (!put_trimmed(m, file, &path) && !marks_path(m->spec, file, &path))
		return false;
	*found = texts_keep(m->spec->paths, buf_str(&path), path.len);
	return true;
}

/* --- files -------------------------------------------------------------------------------- */

static struct str read_start(const struct maker *m, const char *path)
{
	struct arena *a = m->spec->arena;
	AUTO_BUF text = { 0 };
	AUTO_GIT(blob) *blob = NULL;
	size_t n;

	if (m->spec->disk && repo_read_file(m->spec->repo, path, &text))
		return (struct str){ arena_strndup(a, buf_str(&text), text.len), text.len };
	if (!m->spec->disk)
		blob = trail_file(m->spec->repo, &m->spec->start, path, NULL);
	if (!blob || git_blob_rawsize(blob) > REPO_FILE_MAX)
		return (struct str){ 0 };
	n = (size_t)git_blob_rawsize(blob);
	return (struct str){ arena_strndup(a, git_blob_rawcontent(blob), n), n };
}

static const struct start_file *file_at(struct maker *m, const char *path)
{
	struct start_file f = { .path = path };

	for (size_t i = 0; i < m->files.len; i++)
		if (m->files.items[i].path == path)
			return &m->files.items[i];
	f.text = read_start(m, path);
	declarations_read(&f.functions, f.text, m->spec->arena);
	VEC_PUSH(&m->files, f);
	return &m->files.items[m->files.len - 1];
}

static bool has_text(struct str line, const char *source)
{
	while (line.n && strchr(" \t\r", line.p[0]) && line.p[0]) {
		line.p++;
		line.n--;
	}
	while (line.n && strchr(" \t\r", line.p[line.n - 1]) && line.p[line.n - 1])
		line.n--;
	return str_is(line, source);
}

/* The line nearest to the place's that has its text; 0: none. */
static uint32_t line_of(const struct start_file *f, const struct place *p)
{
	struct str rest = f->text, line;
	uint32_t best = 0;

	for (uint32_t n = 1; str_line(&rest, &line); n++) {
		uint32_t far = n > p->line ? n - p->line : p->line - n;
		uint32_t least = best > p->line ? best - p->line : p->line - best;

		if (!*p->source ? n == p->line
				: has_text(line, p->source) && (!best || far < least))
			best = n;
	}
	return best;
}

/* --- marks -------------------------------------------------------------------------------- */

static bool same_spot(const struct spot *a, const struct spot *b)
{
	if (a->kind != b->kind || a->path != b->path)
		return false;
	return a->kind == SPOT_LINE ? a->line == b->line
				    : a->ordinal == b->ordinal && !strcmp(a->name, b->name);
}

static uint32_t number_of(struct marks *m, struct spot s)
{
	for (size_t i = 0; i < m->spots.len; i++)
		if (same_spot(&m->spots.items[i], &s))
			return (uint32_t)i;
	s.mark = (uint32_t)m->spots.len;
	VEC_PUSH(&m->spots, s);
	return s.mark;
}

static void add(struct maker *m, enum role role, struct spot s)
{
	struct link link = { m->finding, number_of(m->marks, s), role };

	for (size_t i = m->first_link; i < m->marks->links.len; i++) {
		struct link *other = &m->marks->links.items[i];

		if (other->mark != link.mark)
			continue;
		other->role = other->role < role ? other->role : role;
		return;
	}
	VEC_PUSH(&m->marks->links, link);
}

/* The module cache and vendor/ hold what a go.mod asks for. */
static void add_dependency(struct maker *m, const struct place *p)
{
	const char *vendor = strstr(p->file, "/vendor/"), *slash = strrchr(p->file, '/');
	struct module_place place;
	AUTO_BUF mod = { 0 };
	const char *dir;

	if (!m->module_dir || !slash || (!vendor && !strstr(p->file, "/pkg/mod/")))
		return;
	dir = arena_strndup(m->spec->arena, p->file, (size_t)(slash - p->file));
	if (!module_locate(dir, m->spec->arena, &place))
		return;
	buf_printf(&mod, "%sgo.mod", m->module_dir);
	add(m, ROLE_DEPENDENCY,
	    (struct spot){ .kind = SPOT_DEPENDENCY,
			   .path = texts_keep(m->spec->paths, buf_str(&mod), mod.len),
			   .name = place.import });
}

static bool add_line(struct maker *m, enum role role, const struct place *p)
{
	struct spot s = { .kind = SPOT_LINE, .name = "" };

	if (!p->line || !find_path(m, p->file, &s.path))
		return false;
	s.line = line_of(file_at(m, s.path), p);
	if (s.line)
		add(m, role, s);
	return s.line != 0;
}

static bool is_test(const struct finding *f, const char *path, const char *name)
{
	size_t n = strcspn(f->test, "/");

	return ends_with(path, "_test.go") && strlen(name) == n && !strncmp(name, f->test, n);
}

static void add_function(struct maker *m, const struct finding *f, const struct place *p)
{
	struct spot s = { .kind = SPOT_FUNCTION };
	const struct start_file *file;
	const struct declaration *d;
	uint32_t line;

	if (!p->line || !find_path(m, p->file, &s.path))
		return;
	file = file_at(m, s.path);
	line = line_of(file, p);
	d = line ? declarations_at(&file->functions, line) : NULL;
	if (!d)
		return;
	s.name = d->name;
	s.ordinal = d->ordinal;
	add(m, is_test(f, s.path, d->name) ? ROLE_TEST : ROLE_CHAIN, s);
}

static void add_blocked(struct maker *m, const struct finding *f)
{
	if (add_line(m, ROLE_BLOCKED, &f->blocked_at))
		return;
	for (size_t i = 0; i < f->stack.len; i++)
		if (add_line(m, ROLE_BLOCKED, &f->stack.items[i]))
			return;
}

static void add_go(struct maker *m, const struct finding *f)
{
	enum role role = class_row(f->class)->unit ? ROLE_CALL : ROLE_GO;

	add_dependency(m, &f->created_at);
	if (add_line(m, role, &f->created_at) || add_line(m, role, &f->user_at))
		return;
	for (size_t i = f->chain.len; i-- > 0;)
		if (add_line(m, role, &f->chain.items[i]))
			return;
}

static void add_finding(struct maker *m, const struct finding *f)
{
	m->first_link = m->marks->links.len;
	add_go(m, f);
	add_blocked(m, f);
	add_function(m, f, &f->created_at);
	for (size_t i = 0; i < f->chain.len; i++)
		add_function(m, f, &f->chain.items[i]);
	for (size_t i = 0; i < f->stack.len; i++)
		add_function(m, f, &f->stack.items[i]);
}

void marks_make(struct marks *m, const struct marks_spec *spec)
{
	struct maker maker = { .spec = spec, .marks = m };

	maker.module_dir = module_dir(&maker);
	for (size_t i = 0; i < spec->run->findings.len; i++) {
		maker.finding = (uint32_t)i;
		if (spec->run->findings.items[i].status == STATUS_LEAK)
			add_finding(&maker, &spec->run->findings.items[i]);
	}
	for (size_t i = 0; i < maker.files.len; i++)
		declarations_release(&maker.files.items[i].functions);
	VEC_FREE(&maker.files);
}

void marks_release(struct marks *m)
{
	spots_release(&m->spots);
	VEC_FREE(&m->links);
}
