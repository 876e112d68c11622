#include "account/check.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "account/layout.h"
#include "account/pattern.h"
#include "base/nearest.h"
#include "base/str.h"
#include "base/vec.h"
#include "gotest/module.h"
#include "gotest/name.h"

#define NEIGHBOURS_MAX 512

static void warn(struct warnings *w, struct arena *a, const char *place, const char *text)
{
	struct warning_record r = {
		.place = arena_strndup(a, place, strlen(place)),
		.text = arena_strndup(a, text, strlen(text)),
	};

	VEC_PUSH(w, r);
}

struct check {
	const struct policy_place *place;
	struct arena *arena; /* borrowed */
	struct warnings *warnings;
	const char *file;           /* that is being checked, NULL: none yet */
	const char *dir;            /* where its "./x" begin */
	struct module_place module; /* what dir is in */
	const char *root;           /* the module's folder; "" : not known */
};

static void warn_at(const struct check *c, const struct origin *from, const char *text)
{
	AUTO_BUF place = { 0 };

	buf_printf(&place, "%s:%u", from->file, from->line);
	warn(c->warnings, c->arena, buf_str(&place), text);
}

/* --- too broad ----------------------------------------------------------------------------- */

/* Functions that say nothing of who hangs there. */
static const char *const everywhere[] = {
	"internal/poll.runtime_pollWait",
	"time.Sleep",
	"runtime.gopark",
	"runtime.goexit",
	"sync.runtime_notifyListWait",
	"sync.runtime_Semacquire",
	"syscall.syscall",
	"io.(*pipe).read",
	"testing.tRunner",
	"testing.tRunner.func1",
	"crypto/tls.(*Conn).Read",
	"context.(*cancelCtx).propagateCancel.func2",
};

static bool is_everywhere(const char *pattern)
{
	if (!pattern[strspn(pattern, "*./")])
		return true;
	for (size_t i = 0; i < ARRAY_LEN(everywhere); i++)
		if (!strcmp(pattern, everywhere[i]))
			return true;
	return false;
}

/* Whether the rule says where goroutines come from. */
static bool says_origin(const struct config_rule *r)
{
	static const enum rule_key keys[] = { RULE_CREATED_BY, RULE_STARTED, RULE_TEST,
					      RULE_FINDING };

	for (size_t k = 0; k < ARRAY_LEN(keys); k++)
		for (size_t i = 0; i < r->match[keys[k]].len; i++)
			if (!is_everywhere(r->match[keys[k]].items[i]))
				return true;
	return false;
}

static void check_broad(const struct check *c, const struct config_rule *r)
{
	if (!says_origin(r))
		warn_at(c, &r->from,
			"too broad: it excuses goroutines wherever they come from; name "
			"created_by");
}

/* --- expired ----------------------------------------------------------------------------- */

static void check_expired(const struct check *c, const struct config_rule *r)
{
	char text[64];

	if (!*r->expires || strcmp(r->expires, c->place->today) > 0)
		return;
	snprintf(text, sizeof(text), "expired on %s: it excuses nothing any more", r->expires);
	warn_at(c, &r->from, text);
}

/* --- packages that are not there ---------------------------------------------------------- */

/* The part of a package pattern that names folders for certain. */
static struct str fixed_part(const char *pattern)
{
	const char *wild = strpbrk(pattern, "*");
	const char *dots = strstr(pattern, "...");
	size_t n = strlen(pattern);

	if (wild)
		n = (size_t)(wild - pattern);
	if (dots && (size_t)(dots - pattern) < n)
		n = (size_t)(dots - pattern);
	if (pattern[n])
		while (n && pattern[n - 1] != '/')
			n--;
	while (n && pattern[n - 1] == '/')
		n--;
	return (struct str){ pattern, n };
}

/* A module of its own below ours may be anywhere. */
static bool has_nested_modules(const struct check *c)
{
	AUTO_BUF path = { 0 }, prefix = { 0 };
	char line[4096];
	bool found = false;
	FILE *in;

	buf_printf(&path, "%s/go.mod", c->root);
	buf_printf(&prefix, "%s/", c->module.module);
	in = fopen(buf_str(&path), "re");
	while (in && !found && fgets(line, sizeof(line), in))
		found = strstr(line, buf_str(&prefix)) != NULL;
	if (in)
		fclose(in);
	return found;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The folder beside the missing one that was probably meant, "" : none. */
static const char *nearest_folder(const struct check *c, const char *missing)
{
	const char *slash = strrchr(missing, '/');
	const char *names[NEIGHBOURS_MAX], *nearest;
	const struct dirent *e;
	size_t n = 0;
	DIR *dir;

	dir = opendir(arena_strndup(c->arena, missing, (size_t)(slash - missing)));
	while (dir && n < NEIGHBOURS_MAX && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			names[n++] = arena_strndup(c->arena, e->d_name, strlen(e->d_name));
	if (dir)
		closedir(dir);
	nearest = nearest_name(slash + 1, names, n);
	return nearest ? nearest : "";
}

/* Warns when a folder below the module's is not there. path is cut to its first missing one. */
static void check_folder(const struct check *c, const struct origin *from, char *path)
{
	AUTO_BUF text = { 0 };
	const char *nearest;

	if (is_folder(path))
		return;
	for (char *p = path + strlen(c->root) + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (!is_folder(path))
			break;
		*p = '/';
	}
	nearest = nearest_folder(c, path);
	buf_printf(&text, "can never match: there is no folder %s in the module",
		   path + strlen(c->root) + 1);
	if (*nearest)
		buf_printf(&text, "; did you mean '%s'?", nearest);
	warn_at(c, from, buf_str(&text));
}

/* An import path of the module, without wildcards. */
static void check_package(const struct check *c, const struct origin *from, struct str package)
{
	AUTO_BUF path = { 0 };
	struct str below = package;

	if (!*c->root || !str_skip(&below, c->module.module) || !str_skip(&below, "/"))
		return;
	buf_printf(&path, "%s/%.*s", c->root, (int)below.n, below.p);
	/* The names of an external test package end so, its folder does not. */
	if (ends_with(buf_str(&path), "_test"))
		path.data[path.len - strlen("_test")] = '\0';
	check_folder(c, from, path.data);
}

static void check_relative(const struct check *c, const struct origin *from, struct str pattern)
{
	AUTO_BUF path = { 0 };

	/* Those that leave the folder are left alone. */
	if (!*c->root || !str_skip(&pattern, "./") || !pattern.n ||
	    memmem(pattern.p, pattern.n, "..", strlen("..")))
		return;
	buf_printf(&path, "%s/%.*s", c->dir, (int)pattern.n, pattern.p);
	check_folder(c, from, path.data);
}

static bool is_below(struct str package, const char *module)
{
	return str_skip(&package, module) && (!package.n || *package.p == '/');
}

/* A package that is neither below the module's path nor said to be a folder of it. */
static void check_plain(const struct check *c, const struct origin *from, struct str pattern)
{
	AUTO_BUF path = { 0 }, text = { 0 };

	if (!*c->root || !pattern.n || is_below(pattern, c->module.module))
		return;
	buf_printf(&path, "%s/%.*s", c->root, (int)pattern.n, pattern.p);
	if (!is_folder(buf_str(&path)))
		return;
	buf_printf(&text,
		   "can never match: no package of the module is called %.*s; did you mean '",
		   (int)pattern.n, pattern.p);
	buf_printf(&text, "%s/%.*s'?", c->module.module, (int)pattern.n, pattern.p);
	warn_at(c, from, buf_str(&text));
}

/* A pattern for packages that are tested. */
static void check_pattern(const struct check *c, const struct origin *from, const char *pattern)
{
	struct str fixed = fixed_part(pattern);

	if (str_starts(fixed, ".")) {
		check_relative(c, from, fixed);
		return;
	}
	check_package(c, from, fixed);
	check_plain(c, from, fixed);
}

static void check_packages(const struct check *c, const struct config_rule *r)
{
	static const enum rule_key functions[] = { RULE_CREATED_BY, RULE_STARTED, RULE_BLOCKED_IN };

	for (size_t i = 0; i < r->match[RULE_PACKAGE].len; i++)
		check_pattern(c, &r->from, r->match[RULE_PACKAGE].items[i]);
	for (size_t k = 0; k < ARRAY_LEN(functions); k++)
		for (size_t i = 0; i < r->match[functions[k]].len; i++) {
			struct str package = name_package(r->match[functions[k]].items[i]);

			if (!memchr(package.p, '%', package.n) &&
			    !memchr(package.p, '*', package.n))
				check_package(c, &r->from, package);
		}
}

/* --- all ---------------------------------------------------------------------------------- */

static void find_module(struct check *c)
{
	size_t n = strlen(c->dir), below;

	c->root = "";
	if (!module_locate(c->dir, c->arena, &c->module) || !*c->module.module)
		return;
	below = strlen(c->module.import) - strlen(c->module.module);
	if (below > n)
		return;
	c->root = arena_strndup(c->arena, c->dir, n - below);
	if (has_nested_modules(c))
		c->root = "";
}

static void enter_file(struct check *c, const char *file)
{
	if (c->file && !strcmp(c->file, file))
		return;
	c->file = file;
	c->dir = policy_folder(c->place, file, c->arena);
	find_module(c);
}

void check_config(const struct config *c, const struct policy_place *place, struct arena *a,
		  struct warnings *w)
{
	struct check check = { .place = place, .arena = a, .warnings = w };

	for (size_t i = 0; i < c->sections.len; i++) {
		const struct config_section *s = &c->sections.items[i];

		enter_file(&check, s->from.file);
		if (*s->match)
			check_pattern(&check, &s->from, s->match);
	}
	for (size_t i = 0; i < c->rules.len; i++) {
		const struct config_rule *r = &c->rules.items[i];

		if (r->built_in)
			continue;
		enter_file(&check, r->from.file);
		check_expired(&check, r);
		check_broad(&check, r);
		check_packages(&check, r);
	}
}

/* --- variables ------------------------------------------------------------------------------ */

#define PREFIX    "STRAGGLER_"
#define NAMES_MAX (SETTING_COUNT + 32)

void check_environment(char *const *envp, const char *const *own, struct arena *a,
		       struct warnings *w)
{
	const char *known[NAMES_MAX];
	size_t n = 0;

	/* Without what all of them have in common, or every name would be near. */
	for (; *own && n < NAMES_MAX - SETTING_COUNT; own++)
		known[n++] = *own + strlen(PREFIX);
	for (size_t i = 0; i < SETTING_COUNT; i++)
		known[n++] = setting_row((enum setting_id)i)->variable + strlen(PREFIX);
	for (; *envp; envp++) {
		const char *name = arena_strndup(a, *envp, strcspn(*envp, "="));
		const char *nearest;
		AUTO_BUF text = { 0 };

		if (!starts_with(name, PREFIX))
			continue;
		nearest = nearest_name(name + strlen(PREFIX), known, n);
		if (!nearest || !strcmp(nearest, name + strlen(PREFIX)))
			continue;
		buf_printf(&text, "no such variable is read: did you mean '%s%s'?", PREFIX,
			   nearest);
		warn(w, a, name, buf_str(&text));
	}
}

/* --- Go -------------------------------------------------------------------------------------- */

void check_go(const char *version, int minor, struct arena *a, struct warnings *w)
{
	if (!layout_of(minor))
		warn(w, a, version,
		     "this Go is not known: what outlives its tests is found all the same, but "
		     "not what only memory tells, such as capacities of channels");
}

/* --- matched nothing ------------------------------------------------------------------------ */

static bool was_warned_of(const struct warnings *w, const char *place)
{
	for (size_t i = 0; i < w->len; i++)
		if (!strcmp(w->items[i].place, place))
			return true;
	return false;
}

/* Whether a test has one of the names, or is below it; a pattern may have any. */
static bool names_any(const struct config_texts *names, const struct use *use)
{
	for (size_t i = 0; i < names->len; i++) {
		if (strchr(names->items[i], '*'))
			return true;
		for (size_t k = 0; k < use->tests_len; k++)
			if (pattern_test(names->items[i], use->tests[k]))
				return true;
	}
	return false;
}

static void warn_unused(const struct policy_rule *r, const struct use *use, struct arena *a,
			struct warnings *w)
{
	const struct config_texts *tests = &r->match[RULE_TEST];
	AUTO_BUF text = { 0 };

	buf_puts(&text, "matched nothing in this run");
	if (r->match[RULE_FINDING].len)
		buf_puts(&text, ": remove it ('straggler baseline --tighten' does)");
	if (tests->len && !names_any(tests, use)) {
		const char *nearest = nearest_name(tests->items[0], use->tests, use->tests_len);

		buf_printf(&text, ": no test is called %s", tests->items[0]);
		if (nearest)
			buf_printf(&text, "; did you mean '%s'?", nearest);
	}
	warn(w, a, r->place, buf_str(&text));
}

/* What is there to say of a rule that n goroutines used. */
static void check_one_use(const struct policy_rule *r, uint64_t n, const struct use *use,
			  struct arena *a, struct warnings *w)
{
	char text[128];

	if (!n) {
		warn_unused(r, use, a, w);
	} else if (r->match[RULE_FINDING].len && r->count != RULE_ANY_COUNT &&
		   n < (uint64_t)r->count) {
		snprintf(text, sizeof(text),
			 "allows %" PRId64 ", %" PRIu64 " are left: lower it ('straggler "
			 "baseline --tighten' does)",
			 r->count, n);
		warn(w, a, r->place, text);
	}
}

void check_use(const struct policy *p, const struct use *use, struct arena *a,
	       const struct warnings *before, struct warnings *w)
{
	for (size_t i = 0; i < p->rules.len; i++) {
		const struct policy_rule *r = &p->rules.items[i];

		if (use->possible[i] && !r->expired && !r->built_in &&
		    !was_warned_of(before, r->place))
			check_one_use(r, use->used[i], use, a, w);
	}
}

void warnings_release(struct warnings *w)
{
	VEC_FREE(w);
}
