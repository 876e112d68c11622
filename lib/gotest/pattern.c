#include "gotest/pattern.h"

#include <string.h>

void pattern_quote(struct buf *out, const char *name, size_t n)
{
	for (; n--; name++) {
		if (*name && strchr("\\.+*?()|[]{}^$", *name))
			buf_putc(out, '\\');
		buf_putc(out, *name);
	}
}

void pattern_levels(struct buf *out, const char *test)
{
	buf_putc(out, '^');
	for (;;) {
		size_t n = strcspn(test, "/");

		pattern_quote(out, test, n);
		if (!test[n])
			break;
		buf_puts(out, "$/^");
		test += n + 1;
	}
	buf_putc(out, '$');
}

static bool is_repeated(const struct words *names, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (!strcmp(names->items[j], names->items[i]))
			return true;
	return false;
}

void pattern_any(struct buf *out, const struct words *names)
{
	for (size_t i = 0; i < names->len; i++) {
		if (is_repeated(names, i))
			continue;
		buf_puts(out, i ? "|" : "^(");
		pattern_quote(out, names->items[i], strlen(names->items[i]));
	}
	if (names->len)
		buf_puts(out, ")$");
}
