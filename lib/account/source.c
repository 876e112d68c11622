#include "account/source.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/vec.h"

#define MAX_BYTES  (4 << 20)
#define CASES_MOST 120 /* bytes */

struct source {
	struct str text;
	struct {
		struct str *items;
		size_t len, cap;
	} lines; /* owned */
};

static uint64_t hash_path(const char *path)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *path; path++)
		h = (h ^ (uint8_t)*path) * UINT64_C(1099511628211);
	return h;
}

static struct str slurp(struct arena *a, const char *path)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct str text = { 0 };
	struct stat st;
	char *bytes;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > MAX_BYTES)
		return text;
	bytes = arena_alloc(a, (size_t)st.st_size + 1);
	while (text.n < (size_t)st.st_size &&
	       (n = read(fd, bytes + text.n, (size_t)st.st_size - text.n)) > 0)
		text.n += (size_t)n;
	text.p = bytes;
	return text;
}

static struct source *get(struct sources *s, const char *path)
{
	uint64_t hash = hash_path(path);
	struct source *f = map_get(&s->files, hash);
	struct str rest, line;

	if (f)
		return f;
	f = ARENA_NEW(&s->arena, struct source);
	f->text = rest = slurp(&s->arena, path);
	while (str_line(&rest, &line))
		VEC_PUSH(&f->lines, line);
	map_put(&s->files, hash, f);
	return f;
}

static struct str raw_line(struct sources *s, const char *file, uint32_t line)
{
	const struct source *f;

	if (file[0] != '/' || !line)
		return (struct str){ 0 };
	f = get(s, file);
	return line <= f->lines.len ? f->lines.items[line - 1] : (struct str){ 0 };
}

static struct str trimmed(struct str l)
{
	while (l.n && isspace((unsigned char)l.p[0])) {
		l.p++;
		l.n--;
	}
	while (l.n && isspace((unsigned char)l.p[l.n - 1]))
		l.n--;
	return l;
}

struct str source_line(struct sources *s, const char *file, uint32_t line)
{
	return trimmed(raw_line(s, file, line));
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Where the text or character constant that begins at i ends; the end of the line when it goes
 * on. */
static size_t behind_quotes(struct str l, size_t i)
{
	char quote = l.p[i++];

	while (i < l.n && l.p[i] != quote)
		i += l.p[i] == '\\' && quote != '`' ? 2 : 1;
	return i;
}

/* Finds word as a word of its own; comments behind // and what is quoted do not count. */
static bool has_word(struct str l, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= l.n; i++) {
		if (i + 1 < l.n && l.p[i] == '/' && l.p[i + 1] == '/')
			return false;
		if (strchr("\"'`", l.p[i])) {
			i = behind_quotes(l, i);
			continue;
		}
		if (!memcmp(l.p + i, word, n) && (i == 0 || !is_word(l.p[i - 1])) &&
		    (i + n == l.n || !is_word(l.p[i + n])))
			return true;
	}
	return false;
}

/* gofmt indents by tabs, what is within by one more than what it is within. */
static size_t indent_of(struct str l)
{
	size_t n = 0;

	while (n < l.n && l.p[n] == '\t')
		n++;
	return n;
}

/* Stands further left than what it is among. */
static bool is_label(struct str l)
{
	size_t i = indent_of(l);

	while (i < l.n && is_word(l.p[i]))
		i++;
	return l.p && i + 1 == l.n && l.p[i] == ':';
}

/* What stands between "case" and its colon. */
static struct str case_of(struct str l)
{
	size_t i = 0;
	int depth = 0;

	if (!str_skip(&l, "case "))
		return (struct str){ 0 };
	for (; i < l.n; i++) {
		if (strchr("\"'`", l.p[i]))
			i = behind_quotes(l, i);
		else if (strchr("([{", l.p[i]))
			depth++;
		else if (strchr(")]}", l.p[i]))
			depth--;
		else if (!depth && l.p[i] == ':' && (i + 1 == l.n || l.p[i + 1] != '='))
			break;
	}
	l.n = i < l.n ? i : l.n;
	return trimmed(l);
}

/* False: there is no room for it. */
static bool put_case(struct buf *out, size_t begin, struct str what)
{
	bool fits = out->len - begin + what.n <= CASES_MOST;

	buf_puts(out, out->len > begin ? ", " : "");
	if (fits)
		buf_put(out, what.p, what.n);
	else
		buf_puts(out, "\xe2\x80\xa6");
	return fits;
}

void source_cases(struct sources *s, const char *file, uint32_t line, struct buf *out)
{
	struct str first = raw_line(s, file, line), l;
	size_t indent = indent_of(first), begin = out->len;
	bool fits = true;

	if (!str_is(trimmed(first), "select {"))
		return;
	while (fits && (l = raw_line(s, file, ++line)).p) {
		struct str text = trimmed(l), what = case_of(text);

		if (!text.n || indent_of(l) > indent)
			continue;
		if (indent_of(l) < indent || text.p[0] == '}')
			return;
		if (what.n)
			fits = put_case(out, begin, what);
	}
}

uint32_t source_func_line(struct sources *s, const char *file, uint32_t line)
{
	size_t least = SIZE_MAX;

	for (; line; line--) {
		struct str l = raw_line(s, file, line);
		size_t indent = indent_of(l);

		if (indent == l.n || indent >= least || is_label(l))
			continue;
		if (has_word(l, "func"))
			return line;
		least = indent;
	}
	return 0;
}

uint32_t source_top_func_line(struct sources *s, const char *file, uint32_t line)
{
	while (line && !str_starts(raw_line(s, file, line), "func "))
		line--;
	return line;
}

uint32_t source_closure_end(struct sources *s, const char *file, uint32_t line)
{
	struct str first = raw_line(s, file, line), l;
	uint32_t end = line;

	if (!first.p || !first.n || first.p[first.n - 1] != '{' || !has_word(first, "func"))
		return line;
	do
		l = raw_line(s, file, ++end);
	while (l.p && (indent_of(l) == l.n || indent_of(l) > indent_of(first)));
	return end;
}

bool source_may_say(struct sources *s, const char *file, uint32_t line, const char *text)
{
	uint32_t i = source_top_func_line(s, file, line);
	struct str l = raw_line(s, file, i);

	if (!i || !l.p)
		return true;
	/* gofmt puts the closing brace of a function, and nothing else in it, at the margin. */
	for (; l.p && !(l.n && l.p[0] == '}'); l = raw_line(s, file, ++i))
		if (l.n && memmem(l.p, l.n, text, strlen(text)))
			return true;
	return false;
}

uint32_t source_go_ordinal(struct sources *s, const char *file, uint32_t line)
{
	uint32_t first = source_top_func_line(s, file, line);
	uint32_t n = 0;

	for (uint32_t i = first; first && i <= line; i++)
		n += has_word(raw_line(s, file, i), "go");
	return n;
}

static uint32_t find_line(const struct source *f, const char *prefix)
{
	for (size_t i = 0; i < f->lines.len; i++)
		if (str_starts(f->lines.items[i], prefix))
			return (uint32_t)i + 1;
	return 0;
}

bool source_find_test(struct sources *s, const char *folder, const char *test, struct buf *file,
		      uint32_t *line)
{
	AUTO_BUF prefix = { 0 };
	DIR *dir = opendir(folder);
	struct dirent *e;

	*line = 0;
	buf_printf(&prefix, "func %s(", test);
	while (dir && !*line && (e = readdir(dir))) {
		if (!ends_with(e->d_name, "_test.go"))
			continue;
		buf_reset(file);
		buf_printf(file, "%s/%s", folder, e->d_name);
		*line = find_line(get(s, buf_str(file)), buf_str(&prefix));
	}
	if (dir)
		closedir(dir);
	return *line > 0;
}

void sources_release(struct sources *s)
{
	size_t at = 0;
	struct map_slot *slot;

	while ((slot = map_next(&s->files, &at))) {
		struct source *f = (struct source *)slot->value; /* NOLINT */

		VEC_FREE(&f->lines);
	}
	map_release(&s->files);
	arena_clear(&s->arena);
}
