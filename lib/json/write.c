#include "json/write.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static void before_value(struct json_writer *w)
{
	if (w->comma)
		buf_putc(w->out, ',');
}

static void after_value(struct json_writer *w)
{
	w->comma = w->depth > 0;
}

static void open_level(struct json_writer *w, char bracket)
{
	before_value(w);
	buf_putc(w->out, bracket);
	w->depth++;
	w->comma = false;
}

static void close_level(struct json_writer *w, char bracket)
{
	assert(w->depth > 0);
	buf_putc(w->out, bracket);
	w->depth--;
	after_value(w);
}

void json_object(struct json_writer *w)
{
	open_level(w, '{');
}

void json_object_end(struct json_writer *w)
{
	close_level(w, '}');
}

void json_array(struct json_writer *w)
{
	open_level(w, '[');
}

void json_array_end(struct json_writer *w)
{
	close_level(w, ']');
}

static void put_escaped(struct buf *out, uint32_t c)
{
	static const char shorthand[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	for (const char *s = shorthand; *s; s += 2) {
		if ((uint32_t)s[0] == c) {
			buf_putc(out, '\\');
			buf_putc(out, s[1]);
			return;
		}
	}
	buf_printf(out, "\\u%04" PRIx32, c);
}

static void put_string(struct buf *out, const char *s, size_t n)
{
	size_t plain = 0; /* bytes before s that need no change and were not written yet */

	buf_putc(out, '"');
	while (n) {
		uint32_t c;
		size_t length = utf8_decode(s, n, &c);
		bool as_is = !utf8_is_unsafe(c) && c != '"' && c != '\\';

		if (as_is) {
			plain += length;
		} else {
			buf_put(out, s - plain, plain);
			plain = 0;
			put_escaped(out, c == UTF8_BAD ? 0xfffd : c);
		}
		s += length;
		n -= length;
	}
	buf_put(out, s - plain, plain);
	buf_putc(out, '"');
}

void json_key(struct json_writer *w, const char *key)
{
	assert(w->depth > 0);
	before_value(w);
	put_string(w->out, key, strlen(key));
	buf_putc(w->out, ':');
	w->comma = false;
}

void json_strn(struct json_writer *w, const char *s, size_t n)
{
	before_value(w);
	put_string(w->out, s, n);
	after_value(w);
}

void json_str(struct json_writer *w, const char *s)
{
	json_strn(w, s ? s : "", s ? strlen(s) : 0);
}

void json_int(struct json_writer *w, int64_t v)
{
	before_value(w);
	buf_printf(w->out, "%" PRId64, v);
	after_value(w);
}

void json_uint(struct json_writer *w, uint64_t v)
{
	before_value(w);
	buf_printf(w->out, "%" PRIu64, v);
	after_value(w);
}

/* The decimal point is the locale's, of whatever length; JSON's is a dot. */
static void put_number(struct buf *out, const char *text)
{
	while (*text) {
		size_t n = strspn(text, "0123456789+-e");

		if (!n) {
			n = strcspn(text, "0123456789+-e");
			buf_putc(out, '.');
		} else {
			buf_put(out, text, n);
		}
		text += n;
	}
}

void json_real(struct json_writer *w, double v)
{
	char text[64];

	before_value(w);
	if (isfinite(v)) {
		for (int digits = 15; digits <= 17; digits++) {
			snprintf(text, sizeof(text), "%.*g", digits, v);
			if (strtod(text, NULL) == v)
				break;
		}
		put_number(w->out, text);
	} else {
		buf_puts(w->out, "null");
	}
	after_value(w);
}

void json_bool(struct json_writer *w, bool v)
{
	before_value(w);
	buf_puts(w->out, v ? "true" : "false");
	after_value(w);
}

void json_kstr(struct json_writer *w, const char *key, const char *s)
{
	json_key(w, key);
	json_str(w, s);
}

void json_kint(struct json_writer *w, const char *key, int64_t v)
{
	json_key(w, key);
	json_int(w, v);
}

void json_kbool(struct json_writer *w, const char *key, bool v)
{
	json_key(w, key);
	json_bool(w, v);
}
