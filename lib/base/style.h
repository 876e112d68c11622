/* Colours of a terminal. */
#ifndef BASE_STYLE_H
#define BASE_STYLE_H

#include "base/buf.h"

enum style { STYLE_BAD, STYLE_WARN, STYLE_GOOD, STYLE_DIM, STYLE_STRONG };

/* Append the bytes that switch a style on, and all styles off: as ECMA-48 has them (SGR). */
void style_on(struct buf *out, enum style style);
void style_off(struct buf *out);

#endif
