#include "report/rows.h"

#include <inttypes.h>
#include <string.h>

#include "base/vec.h"
#include "report/place.h"
#include "report/text.h"

#define GAP          ((size_t)2)
#define SOURCE_LEAST 24 /* columns: what is less is hardly read */
#define SOURCE_LINES 3  /* that a line of code is broken into */

static const char *keep(struct rows *rows, const struct buf *raw)
{
	AUTO_BUF clean = { 0 };

	text_clean(&clean, buf_str(raw));
	return arena_strndup(&rows->arena, buf_str(&clean), clean.len);
}

struct row *rows_add(struct rows *rows, const struct screen *s, const char *label,
		     const char *package, const struct place *p)
{
	AUTO_BUF location = { 0 }, function = { 0 }, source = { 0 };
	struct row row = { .label = label };

	place_file(&location, s->run, p);
	if (p->line)
		buf_printf(&location, ":%" PRIu32, p->line);
	place_function(&function, package, p->function);
	place_source(&source, p);
	row.location = keep(rows, &location);
	row.function = keep(rows, &function);
	row.source = keep(rows, &source);
	VEC_PUSH(rows, row);
	return &rows->items[rows->len - 1];
}

struct columns {
	size_t location, function, source; /* the widest of each */
};

static size_t widest(size_t so_far, const char *clean)
{
	size_t columns = text_columns(str_of(clean));

	return columns > so_far ? columns : so_far;
}

static struct columns measure(const struct rows *rows)
{
	struct columns c = { 0 };

	for (size_t i = 0; i < rows->len; i++) {
		c.location = widest(c.location, rows->items[i].location);
		c.function = widest(c.function, rows->items[i].function);
		c.source = widest(c.source, rows->items[i].source);
	}
	return c;
}

/* A comment behind the code is the first to go. */
static struct str without_comment(const char *source)
{
	const char *end = strstr(source, " //");

	while (end && end > source && end[-1] == ' ')
		end--;
	return end ? (struct str){ source, (size_t)(end - source) } : str_of(source);
}

static size_t source_columns(const struct row *row)
{
	return text_columns(without_comment(row->source));
}

static void put_source(struct screen *s, const struct row *row, size_t columns)
{
	struct str source = str_of(row->source);

	if (text_columns(source) > columns)
		source = without_comment(row->source);
	if (row->strong)
		screen_style(s, STYLE_STRONG);
	text_cut(s->out, source, columns);
	if (row->strong)
		screen_plain(s);
}

static void put_source_wrapped(struct screen *s, const struct row *row, size_t columns)
{
	AUTO_BUF text = { 0 };

	text_cut(&text, without_comment(row->source), SOURCE_LINES * columns);
	screen_style(s, STYLE_STRONG);
	text_wrap(s->out, str_of(buf_str(&text)), columns, SCREEN_BODY + GAP);
	screen_plain(s);
}

static void put_source_below(struct screen *s, const struct row *row)
{
	size_t columns = s->width - SCREEN_BODY - GAP;

	buf_putc(s->out, '\n');
	text_spaces(s->out, SCREEN_BODY + GAP);
	if (row->strong && source_columns(row) > columns)
		put_source_wrapped(s, row, columns);
	else
		put_source(s, row, columns);
}

static void put_padded(struct screen *s, const char *clean, size_t columns)
{
	buf_puts(s->out, clean);
	text_spaces(s->out, columns - text_columns(str_of(clean)));
}

/* A line that a reader looks for is shown whole, below if it has no room beside the others. */
static void print_aligned(struct screen *s, const struct row *row, struct columns c)
{
	size_t left = s->width - SCREEN_BODY - c.location - c.function - 2 * GAP;

	screen_label(s, row->label);
	if (!*row->function && !*row->source) {
		buf_puts(s->out, row->location);
	} else {
		put_padded(s, row->location, c.location + GAP);
		if (!*row->source) {
			buf_puts(s->out, row->function);
		} else if (row->strong && source_columns(row) > left) {
			buf_puts(s->out, row->function);
			put_source_below(s, row);
		} else {
			put_padded(s, row->function, c.function + GAP);
			put_source(s, row, left);
		}
	}
	buf_putc(s->out, '\n');
}

/* Location and function in a line, or in two; functions begin at the same column, if they can. */
static void print_stacked(struct screen *s, const struct row *row, size_t function_at)
{
	struct str location = str_of(row->location), function = str_of(row->function);
	size_t body = s->width - SCREEN_BODY, wide = text_columns(location);
	size_t gap = function_at > wide ? function_at - wide : GAP;

	screen_label(s, row->label);
	text_cut_front(s->out, location, body);
	if (wide + gap + text_columns(function) <= body) {
		text_spaces(s->out, gap);
	} else {
		buf_putc(s->out, '\n');
		text_spaces(s->out, SCREEN_BODY);
	}
	text_cut(s->out, function, body);
	if (*row->source)
		put_source_below(s, row);
	buf_putc(s->out, '\n');
}

void rows_print(const struct rows *rows, struct screen *s)
{
	struct columns c = measure(rows);
	size_t source = c.source < SOURCE_LEAST ? c.source : SOURCE_LEAST;
	size_t both = SCREEN_BODY + c.location + GAP + c.function;
	bool aligned = both + GAP + source <= s->width;

	for (size_t i = 0; i < rows->len; i++) {
		if (aligned)
			print_aligned(s, &rows->items[i], c);
		else
			print_stacked(s, &rows->items[i], both <= s->width ? c.location + GAP : 0);
	}
}

void rows_release(struct rows *rows)
{
	arena_clear(&rows->arena);
	VEC_FREE(rows);
}
