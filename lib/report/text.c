#include "report/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <wchar.h>

#include "base/utf8.h"

#define ELLIPSIS "\xe2\x80\xa6"

/* Takes one character off the front: its columns. */
static size_t take(struct str *s, size_t *bytes)
{
	uint32_t c;
	int columns;

	*bytes = utf8_decode(s->p, s->n, &c);
	s->p += *bytes;
	s->n -= *bytes;
	columns = c < 0x80 ? 1 : wcwidth((wchar_t)c);
	return columns < 0 ? 1 : (size_t)columns;
}

size_t text_columns(struct str clean)
{
	size_t columns = 0, bytes;

	while (clean.n)
		columns += take(&clean, &bytes);
	return columns;
}

/* How many bytes at the front take at most columns. */
static size_t fitting(struct str s, size_t columns)
{
	const char *start = s.p;
	size_t bytes;

	while (s.n) {
		struct str before = s;
		size_t wide = take(&s, &bytes);

		if (wide > columns)
			return (size_t)(before.p - start);
		columns -= wide;
	}
	return (size_t)(s.p - start);
}

void text_cut(struct buf *out, struct str clean, size_t columns)
{
	if (text_columns(clean) <= columns) {
		buf_put(out, clean.p, clean.n);
		return;
	}
	buf_put(out, clean.p, fitting(clean, columns - 1));
	buf_puts(out, ELLIPSIS);
}

void text_cut_front(struct buf *out, struct str clean, size_t columns)
{
	size_t all = text_columns(clean), bytes;

	if (all > columns) {
		buf_puts(out, ELLIPSIS);
		while (all > columns - 1)
			all -= take(&clean, &bytes);
	}
	buf_put(out, clean.p, clean.n);
}

void text_spaces(struct buf *out, size_t n)
{
	while (n--)
		buf_putc(out, ' ');
}

/* Whether the space at s.p[at] is between a number and its unit: "27.6 s", "3 min". */
static bool is_before_unit(struct str s, size_t at)
{
	size_t end = at + 1;

	while (end < s.n && s.p[end] >= 'a' && s.p[end] <= 'z')
		end++;
	return at && s.p[at - 1] >= '0' && s.p[at - 1] <= '9' && end > at + 1 && end <= at + 4 &&
	       (end == s.n || s.p[end] == ' ');
}

/* How many bytes of a word that no line holds are in this one: to the end of a part of a path, if
 * that is not too short. */
static size_t part_length(struct str s, size_t fits)
{
	size_t end = fits;

	while (end && s.p[end - 1] != '/')
		end--;
	return end > fits / 2 ? end : fits;
}

/* How many bytes of the first line are shown. The line ends at a space, or
 * within a word that no line can hold. */
static size_t line_length(struct str s, size_t columns)
{
	size_t fits = fitting(s, columns), end = fits;
	size_t bytes;

	if (fits == s.n)
		return fits;
	while (end && (s.p[end] != ' ' || is_before_unit(s, end)))
		end--;
	if (end)
		return end;
	if (fits)
		return part_length(s, fits);
	take(&s, &bytes);
	return bytes;
}

void text_wrap(struct buf *out, struct str clean, size_t columns, size_t indent)
{
	for (;;) {
		size_t n = line_length(clean, columns);

		buf_put(out, clean.p, n);
		clean.p += n;
		clean.n -= n;
		while (clean.n && clean.p[0] == ' ') {
			clean.p++;
			clean.n--;
		}
		if (!clean.n)
			return;
		buf_putc(out, '\n');
		text_spaces(out, indent);
	}
}

void text_number(struct buf *out, uint64_t n)
{
	char digits[32];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, n);

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			buf_putc(out, ',');
		buf_putc(out, digits[i]);
	}
}

const char *text_plural(uint64_t n, const char *noun)
{
	if (n == 1 || !strcmp(noun, "MiB"))
		return "";
	return ends_with(noun, "s") ? "es" : "s";
}
