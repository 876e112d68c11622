#include "report/explain.h"

#include <string.h>

#include "report/entry.h"
#include "report/sample.h"
#include "report/text.h"

#define NAME_COLUMNS 17

static const struct code_sample *sample_of(const char *class)
{
	for (const struct code_sample *c = code_samples; c->class; c++)
		if (!strcmp(c->class, class))
			return c;
	return NULL;
}

/* What a reader knows already, the package clause and above, is left out. */
static void print_code(struct screen *s, const char *title, const char *code)
{
	static const char clause[] = "package sample\n\n";
	const char *body = strstr(code, clause);
	struct str rest = str_of(body ? body + strlen(clause) : code), line;

	buf_putc(s->out, '\n');
	screen_style(s, STYLE_STRONG);
	buf_puts(s->out, title);
	screen_plain(s);
	buf_puts(s->out, "\n\n");
	while (str_line(&rest, &line)) {
		text_spaces(s->out, line.n ? SCREEN_INDENT : 0);
		buf_put(s->out, line.p, line.n);
		buf_putc(s->out, '\n');
	}
}

static void put_what(struct buf *out, const struct class_row *row)
{
	if (row->is_growth)
		buf_puts(out, row->cause);
	else if (row->is_figure)
		buf_printf(out, "%s%s %s", row->unit, strcmp(row->unit, "MiB") != 0 ? "s" : "",
			   row->cause);
	else
		buf_printf(out, "a %s %s", row->unit ? row->unit : "goroutine", row->cause);
}

static void print_title(struct screen *s, const struct class_row *row)
{
	AUTO_BUF title = { 0 };

	buf_printf(&title, "%s: ", row->id);
	put_what(&title, row);
	screen_style(s, STYLE_STRONG);
	text_wrap(s->out, str_of(buf_str(&title)), s->width - SCREEN_INDENT, SCREEN_INDENT);
	screen_plain(s);
	buf_putc(s->out, '\n');
}

void explain_class(struct screen *s, enum class_id id)
{
	const struct class_row *row = class_row(id);
	const struct code_sample *sample = sample_of(row->id);

	print_title(s, row);
	screen_entry(s, "known by", row->known);
	screen_entry(s, "usually", row->usually);
	screen_entry(s, "status",
		     row->status == STATUS_LEAK ? "a leak: it fails the run"
						: "a note: it is shown and fails nothing");
	screen_command(s, "read", row->docs);
	if (!sample)
		return;
	print_code(s, "leaks", sample->leaks);
	print_code(s, "fixed", sample->fixed);
}

void explain_classes(struct screen *s)
{
	for (size_t i = 0; i < CLASS_COUNT; i++) {
		const struct class_row *row = class_row((enum class_id)i);
		AUTO_BUF line = { 0 };

		buf_puts(&line, row->id);
		text_spaces(&line, NAME_COLUMNS - strlen(row->id));
		if (row->unit)
			put_what(&line, row);
		else
			buf_puts(&line, row->cause);
		screen_line(s, 0, NAME_COLUMNS, buf_str(&line));
	}
}

bool explain_key(struct screen *s, const struct run_file *r, const char *key)
{
	bool shown[CLASS_COUNT] = { false };
	AUTO_GROUPS g = { 0 };
	bool any = false;

	groups_of(&g, r);
	for (size_t i = 0; i < g.len; i++) {
		const struct group *group = &g.items[i];

		if (strcmp(group->items[0]->key, key) != 0)
			continue;
		entry_print(s, group);
		buf_putc(s->out, '\n');
		any = true;
		for (size_t j = 0; j < group->len; j++)
			shown[group->items[j]->class] = true;
	}
	for (size_t i = 0; i < CLASS_COUNT; i++)
		if (shown[i])
			explain_class(s, (enum class_id)i);
	return any;
}
