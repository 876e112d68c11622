/* UTF-8 from outside: decoding, and which characters may not be shown raw. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/buf.h"

/* What a malformed sequence decodes to; no character has this number. */
#define UTF8_BAD UINT32_MAX

/*
 * Decodes the character at the front of n bytes (n > 0) into *c and returns how
 * many bytes it takes, 1 to 4. Overlong forms, surrogates, numbers above
 * U+10FFFF and cut sequences set UTF8_BAD and take the longest part that could
 * have begun a character, as Unicode 15 section 3.9 advises.
 */
size_t utf8_decode(const char *p, size_t n, uint32_t *c);

/*
 * Whether c drives a terminal or reorders what a reader sees instead of showing
 * something: C0 and C1 controls, DEL, line and paragraph separators, bidi
 * controls, the byte order mark, and UTF8_BAD.
 */
bool utf8_is_unsafe(uint32_t c);

/*
 * Appends s so that it shows itself and does nothing: what utf8_is_unsafe() names
 * becomes "\x1b", "\u202e", a byte that is no UTF-8 "\xff", a newline "\n", a tab a space.
 * Backslashes stay.
 */
void utf8_clean(struct buf *out, const char *s);

#endif
