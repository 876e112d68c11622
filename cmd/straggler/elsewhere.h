/* The user's tests at another commit: where they are run, and with what. */
#ifndef ELSEWHERE_H
#define ELSEWHERE_H

#include "gotest/cmdline.h"
#include "vcs/repo.h"
#include "vcs/worktree.h"

/* Zero-initialised before elsewhere_open. */
struct elsewhere {
	struct repo repo;
	char *dir;         /* owned; the folder that tests run in, links resolved */
	const char *below; /* the same from the root of the repository; "" is the root */
	struct buf trees;  /* the folder for work trees */
	bool opened;
};

/* dir is go test's -C, NULL: here. Removes what a process that was killed left behind. */
bool elsewhere_open(struct elsewhere *e, const char *dir, struct err *err);
void elsewhere_close(struct elsewhere *e);
#define AUTO_ELSEWHERE CLEANUP(elsewhere_close) struct elsewhere

/* Checks a commit out and appends the folder in it that tests run in. */
bool elsewhere_make(const struct elsewhere *e, const struct sha *commit, struct worktree *w,
		    struct buf *dir, struct err *err);

/* An option of ours to pass on, and its place in the table of the command line. */
struct passed_option {
	const char *name;
	size_t index;
};

/* What a run takes that is to be held against this one. */
struct same_tests {
	const struct cmdline *cmdline;
	const char *config; /* path of the configuration, NULL: there is none */
	const struct passed_option *options;
	size_t options_len;
	struct again again;
};

/* Appends its arguments. Paths in the folder become relative when e was opened. New words are
 * in the arena. */
void elsewhere_args(const struct elsewhere *e, const struct same_tests *t, struct arena *a,
		    struct words *out);

/* Whether the commit has the folder of a package; true when it cannot be known. */
bool elsewhere_has_package(const struct elsewhere *e, const struct sha *commit,
			   const char *package);

#endif
