/* Lines of Go source, read when somebody asks for them. */
#ifndef ACCOUNT_SOURCE_H
#define ACCOUNT_SOURCE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"

/* Zero-initialised is ready. Files are read once and kept; one above 4 MiB, or
 * one that cannot be read (built with -trimpath, on another machine), has no lines. */
struct sources {
	struct arena arena;
	struct map files; /* hash of the path -> struct source */
};

/* The line without surrounding white space; empty when not known. 1-based. */
struct str source_line(struct sources *s, const char *file, uint32_t line);

/* Appends what the select that begins on this line waits for, as gofmt writes it: "<-done,
 * v := <-in"; a long one is cut. Nothing when none begins there. */
void source_cases(struct sources *s, const char *file, uint32_t line, struct buf *out);

/* The number of the line at or before `line` where the function begins, or the closure, that
 * the line is in, by gofmt's indents: a closure that ended above is not meant. 0: none. */
uint32_t source_func_line(struct sources *s, const char *file, uint32_t line);

/* The same of the top-level function. */
uint32_t source_top_func_line(struct sources *s, const char *file, uint32_t line);

/* The closing line of the closure that begins on this line and goes on below it; line itself
 * when none does. */
uint32_t source_closure_end(struct sources *s, const char *file, uint32_t line);

/* Whether a text is in the top-level function that the line is in; also when the file has no
 * lines and nobody can tell. */
bool source_may_say(struct sources *s, const char *file, uint32_t line, const char *text);

/* How many go statements stand between the outermost function's first line and `line`,
 * counting line itself: which one it is, whatever else moved. 0: not known. */
uint32_t source_go_ordinal(struct sources *s, const char *file, uint32_t line);

/* Finds the test, fuzz target or example of this name among the _test.go files of a folder: appends
 * the file's path to *file. False: it is in none. */
bool source_find_test(struct sources *s, const char *folder, const char *test, struct buf *file,
		      uint32_t *line);

void sources_release(struct sources *s);

#endif
