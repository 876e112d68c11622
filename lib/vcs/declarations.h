/*
 * Where the functions of a Go source file begin and end.
 *
 * No parser: comments, strings and runes are skipped, brackets are counted, and a line that
 * begins with func or var outside of all brackets begins a declaration, which ends with the
 * line on which all its brackets are closed (https://go.dev/ref/spec#Lexical_elements). What is
 * no Go gives some declarations or none, always within the text.
 */
#ifndef VCS_DECLARATIONS_H
#define VCS_DECLARATIONS_H

#include "base/arena.h"
#include "base/str.h"

struct declaration {
	const char *name;     /* as Go prints it: "fetchAll", "(*T).run", "T.run"; "var x" */
	uint32_t ordinal;     /* 0-based, among those of the same name: init may come often */
	uint32_t first, last; /* lines, 1-based, both in it */
};

struct declarations {
	struct declaration *items; /* owned, in the order of the text; names in the arena */
	size_t len, cap;
};

/* Adds those of a text. */
void declarations_read(struct declarations *d, struct str text, struct arena *a);

/* The one that has the line, NULL: none. */
const struct declaration *declarations_at(const struct declarations *d, uint32_t line);

/* NULL: there is none of that name and ordinal. */
const struct declaration *declarations_named(const struct declarations *d, const char *name,
					     uint32_t ordinal);

void declarations_release(struct declarations *d);
#define AUTO_DECLARATIONS CLEANUP(declarations_release) struct declarations

#endif
