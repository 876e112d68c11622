#include "gotest/module.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct str trim(struct str s)
{
	while (s.n && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Up to a space, a quote or a comment. */
static size_t path_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && !is_space(s.p[n]) && s.p[n] != '"' && s.p[n] != '`' &&
	       (s.p[n] != '/' || n + 1 == s.n || s.p[n + 1] != '/'))
		n++;
	return n;
}

struct str module_of_line(struct str line)
{
	struct str s = trim(line);

	if (!str_skip(&s, "module") || !s.n ||
	    (!is_space(s.p[0]) && s.p[0] != '"' && s.p[0] != '`'))
		return (struct str){ 0 };
	s = trim(s);
	if (s.n && (s.p[0] == '"' || s.p[0] == '`')) {
		s.p++;
		s.n--;
	}
	s.n = path_length(s);
	return s;
}

const char *module_of_file(const char *gomod, struct arena *a)
{
	const char *module = "";
	char line[4096];
	FILE *f = fopen(gomod, "re");

	while (f && !module[0] && fgets(line, sizeof(line), f)) {
		struct str path = module_of_line(str_of(line));

		if (path.n)
			module = arena_strndup(a, path.p, path.n);
	}
	if (f)
		fclose(f);
	return module;
}

static const char *join(struct arena *a, const char *module, const char *below)
{
	AUTO_BUF b = { 0 };

	while (*below == '/')
		below++;
	buf_puts(&b, module);
	if (module[0] && below[0])
		buf_putc(&b, '/');
	buf_puts(&b, below);
	return arena_strndup(a, buf_str(&b), b.len);
}

/* "…/pkg/mod/github.com/!big!corp/x@v1.2.3/sub": capitals are escaped with '!', the version
 * is dropped (golang.org/x/mod/module, EscapePath). */
static bool from_cache(const char *dir, struct arena *a, struct module_place *p)
{
	const char *at = strstr(dir, "/pkg/mod/");
	AUTO_BUF b = { 0 };
	size_t module = 0;

	if (!at || !strchr(at, '@'))
		return false;
	/* A toolchain that go downloaded: its standard library has a go.mod of its own. */
	if (starts_with(at, "/pkg/mod/golang.org/toolchain@"))
		return false;
	for (at += strlen("/pkg/mod/"); *at; at++) {
		if (*at == '@') {
			module = b.len;
			at += strcspn(at, "/") - 1;
		} else if (*at == '!' && at[1] >= 'a' && at[1] <= 'z') {
			buf_putc(&b, (char)(*++at - 'a' + 'A'));
		} else {
			buf_putc(&b, *at);
		}
	}
	p->import = arena_strndup(a, buf_str(&b), b.len);
	p->module = arena_strndup(a, buf_str(&b), module);
	return true;
}

/* A folder vendor/ holds packages under their own names. */
static void leave_vendor(struct module_place *p)
{
	const char *at = strstr(p->import, "/vendor/");

	if (at)
		p->import = at + strlen("/vendor/");
}

bool module_locate(const char *dir, struct arena *a, struct module_place *p)
{
	size_t n = strlen(dir);
	char gomod[4096];

	if (from_cache(dir, a, p))
		return true;
	for (; n > 0; n--) {
		if (dir[n] && dir[n] != '/')
			continue;
		snprintf(gomod, sizeof(gomod), "%.*s/go.mod", (int)n, dir);
		p->module = module_of_file(gomod, a);
		if (!p->module[0])
			continue;
		/* The standard library's own module is called std and not part of names. */
		if (!strcmp(p->module, "std"))
			p->module = "";
		p->import = join(a, p->module, dir + n);
		leave_vendor(p);
		return true;
	}
	return false;
}
