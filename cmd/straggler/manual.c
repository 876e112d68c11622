#include "manual.h"

#include <ctype.h>

#include "account/class.h"
#include "account/fields.h"
#include "account/record.h"
#include "base/str.h"
#include "config/sample.h"
#include "help.h"
#include "version.h"

static bool row_at(const struct word_row *rows, size_t n, size_t i, struct word_row *row)
{
	if (i < n)
		*row = rows[i];
	return i < n;
}

bool manual_exit_at(size_t i, struct word_row *row)
{
	static const struct word_row rows[] = {
		{ "0", "the tests passed and left nothing behind that is not allowed" },
		{ "1", "a test failed, or something leaked" },
		{ "2", "wrong usage or configuration" },
		{ "3", "nothing could be checked: no package was built, no Go" },
		{ "128 + n", "ended by signal n" },
	};

	return row_at(rows, ARRAY_LEN(rows), i, row);
}

bool manual_variable_at(size_t i, struct word_row *row)
{
	static const struct word_row rows[] = {
		{ "STRAGGLER_CONFIG", "the configuration, where --config does not name it" },
		{ "STRAGGLER_STATE", "the folder for run files and what else is kept" },
		{ "XDG_STATE_HOME", "where the folder straggler for them is, without that; then "
				    "~/.local/state" },
		{ "TMPDIR", "where temporary files are, when that folder cannot be used" },
		{ "NO_COLOR", "when it is set there are no colours" },
		{ "TERM", "nor when it is dumb" },
		{ "COLUMNS", "the width where there is no terminal" },
		{ "TEST_SHARD_INDEX, TEST_TOTAL_SHARDS, TEST_SHARD_STATUS_FILE",
		  "Bazel's word on which share of the packages is tested, for --shard auto" },
		{ "CI_NODE_INDEX, CI_NODE_TOTAL", "the same of GitLab" },
	};

	return row_at(rows, ARRAY_LEN(rows), i, row);
}

/* --- man pages ------------------------------------------------------------------------------- */

/* Text as man(7) shows it: a hyphen that is typed is a minus, and no line is a request. */
static void put_roff(struct buf *out, struct str text)
{
	if (text.n && (text.p[0] == '.' || text.p[0] == '\''))
		buf_puts(out, "\\&");
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\\')
			buf_puts(out, "\\e");
		else if (text.p[i] == '-')
			buf_puts(out, "\\-");
		else if (text.p[i] == '\'')
			buf_puts(out, "\\(aq");
		else
			buf_putc(out, text.p[i]);
	}
}

static void put_roff_line(struct buf *out, const char *text)
{
	put_roff(out, str_of(text));
	buf_putc(out, '\n');
}

static void put_term(struct buf *out, const char *name, const char *meaning)
{
	buf_puts(out, ".TP\n.B ");
	put_roff_line(out, name);
	put_roff_line(out, meaning);
}

/* Paragraphs; before is what stands before each but the first. */
static void put_roff_text(struct buf *out, const char *text, bool first)
{
	struct str rest = str_of(text), line;
	bool kept = false;

	while (str_line(&rest, &line)) {
		bool keep = str_starts(line, "  ");

		if (kept && !keep)
			buf_puts(out, ".EE\n");
		if (!first && !(kept && keep))
			buf_puts(out, ".PP\n");
		if (keep && !kept)
			buf_puts(out, ".EX\n");
		put_roff(out, line);
		buf_putc(out, '\n');
		kept = keep;
		first = false;
	}
	if (kept)
		buf_puts(out, ".EE\n");
}

static void put_head(struct buf *out, const char *name, const char *summary, const char *day)
{
	buf_puts(out, ".TH \"");
	for (const char *p = name; *p; p++)
		buf_putc(out, (char)toupper((unsigned char)*p));
	buf_printf(out, "\" \"1\" \"%s\" \"straggler %s\" \"straggler\"\n.SH NAME\n", day,
		   straggler_version);
	put_roff(out, str_of(name));
	buf_puts(out, " \\- ");
	put_roff_line(out, summary);
}

static void put_synopsis(struct buf *out, const struct command *c)
{
	struct str rest = str_of(c->args), line;
	bool first = true;

	buf_puts(out, ".SH SYNOPSIS\n");
	if (!*c->args)
		buf_printf(out, ".B straggler %s\n", c->name);
	while (str_line(&rest, &line)) {
		buf_printf(out, "%s.B straggler %s\n", first ? "" : ".br\n", c->name);
		put_roff(out, line);
		buf_putc(out, '\n');
		first = false;
	}
}

static void put_title(struct buf *out, const char *title)
{
	buf_puts(out, ".SH ");
	for (; *title; title++)
		buf_putc(out, (char)toupper((unsigned char)*title));
	buf_putc(out, '\n');
}

static void put_options(struct buf *out, const struct command *c)
{
	struct option_row row;

	put_title(out, "options");
	for (size_t i = 0; command_option_at(c, i, &row); i++) {
		AUTO_BUF name = { 0 }, meaning = { 0 };

		help_put_option(&name, &row);
		help_put_meaning(&meaning, &row);
		put_term(out, buf_str(&name), buf_str(&meaning));
	}
}

static void put_rows(struct buf *out, const char *title, bool (*at)(size_t i, struct word_row *row))
{
	struct word_row row;

	put_title(out, title);
	for (size_t i = 0; at(i, &row); i++)
		put_term(out, row.name, row.meaning);
}

static void put_command_page(struct buf *out, const struct command *c, const char *day)
{
	AUTO_BUF name = { 0 };

	buf_printf(&name, "straggler-%s", c->name);
	put_head(out, buf_str(&name), c->summary, day);
	put_synopsis(out, c);
	put_title(out, "description");
	put_roff_text(out, c->about, true);
	if (c->words)
		put_rows(out, c->words, c->word_at);
	put_options(out, c);
	if (c->notes) {
		put_title(out, "notes");
		put_roff_text(out, c->notes, true);
	}
	buf_puts(out, ".SH SEE ALSO\n.BR straggler (1)\n");
}

static void put_program_page(struct buf *out, const char *day)
{
	const struct command *c;

	put_head(out, "straggler", "run Go tests and tell what outlived them", day);
	buf_puts(out, ".SH SYNOPSIS\n.B straggler\nCOMMAND [ARG...]\n");
	put_title(out, "description");
	put_roff_line(out, "Runs Go tests as go test does and tells which test left a goroutine "
			   "behind, what it is stuck on, who started it, and what usually fixes "
			   "that. Nothing is imported and nothing edited: each test binary is "
			   "watched from outside.");
	put_title(out, "commands");
	for (size_t i = 0; (c = command_at(i)); i++) {
		buf_printf(out, ".TP\n.BR straggler\\-%s (1)\n", c->name);
		put_roff_line(out, c->summary);
	}
	put_rows(out, "exit status", manual_exit_at);
	put_rows(out, "environment", manual_variable_at);
	put_title(out, "files");
	put_term(out, ".straggler.yaml",
		 "settings and allowances, found upwards from the folder "
		 "that tests run in; straggler init writes one");
	put_term(out, "~/.local/state/straggler", "run files, one for each run");
}

void manual_put_page(struct buf *out, const struct command *c, const char *day)
{
	if (c)
		put_command_page(out, c, day);
	else
		put_program_page(out, day);
}

/* --- Markdown ---------------------------------------------------------------------------------- */

/* A cell of a table. */
static void put_cell(struct buf *out, const char *text)
{
	buf_puts(out, " ");
	for (; *text; text++) {
		if (*text == '|' || *text == '<')
			buf_putc(out, '\\');
		buf_putc(out, *text);
	}
	buf_puts(out, " |");
}

static void put_code_cell(struct buf *out, const char *text)
{
	AUTO_BUF code = { 0 };

	buf_printf(&code, "`%s`", text);
	buf_puts(out, " ");
	for (const char *p = buf_str(&code); *p; p++) {
		if (*p == '|')
			buf_putc(out, '\\');
		buf_putc(out, *p);
	}
	buf_puts(out, " |");
}

static void put_table(struct buf *out, const char *name, const char *meaning,
		      bool (*at)(size_t i, struct word_row *row))
{
	struct word_row row;

	buf_printf(out, "\n| %s | %s |\n|---|---|\n", name, meaning);
	for (size_t i = 0; at(i, &row); i++) {
		buf_putc(out, '|');
		put_code_cell(out, row.name);
		put_cell(out, row.meaning);
		buf_putc(out, '\n');
	}
}

static void put_option_table(struct buf *out, const struct command *c)
{
	struct option_row row;

	buf_puts(out, "\n| option | meaning |\n|---|---|\n");
	for (size_t i = 0; command_option_at(c, i, &row); i++) {
		AUTO_BUF name = { 0 }, meaning = { 0 };

		help_put_option(&name, &row);
		help_put_meaning(&meaning, &row);
		buf_putc(out, '|');
		put_code_cell(out, buf_str(&name));
		put_cell(out, buf_str(&meaning));
		buf_putc(out, '\n');
	}
}

static void put_markdown_text(struct buf *out, const char *text)
{
	struct str rest = str_of(text), line;
	bool kept = false;

	while (str_line(&rest, &line)) {
		bool keep = str_starts(line, "  ");

		if (!keep || !kept)
			buf_putc(out, '\n');
		buf_printf(out, "%s%.*s\n", keep ? "  " : "", (int)line.n, line.p);
		kept = keep;
	}
}

static void put_command(struct buf *out, const struct command *c)
{
	struct str rest = str_of(*c->args ? c->args : "\n"), line;

	buf_printf(out, "\n## straggler %s\n\n", c->name);
	while (str_line(&rest, &line))
		buf_printf(out, "    straggler %s%s%.*s\n", c->name, line.n ? " " : "", (int)line.n,
			   line.p);
	put_markdown_text(out, c->about);
	if (c->words)
		put_table(out, c->words, "", c->word_at);
	put_option_table(out, c);
	if (c->notes)
		put_markdown_text(out, c->notes);
}

static void put_commands(struct buf *out)
{
	const struct command *c;

	for (size_t i = 0; (c = command_at(i)); i++)
		put_command(out, c);
}

static void put_exits(struct buf *out)
{
	put_table(out, "status", "meaning", manual_exit_at);
	buf_puts(out,
		 "\nThat is `straggler test`. Notes fail nothing. With `--bisect-step` it is 1 "
		 "when the leak is there, 0 when it is not, and 125 when nobody can say.\n");
}

static void put_settings(struct buf *out)
{
	buf_putc(out, '\n');
	sample_reference(out);
	put_table(out, "variable", "meaning", manual_variable_at);
}

static void put_classes(struct buf *out)
{
	buf_puts(out, "\n| class | a goroutine that | by default | usually |\n|---|---|---|---|\n");
	for (size_t i = 0; i < CLASS_COUNT; i++) {
		const struct class_row *c = class_row((enum class_id)i);

		buf_putc(out, '|');
		put_code_cell(out, c->id);
		put_cell(out, c->cause);
		put_cell(out, status_name(c->status));
		put_cell(out, c->usually);
		buf_putc(out, '\n');
	}
}

static const char *kind_name(enum field_kind kind)
{
	static const char *const names[] = {
		[FIELD_TEXT] = "text",
		[FIELD_BOOL] = "true or false",
		[FIELD_U32] = "number",
		[FIELD_U64] = "number",
		[FIELD_I64] = "number",
		[FIELD_INT] = "number",
		[FIELD_INDEX] = "number",
		[FIELD_SHARE] = "text: \"1/2\"",
		[FIELD_TEXTS] = "texts",
		[FIELD_NUMBERS] = "numbers",
		[FIELD_LIST] = "objects",
		[FIELD_PART] = "object",
		[FIELD_MAYBE] = "object, when known",
	};

	return names[kind];
}

static void put_kind(struct buf *out, const struct field *f)
{
	AUTO_BUF text = { 0 };

	if (f->kind != FIELD_WORD)
		buf_puts(&text, kind_name(f->kind));
	for (unsigned int i = 0; f->kind == FIELD_WORD && i < f->words->count; i++)
		buf_printf(&text, "%s`%s`", i ? ", " : "", f->words->name(i));
	put_cell(out, buf_str(&text));
}

static void put_field(struct buf *out, const struct field *f)
{
	buf_putc(out, '|');
	put_code_cell(out, f->key);
	put_kind(out, f);
	buf_puts(out, " ");
	for (const struct field *sub = f->sub; sub && sub->key; sub++)
		buf_printf(out, "%s`%s`", sub == f->sub ? "" : ", ", sub->key);
	buf_puts(out, " |\n");
}

static void put_records(struct buf *out)
{
	const struct field *fields;
	const char *type;

	buf_puts(out,
		 "\nA run file is JSON lines, one object a line, each with `type`. The first is "
		 "`run`, the last `end`: without that the run was interrupted. Times ending in "
		 "`_ns` are nanoseconds. What is not known may be absent, and a reader skips "
		 "what it does not know. `schema` goes up when a reader of the old one would be "
		 "wrong.\n");
	for (size_t i = 0; (fields = record_fields(i, &type)); i++) {
		buf_printf(out, "\n## %s\n\n| key | value | its keys |\n|---|---|---|\n", type);
		for (const struct field *f = fields; f->key; f++)
			put_field(out, f);
	}
}

static const struct manual_chapter chapters[] = {
	{ "commands", "what each command takes", put_commands },
	{ "settings", "what can be set, in the file, the environment and on the command line",
	  put_settings },
	{ "classes", "what findings are called", put_classes },
	{ "exit-status", "what straggler exits with", put_exits },
	{ "run-file", "the record of a run, which every report is made of", put_records },
};

const struct manual_chapter *manual_chapter_at(size_t i)
{
	return i < ARRAY_LEN(chapters) ? &chapters[i] : NULL;
}
