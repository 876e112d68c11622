/*
 * One walk back through the history for everything that is looked at.
 *
 * Every commit gets the spots that are in its version from the commits after it, notes what
 * it did to them, and hands them to its parents where they were there: one parent where the
 * file is the same as in that, else the one that has the line. So lines keep their
 * identity through merges, moves and renamed files. Commits whose files nobody looks at cost
 * a comparison of trees.
 *
 * libgit2's own blame follows no renames and sees no line that is gone (libgit2 1.5.1).
 */
#ifndef VCS_TRAIL_H
#define VCS_TRAIL_H

#include "base/texts.h"
#include "vcs/change.h"
#include "vcs/range.h"

#define TRAIL_WORK_TREE UINT32_MAX /* the number of what is not committed */

/* A version with spots that wait to be followed back. */
struct trail_stop {
	struct sha commit;
	int64_t time_s;
	struct spots spots; /* owned */
};

struct trail_stops {
	struct trail_stop *items; /* owned */
	size_t len, cap;
};

struct trail {
	const struct repo *repo; /* borrowed, as the rest of these */
	const struct range *range;
	const struct map *ignored; /* sha_hash() of commits that touch nothing; NULL: none */
	struct arena *arena;       /* texts of touches, paths */
	struct texts *paths;
	int64_t deadline_ns; /* of clock_now_ns(), 0: none */

	struct touches touches; /* of commits in the range, newest first */
	struct {
		struct sha *items;
		size_t len, cap;
	} commits;                  /* what touch.commit counts */
	struct trail_stops pending; /* in the range */
	struct trail_stops outside; /* where it ends */
	size_t walked;              /* commits */
	bool late;                  /* the deadline came first */
	bool cut;                   /* so did the end of a shallow clone */
	bool beyond;                /* it is outside of the range */
};

/* Puts spots where a commit's version has them. Takes the items over. */
void trail_start(struct trail *t, const struct sha *commit, struct spots *spots);

/* Follows all spots to the end of the range. */
bool trail_walk(struct trail *t, struct err *err);

/* Goes on outside of the range with those lines whose marks are wanted, up to the commit that
 * touched each last; touches has these then, too. */
bool trail_go_beyond(struct trail *t, const bool *wanted, struct err *err);

/*
 * Starts with the files as they are: what is not committed is the first that touches spots.
 * Paths in spots are relative to the root of the work tree.
 */
bool trail_start_work_tree(struct trail *t, const struct sha *head, const struct spots *spots,
			   struct err *err);

void trail_release(struct trail *t);
#define AUTO_TRAIL CLEANUP(trail_release) struct trail

/* A file of a commit, NULL: it has none, or no text. err is set when it cannot be read. */
struct git_blob *trail_file(const struct repo *r, const struct sha *commit, const char *path,
			    struct err *err);

#endif
