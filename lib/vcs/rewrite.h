/*
 * What became of the lines of one file between two versions. Lines whose white space alone
 * changed are the same lines.
 */
#ifndef VCS_REWRITE_H
#define VCS_REWRITE_H

#include "base/err.h"
#include "base/str.h"

struct git_patch;

/* Some lines of the old version that were replaced by some of the new one. Lines are
 * 1-based; with no lines it is the one that they would come before. */
struct hunk {
	uint32_t old_first, old_lines;
	uint32_t new_first, new_lines;
	size_t lines; /* index in struct rewrite of its old lines, then its new ones */
};

struct rewrite {
	struct hunk *items; /* owned, in the order of the file */
	size_t len, cap;
	struct {
		struct str *items; /* owned; texts borrowed from the patch, without their ends */
		size_t len, cap;
	} lines;
};

/* Takes it from a patch without lines of context, which must live as long. */
bool rewrite_read(struct rewrite *r, struct git_patch *patch, struct err *err);

/* The hunk that has a line of the new version, NULL: the line is an old one. */
const struct hunk *rewrite_hunk(const struct rewrite *r, uint32_t new_line);

/* The number that a line of the new version had; of a replaced one, that of the line
 * that is most like it. 0: there is none. */
uint32_t rewrite_old_line(const struct rewrite *r, uint32_t new_line);

/* Texts of a hunk, i below old_lines or new_lines. Without white space around. */
struct str hunk_old(const struct rewrite *r, const struct hunk *h, uint32_t i);
struct str hunk_new(const struct rewrite *r, const struct hunk *h, uint32_t i);

void rewrite_release(struct rewrite *r);
#define AUTO_REWRITE CLEANUP(rewrite_release) struct rewrite

/* How much alike two texts are, by what they begin and end with: 0 to 100. */
unsigned int text_likeness(struct str a, struct str b);

#endif
