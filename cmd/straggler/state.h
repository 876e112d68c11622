/* The folder where straggler keeps what outlives an invocation. */
#ifndef STATE_H
#define STATE_H

#include "account/record.h"
#include "base/buf.h"
#include "base/err.h"

/* Makes a folder and those above it. False: errno says why. */
bool state_make_dirs(const char *path);

/*
 * Appends the folder of the run files, "…/runs", absolute: below $STRAGGLER_STATE, or
 * $XDG_STATE_HOME/straggler, or ~/.local/state/straggler, the first that is set. It
 * need not exist. Fails with ERR_USAGE when none is set; an XDG_STATE_HOME that is not
 * absolute is ignored, as the XDG base directory specification asks.
 */
bool state_runs_dir(struct buf *path, struct err *err);

/* Appends another folder of ours, as state_runs_dir does. */
bool state_folder(struct buf *path, const char *name, struct err *err);

/* Appends the path of a run file: the one that is given; NULL: the one in there that was
 * written last, ERR_USAGE when there is none. */
bool state_run(struct buf *path, const char *given, struct err *err);

/*
 * Whether a run that nobody named (given is NULL) may be meant by who writes to files here: it
 * was of the module that we are in, or in a folder above or below. Else ERR_USAGE: the last run
 * was of something else.
 */
bool state_run_is_here(const struct run_record *run, const char *given, struct err *err);

#endif
