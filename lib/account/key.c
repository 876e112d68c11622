#include "account/key.h"

#include <stdio.h>

#include "base/buf.h"
#include "gotest/name.h"

static void add_outermost(struct buf *b, const char *function)
{
	AUTO_BUF full = { 0 };
	struct str top = name_outermost(function);

	buf_put(&full, function, (size_t)(top.p + top.n - function));
	name_normalise(b, buf_str(&full));
	buf_putc(b, '\n');
}

/* FNV-1a, folded. */
static void put_hash(const struct buf *text, char key[static KEY_LEN + 1])
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < text->len; i++)
		h = (h ^ (uint8_t)text->data[i]) * UINT64_C(1099511628211);
	snprintf(key, KEY_LEN + 1, "%08x", (uint32_t)(h ^ h >> 32));
}

void key_make(const struct key_parts *p, struct sources *s, char key[static KEY_LEN + 1])
{
	uint32_t ordinal = source_go_ordinal(s, p->file, p->line);
	AUTO_BUF text = { 0 };

	buf_printf(&text, "%s\n", p->package);
	add_outermost(&text, p->created_by);
	if (ordinal)
		buf_printf(&text, "%u\n", ordinal);
	else
		add_outermost(&text, p->started);
	if (p->user[0])
		add_outermost(&text, p->user);
	put_hash(&text, key);
}

void key_make_line(const struct key_parts *p, const char *source, char key[static KEY_LEN + 1])
{
	AUTO_BUF text = { 0 };

	buf_printf(&text, "%s\n", p->package);
	add_outermost(&text, p->created_by);
	buf_printf(&text, "%s\n%s\n", p->started, source);
	if (p->user[0])
		add_outermost(&text, p->user);
	put_hash(&text, key);
}
