/* Patterns for -run and -bench: regular expressions that match names and nothing else
 * (src/testing/match.go, src/regexp/regexp.go QuoteMeta). */
#ifndef GOTEST_PATTERN_H
#define GOTEST_PATTERN_H

#include "base/buf.h"
#include "gotest/quote.h"

/* Appends a name with every special character escaped. n bytes. */
void pattern_quote(struct buf *out, const char *name, size_t n);

/* Appends "^TestX$/^sub$": each level of a subtest's name is matched by a pattern of its own. */
void pattern_levels(struct buf *out, const char *test);

/* Appends "^(A|B)$", each name once. Nothing for no names. */
void pattern_any(struct buf *out, const struct words *names);

#endif
