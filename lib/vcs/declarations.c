#include "vcs/declarations.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/vec.h"

struct scanner {
	struct declarations *found;
	struct arena *arena;
	struct str rest;
	uint32_t line;
	size_t depth;
	bool fresh; /* nothing but space so far on this line */
	bool open;  /* the last one found has not ended */
};

static void advance(struct scanner *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s->rest.p[i] != '\n')
			continue;
		if (s->open && !s->depth) {
			s->found->items[s->found->len - 1].last = s->line;
			s->open = false;
		}
		s->line++;
		s->fresh = true;
	}
	s->rest.p += n;
	s->rest.n -= n;
}

/* A comment or a raw string: brackets do not count, and lines in it begin nothing. */
static void skip_past(struct scanner *s, size_t from, const char *end)
{
	const char *at = memmem(s->rest.p + from, s->rest.n - from, end, strlen(end));
	bool open = s->open;

	s->open = false;
	advance(s, at ? (size_t)(at - s->rest.p) + strlen(end) : s->rest.n);
	s->open = open;
	s->fresh = false;
}

/* A string or a rune ends at its quote, at the latest with the line. */
static void skip_quoted(struct scanner *s, char quote)
{
	size_t i = 1;

	while (i < s->rest.n && s->rest.p[i] != quote && s->rest.p[i] != '\n')
		i += s->rest.p[i] == '\\' && i + 1 < s->rest.n && s->rest.p[i + 1] != '\n' ? 2 : 1;
	if (i < s->rest.n && s->rest.p[i] == quote)
		i++;
	advance(s, i < s->rest.n ? i : s->rest.n);
}

static size_t word_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && (isalnum((unsigned char)s.p[n]) || s.p[n] == '_' || (s.p[n] & 0x80)))
		n++;
	return n;
}

static void skip_space(struct str *s)
{
	while (s->n && (s->p[0] == ' ' || s->p[0] == '\t')) {
		s->p++;
		s->n--;
	}
}

/* "(t *T[K])": the type as Go prints it, without its parameters. */
static void put_receiver(struct buf *name, struct str *s)
{
	const char *end = memchr(s->p, ')', s->n);
	size_t n = end ? (size_t)(end - s->p) : s->n;
	size_t plain = 1;
	struct str type;

	while (plain < n && s->p[plain] != '[')
		plain++;
	type = (struct str){ s->p + plain, 0 };
	while (type.p > s->p + 1 && word_length((struct str){ type.p - 1, 1 })) {
		type.p--;
		type.n++;
	}
	if (type.p > s->p && type.p[-1] == '*')
		buf_printf(name, "(*%.*s).", (int)type.n, type.p);
	else
		buf_printf(name, "%.*s.", (int)type.n, type.p);
	s->p += end ? n + 1 : n;
	s->n -= end ? n + 1 : n;
	skip_space(s);
}

static void put_name(struct buf *name, struct str s, bool function)
{
	skip_space(&s);
	if (!function)
		buf_puts(name, "var ");
	else if (s.n && s.p[0] == '(')
		put_receiver(name, &s);
	buf_put(name, s.p, word_length(s));
}

/* Go lets only these be declared more than once in a file. */
static bool may_repeat(const char *name)
{
	return !strcmp(name, "init") || !strcmp(name, "_") || starts_with(name, "var ");
}

static void begin(struct scanner *s, struct str after, bool function)
{
	struct declaration d = { .first = s->line, .last = s->line };
	AUTO_BUF name = { 0 };

	put_name(&name, after, function);
	d.name = arena_strndup(s->arena, buf_str(&name), name.len);
	for (size_t i = 0; i < s->found->len && may_repeat(d.name); i++)
		d.ordinal += !strcmp(s->found->items[i].name, d.name);
	VEC_PUSH(s->found, d);
	s->open = true;
}

static void take_word(struct scanner *s, size_t n)
{
	struct str word = { s->rest.p, n }, after = { s->rest.p + n, s->rest.n - n };
	bool function = str_is(word, "func");

	if (s->fresh && !s->depth && (function || str_is(word, "var")))
		begin(s, after, function);
	s->fresh = false;
	advance(s, n);
}

static void skip_line(struct scanner *s)
{
	const char *nl = memchr(s->rest.p, '\n', s->rest.n);

	advance(s, nl ? (size_t)(nl - s->rest.p) : s->rest.n);
}

static void take_mark(struct scanner *s)
{
	char c = s->rest.p[0];

	if (c == '(' || c == '{' || c == '[')
		s->depth++;
	else if ((c == ')' || c == '}' || c == ']') && s->depth)
		s->depth--;
	if (c != ' ' && c != '\t' && c != '\n')
		s->fresh = false;
	advance(s, 1);
}

static void step(struct scanner *s)
{
	size_t word = word_length(s->rest);

	if (word)
		take_word(s, word);
	else if (str_starts(s->rest, "//"))
		skip_line(s);
	else if (str_starts(s->rest, "/*"))
		skip_past(s, 2, "*/");
	else if (s->rest.p[0] == '`')
		skip_past(s, 1, "`");
	else if (s->rest.p[0] == '"' || s->rest.p[0] == '\'')
		skip_quoted(s, s->rest.p[0]);
	else
		take_mark(s);
}

void declarations_read(struct declarations *d, struct str text, struct arena *a)
{
	struct scanner s = { .found = d, .arena = a, .rest = text, .line = 1, .fresh = true };

	while (s.rest.n)
		step(&s);
	if (s.open)
		d->items[d->len - 1].last = s.line;
}

const struct declaration *declarations_at(const struct declarations *d, uint32_t line)
{
	for (size_t i = 0; i < d->len; i++)
		if (line >= d->items[i].first && line <= d->items[i].last)
			return &d->items[i];
	return NULL;
}

const struct declaration *declarations_named(const struct declarations *d, const char *name,
					     uint32_t ordinal)
{
	for (size_t i = 0; i < d->len; i++)
		if (d->items[i].ordinal == ordinal && !strcmp(d->items[i].name, name))
			return &d->items[i];
	return NULL;
}

void declarations_release(struct declarations *d)
{
	VEC_FREE(d);
}
