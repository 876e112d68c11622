/* One copy of each text. */
#ifndef BASE_TEXTS_H
#define BASE_TEXTS_H

#include "base/arena.h"
#include "base/map.h"

/* With an arena it is ready. Texts that are equal have the same address. */
struct texts {
	struct arena *arena; /* borrowed: holds the texts */
	struct map map;      /* owned */
};

/* Returns the copy of n bytes at s, NUL-terminated, in the arena. */
const char *texts_keep(struct texts *t, const char *s, size_t n);

/* Frees the table, not the texts. */
void texts_release(struct texts *t);

#endif
