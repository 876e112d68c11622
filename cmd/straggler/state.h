/* The folder where straggler keeps what outlives an invocation. */
#ifndef STATE_H
#define STATE_H

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

#endif
