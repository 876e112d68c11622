/* The commits that lead to one, with their parents: what is searched. */
#ifndef VCS_HISTORY_H
#define VCS_HISTORY_H

#include "vcs/repo.h"

struct history_commit {
	struct sha sha;
	uint32_t *parents; /* indices in the history, the first parent first; in its arena */
	uint32_t parents_len;
};

/* Zero-initialised before history_read. Parents come before their children, the tip is the
 * last. */
struct history {
	struct arena arena;
	struct history_commit *items; /* owned */
	size_t len, cap;
};

/* Everything that leads to tip. Where a shallow history is cut it ends. */
bool history_read(struct history *h, const struct repo *r, const struct sha *tip, struct err *err);
void history_release(struct history *h);
#define AUTO_HISTORY CLEANUP(history_release) struct history

/* The index of a commit, h->len: it is not in. */
size_t history_find(const struct history *h, const struct sha *sha);

/* Files, by their paths from the root of the repository. Borrowed. */
struct file_paths {
	const char *const *items;
	size_t len;
};

/* Appends what a commit changed against its first parent, for people: each file with how many
 * lines, then a line with the sums; harmless text. */
bool history_stat(const struct repo *r, const struct sha *commit, struct buf *out, struct err *err);

/* Appends the lines it added to and removed from these files, each as "path:line: +text",
 * at most limit; harmless text. */
bool history_lines(const struct repo *r, const struct sha *commit, struct file_paths paths,
		   size_t limit, struct buf *out, struct err *err);

/* Whether a commit differs from its first parent in one of the files; false when that cannot be
 * read. */
bool history_touches(const struct repo *r, const struct sha *commit, struct file_paths paths);

/* Appends the paths of the files in which two commits differ, each with a NUL after it. after
 * NULL: what is staged; before NULL: every file of after. */
bool history_changed(const struct repo *r, const struct sha *before, const struct sha *after,
		     struct buf *out, struct err *err);

#endif
