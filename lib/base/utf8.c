#include "base/utf8.h"

#include <inttypes.h>
#include <string.h>

struct shape {
	size_t length;
	uint8_t low, high; /* bounds of the second byte: no overlong form, no surrogate */
	uint32_t bits;     /* what the first byte contributes */
};

static struct shape shape_of(uint8_t first)
{
	if (first >= 0xc2 && first <= 0xdf)
		return (struct shape){ 2, 0x80, 0xbf, first & 0x1f };
	if ((first & 0xf0) == 0xe0)
		return (struct shape){ 3, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf,
				       first & 0x0f };
	if (first >= 0xf0 && first <= 0xf4)
		return (struct shape){ 4, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf,
				       first & 0x07 };
	return (struct shape){ 0 };
}

size_t utf8_decode(const char *p, size_t n, uint32_t *c)
{
	uint8_t first = (uint8_t)p[0];
	struct shape s;
	size_t i;

	*c = first;
	if (first < 0x80)
		return 1;
	s = shape_of(first);
	*c = UTF8_BAD;
	if (!s.length)
		return 1;
	for (i = 1; i < s.length; i++) {
		uint8_t byte = i < n ? (uint8_t)p[i] : 0;

		if (byte < s.low || byte > s.high)
			return i;
		s.low = 0x80;
		s.high = 0xbf;
		s.bits = s.bits << 6 | (byte & 0x3f);
	}
	*c = s.bits;
	return s.length;
}

bool utf8_is_unsafe(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
		return true;
	if (c == 0x061c || c == 0x200e || c == 0x200f || c == 0xfeff)
		return true;
	return (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == UTF8_BAD;
}

void utf8_clean(struct buf *out, const char *s)
{
	size_t n = strlen(s);

	while (n) {
		uint32_t c;
		size_t length = utf8_decode(s, n, &c);

		if (c == '\t')
			buf_putc(out, ' ');
		else if (c == '\n')
			buf_puts(out, "\\n");
		else if (c == UTF8_BAD)
			for (size_t i = 0; i < length; i++)
				buf_printf(out, "\\x%02x", (unsigned int)(uint8_t)s[i]);
		else if (utf8_is_unsafe(c))
			buf_printf(out, c < 0x100 ? "\\x%02" PRIx32 : "\\u%04" PRIx32, c);
		else
			buf_put(out, s, length);
		s += length;
		n -= length;
	}
}
