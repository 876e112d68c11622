/* libgit2's objects as locals that are freed. For this room. */
#ifndef VCS_HANDLE_H
#define VCS_HANDLE_H

#include <git2.h>

#include "vcs/repo.h"

#define HANDLE(type)                                          \
	static inline void handle_##type(git_##type **handle) \
	{                                                     \
		git_##type##_free(*handle);                   \
	}

HANDLE(blob)
HANDLE(commit)
HANDLE(config)
HANDLE(config_iterator)
HANDLE(diff)
HANDLE(index)
HANDLE(object)
HANDLE(patch)
HANDLE(reference)
HANDLE(revwalk)
HANDLE(tree)
HANDLE(tree_entry)

/* Declares a local: AUTO_GIT(commit) *c = NULL; */
#define AUTO_GIT(type) CLEANUP(handle_##type) git_##type

/* A sha's object name. Fails with ERR_PARSE where it is none. */
bool sha_id(git_oid *id, const struct sha *sha, struct err *err);
void sha_of(struct sha *sha, const git_oid *id);

/* Looks a commit up; the caller frees it. */
bool commit_find(git_commit **commit, const struct repo *r, const struct sha *sha, struct err *err);

/* The tree of a commit; the caller frees it. */
bool commit_tree(git_tree **tree, const struct repo *r, const struct sha *sha, struct err *err);

#endif
