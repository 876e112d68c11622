#include "base/style.h"

void style_on(struct buf *out, enum style style)
{
	static const char *const codes[] = {
		[STYLE_BAD] = "\x1b[1;31m", [STYLE_WARN] = "\x1b[33m",  [STYLE_GOOD] = "\x1b[32m",
		[STYLE_DIM] = "\x1b[2m",    [STYLE_STRONG] = "\x1b[1m",
	};

	buf_puts(out, codes[style]);
}

void style_off(struct buf *out)
{
	buf_puts(out, "\x1b[0m");
}
