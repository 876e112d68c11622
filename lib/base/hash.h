/* FNV-1a in 64 bits: of names, not of what somebody wants to collide. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/str.h"

#define HASH_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t hash_str(uint64_t h, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* With its NUL, so that words one after the other stay apart. */
static inline uint64_t hash_word(uint64_t h, const char *word)
{
	return hash_str(h, (struct str){ word, strlen(word) + 1 });
}

#endif
