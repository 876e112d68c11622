/*
 * The files of a commit in a folder of their own, for as long as something runs in them.
 *
 * They are checked out with libgit2 into a folder that git knows nothing about: there is no
 * entry in .git/worktrees, no branch, no index and no hook, so nothing of the user's
 * repository is written, and a bare or read-only one will do. It has no .git:
 * a test that asks git about itself does not find the repository there. Submodules and files
 * that filters of git's configuration would bring (LFS) are not there either.
 *
 * Folders are made below one that belongs to us, each beside a file NAME.lock on which its
 * maker holds a flock(2). A folder whose lock nobody holds was left by a process that was
 * killed: worktrees_clean() removes it.
 */
#ifndef VCS_WORKTREE_H
#define VCS_WORKTREE_H

#include "vcs/repo.h"

struct worktree {
	char *dir;  /* owned; absolute */
	char *lock; /* owned; its path */
	int fd;     /* owned; holds the lock, -1: there is no worktree */
};

/* parent exists and is absolute. commit NULL: what is staged. *w is written on success only;
 * nothing is left on failure. */
bool worktree_make(struct worktree *w, const struct repo *r, const struct sha *commit,
		   const char *parent, struct err *err);

/* Removes the folder, whatever was put there and with whatever permissions. */
void worktree_remove(struct worktree *w);

/* Removes what nobody holds. What cannot be removed stays. */
void worktrees_clean(const char *parent);

/* Whether the commit has a file or folder at the path, which is relative to the root of the
 * repository ("" is the root itself). */
bool worktree_has(const struct repo *r, const struct sha *commit, const char *path);

#endif
