/*
 * The lines that testing prints about a test, not the test itself.
 *
 * Source: src/testing/testing.go, src/cmd/internal/test2json/test2json.go, Go 1.22 to 1.27:
 * with -json reports of subtests are not indented.
 */
#ifndef GOTEST_FRAME_H
#define GOTEST_FRAME_H

#include "base/str.h"

/* "=== RUN   TestX" and its like; "--- FAIL: TestX (0.00s)". Of a line that was cut off (it has no
 * '\n') the front of the name is enough. */
bool frame_is_update(struct str line, const char *test);
bool frame_is_report(struct str line, const char *test);

#endif
