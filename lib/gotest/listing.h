/*
 * Which packages' tests a change can reach: what `go list -e -test` says of a module, in our own
 * format. go itself knows build tags, vendoring and test imports.
 */
#ifndef GOTEST_LISTING_H
#define GOTEST_LISTING_H

#include "gotest/quote.h"

/* For -f: a line a package, TAB between import path, folder and what it depends on. */
#define LISTING_FORMAT "{{.ImportPath}}\t{{.Dir}}{{range .Deps}}\t{{.}}{{end}}"

/*
 * Appends the import paths of the packages with tests that are in one of the folders or depend, by
 * their tests too, on a package that is. Folders are as go prints them; all: every package with
 * tests. A test's package is listed as "P.test", variants of others as "Q [P.test]"
 * (src/cmd/go/internal/load/test.go, Go 1.22 to 1.27). Texts are in the arena.
 */
void listing_reached(const char *text, size_t n, const struct words *folders, bool all,
		     struct arena *a, struct words *out);

#endif
