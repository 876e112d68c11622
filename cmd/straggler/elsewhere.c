#include "elsewhere.h"

#include <errno.h>
#include <string.h>

#include "base/vec.h"
#include "gotest/module.h"
#include "repository.h"
#include "state.h"

static const char *find_below(const struct elsewhere *e)
{
	struct str dir = str_of(e->dir);

	if (!str_skip(&dir, e->repo.root))
		return NULL;
	str_skip(&dir, "/");
	return dir.p;
}

bool elsewhere_open(struct elsewhere *e, const char *dir, struct err *err)
{
	AUTO_FREE char *real = NULL;
	AUTO_BUF trees = { 0 };

	if (!repository_open(&e->repo, dir, err))
		return false;
	e->opened = true;
	if (!e->repo.root)
		return err_set(err, ERR_USAGE, "the repository is bare: it has no tests to run");
	e->dir = realpath(dir ? dir : ".", NULL);
	if (!e->dir)
		return err_sys(err, errno, "find the folder %s", dir ? dir : ".");
	e->below = find_below(e);
	if (!e->below)
		return err_set(err, ERR_USAGE, "%s is not in the work tree %s", e->dir,
			       e->repo.root);
	if (!state_folder(&trees, "trees", err))
		return false;
	/* go names folders without links. */
	real = state_make_dirs(buf_str(&trees)) ? realpath(buf_str(&trees), NULL) : NULL;
	if (!real)
		return err_sys(err, errno, "create %s", buf_str(&trees));
	buf_puts(&e->trees, real);
	worktrees_clean(buf_str(&e->trees));
	return true;
}

void elsewhere_close(struct elsewhere *e)
{
	if (e->opened)
		repo_close(&e->repo);
	free(e->dir);
	buf_release(&e->trees);
}

bool elsewhere_make(const struct elsewhere *e, const struct sha *commit, struct worktree *w,
		    struct buf *dir, struct err *err)
{
	if (!worktree_make(w, &e->repo, commit, buf_str(&e->trees), err))
		return false;
	buf_printf(dir, "%s/%s", w->dir, e->below);
	return true;
}

static const char *relative(const struct elsewhere *e, const char *text, struct arena *a)
{
	struct str rest = str_of(text);
	AUTO_BUF b = { 0 };

	if (!e->dir || !str_skip(&rest, e->dir) || (rest.n && *rest.p != '/'))
		return text;
	buf_printf(&b, ".%s", rest.p);
	return arena_strndup(a, buf_str(&b), b.len);
}

static void put_option(struct words *out, struct arena *a, const char *name, const char *value)
{
	AUTO_BUF b = { 0 };

	buf_printf(&b, "--%s=%s", name, value);
	VEC_PUSH(out, arena_strndup(a, buf_str(&b), b.len));
}

void elsewhere_args(const struct elsewhere *e, const struct same_tests *t, struct arena *a,
		    struct words *out)
{
	AUTO_FREE char *config = t->config ? realpath(t->config, NULL) : NULL;
	size_t first;

	/* The other commit's own configuration does not count. */
	put_option(out, a, "config", config ? config : "/dev/null");
	for (size_t i = 0; i < t->options_len; i++) {
		const char *value = cmdline_option(t->cmdline, t->options[i].index);

		if (value)
			put_option(out, a, t->options[i].name, value);
	}
	first = out->len;
	cmdline_again(t->cmdline, &t->again, out);
	for (size_t i = first; i < out->len; i++)
		out->items[i] = relative(e, out->items[i], a);
}

/* The path of a package in the work tree, by the module that the folder is in. */
static bool put_package_path(const struct elsewhere *e, const char *package, struct buf *path)
{
	struct arena a = { 0 };
	struct module_place here;
	bool found = module_locate(e->dir, &a, &here);
	struct str rest = str_of(package);

	found = found && str_skip(&rest, here.module) && (!rest.n || *rest.p == '/');
	if (found) {
		size_t inner = strlen(here.import) - strlen(here.module);
		size_t n = strlen(e->below);

		found = n >= inner || !inner;
		n -= n >= inner ? inner : n;
		buf_put(path, e->below, n);
		str_skip(&rest, "/");
		if (rest.n) {
			if (path->len)
				buf_putc(path, '/');
			buf_put(path, rest.p, rest.n);
		}
	}
	arena_clear(&a);
	return found;
}

bool elsewhere_has_package(const struct elsewhere *e, const struct sha *commit, const char *package)
{
	AUTO_BUF path = { 0 };

	return !put_package_path(e, package, &path) ||
	       worktree_has(&e->repo, commit, buf_str(&path));
}
