/* A git repository for one test, in a folder of its own. */
#ifndef TESTS_UNIT_HISTORY_H
#define TESTS_UNIT_HISTORY_H

#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vcs/repo.h"

#define HISTORY_START INT64_C(1700000000) /* seconds; each commit is a day younger */

struct history {
	char folder[40];
	git_repository *git;
	int64_t day;
};

static inline void git_ok(int rc)
{
	if (rc)
		print_error("libgit2: %s\n", git_error_last() ? git_error_last()->message : "?");
	assert_int_equal(rc, 0);
}

/* The configuration of whoever runs the test has no say. */
static inline void history_begin(struct history *h)
{
	git_repository_init_options options;

	*h = (struct history){ .folder = "/tmp/history.XXXXXX" };
	assert_non_null(mkdtemp(h->folder));
	assert_true(git_libgit2_init() > 0);
	git_ok(git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL, ""));
	git_ok(git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, ""));
	git_ok(git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_SYSTEM, ""));
	git_ok(git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION));
	options.flags = GIT_REPOSITORY_INIT_MKPATH;
	options.initial_head = "main";
	git_ok(git_repository_init_ext(&h->git, h->folder, &options));
}

static inline void history_end(struct history *h)
{
	char command[64];

	git_repository_free(h->git);
	git_libgit2_shutdown();
	snprintf(command, sizeof(command), "rm -rf '%s'", h->folder);
	assert_int_equal(system(command), 0);
}

/* Writes a file, below at most one new folder; NULL removes it. */
static inline void history_write(const struct history *h, const char *name, const char *text)
{
	char path[256];
	char *slash;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", h->folder, name);
	if (!text) {
		assert_int_equal(unlink(path), 0);
		return;
	}
	slash = strrchr(path, '/');
	*slash = '\0';
	mkdir(path, 0755);
	*slash = '/';
	f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static inline void history_stage(const struct history *h, git_oid *tree)
{
	git_index *index;

	git_ok(git_repository_index(&index, h->git));
	git_ok(git_index_add_all(index, NULL, 0, NULL, NULL));
	git_ok(git_index_update_all(index, NULL, NULL, NULL));
	git_ok(git_index_write(index));
	git_ok(git_index_write_tree(tree, index));
	git_index_free(index);
}

/* Commits what the folder holds onto HEAD; other (may be NULL): the second parent. */
static inline struct sha history_commit_by(struct history *h, const char *author,
					   const char *message, const struct sha *other)
{
	git_commit *parents[2] = { NULL };
	const git_commit *before[2];
	git_signature *who;
	struct sha sha;
	git_oid tree_id, id;
	git_tree *tree;
	size_t n = 0;

	history_stage(h, &tree_id);
	git_ok(git_tree_lookup(&tree, h->git, &tree_id));
	git_ok(
	    git_signature_new(&who, author, "a@example.com", HISTORY_START + 86400 * h->day++, 0));
	if (!git_reference_name_to_id(&id, h->git, "HEAD"))
		git_ok(git_commit_lookup(&parents[n++], h->git, &id));
	if (other) {
		git_ok(git_oid_fromstr(&id, other->hex));
		git_ok(git_commit_lookup(&parents[n++], h->git, &id));
	}
	before[0] = parents[0];
	before[1] = parents[1];
	git_ok(git_commit_create(&id, h->git, "HEAD", who, who, NULL, message, tree, n, before));
	git_oid_tostr(sha.hex, sizeof(sha.hex), &id);
	git_commit_free(parents[0]);
	git_commit_free(parents[1]);
	git_signature_free(who);
	git_tree_free(tree);
	return sha;
}

static inline struct sha history_commit(struct history *h, const char *message)
{
	return history_commit_by(h, "Ann", message, NULL);
}

/* Makes a reference, or moves it. */
static inline void history_ref(const struct history *h, const char *name, const struct sha *to)
{
	git_reference *ref;
	git_oid id;

	git_ok(git_oid_fromstr(&id, to->hex));
	git_ok(git_reference_create(&ref, h->git, name, &id, 1, NULL));
	git_reference_free(ref);
}

/* Makes HEAD the branch and the folder what is in it. */
static inline void history_switch(const struct history *h, const char *branch)
{
	git_checkout_options options;

	git_ok(git_checkout_options_init(&options, GIT_CHECKOUT_OPTIONS_VERSION));
	options.checkout_strategy = GIT_CHECKOUT_FORCE | GIT_CHECKOUT_REMOVE_UNTRACKED;
	git_ok(git_repository_set_head(h->git, branch));
	git_ok(git_checkout_head(h->git, &options));
}

static inline void history_config(const struct history *h, const char *key, const char *value)
{
	git_config *config;

	git_ok(git_repository_config(&config, h->git));
	git_ok(git_config_set_string(config, key, value));
	git_config_free(config);
}

static inline void history_open(const struct history *h, struct repo *r)
{
	struct err err = { 0 };

	if (!repo_open(r, &(struct repo_spec){ .dir = h->folder }, &err))
		print_error("%s\n", err.msg);
	assert_int_equal(err.code, ERR_NONE);
}

#endif
