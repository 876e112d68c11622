/*
 * What go build writes into a binary about itself.
 *
 * 32 bytes: "\xff Go buildinf:", word size, flags; with flag 2 (since Go 1.18) two strings
 * follow, each a LEB128 length and its bytes: the version, and the module's information between two
 * marks of 16 bytes. That is lines of words with tabs between: "path", "mod", "dep",
 * "build" with KEY=VALUE.
 *
 * What test binaries have: 1.22 and 1.23 the version alone (src/cmd/go/internal/load/test.go
 * clears the rest). From 1.24 on "path" is the package with ".test" after it, "mod" the main
 * module, and "build" has -race, DefaultGODEBUG and so on. That is so with -trimpath, -s -w,
 * workspaces and vendored modules, too; packages outside a module and of the standard
 * library have no "mod" line.
 *
 * Source: src/debug/buildinfo/buildinfo.go, src/runtime/debug/mod.go.
 */
#ifndef GUARD_BUILDINFO_H
#define GUARD_BUILDINFO_H

#include "base/str.h"
#include "guard/elf.h"

/* Borrowed from the file; empty when not there. */
struct buildinfo {
	struct str version;         /* "go1.26.8", "go1.27-devel_0123abcd …" */
	struct str path;            /* of the main package */
	struct str module;          /* path of the main module */
	struct str default_godebug; /* "asynctimerchan=1,…" */
};

/* Returns whether the binary has one. What is damaged stays empty. */
bool buildinfo_read(struct buildinfo *info, const struct elf *e);

#endif
