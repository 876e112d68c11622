/*
 * What one change to one file did to the lines and functions that somebody looks at, and
 * where these were before it.
 *
 * A line is changed when the line that it replaced is like it, else it is new. Lines that
 * only moved within the file, blank ones, comments and changed white space do not count. A function is
 * the same while its name is, or while one of its lines stayed.
 */
#ifndef VCS_CHANGE_H
#define VCS_CHANGE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum spot_kind {
	SPOT_LINE,
	SPOT_FUNCTION,
	SPOT_DEPENDENCY, /* the version of a module that a go.mod asks for */
};

/* Something that is looked at, where it is in one version. */
struct spot {
	enum spot_kind kind;
	uint32_t mark;    /* the caller's number for it */
	const char *path; /* in the tree, '/' between; compared by address */
	const char *name; /* of a function's declaration; of a dependency, the import path of one
			   * of its packages */
	uint32_t ordinal; /* of a function, see struct declaration */
	uint32_t line;    /* of a line, 1-based */
};

struct spots {
	struct spot *items; /* owned */
	size_t len, cap;
};

enum touch_kind {
	TOUCH_LINE_NEW,
	TOUCH_LINE_CHANGED,
	TOUCH_RELEASE,  /* a line is gone that let somebody go on: Close, cancel, Unlock, <-, … */
	TOUCH_CAPACITY, /* of a channel */
	TOUCH_RETURN,
	TOUCH_FUNCTION_NEW,
	TOUCH_FUNCTION, /* any other line of it */
	TOUCH_VERSION,
};

struct touch {
	enum touch_kind kind;
	uint32_t mark;
	uint32_t commit;  /* the caller's number for it */
	const char *path; /* of the new version */
	uint32_t line;    /* of the new version; of a line that is gone, where it was */
	const char *text; /* the line, harmless, cut to TOUCH_TEXT_MAX bytes; in the arena */
	const char *was;  /* the line before, of a changed one; "" */
};

#define TOUCH_TEXT_MAX 160

struct touches {
	struct touch *items; /* owned */
	size_t len, cap;
};

struct change {
	struct str old_text, new_text;
	const char *old_path, *new_path;
	uint32_t commit;
	/* Of a merge, the file in its other parents: only what none of them has is new, and
	 * only what all had is gone. */
	const struct str *others;
	size_t others_len;
	struct arena *arena;
};

/* Appends what it did to n spots in the new version to *touches, and to *before those
 * that were in the old one. */
bool change_follow(const struct change *c, const struct spot *spots, size_t n, struct spots *before,
		   struct touches *touches, struct err *err);

/* The same for a file that is new: it touches all of them, and none was there before. */
void change_begin(const struct change *c, const struct spot *spots, size_t n,
		  struct touches *touches);

void spots_release(struct spots *s);
void touches_release(struct touches *t);
#define AUTO_SPOTS   CLEANUP(spots_release) struct spots
#define AUTO_TOUCHES CLEANUP(touches_release) struct touches

#endif
