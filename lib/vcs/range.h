/* Which commits are asked about. */
#ifndef VCS_RANGE_H
#define VCS_RANGE_H

#include "base/map.h"
#include "vcs/repo.h"

#define RANGE_COMMITS 50                     /* of a branch that is ahead of nothing */
#define RANGE_S       (INT64_C(366) * 86400) /* and no older than its head by more than this */

struct range {
	struct map commits; /* of sha_hash(): those that are in it */
	size_t len;
	bool first_parents; /* of merges only the first parent was followed */
	bool cut;           /* a shallow clone ended before the range did */
	struct buf words;   /* "since origin/main (1a2b3c4)", "the last 50 commits" */
};

/*
 * The commits that head has and a base has not:
 *   since given       the base is the common ancestor with it. ERR_USAGE: no such revision
 *   else              with repo_trunk(), when head has something that the trunk has not
 *   else              the last RANGE_COMMITS of the first parents, at most RANGE_S old
 * In a shallow clone first parents are followed as far as they go. Zero-initialised before.
 */
bool range_make(struct range *range, const struct repo *r, const struct sha *head,
		const char *since, struct err *err);

/* Of the sha's first 8 bytes: what two commits of one repository never share by chance. */
uint64_t sha_hash(const struct sha *sha);

bool range_has(const struct range *range, const struct sha *commit);

void range_release(struct range *range);
#define AUTO_RANGE CLEANUP(range_release) struct range

#endif
