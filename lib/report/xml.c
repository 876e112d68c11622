#include "report/xml.h"

#include <string.h>

#include "base/utf8.h"

static const char *reference(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>': /* "]]>" is not allowed in content */
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&apos;";
	default:
		return NULL;
	}
}

static void put_character(struct buf *out, const char *p, size_t n)
{
	const char *name = n == 1 ? reference(*p) : NULL;
	uint32_t c;

	utf8_decode(p, n, &c);
	if (name)
		buf_puts(out, name);
	else if (c == 0xfffe || c == 0xffff)
		buf_printf(out, "\\u%04x", (unsigned int)c);
	else
		buf_put(out, p, n);
}

static void put_line(struct buf *out, const char *line, size_t n)
{
	AUTO_BUF raw = { 0 }, clean = { 0 };
	uint32_t c;

	buf_put(&raw, line, n);
	utf8_clean(&clean, buf_str(&raw));
	for (size_t i = 0; i < clean.len;) {
		size_t bytes = utf8_decode(clean.data + i, clean.len - i, &c);

		put_character(out, clean.data + i, bytes);
		i += bytes;
	}
}

static void put_lines(struct buf *out, const char *s, const char *between)
{
	for (;;) {
		size_t n = strcspn(s, "\n");

		put_line(out, s, n);
		if (!s[n])
			return;
		buf_puts(out, between);
		s += n + 1;
	}
}

void xml_content(struct buf *out, const char *s)
{
	put_lines(out, s, "\n");
}

void xml_value(struct buf *out, const char *s)
{
	put_lines(out, s, "&#10;");
}

void xml_attribute(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, " %s=\"", name);
	xml_value(out, value);
	buf_putc(out, '"');
}
