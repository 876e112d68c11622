/* From names to values: what a package calls its tests, a stream its packages. */
#ifndef GOTEST_TABLE_H
#define GOTEST_TABLE_H

#include "base/map.h"
#include "base/str.h"

/* Zero-initialised is empty and ready. Names are copied. Not ordered. */
struct table {
	struct map heads; /* from a name's hash to the entries that share it */
};

/* The value of name, NULL when name is not in. */
void *table_get(const struct table *t, struct str name);

/* Puts name in, replacing its value. */
void table_put(struct table *t, struct str name, void *value);

/* Takes name out. */
void table_del(struct table *t, struct str name);

/* Frees the entries (not what values point to), each after drop(value) unless
 * drop is NULL; t is empty and ready again. */
void table_release(struct table *t, void (*drop)(void *value));

#endif
