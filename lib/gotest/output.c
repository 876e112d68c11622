#include "gotest/output.h"

void output_add(struct output *o, struct str piece)
{
	struct buf *b = &o->text;
	size_t drop;

	buf_put(b, piece.p, piece.n);
	/* Now and then, so that each byte is moved a few times at most. */
	if (b->len < OUTPUT_HEAD + 4 * OUTPUT_TAIL)
		return;
	drop = b->len - OUTPUT_HEAD - OUTPUT_TAIL;
	memmove(b->data + OUTPUT_HEAD, b->data + OUTPUT_HEAD + drop, OUTPUT_TAIL);
	b->len -= drop;
	b->data[b->len] = '\0';
	o->left_out += drop;
}

static void end_line(struct buf *to)
{
	if (to->len && to->data[to->len - 1] != '\n')
		buf_putc(to, '\n');
}

void output_put(const struct output *o, size_t head, size_t tail, struct buf *to)
{
	const char *text = buf_str(&o->text);
	size_t n = o->text.len;

	if (!o->left_out && n <= head + tail) {
		buf_put(to, text, n);
	} else {
		size_t end = n < tail ? n : tail;

		if (head > n - end)
			head = n - end;
		buf_put(to, text, head);
		end_line(to);
		buf_printf(to, "... %zu bytes are left out here ...\n",
			   o->left_out + n - head - end);
		buf_put(to, text + n - end, end);
	}
	if (n)
		end_line(to);
}

void output_release(struct output *o)
{
	buf_release(&o->text);
	o->left_out = 0;
}
