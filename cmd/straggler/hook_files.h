/* Hooks of git's that call straggler: putting them there and taking them away. */
#ifndef HOOK_FILES_H
#define HOOK_FILES_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Writes folder/stage, which calls `program hook run --stage stage`. A hook that is there already
 * is kept beside it as "stage.before-straggler" and called after ours, with the same arguments and
 * input. Doing it again changes nothing but the program. *path gets where it is.
 */
bool hook_files_install(const char *folder, const char *stage, const char *program,
			struct buf *path, struct err *err);

/* Puts back what was there. *found: whether there was one of ours. */
bool hook_files_uninstall(const char *folder, const char *stage, bool *found, struct err *err);

#endif
