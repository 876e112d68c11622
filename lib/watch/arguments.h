/*
 * The arguments of a test binary, and what must become of them.
 *
 * cmd/go calls `pkg.test -test.paniconexit0 -test.v=test2json -test.timeout=10m0s … ARGS`;
 * a user may put other words before it (sudo, a wrapper of their own). Ours go right
 * behind the binary: after a positional argument flags are not parsed any more. A user's
 * later flag wins over ours, so those that would are taken out. Source:
 * src/testing/testing.go, src/flag/flag.go.
 */
#ifndef WATCH_ARGUMENTS_H
#define WATCH_ARGUMENTS_H

#include "base/arena.h"
#include "base/str.h"

struct arguments {
	char **argv; /* NULL-terminated; strings borrowed */
	size_t len;
	size_t binary; /* where the test binary is: 0, or behind a wrapper's words */
	size_t rest;   /* first argument that the flag package does not parse */
};

/* Finds the binary: the first word, unless it does not look like a test binary and a later
 * word ending in ".test" does. */
void arguments_read(struct arguments *a, char *const *argv, size_t n);

/* The value of the last -test.NAME or --test.NAME before the positional arguments; p NULL:
 * not given. A flag without value ("-test.short") has the value "true". */
struct str arguments_flag(const struct arguments *a, const char *name);

/* What to change for one look. */
struct arguments_change {
	const char *const *drop; /* names without "-test.", NULL-terminated: removed */
	const char *const *add;  /* whole flags, NULL-terminated: put behind the binary */
};

/* Returns a new NULL-terminated vector in the arena. */
char **arguments_apply(const struct arguments *a, const struct arguments_change *change,
		       struct arena *arena);

#endif
