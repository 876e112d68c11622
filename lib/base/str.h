/* Borrowed pieces of text. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <string.h>

#include "base/base.h"

/* n bytes at p, borrowed, not NUL-terminated. {0} is the empty string. */
struct str {
	const char *p;
	size_t n;
};

static inline struct str str_of(const char *s)
{
	return (struct str){ .p = s, .n = strlen(s) };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

static inline bool str_is(struct str a, const char *b)
{
	return str_eq(a, str_of(b));
}

static inline bool str_starts(struct str a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.n >= n && !memcmp(a.p, prefix, n);
}

/* Removes prefix from the front of *a. Returns whether it was there. */
static inline bool str_skip(struct str *a, const char *prefix)
{
	if (!str_starts(*a, prefix))
		return false;
	a->p += strlen(prefix);
	a->n -= strlen(prefix);
	return true;
}

static inline bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static inline bool ends_with(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && !strcmp(s + n - m, suffix);
}

static inline bool str_ends_line(struct str s)
{
	return s.n && s.p[s.n - 1] == '\n';
}

/* Takes the next line (without its '\n') off the front of *rest. Returns
 * false when *rest is empty. A last line without '\n' counts. */
static inline bool str_line(struct str *rest, struct str *line)
{
	const char *nl;

	if (!rest->n)
		return false;
	nl = memchr(rest->p, '\n', rest->n);
	line->p = rest->p;
	line->n = nl ? (size_t)(nl - rest->p) : rest->n;
	rest->p += line->n + (nl ? 1 : 0);
	rest->n -= line->n + (nl ? 1 : 0);
	return true;
}

#endif
