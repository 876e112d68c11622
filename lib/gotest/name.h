/*
 * Names of Go functions, taken apart.
 *
 * A full name is "import/path.Func", "import/path.(*T).Method.func1.2",
 * "import/path.F[...].func1"; dots in the last element of the path are escaped
 * as %2e. Source: src/cmd/internal/objabi/path.go, src/cmd/compile/internal/ir/func.go
 * (closureName), seen with Go 1.22 to 1.27.
 *
 * Closures of inlined functions have names that differ by version and by what was
 * inlined: Run's closure is "All.Run.func1" up to 1.25 when Run was inlined in All,
 * "Run.func1" in 1.27; a closure in a closure is "Run.func1.1", "Run.func1.func2" or
 * "Run.Run.func1.func2". A method of a value, "T.Run", looks like a function inlined
 * in another.
 */
#ifndef GOTEST_NAME_H
#define GOTEST_NAME_H

#include "base/buf.h"
#include "base/str.h"

/* The import path of a function's package, still escaped: "gopkg.in/yaml%2ev3". */
struct str name_package(const char *function);

/* Appends the import path as people write it: without escapes. */
void name_put_package(struct buf *out, const char *function);

/* Appends what a function's package is called by those who use it, as far as its path tells: "redis"
 * of "github.com/redis/go-redis/v9/redis" and of "example.com/redis/v8", "yaml" of
 * "gopkg.in/yaml.v3". */
void name_put_short_package(struct buf *out, const char *function);

/* What follows the package and its dot: "(*T).Method.func1". */
struct str name_local(const char *function);

/* The top-level function of a local name: "TestX.func1.2" gives "TestX",
 * "(*T).Run.gowrap1" gives "(*T).Run", "init.0.func1" gives "init.0", "T.Run.func1" gives
 * "T.Run". Names that go test takes for a test are never the T of a method:
 * "TestX.Run.func1" gives "TestX". A part of function, of no bytes only for "". */
struct str name_outermost(const char *function);

/* Whether the name has a package of the standard library: by the first element of
 * the path, known for Go 1.22 to 1.27. "main" and "command-line-arguments" are not. A module
 * may call itself "log/x" all the same: ask name_in_module() first. */
bool name_is_std(const char *function);

/* Whether the function belongs to module (import path prefix at a '/' or the
 * end; "foo_test" external test packages count as foo). */
bool name_in_module(const char *function, const char *module);

/*
 * Appends the name made comparable across versions of Go, of the module and of
 * the code: vendor prefix removed, %2e and its like unescaped, type arguments as
 * "[...]", "/v2" in the path dropped; a closure of any number and depth is ".func"
 * (".func1.2" and ".func1.func2", too); ".gowrap1", ".deferwrap1", "-fm" and
 * "-range1" are dropped. Done twice it changes nothing more, and names that people
 * wrote without escapes come out like Go's.
 */
void name_normalise(struct buf *out, const char *function);

/* Runtime start functions that are nobody's: runtime.isSystemGoroutine (src/runtime/
 * traceback.go) plus the tracer's own, os/signal's loop and testing's helpers. */
bool name_is_system_goroutine(const char *start);

#endif
