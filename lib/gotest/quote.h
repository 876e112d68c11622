/*
 * cmd/go's own quoting of lists in one string, as -exec, -toolexec, -ldflags
 * and GOFLAGS use it. Not a shell's: a word that begins with ' or " reaches to
 * the next one of the kind, nothing is unescaped, quotes inside a word are
 * themselves. So a word that has both kinds and needs quoting cannot be written.
 *
 * Source: src/cmd/internal/quoted/quoted.go, Go 1.22 to 1.27.
 */
#ifndef GOTEST_QUOTE_H
#define GOTEST_QUOTE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* A list of words. The array is owned, the words are not. */
struct words {
	const char **items;
	size_t len, cap;
};

static inline void words_release(struct words *w)
{
	free(w->items);
	*w = (struct words){ 0 };
}
#define AUTO_WORDS CLEANUP(words_release) struct words

/* Appends the words of s; they live in *a. Fails with ERR_PARSE on a quote
 * that is not closed; then *out is as it was. */
bool quote_split(const char *s, struct arena *a, struct words *out, struct err *err);

/* Appends n words with a space between, quoted where they must be. Fails with
 * ERR_USAGE on a word with both kinds of quotes; then *out is as it was. An
 * empty word is written as '' (Go's own Join loses it). */
bool quote_join(struct buf *out, const char *const *words, size_t n, struct err *err);

#endif
