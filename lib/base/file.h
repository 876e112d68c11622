/* Files that get another content at once, and folders that go with all that is in them. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Makes text the content of the file at path, through links: whoever reads meanwhile, or after
 * a crash, sees the old content or the new one. A file that is there keeps its mode, a new one
 * gets this. fd gets a descriptor of the new file that appends, owned by the caller; NULL: nobody
 * wants it. Fails with ERR_OS, and the old file is as it was.
 */
bool file_replace(const char *path, const struct buf *text, mode_t mode, int *fd, struct err *err);

/* Removes a file, or a folder with everything in it, as far as it can be: links are not
 * followed. */
void file_remove_tree(const char *path);

#endif
