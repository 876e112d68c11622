/*
 * The files of one invocation of straggler test: the run file, which stays, and two that are
 * removed at the end: the sink, where the watchers leave their lines, and the policy that they
 * are told. They are in the state folder. That is a convenience: where it cannot be used, the run
 * goes on in a temporary folder without a run file, and says so. A path that was given is an
 * order.
 */
#ifndef RUN_FILES_H
#define RUN_FILES_H

#include "account/record.h"

struct run_files {
	char *path;      /* of the run file, owned, NULL: none */
	int fd;          /* of the run file, -1: none */
	char *sink;      /* owned; nothing is there yet */
	char *policy;    /* owned */
	char *temporary; /* owned; the folder of sink and policy, NULL: the state folder */
};

/* given: path of the run file, NULL: in the state folder. Zero-initialised before but for fd,
 * which is -1; the caller closes *f in any case. */
bool run_files_open(struct run_files *f, const char *given, struct err *err);

bool run_files_write_policy(struct run_files *f, const struct buf *text, struct err *err);

/* Writes the findings and tests of the run anew, and what has become known of them: f->path is
 * replaced, and f->fd with it. What is no file (a pipe) stays as it is, and so does f without a
 * path. */
bool run_files_rewrite(struct run_files *f, const struct run_file *run, struct err *err);

/* A path beside the sink, to be freed. Whoever makes the file removes it. */
char *run_files_beside(const struct run_files *f, const char *suffix);

void run_files_close(struct run_files *f);

#endif
