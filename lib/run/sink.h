/*
 * What the watchers have to say: JSON lines in one file, to which every watcher
 * appends the lines of its package with one write (O_APPEND). A file and no descriptor,
 * because what is inherited through go reaches everything that go starts.
 */
#ifndef RUN_SINK_H
#define RUN_SINK_H

#include "account/record.h"
#include "base/buf.h"
#include "gotest/table.h"

/* For the watcher: appends text whole. make: makes the file where there is none; a
 * runner's sink is there as long as the runner is, and must not come again. */
bool sink_append(const char *path, const struct buf *text, bool make, struct err *err);

/* For the watcher: appends the line that so many goroutines of a package's tests live now. It is no
 * record of a run file. */
void sink_put_alive(struct buf *out, const char *package, uint32_t n);

/* For the runner: reads what has come since the last call. */
struct sink {
	int fd;             /* owned, -1: not open */
	struct buf rest;    /* a line that is not whole yet */
	struct table alive; /* internal: package -> uint32_t, owned */
};

bool sink_open(struct sink *s, const char *path, struct err *err);

/* Adds the new lines to *r. A line that cannot be read is counted in *bad. */
bool sink_read(struct sink *s, struct run_file *r, size_t *bad, struct err *err);

/* What was last said of a package by such a line, 0: nothing. */
uint32_t sink_alive(const struct sink *s, const char *package);

void sink_close(struct sink *s);

#endif
