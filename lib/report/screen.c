#include "report/screen.h"

#include <string.h>

#include "report/text.h"

#define WIDTH_DEFAULT 100
#define WIDTH_LEAST   40

struct screen screen_of(const struct run_file *r, const struct report_options *o, struct buf *out)
{
	size_t width = o->width ? o->width : WIDTH_DEFAULT;

	return (struct screen){
		.out = out,
		.run = &r->run,
		.options = o,
		.width = width > WIDTH_LEAST ? width : WIDTH_LEAST,
	};
}

void screen_style(struct screen *s, enum style style)
{
	if (s->options->color)
		style_on(s->out, style);
}

void screen_plain(struct screen *s)
{
	if (s->options->color)
		style_off(s->out);
}

void screen_line(struct screen *s, size_t indent, size_t hanging, const char *clean)
{
	text_spaces(s->out, indent);
	text_wrap(s->out, str_of(clean), s->width - indent - hanging, indent + hanging);
	buf_putc(s->out, '\n');
}

void screen_label(struct screen *s, const char *label)
{
	text_spaces(s->out, SCREEN_INDENT);
	screen_style(s, STYLE_DIM);
	buf_puts(s->out, label);
	screen_plain(s);
	text_spaces(s->out, SCREEN_BODY - SCREEN_INDENT - strlen(label));
}

void screen_entry(struct screen *s, const char *label, const char *clean)
{
	screen_label(s, label);
	text_wrap(s->out, str_of(clean), s->width - SCREEN_BODY, SCREEN_BODY);
	buf_putc(s->out, '\n');
}

void screen_command(struct screen *s, const char *label, const char *clean)
{
	screen_label(s, label);
	buf_puts(s->out, clean);
	buf_putc(s->out, '\n');
}

void screen_count(struct buf *out, uint64_t n, const char *noun)
{
	text_number(out, n);
	buf_printf(out, " %s%s", noun, text_plural(n, noun));
}
