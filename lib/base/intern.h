/* One copy of each text. */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include "base/arena.h"
#include "base/map.h"

/* With an arena it is ready. Texts that are equal have the same address. */
struct intern {
	struct arena *arena; /* borrowed: holds the texts */
	struct map map;      /* owned */
};

/* Returns the copy of n bytes at s, NUL-terminated, in the arena. */
const char *intern_text(struct intern *t, const char *s, size_t n);

/* Frees the table, not the texts. */
void intern_release(struct intern *t);

#endif
