/* Configuration files on disk. */
#ifndef CONFIG_SOURCE_H
#define CONFIG_SOURCE_H

#include "base/buf.h"
#include "base/err.h"

/* What tells two names of one file. */
struct source_id {
	uint64_t device, inode;
};

/* Appends the whole file, at most YAML_BYTES_MAX bytes, however long it says it is. id may be
 * NULL. Fails with ERR_USAGE: a folder, a pipe or device (nobody knows when they would end; but
 * /dev/null is an empty file), not readable, too large. */
bool source_read(const char *path, struct buf *text, struct source_id *id, struct err *err);

/*
 * Looks for CONFIG_FILE in dir (absolute) and in the folders above it, up to the first that has
 * a go.mod or go.work; without any of those above, in dir alone. Appends its path, relative
 * to dir ("../.straggler.yaml"). False: there is none.
 */
bool source_find(const char *dir, struct buf *path);

#endif
