#include "gotest/listing.h"

#include "base/str.h"
#include "base/vec.h"

/* The next field of a line; a name ends before " [P.test]". */
static bool take_field(struct str *line, struct str *field)
{
	const char *tab;

	if (!line->n)
		return false;
	tab = memchr(line->p, '\t', line->n);
	field->p = line->p;
	field->n = tab ? (size_t)(tab - line->p) : line->n;
	line->p += field->n + (tab ? 1 : 0);
	line->n -= field->n + (tab ? 1 : 0);
	return true;
}

static struct str base_name(struct str name)
{
	const char *space = name.n ? memchr(name.p, ' ', name.n) : NULL;

	if (space)
		name.n = (size_t)(space - name.p);
	return name;
}

static bool is_in(const struct words *words, struct str s)
{
	for (size_t i = 0; i < words->len; i++)
		if (str_is(s, words->items[i]))
			return true;
	return false;
}

static void add(struct words *words, struct str s, struct arena *a)
{
	if (!is_in(words, s))
		VEC_PUSH(words, arena_strndup(a, s.p, s.n));
}

/* The packages in the folders. */
static void find_changed(struct str rest, const struct words *folders, struct arena *a,
			 struct words *changed)
{
	struct str line, name, folder;

	while (str_line(&rest, &line))
		if (take_field(&line, &name) && take_field(&line, &folder) &&
		    is_in(folders, folder))
			add(changed, base_name(name), a);
}

static bool reaches(struct str line, const struct words *changed)
{
	struct str name;

	while (take_field(&line, &name))
		if (is_in(changed, base_name(name)))
			return true;
	return false;
}

static bool is_test(struct str *name)
{
	static const char suffix[] = ".test";
	size_t n = sizeof(suffix) - 1;

	if (name->n <= n || memcmp(name->p + name->n - n, suffix, n) != 0)
		return false;
	name->n -= n;
	return !memchr(name->p, ' ', name->n);
}

void listing_reached(const char *text, size_t n, const struct words *folders, bool all,
		     struct arena *a, struct words *out)
{
	struct str rest = { text, n }, line, name, folder;
	AUTO_WORDS changed = { 0 };

	find_changed(rest, folders, a, &changed);
	while (str_line(&rest, &line)) {
		if (!take_field(&line, &name) || !is_test(&name))
			continue;
		take_field(&line, &folder);
		if (all || is_in(&changed, name) || reaches(line, &changed))
			add(out, name, a);
	}
}
