#include "gotest/quote.h"

#include <string.h>

#include "base/vec.h"

#define SPACES " \t\n\r"

bool quote_split(const char *s, struct arena *a, struct words *out, struct err *err)
{
	size_t before = out->len;

	for (s += strspn(s, SPACES); *s; s += strspn(s, SPACES)) {
		size_t n;

		if (*s != '"' && *s != '\'') {
			n = strcspn(s, SPACES);
			VEC_PUSH(out, arena_strndup(a, s, n));
			s += n;
			continue;
		}
		n = strcspn(s + 1, *s == '"' ? "\"" : "'");
		if (!s[1 + n]) {
			out->len = before;
			return err_set(err, ERR_PARSE, "a %c is not closed in: %s", *s, s);
		}
		VEC_PUSH(out, arena_strndup(a, s + 1, n));
		s += n + 2;
	}
	return true;
}

/* The quote that word needs, '\0': none. Returns false when there is none
 * that would do. */
static bool quote_for(const char *word, char *quote)
{
	bool one = strchr(word, '\'') != NULL;
	bool two = strchr(word, '"') != NULL;

	*quote = '\0';
	if (one || two || !*word || word[strcspn(word, SPACES)])
		*quote = one ? '"' : '\'';
	return !(one && two);
}

bool quote_join(struct buf *out, const char *const *words, size_t n, struct err *err)
{
	AUTO_BUF text = { 0 };

	for (size_t i = 0; i < n; i++) {
		char quote;

		if (!quote_for(words[i], &quote))
			return err_set(err, ERR_USAGE,
				       "both kinds of quotes in one word, which go cannot take: %s",
				       words[i]);
		if (i)
			buf_putc(&text, ' ');
		if (quote)
			buf_putc(&text, quote);
		buf_puts(&text, words[i]);
		if (quote)
			buf_putc(&text, quote);
	}
	buf_put(out, buf_str(&text), text.len);
	return true;
}
