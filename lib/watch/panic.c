#include "watch/panic.h"

bool panic_find(const char *text, size_t n, struct panic *p)
{
	struct str rest = { .p = text, .n = n };
	struct str line;

	while (str_line(&rest, &line)) {
		/* 1.27 puts ^O before error text in the mode for test2json. */
		while (line.n && (line.p[0] == 0x0f || line.p[0] == 0x16)) {
			line.p++;
			line.n--;
		}
		if (!str_skip(&line, "panic: ") && !str_skip(&line, "fatal error: "))
			continue;
		*p = (struct panic){ .message = line, .dump = rest };
		return true;
	}
	return false;
}
