/* Commits that the user says change nothing: git blame's ignore-revs files. */
#ifndef VCS_IGNORED_H
#define VCS_IGNORED_H

#include "base/map.h"
#include "vcs/repo.h"

/* Adds the commits that a text lists, one full name a line, '#' before a comment, as
 * git-blame(1) says under --ignore-revs-file; other lines are skipped. By sha_hash(). */
void ignored_read(struct map *ignored, struct str text);

/* Adds those of .git-blame-ignore-revs at the root of the work tree and of the files that
 * blame.ignoreRevsFile names. */
void ignored_find(struct map *ignored, const struct repo *r);

#endif
