#include "report/place.h"

#include <string.h>

#include "base/str.h"

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

/* The import path ends at the first dot after its last slash; type arguments
 * may have slashes of their own. */
static struct str package_of(const char *function)
{
	size_t plain = strcspn(function, "[");
	const char *base = function, *dot;

	for (size_t i = 0; i < plain; i++)
		if (function[i] == '/')
			base = function + i + 1;
	dot = strchr(base, '.');
	return (struct str){ function, dot ? (size_t)(dot - function) : strlen(function) };
}

/* path is prefix, or below it. */
static bool is_below(struct str path, const char *prefix)
{
	size_t n = strlen(prefix);

	return n && str_starts(path, prefix) && (path.n == n || path.p[n] == '/');
}

static bool is_std(struct str package)
{
	size_t first = 0;

	while (first < package.n && package.p[first] != '/')
		first++;
	return package.n && !memchr(package.p, '.', first) && !str_is(package, "main") &&
	       !str_is(package, "command-line-arguments");
}

static bool in_module(struct str package, const char *module)
{
	static const char external[] = "_test";

	if (is_below(package, module))
		return true;
	if (package.n < sizeof(external) || memcmp(package.p + package.n - 5, external, 5) != 0)
		return false;
	return is_below((struct str){ package.p, package.n - 5 }, module);
}

bool place_is_users(const struct run_record *run, const struct place *p)
{
	struct str package = package_of(p->function);

	if (!*p->function)
		return false;
	if (*run->module)
		return in_module(package, run->module) || str_is(package, "main");
	return !is_std(package) && !strstr(p->file, MODULE_CACHE);
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
	struct str package = package_of(p->function);
	AUTO_BUF needle = { 0 };
	const char *found;

	if (!is_std(package))
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

static bool is_own(struct str package, const char *of)
{
	size_t n = strlen(of);

	if (!n || !str_starts(package, of))
		return false;
	return package.n == n || str_is((struct str){ package.p + n, package.n - n }, "_test");
}

/* The linker escapes bytes of the last path element: "%2e" for a dot. */
static void put_decoded(struct buf *out, struct str s)
{
	while (s.n) {
		if (str_skip(&s, "%2e")) {
			buf_putc(out, '.');
			continue;
		}
		buf_putc(out, s.p[0]);
		s.p++;
		s.n--;
	}
}

void place_function(struct buf *out, const char *package, const char *function)
{
	struct str in = package_of(function), local = str_of(function);
	struct str base = in;

	local.p += in.n;
	local.n -= in.n;
	if (is_own(in, package) && local.n > 1) {
		buf_put(out, local.p + 1, local.n - 1);
		return;
	}
	for (size_t i = 0; i < in.n; i++)
		if (in.p[i] == '/')
			base = (struct str){ in.p + i + 1, in.n - i - 1 };
	put_decoded(out, base);
	buf_put(out, local.p, local.n);
}

static bool put_folder(struct buf *out, const struct run_record *run, const struct finding *f,
		       const struct place *p)
{
	AUTO_BUF file = { 0 };
	const char *slash;

	if (p->file[0] != '/' || !is_own(package_of(p->function), f->package) ||
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
