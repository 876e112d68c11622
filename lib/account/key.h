/*
 * The key of a finding: the same leak, whatever moved around it.
 *
 * Made of the package, the outermost function that has the go statement (its
 * name normalised), which of the function's go statements it is, and the innermost
 * function of the main module in the creation chain. Lines, file names, numbers of
 * closures, the test and the class are not in it: a lazily started singleton is first
 * touched by another test under -shuffle, a loop is in another state each time.
 */
#ifndef ACCOUNT_KEY_H
#define ACCOUNT_KEY_H

#include "account/source.h"

struct key_parts {
	const char *package;
	const char *created_by; /* function with the go statement */
	const char *file;       /* of the go statement */
	uint32_t line;
	const char *started; /* the started function: tells apart what created_by cannot */
	const char *user;    /* innermost function of the main module; "" */
};

#define KEY_LEN 8

/* Writes KEY_LEN hexadecimal digits and a NUL. */
void key_make(const struct key_parts *p, struct sources *s, char key[static KEY_LEN + 1]);

/* The same for a line that allocates: instead of its number among go statements it is told by its
 * text (without surrounding space), and by what is started there. */
void key_make_line(const struct key_parts *p, const char *source, char key[static KEY_LEN + 1]);

#endif
