#include "report/place.h"

#include <string.h>

#include "base/str.h"
#include "gotest/name.h"

#define MODULE_CACHE "/pkg/mod/"
#define TOOLCHAIN    "golang.org/toolchain@"

bool place_is_known(const struct place *p)
{
	return *p->function || *p->file;
}

bool place_equal(const struct place *a, const struct place *b)
{
	return a->line == b->line && !strcmp(a->file, b->file) && !strcmp(a->function, b->function);
}

bool place_is_users(const struct run_record *run, const struct place *p)
{
	if (!*p->function)
		return false;
	if (*run->module)
		return name_in_module(p->function, run->module) ||
		       str_is(name_package(p->function), "main");
	return !name_is_std(p->function) && !strstr(p->file, MODULE_CACHE);
}

/* The cache writes a capital as "!" and the small letter. */
static void put_unescaped(struct buf *out, const char *path)
{
	static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (; *path; path++) {
		if (path[0] == '!' && path[1] >= 'a' && path[1] <= 'z')
			buf_putc(out, capitals[*++path - 'a']);
		else
			buf_putc(out, *path);
	}
}

static bool put_cached(struct buf *out, const char *file)
{
	const char *in_cache = strstr(file, MODULE_CACHE);
	const char *path = in_cache ? in_cache + strlen(MODULE_CACHE) : NULL;

	if (!path || starts_with(path, TOOLCHAIN))
		return false;
	put_unescaped(out, path);
	return true;
}

/* GOROOT/src/net/http/x.go is known by the function's package net/http, wherever
 * GOROOT is. */
static bool put_std(struct buf *out, const struct place *p)
{
	struct str package = name_package(p->function);
	AUTO_BUF needle = { 0 };
	const char *found;

	if (!name_is_std(p->function))
		return false;
	buf_puts(&needle, "/src/");
	buf_put(&needle, package.p, package.n);
	buf_putc(&needle, '/');
	found = strstr(p->file, buf_str(&needle));
	if (!found)
		return false;
	buf_puts(out, found + strlen("/src/"));
	return true;
}

/* Paths from a parent directory help, from a grandparent's parent no more. */
static bool put_relative(struct buf *out, const char *dir, const char *file)
{
	struct str base = str_of(dir);

	for (int up = 0; up <= 2 && base.n > 1; up++) {
		if (!strncmp(file, base.p, base.n) && file[base.n] == '/') {
			for (int i = 0; i < up; i++)
				buf_puts(out, "../");
			buf_puts(out, file + base.n + 1);
			return true;
		}
		while (base.n && base.p[base.n - 1] != '/')
			base.n--;
		base.n -= base.n ? 1 : 0;
	}
	return false;
}

/* With -trimpath a file of the main module begins with its import path. */
static bool put_trimmed(struct buf *out, const struct run_record *run, const char *file)
{
	size_t n = strlen(run->module);

	if (!n || strncmp(file, run->module, n) != 0 || file[n] != '/')
		return false;
	buf_puts(out, file + n + 1);
	return true;
}

void place_file(struct buf *out, const struct run_record *run, const struct place *p)
{
	size_t n = strlen(run->dir);
	bool below = n > 1 && !strncmp(p->file, run->dir, n) && p->file[n] == '/';

	if (put_cached(out, p->file))
		return;
	if (below && put_relative(out, run->dir, p->file))
		return;
	if (put_std(out, p) || put_trimmed(out, run, p->file) ||
	    put_relative(out, run->dir, p->file))
		return;
	buf_puts(out, p->file);
}

static bool put_below(struct buf *out, const char *dir, const char *file)
{
	size_t n = strlen(dir);

	if (n < 2 || strncmp(file, dir, n) != 0 || file[n] != '/')
		return false;
	buf_puts(out, file + n + 1);
	return true;
}

bool place_repository_file(struct buf *out, const struct run_record *run, const struct place *p)
{
	const char *root = *run->root ? run->root : run->dir;
	AUTO_BUF trimmed = { 0 };

	if (strstr(p->file, MODULE_CACHE))
		return false;
	if (put_below(out, root, p->file))
		return true;
	/* What is trimmed begins at the module, which is where the run was. */
	if (!put_trimmed(&trimmed, run, p->file))
		return false;
	if (starts_with(run->dir, root) && run->dir[strlen(root)] == '/')
		buf_printf(out, "%s/", run->dir + strlen(root) + 1);
	buf_puts(out, buf_str(&trimmed));
	return true;
}

static bool is_in_repository(const struct run_record *run, const struct place *p)
{
	AUTO_BUF path = { 0 };

	return place_repository_file(&path, run, p);
}

const struct place *place_of_interest(const struct run_record *run, const struct finding *f)
{
	const struct place *first[] = { &f->user_at, &f->created_at };

	for (size_t i = 0; i < ARRAY_LEN(first); i++)
		if (is_in_repository(run, first[i]))
			return first[i];
	for (size_t i = f->chain.len; i-- > 0;)
		if (is_in_repository(run, &f->chain.items[i]))
			return &f->chain.items[i];
	return is_in_repository(run, &f->blocked_at) ? &f->blocked_at : &f->created_at;
}

/* Whether a function belongs to the package of this import path, or to its external tests. */
static bool is_own(const char *function, const char *package)
{
	AUTO_BUF in = { 0 };
	struct str rest;

	name_put_package(&in, function);
	rest = str_of(buf_str(&in));
	return *package && str_skip(&rest, package) && (!rest.n || str_is(rest, "_test"));
}

void place_function(struct buf *out, const char *package, const char *function)
{
	size_t path = name_package(function).n;
	const char *local = function + path;

	if (is_own(function, package) && local[0] && local[1]) {
		buf_puts(out, local + 1);
		return;
	}
	name_put_short_package(out, function);
	buf_puts(out, local);
}

void place_source(struct buf *out, const struct place *p)
{
	buf_puts(out, p->source);
	if (*p->cases)
		buf_printf(out, " %s }", p->cases);
}

static bool put_folder(struct buf *out, const struct run_record *run, const struct finding *f,
		       const struct place *p)
{
	AUTO_BUF file = { 0 };
	const char *slash;

	if (p->file[0] != '/' || !is_own(p->function, f->package) ||
	    strstr(p->file, MODULE_CACHE) || !put_relative(&file, run->dir, p->file))
		return false;
	slash = strrchr(buf_str(&file), '/');
	if (!starts_with(buf_str(&file), "../"))
		buf_puts(out, slash ? "./" : ".");
	if (slash)
		buf_put(out, file.data, (size_t)(slash - file.data));
	return true;
}

static bool put_folder_of_any(struct buf *out, const struct run_record *run,
			      const struct finding *f, const struct places *places)
{
	for (size_t i = 0; i < places->len; i++)
		if (put_folder(out, run, f, &places->items[i]))
			return true;
	return false;
}

void place_package(struct buf *out, const struct run_record *run, const struct finding *f)
{
	if (put_folder_of_any(out, run, f, &f->chain) || put_folder(out, run, f, &f->user_at) ||
	    put_folder(out, run, f, &f->created_at) || put_folder_of_any(out, run, f, &f->stack))
		return;
	buf_puts(out, *f->package ? f->package : "./...");
}
