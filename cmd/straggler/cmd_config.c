#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "config/catalogue.h"
#include "config/sample.h"
#include "configuration.h"
#include "help.h"
#include "terminal.h"

/* --- show ------------------------------------------------------------------------------ */

static void put_origin(struct buf *out, const struct origin *from)
{
	if (!*from->file)
		buf_puts(out, "default");
	else if (from->line)
		buf_printf(out, "%s:%u", from->file, from->line);
	else
		buf_puts(out, from->file);
}

static void print_value(const char *key, enum setting_id id, int64_t value,
			const struct origin *from)
{
	AUTO_BUF text = { 0 }, place = { 0 };

	setting_format(&text, id, value);
	put_origin(&place, from);
	terminal_line(stdout, "%-22s %-10s # %s", key, buf_str(&text), buf_str(&place));
}

static void print_classes(const struct config_class *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		AUTO_BUF key = { 0 }, place = { 0 };

		buf_printf(&key, "classes.%s", items[i].class);
		put_origin(&place, &items[i].from);
		terminal_line(stdout, "%-22s %-10s # %s", buf_str(&key),
			      items[i].leak ? "leak" : "note", buf_str(&place));
	}
}

static void print_section(const struct config_section *s)
{
	AUTO_BUF place = { 0 };

	put_origin(&place, &s->from);
	putchar('\n');
	terminal_line(stdout, "packages %s%s%s  # %s", *s->match ? s->match : "(any)",
		      *s->test ? " test " : "", s->test, buf_str(&place));
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (s->values[i].set)
			print_value(setting_row((enum setting_id)i)->key, (enum setting_id)i,
				    s->values[i].value, &s->values[i].from);
	print_classes(s->classes.items, s->classes.len);
}

static void put_texts(struct buf *out, const struct config_rule *r)
{
	const char *between = "";

	for (size_t k = 0; k < RULE_KEYS; k++) {
		const struct config_texts *t = &r->match[k];

		for (size_t i = 0; i < t->len; i++)
			buf_printf(out, "%s%s%s%s", i ? " or " : between,
				   i ? "" : rule_key_name((enum rule_key)k), i ? "" : " ",
				   t->items[i]);
		between = t->len ? ", " : between;
	}
}

static void print_rules(const struct config *c)
{
	size_t built_in = 0;

	for (size_t i = 0; i < c->rules.len; i++) {
		const struct config_rule *r = &c->rules.items[i];
		AUTO_BUF line = { 0 };

		if (r->built_in) {
			built_in++;
			continue;
		}
		if (!i)
			putchar('\n');
		buf_puts(&line, "allow ");
		put_texts(&line, r);
		if (r->count != RULE_ANY_COUNT)
			buf_printf(&line, ", at most %" PRId64, r->count);
		if (*r->expires)
			buf_printf(&line, ", until %s", r->expires);
		buf_puts(&line, "  # ");
		put_origin(&line, &r->from);
		terminal_line(stdout, "%s", buf_str(&line));
	}
	if (built_in)
		printf("\nand %zu allowances of the catalogue\n", built_in);
}

static bool show(const char *file, struct err *err)
{
	AUTO_CONFIGURATION c = { 0 };

	if (!configuration_read(&c, file, NULL, err) || !configuration_finish(&c, err))
		return false;
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		struct origin from;
		int64_t value = config_get(&c.config, (enum setting_id)i, &from);

		print_value(setting_row((enum setting_id)i)->key, (enum setting_id)i, value, &from);
	}
	print_classes(c.config.statuses.items, c.config.statuses.len);
	for (size_t i = 0; i < c.config.sections.len; i++)
		print_section(&c.config.sections.items[i]);
	print_rules(&c.config);
	return true;
}

/* --- check ------------------------------------------------------------------------------ */

static bool check(const char *file, struct err *err)
{
	AUTO_CONFIGURATION c = { 0 };
	AUTO_WARNINGS warnings = { 0 };

	if (!configuration_read(&c, file, NULL, err))
		return false;
	if (!c.file)
		return err_set(err, ERR_USAGE, "there is no %s here or above in the module",
			       CONFIG_FILE);
	if (!configuration_finish(&c, err))
		return false;
	configuration_check(&c, &warnings);
	for (size_t i = 0; i < warnings.len; i++)
		terminal_line(stdout, "%s: warning: %s", warnings.items[i].place,
			      warnings.items[i].text);
	if (!warnings.len)
		terminal_line(stdout, "%s: nothing to complain about", c.file);
	return true;
}

/* --- words ------------------------------------------------------------------------------- */

static void print_text(void (*write_text)(struct buf *out))
{
	AUTO_BUF text = { 0 };

	write_text(&text);
	fwrite(buf_str(&text), 1, text.len, stdout);
}

static bool run_word(int argc, char **argv, struct err *err)
{
	const char *word = argv[1], *file = argc > 2 ? argv[2] : NULL;

	if (!strcmp(word, "show") && argc == 4 && !strcmp(file, "--config"))
		return show(argv[3], err);
	if (!strcmp(word, "show") && argc == 2)
		return show(NULL, err);
	if (!strcmp(word, "check") && argc <= 3)
		return check(file, err);
	if (argc > 2)
		return err_set(err, ERR_USAGE,
			       "config %.20s: too many words; 'straggler config "
			       "--help'",
			       word);
	if (!strcmp(word, "sample"))
		print_text(sample_write);
	else if (!strcmp(word, "reference"))
		print_text(sample_reference);
	else if (!strcmp(word, "catalogue"))
		fwrite(catalogue_text, 1, catalogue_size, stdout);
	else
		return err_set(err, ERR_USAGE,
			       "config: show, check, sample, reference or catalogue, not '%.40s'",
			       word);
	return true;
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	(void)code;
	if (argc < 2)
		return err_set(err, ERR_USAGE,
			       "config: show, check, sample, reference or "
			       "catalogue?");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		help_print(&cmd_config);
		return true;
	}
	return run_word(argc, argv, err);
}

/* show reads it by itself. */
static const struct option_row rows[] = {
	{ .name = "config",
	  .value = "FILE",
	  .letter = 'c',
	  .help = "of show: the file, instead of the one that is found upwards" },
	OPTION_HELP,
	{ .name = NULL },
};

static const struct word_row actions[] = {
	{ "show", "the settings that hold here, and where each comes from" },
	{ "check", "read a file, and say what is wrong or odd about it" },
	{ "sample", "everything that can be set, commented out: what 'straggler init' writes" },
	{ "reference", "the same as a table in Markdown" },
	{ "catalogue", "the built-in allowances for goroutines of well-known libraries" },
};

static bool word_at(size_t i, struct word_row *row)
{
	if (i < ARRAY_LEN(actions))
		*row = actions[i];
	return i < ARRAY_LEN(actions);
}

const struct command cmd_config = {
	.name = "config",
	.args = "show [--config FILE]\n"
		"check [FILE]\n"
		"sample|reference|catalogue",
	.summary = "show, check and explain settings and allowances",
	.about = "Shows, checks and explains settings and allowances.",
	.options = rows,
	.words = "actions",
	.word_at = word_at,
	.run = run,
};
