/* Modules, as far as the file system shows them. */
#ifndef GOTEST_MODULE_H
#define GOTEST_MODULE_H

#include "base/arena.h"
#include "base/str.h"

/* The path when a line of a go.mod is the module directive, in quotes or not; a part of line,
 * empty when it is none. */
struct str module_of_line(struct str line);

/* The path in a go.mod's module directive (https://go.dev/ref/mod#go-mod-file-module), ""
 * when the file cannot be read or has none. In the arena. */
const char *module_of_file(const char *gomod, struct arena *a);

struct module_place {
	const char
	    *module; /* path of the module that the folder is in, "" for the standard library */
	const char *import; /* import path of the package in the folder */
};

/*
 * Where a package's folder belongs, by the go.mod above it; in vendor/, in the module
 * cache and in the standard library, too. False: no go.mod above and no module cache.
 * It is how a test binary's package is known up to Go 1.23, whose build info does not
 * say it (go test starts it in its package's folder).
 */
bool module_locate(const char *dir, struct arena *a, struct module_place *p);

#endif
