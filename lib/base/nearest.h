/* The word that was probably meant. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include "base/base.h"

/* The name among n that takes the fewest changed, added or removed bytes from
 * word, NULL when even that takes more than a third of its letters (one at
 * least). Borrowed from names. */
const char *nearest_name(const char *word, const char *const *names, size_t n);

#endif
