#include "account/pattern.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"

/* How many bytes of the pattern at p stand for any text, 0: none. */
typedef size_t wild_fn(const char *pattern, const char *p);

static size_t wild_function(const char *pattern, const char *p)
{
	return *p == '*' && (p == pattern || p[-1] != '(');
}

static size_t wild_test(const char *pattern, const char *p)
{
	(void)pattern;
	return *p == '*';
}

static size_t wild_package(const char *pattern, const char *p)
{
	(void)pattern;
	return *p == '*' ? 1 : starts_with(p, "...") ? 3 : 0;
}

/* Goes back to the last wildcard only, which is enough: what an earlier one could take more
 * of, the later one can, too. So it is at most length times length steps. */
static bool matches(const char *pattern, const char *text, size_t n, wild_fn *wild)
{
	const char *p = pattern, *back = NULL;
	size_t at = 0, back_at = 0, w;

	while (at < n) {
		w = wild(pattern, p);
		if (w) {
			p += w;
			back = p;
			back_at = at;
		} else if (*p && *p == text[at]) {
			p++;
			at++;
		} else if (back) {
			p = back;
			at = ++back_at;
		} else {
			return false;
		}
	}
	while ((w = wild(pattern, p)))
		p += w;
	return !*p;
}

bool pattern_function(const char *pattern, const char *function)
{
	return matches(pattern, function, strlen(function), wild_function);
}

bool pattern_test(const char *pattern, const char *test)
{
	for (size_t n = strlen(test); n; n--)
		if ((!test[n] || test[n] == '/') && matches(pattern, test, n, wild_test))
			return true;
	return false;
}

/* A pattern without both names top-level tests alone, or tests and all of their subtests. */
bool pattern_subtest(const char *pattern, const char *test)
{
	size_t n = strcspn(pattern, "/*");

	if (!pattern[n])
		return false;
	return !strncmp(pattern, test, n < strlen(test) ? n : strlen(test));
}

bool pattern_package(const char *pattern, const char *package)
{
	size_t n = strlen(pattern);
	AUTO_BUF folder = { 0 };

	if (matches(pattern, package, strlen(package), wild_package))
		return true;
	if (n < 5 || !ends_with(pattern, "/..."))
		return false;
	buf_put(&folder, pattern, n - strlen("/..."));
	return matches(buf_str(&folder), package, strlen(package), wild_package);
}
