/* Words of commands that people and sh(1) read. */
#ifndef BASE_SHELL_H
#define BASE_SHELL_H

#include "base/buf.h"

/* Appends a word so that sh takes it as one, as it is: in single quotes where it needs them. */
void shell_quote(struct buf *out, const char *word);

#endif
