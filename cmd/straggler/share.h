/* The share of the packages that straggler test --shard has. */
#ifndef SHARE_H
#define SHARE_H

#include "gotest/cmdline.h"
#include "run/shard.h"

struct share {
	struct shard shard; /* total 0: there is none, everything is tested */
	char name[24];      /* "2/5", "" */
	size_t packages;    /* of all shares */
	bool empty;         /* of this one */
};

/*
 * Asks go list for the packages of the command line, and leaves those of the share in it. text is
 * the option's, NULL: everything is tested; "auto" asks the environment:
 *
 *   Bazel   TEST_SHARD_INDEX, from 0, of TEST_TOTAL_SHARDS; the file TEST_SHARD_STATUS_FILE is
 *           made, which tells Bazel that shards are obeyed (bazel.build, "Test encyclopedia")
 *   GitLab  CI_NODE_INDEX, from 1, of CI_NODE_TOTAL; a job without `parallel` has no index
 *           (docs.gitlab.com, "Predefined CI/CD variables")
 *
 * and where neither is set everything is tested. by is a run file, NULL: none. New texts are in
 * the arena. Fails with ERR_USAGE: what is no shard, or names files.
 */
bool share_take(struct share *s, struct cmdline *c, const char *text, const char *by,
		struct arena *a, struct err *err);

/* Says on standard error which share this is, where it says something that go test does not. */
void share_print(const struct share *s);

#endif
