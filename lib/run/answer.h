/* What a command prints, for those that answer a question. */
#ifndef RUN_ANSWER_H
#define RUN_ANSWER_H

#include "base/buf.h"
#include "base/err.h"

/* Runs the command (NULL-terminated words, the first is searched in PATH), appends its standard
 * output, and waits for it. Fails when it cannot be started or does not end with 0. */
bool answer_read(const char *const *words, char *const *envp, struct buf *out, struct err *err);

#endif
