/*
 * A git repository: opening it, revisions, commits. This room is the only one that includes
 * git2.h; the rest of the program knows commits by their names.
 *
 * libgit2 1.5.1 is the least. It does not know where a shallow clone ends and fails at the
 * parent that is not there: repo_is_cut() says where to stop. It knows SHA-1 alone.
 *
 * Nothing here writes to the repository. Texts that come out of it (authors, summaries, names
 * of branches) have been made harmless by utf8_clean(): they can be shown as they are.
 *
 * Failures
 *   ERR_ABSENT  no repository here; or no commit yet; or no common ancestor
 *   ERR_USAGE   a revision of the user's that there is not, or that is no commit
 *   ERR_PARSE   an object that is damaged or missing
 *   ERR_OS      the rest: no permission, another owner
 */
#ifndef VCS_REPO_H
#define VCS_REPO_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct git_repository;

#define SHA_LEN       40
#define SHA_SHORT_LEN 7 /* as commits are shown to people */

/* The name of a commit: SHA_LEN lower-case hexadecimal digits. "" : none. */
struct sha {
	char hex[SHA_LEN + 1];
};

struct repo {
	struct git_repository *git; /* owned */
	char *root;                 /* owned; of the work tree: absolute, links resolved, no '/'
				     * at the end but for "/"; NULL: it is bare */
	bool shallow;               /* the history was cut when it was fetched */
	struct {
		struct sha *items; /* owned; the last commits of a shallow history */
		size_t len, cap;
	} cut;
};

/* Which repository is meant. git's own rules for its environment: gitrepository-layout(5),
 * git(1) under GIT_DIR and GIT_WORK_TREE. */
struct repo_spec {
	const char *dir;       /* a folder in it, however deep; absolute */
	const char *git_dir;   /* of GIT_DIR, NULL or "": look upwards from dir */
	const char *work_tree; /* of GIT_WORK_TREE, NULL or "": with git_dir it is dir */
};

/* Finds and opens it: a folder of a work tree, of a linked work tree or of a submodule, or a
 * bare repository. r is written on success only. */
bool repo_open(struct repo *r, const struct repo_spec *spec, struct err *err);
void repo_close(struct repo *r);
#define AUTO_REPO CLEANUP(repo_close) struct repo

static inline bool sha_eq(const struct sha *a, const struct sha *b)
{
	return !memcmp(a->hex, b->hex, SHA_LEN);
}

/* --- revisions ----------------------------------------------------------------------- */

/* The commit that HEAD is. */
bool repo_head(const struct repo *r, struct sha *head, struct err *err);

/* The commit that a revision means, in git's syntax (gitrevisions(7)); tags are followed. */
bool repo_commit(const struct repo *r, const char *revision, struct sha *commit, struct err *err);

/* The best common ancestor. Where a history is cut it may not be found. */
bool repo_merge_base(const struct repo *r, const struct sha *one, const struct sha *two,
		     struct sha *base, struct err *err);

/*
 * What the work on HEAD will be merged into: its branch's upstream, unless that is the place
 * where the branch itself is kept (origin/fix for fix), then the default branch. That is
 * the one that the remote names (origin/HEAD), else the remote's or our own main or master.
 * name gets "origin/main" and the like. Fails with ERR_ABSENT when there is none.
 */
bool repo_trunk(const struct repo *r, struct buf *name, struct sha *tip, struct err *err);

/* Appends a file below the root of the work tree, or one named by its absolute path: at most
 * REPO_FILE_MAX bytes. False: there is none, or it is no file, or larger. */
bool repo_read_file(const struct repo *r, const char *path, struct buf *text);

#define REPO_FILE_MAX (4 << 20)

/* Appends the folder of its hooks, absolute: what core.hooksPath says, from the root of the work
 * tree, else the one that all its work trees share. It need not exist. */
bool repo_hooks(const struct repo *r, struct buf *path, struct err *err);

/* Takes what is staged from this index, as git tells its hooks with GIT_INDEX_FILE. */
bool repo_use_index(const struct repo *r, const char *path, struct err *err);

/* --- commits --------------------------------------------------------------------------- */

/* Strings in the arena, harmless. */
struct commit_facts {
	struct sha sha;
	const char *author; /* the name */
	const char *summary;
	int64_t time_s; /* of the commit, seconds since 1970, UTC */
	size_t parents; /* those that are there: 0 where a history is cut */
};

bool repo_facts(const struct repo *r, const struct sha *commit, struct arena *a,
		struct commit_facts *facts, struct err *err);

/* Whether the commit is the last one of a history that was cut: its parents are not here. */
bool repo_is_cut(const struct repo *r, const struct sha *commit);

/* Sets err from libgit2's last failure, rc being what its function returned: "what:
 * libgit2's words". Returns false. For this room. */
bool repo_fail(struct err *err, int rc, const char *fmt, ...) PRINTF(3, 4);

/* Appends the library behind this and its version: "libgit2 1.5.1". */
void repo_put_library(struct buf *out);

#endif
