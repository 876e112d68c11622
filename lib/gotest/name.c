#include "gotest/name.h"

/* First elements of the import paths of the standard library, Go 1.22 to 1.27. */
static const char *const std_roots[] = {
	"archive", "arena",    "bufio",  "bytes",   "cmp",      "compress", "container", "context",
	"crypto",  "database", "debug",  "embed",   "encoding", "errors",   "expvar",    "flag",
	"fmt",     "go",       "hash",   "html",    "image",    "index",    "internal",  "io",
	"iter",    "log",      "maps",   "math",    "mime",     "net",      "os",        "path",
	"plugin",  "reflect",  "regexp", "runtime", "simd",     "slices",   "sort",      "strconv",
	"strings", "structs",  "sync",   "syscall", "testing",  "text",     "time",      "unicode",
	"unique",  "unsafe",   "uuid",   "vendor",  "weak",
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_number(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return false;
	return s.n;
}

/* Whether s is word with a number after it. */
static bool is_numbered(struct str s, const char *word)
{
	return str_skip(&s, word) && is_number(s);
}

/* Receivers and type arguments hold import paths of their own. */
static size_t plain_length(const char *function)
{
	return strcspn(function, "([");
}

static size_t package_length(const char *function)
{
	size_t plain = plain_length(function), start = 0;
	const char *slash = memrchr(function, '/', plain), *dot;

	if (slash)
		start = (size_t)(slash + 1 - function);
	dot = memchr(function + start, '.', plain - start);
	return dot ? (size_t)(dot - function) : 0;
}

struct str name_package(const char *function)
{
	return (struct str){ function, package_length(function) };
}

struct str name_local(const char *function)
{
	size_t n = package_length(function);

	return str_of(n ? function + n + 1 : function);
}

/* Where the brackets or parentheses that open at s.p[at] are closed; the end of
 * s when they are not. */
static size_t closed_at(struct str s, size_t at)
{
	size_t depth = 0;

	for (; at < s.n; at++) {
		if (s.p[at] == '(' || s.p[at] == '[')
			depth++;
		else if ((s.p[at] == ')' || s.p[at] == ']') && --depth == 0)
			return at;
	}
	return s.n;
}

/* The length of s up to the first of these characters outside of brackets. */
static size_t length_until(struct str s, const char *ends)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '(' || s.p[i] == '[')
			i = closed_at(s, i);
		else if (strchr(ends, s.p[i]))
			return i;
	}
	return s.n;
}

/* Takes "(*T)", "Method", "func1", … off the front of *rest with the dot after it.
 * Returns false when nothing is left. */
static bool take_part(struct str *rest, struct str *part)
{
	size_t n;

	if (!rest->n)
		return false;
	n = length_until(*rest, ".");
	*part = (struct str){ rest->p, n };
	n += n < rest->n;
	rest->p += n;
	rest->n -= n;
	return true;
}

/* Without "-fm", "-range1". */
static struct str base_of(struct str part)
{
	return (struct str){ part.p, length_until(part, "-") };
}

static bool is_wrapper(struct str part)
{
	return is_numbered(part, "gowrap") || is_numbered(part, "deferwrap");
}

static bool is_closure(struct str part)
{
	struct str base = base_of(part);

	return is_number(base) || is_numbered(base, "func") || is_wrapper(base);
}

/* As go test takes them for one: the prefix, then no lower-case letter. */
static bool is_test(struct str part)
{
	static const char *const prefixes[] = { "Test", "Benchmark", "Fuzz", "Example" };

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		struct str rest = part;

		if (str_skip(&rest, prefixes[i]))
			return !rest.n || rest.p[0] < 'a' || rest.p[0] > 'z';
	}
	return false;
}

/* Whether second belongs to the top-level name: methods, and "init.0". */
static bool is_two_parts(struct str first, struct str second)
{
	if (first.p[0] == '(' || second.p[0] == '(')
		return first.p[0] == '(';
	if (str_is(first, "init"))
		return is_number(second);
	return !is_test(first) && !is_closure(second);
}

struct str name_outermost(const char *function)
{
	struct str local = name_local(function), rest = local, first, second;

	if (!take_part(&rest, &first))
		return local;
	if (base_of(first).n < first.n || !first.n)
		return base_of(first);
	if (!take_part(&rest, &second) || !is_two_parts(first, second))
		return first;
	return (struct str){ local.p, (size_t)(base_of(second).p - local.p) + base_of(second).n };
}

bool name_is_std(const char *function)
{
	struct str package = name_package(function);
	const char *slash = package.n ? memchr(package.p, '/', package.n) : NULL;

	if (!strcmp(function, "panic"))
		return true;
	if (slash)
		package.n = (size_t)(slash - package.p);
	for (size_t i = 0; i < ARRAY_LEN(std_roots); i++)
		if (str_is(package, std_roots[i]))
			return true;
	return false;
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that two digits at s.p[at] stand for, -1: none. */
static int hex_pair(struct str s, size_t at)
{
	int high = s.n >= at + 2 ? hex_digit(s.p[at]) : -1;
	int low = high >= 0 ? hex_digit(s.p[at + 1]) : -1;

	return low >= 0 ? high * 16 + low : -1;
}

/* Appends s with "%2e" as ".", "%252e", too: Go 1.27 escapes the path of a closure
 * that was inlined twice. Control characters stay escaped. */
static void put_unescaped(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		int c = s.p[i] == '%' ? hex_pair(s, i + 1) : -1;
		int inner = c == '%' ? hex_pair(s, i + 3) : -1;
		size_t digits = inner < 0 ? 2 : 4;

		c = inner < 0 ? c : inner;
		if (c < ' ' || c == 0x7f) {
			buf_putc(out, s.p[i]);
			continue;
		}
		buf_putc(out, (char)c);
		i += digits;
	}
}

void name_put_package(struct buf *out, const char *function)
{
	put_unescaped(out, name_package(function));
}

/* Of the path's end: "v2", "v2_test" of its tests outside. */
static bool is_major_version(struct str element)
{
	struct str digits = element;

	if (!str_skip(&digits, "v") || !digits.n)
		return false;
	while (digits.n && *digits.p >= '0' && *digits.p <= '9') {
		digits.p++;
		digits.n--;
	}
	return digits.p > element.p + 1 && (!digits.n || str_is(digits, "_test"));
}

static struct str last_element(struct str path)
{
	size_t at = path.n;

	while (at && path.p[at - 1] != '/')
		at--;
	return (struct str){ path.p + at, path.n - at };
}

/* Without a ".v3" at its end, which gopkg.in wants. */
static struct str without_version(struct str element)
{
	for (size_t i = 1; i + 1 < element.n; i++)
		if (element.p[i] == '.' &&
		    is_major_version((struct str){ element.p + i + 1, element.n - i - 1 }))
			return (struct str){ element.p, i };
	return element;
}

void name_put_short_package(struct buf *out, const char *function)
{
	AUTO_BUF whole = { 0 };
	struct str path, name;

	name_put_package(&whole, function);
	path = str_of(buf_str(&whole));
	name = last_element(path);
	if (is_major_version(name) && name.n < path.n) {
		bool tests = ends_with(buf_str(&whole), "_test");

		name = last_element((struct str){ path.p, path.n - name.n - 1 });
		buf_put(out, name.p, name.n);
		buf_puts(out, tests ? "_test" : "");
		return;
	}
	name = without_version(name);
	buf_put(out, name.p, name.n);
}

bool name_in_module(const char *function, const char *module)
{
	AUTO_BUF package = { 0 };
	const char *rest;

	name_put_package(&package, function);
	if (!module[0] || !starts_with(buf_str(&package), module))
		return false;
	rest = buf_str(&package) + strlen(module);
	return !*rest || *rest == '/' || !strcmp(rest, "_test");
}

/* "v2" and up: "v1" is no version of a module but a package. */
static bool is_version(struct str element)
{
	return str_skip(&element, "v") && is_number(element) && element.p[0] != '0' &&
	       !str_is(element, "1");
}

static struct str without_vendor(struct str package)
{
	static const char middle[] = "/vendor/";
	const char *at;

	while (package.n && (at = memmem(package.p, package.n, middle, sizeof(middle) - 1))) {
		package.n -= (size_t)(at - package.p) + sizeof(middle) - 1;
		package.p = at + sizeof(middle) - 1;
	}
	str_skip(&package, "vendor/");
	return package;
}

static void put_package(struct buf *out, struct str package)
{
	bool first = true;

	for (package = without_vendor(package); package.n;) {
		const char *slash = memchr(package.p, '/', package.n);
		struct str element = { package.p, slash ? (size_t)(slash - package.p) : package.n };
		size_t n = element.n + (slash ? 1 : 0);

		if (first || !is_version(element)) {
			buf_puts(out, first ? "" : "/");
			put_unescaped(out, element);
		}
		first = false;
		package.p += n;
		package.n -= n;
	}
}

/* Appends s with "[...]" for what is in brackets. */
static void put_generic(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		size_t end = s.p[i] == '[' ? closed_at(s, i) : s.n;

		if (end < s.n) {
			buf_puts(out, "[...]");
			i = end;
		} else {
			buf_putc(out, s.p[i]);
		}
	}
}

#define PARTS_MAX 32

/* A local name in its parts; what is beyond PARTS_MAX is left out. */
struct parts {
	struct str items[PARTS_MAX];
	size_t len;
	size_t named; /* those before the first closure */
	size_t start; /* where the function begins: see find_start() */
};

static bool is_named(const struct parts *p, size_t i)
{
	/* The first part is a function whatever its name is, and so is what follows a
	 * receiver, and the number of an init. */
	if (!i || p->items[i - 1].p[0] == '(')
		return true;
	return !is_closure(p->items[i]) ||
	       (str_is(p->items[i - 1], "init") && is_number(p->items[i]));
}

/* With 1.25 a closure in a closure can have its function's name twice:
 * "(*T).Run.(*T).Run.func1.func2". */
static void find_start(struct parts *p)
{
	size_t half = p->named / 2;

	if (!half || p->named % 2)
		return;
	for (size_t i = 0; i < half; i++)
		if (!str_eq(p->items[i], p->items[half + i]))
			return;
	p->start = half;
}

static void split(struct parts *p, struct str local)
{
	struct str part;

	while (p->len < PARTS_MAX && take_part(&local, &part))
		if (part.n)
			p->items[p->len++] = part;
	while (p->named < p->len && is_named(p, p->named))
		p->named++;
	find_start(p);
}

/* "-fm" is the method itself, "-range1" the body of a loop in the function. */
static void put_local(struct buf *out, struct str local)
{
	struct parts p = { 0 };
	bool closure = false;

	split(&p, local);
	for (size_t i = p.start; i < p.named; i++) {
		if (i > p.start)
			buf_putc(out, '.');
		put_generic(out, base_of(p.items[i]));
	}
	for (size_t i = p.named; i < p.len; i++)
		closure |= !is_wrapper(base_of(p.items[i]));
	if (closure)
		buf_puts(out, ".func");
}

void name_normalise(struct buf *out, const char *function)
{
	struct str package = name_package(function);

	put_package(out, package);
	if (package.n)
		buf_putc(out, '.');
	put_local(out, name_local(function));
}

bool name_is_system_goroutine(const char *start)
{
	static const char *const users[] = { "runtime.main", "runtime.corostart",
					     "runtime.handleAsyncEvent" };
	static const char *const helpers[] = {
		"os/signal.loop",
		"runtime/pprof.profileWriter",
		"runtime/trace.Start.func1",
		"runtime/trace.(*traceMultiplexer).startLocked.func1",
		"testing.(*M).startAlarm.func1",
		"testing.runExample.func1",
	};

	for (size_t i = 0; i < ARRAY_LEN(users); i++)
		if (!strcmp(start, users[i]))
			return false;
	for (size_t i = 0; i < ARRAY_LEN(helpers); i++)
		if (!strcmp(start, helpers[i]))
			return true;
	return starts_with(start, "runtime.");
}
