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

/*
 * What a commit changed against its first parent, for people: each file with how many lines,
 * then a line with the sums; harmless text. With paths (relative to the root) it is the
 * lines added to and removed from these files instead, each as "path:line: +text", at most
 * limit of them.
 */
bool history_stat(const struct repo *r, const struct sha *commit, struct buf *out, struct err *err);
bool history_lines(const struct repo *r, const struct sha *commit, const char *const *paths,
		   size_t paths_len, size_t limit, struct buf *out, struct err *err);

#endif
