#include "vcs/worktree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/file.h"
#include "vcs/handle.h"

#define TRIES 100

void worktree_remove(struct worktree *w)
{
	if (w->fd >= 0) {
		file_remove_tree(w->dir);
		unlink(w->lock);
		close(w->fd);
	}
	free(w->dir);
	free(w->lock);
	*w = (struct worktree){ .fd = -1 };
}

static bool is_lock(const char *name)
{
	return ends_with(name, ".lock") && strlen(name) > strlen(".lock");
}

static void clean(const char *parent, const char *lock_name)
{
	struct worktree w = { .fd = -1 };
	AUTO_BUF lock = { 0 };
	struct stat st;

	buf_printf(&lock, "%s/%s", parent, lock_name);
	w.lock = buf_take(&lock);
	w.dir = strndup(w.lock, strlen(w.lock) - strlen(".lock"));
	w.fd = open(w.lock, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	/* Between the opening and the lock its maker may have removed it. */
	if (w.fd >= 0 && (flock(w.fd, LOCK_EX | LOCK_NB) || fstat(w.fd, &st) || !st.st_nlink)) {
		close(w.fd);
		w.fd = -1;
	}
	worktree_remove(&w);
}

void worktrees_clean(const char *parent)
{
	DIR *dir = opendir(parent);
	const struct dirent *e;

	if (!dir)
		return;
	while ((e = readdir(dir)))
		if (is_lock(e->d_name))
			clean(parent, e->d_name);
	closedir(dir);
}

/* --- making ------------------------------------------------------------------------- */

/* Takes the first name that nobody has: go caches what it builds by the folder, too. Between
 * the making of the file and its lock somebody may have cleaned it away. */
static bool take_name(struct worktree *w, const char *parent, struct err *err)
{
	for (unsigned int i = 0; i < TRIES; i++) {
		AUTO_BUF lock = { 0 };
		AUTO_CLOSE int fd = -1;
		struct stat st;

		buf_printf(&lock, "%s/%u.lock", parent, i);
		fd = open(buf_str(&lock), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST) {
			err_sys(err, errno, "create %s", buf_str(&lock));
			return false;
		}
		if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) || fstat(fd, &st) || !st.st_nlink)
			continue;
		w->fd = take_fd(&fd);
		w->lock = buf_take(&lock);
		w->dir = strndup(w->lock, strlen(w->lock) - strlen(".lock"));
		if (!w->dir)
			abort();
		return true;
	}
	err_set(err, ERR_LIMIT, "no name for a folder in %s is free", parent);
	return false;
}

static bool check_out(const struct repo *r, const struct sha *commit, const char *dir,
		      struct err *err)
{
	git_checkout_options options;
	AUTO_GIT(tree) *tree = NULL;
	int rc;

	if (commit && !commit_tree(&tree, r, commit, err))
		return false;
	git_checkout_options_init(&options, GIT_CHECKOUT_OPTIONS_VERSION);
	options.checkout_strategy = GIT_CHECKOUT_FORCE | GIT_CHECKOUT_DONT_UPDATE_INDEX |
				    GIT_CHECKOUT_DONT_WRITE_INDEX | GIT_CHECKOUT_NO_REFRESH;
	options.target_directory = dir;
	if (commit)
		rc = git_checkout_tree(r->git, (git_object *)tree, &options);
	else
		rc = git_checkout_index(r->git, NULL, &options);
	if (rc && commit)
		return repo_fail(err, rc, "check out %.*s", SHA_SHORT_LEN, commit->hex);
	return !rc || repo_fail(err, rc, "check out what is staged");
}

bool worktree_make(struct worktree *w, const struct repo *r, const struct sha *commit,
		   const char *parent, struct err *err)
{
	struct worktree made = { .fd = -1 };

	if (!take_name(&made, parent, err))
		return false;
	if (mkdir(made.dir, 0700)) {
		err_sys(err, errno, "create %s", made.dir);
		worktree_remove(&made);
		return false;
	}
	if (!check_out(r, commit, made.dir, err)) {
		worktree_remove(&made);
		return false;
	}
	*w = made;
	return true;
}

bool worktree_has(const struct repo *r, const struct sha *commit, const char *path)
{
	AUTO_GIT(tree) *tree = NULL;
	AUTO_GIT(tree_entry) *entry = NULL;

	if (!*path)
		return true;
	return commit_tree(&tree, r, commit, NULL) && !git_tree_entry_bypath(&entry, tree, path);
}
