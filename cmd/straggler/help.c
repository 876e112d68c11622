#include "help.h"

#include <stdio.h>

#include "base/str.h"
#include "report/text.h"

#define WIDTH 92

bool command_option_at(const struct command *c, size_t i, struct option_row *row)
{
	static const struct option_row none[] = { OPTION_HELP, { .name = NULL } };
	const struct option_row *rows = c->options ? c->options : none;

	if (c->option_at)
		return c->option_at(i, row);
	for (size_t k = 0; rows[k].name; k++) {
		if (k == i) {
			*row = rows[k];
			return true;
		}
	}
	return false;
}

void help_put_option(struct buf *out, const struct option_row *row)
{
	buf_printf(out, "--%s", row->name);
	if (row->value)
		buf_printf(out, "%s%s", option_needs_value(row) ? " " : "", row->value);
}

void help_put_meaning(struct buf *out, const struct option_row *row)
{
	const struct setting *s = row->is_setting ? setting_row(row->setting) : NULL;

	buf_puts(out, s ? s->help : row->help);
	if (!s)
		return;
	buf_puts(out, " (");
	setting_format(out, row->setting, s->initial);
	buf_putc(out, ')');
}

static void put_usage(struct buf *out, const struct command *c)
{
	struct str rest = str_of(c->args), line;
	const char *first = "usage:";

	if (!*c->args)
		buf_printf(out, "usage: straggler %s\n", c->name);
	while (str_line(&rest, &line)) {
		buf_printf(out, "%-6s straggler %s %.*s\n", first, c->name, (int)line.n, line.p);
		first = "";
	}
}

static void put_paragraphs(struct buf *out, const char *text)
{
	struct str rest = str_of(text ? text : ""), line;
	bool kept = false;

	while (str_line(&rest, &line)) {
		bool keep = str_starts(line, "  ");

		if (!keep || !kept)
			buf_putc(out, '\n');
		if (keep)
			buf_put(out, line.p, line.n);
		else
			text_wrap(out, line, WIDTH, 0);
		buf_putc(out, '\n');
		kept = keep;
	}
}

static void put_row(struct buf *out, size_t column, const char *name, const char *meaning)
{
	size_t n = strlen(name);

	buf_printf(out, "  %s", name);
	text_spaces(out, column - n + 2);
	text_wrap(out, str_of(meaning), WIDTH - column - 4, column + 4);
	buf_putc(out, '\n');
}

static void put_words(struct buf *out, const struct command *c)
{
	struct word_row word;
	size_t column = 0;

	if (!c->words)
		return;
	for (size_t i = 0; c->word_at(i, &word); i++)
		if (strlen(word.name) > column)
			column = strlen(word.name);
	buf_printf(out, "\n%s\n", c->words);
	for (size_t i = 0; c->word_at(i, &word); i++)
		put_row(out, column, word.name, word.meaning);
}

static void put_options(struct buf *out, const struct command *c)
{
	struct option_row row;
	size_t column = 0;

	for (size_t i = 0; command_option_at(c, i, &row); i++) {
		size_t n =
		    strlen("--") + strlen(row.name) + (row.value ? strlen(row.value) + 1 : 0);

		column = n > column ? n : column;
	}
	buf_puts(out, "\noptions\n");
	for (size_t i = 0; command_option_at(c, i, &row); i++) {
		AUTO_BUF name = { 0 }, meaning = { 0 };

		help_put_option(&name, &row);
		help_put_meaning(&meaning, &row);
		put_row(out, column, buf_str(&name), buf_str(&meaning));
	}
}

void help_print(const struct command *c)
{
	AUTO_BUF out = { 0 };

	put_usage(&out, c);
	put_paragraphs(&out, c->about);
	put_words(&out, c);
	put_options(&out, c);
	put_paragraphs(&out, c->notes);
	fwrite(buf_str(&out), 1, out.len, stdout);
}
