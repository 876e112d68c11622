/*
 * Names of Go functions, taken apart.
 *
 * A full name is "import/path.Func", "import/path.(*T).Method.func1.2",
 * "import/path.F[...].func1"; dots in the last element of the path are escaped
 * as %2e. Source: src/cmd/internal/objabi/path.go, src/cmd/compile (closures,
 * wrappers).
 */
#ifndef GOTEST_NAME_H
#define GOTEST_NAME_H

#include "base/buf.h"
#include "base/str.h"

/* The import path of a function's package, still escaped: "gopkg.in/yaml%2ev3". */
struct str name_package(const char *function);

/* What follows the package and its dot: "(*T).Method.func1". */
struct str name_local(const char *function);

/* The top-level function of a local name: "TestX.func1.2" gives "TestX",
 * "(*T).Run.gowrap1" gives "(*T).Run", "init.0.func1" gives "init.0". */
struct str name_outermost(const char *function);

/* Whether the name has a package of the standard library (no dot in the first
 * path element; "command-line-arguments" and "main" are not). */
bool name_is_std(const char *function);

/* Whether the function belongs to module (import path prefix at a '/' or the
 * end; "foo_test" external test packages count as foo). */
bool name_in_module(const char *function, const char *module);

/*
 * Appends the name made comparable across versions of Go, of the module and of
 * the code: vendor prefix removed, %2e and its like unescaped, type arguments as "[...]",
 * "/v2" in the path dropped, numbers of closures dropped (".func1.2" is ".func"),
 * ".gowrap1", ".deferwrap1" and "-fm" dropped.
 */
void name_normalise(struct buf *out, const char *function);

/* Runtime start functions that are nobody's: runtime.isSystemGoroutine (src/runtime/
 * traceback.go) plus the tracer's own, os/signal's loop and testing's helpers. */
bool name_is_system_goroutine(const char *start);

#endif
