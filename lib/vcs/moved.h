/* Functions that a commit took from one file to another one. */
#ifndef VCS_MOVED_H
#define VCS_MOVED_H

#include "base/texts.h"
#include "vcs/change.h"
#include "vcs/repo.h"

struct git_diff;

struct moved_spec {
	const struct repo *repo;
	struct git_diff *diff;     /* of the commit with its only parent */
	const struct spots *spots; /* in the commit's version */
	uint32_t commit;           /* its number */
	struct texts *paths;
	struct arena *arena; /* texts of touches */
};

/*
 * Functions that the commit seems to add, but that another file of the folder had and has no
 * more, were moved; so were those that a file of another folder had, when half of their lines
 * stayed the same: they and their lines are followed there, and only what changed on the
 * way is in *touches then. Fails when a file cannot be read.
 */
bool moved_follow(const struct moved_spec *spec, struct touches *touches, struct spots *before,
		  struct err *err);

#endif
