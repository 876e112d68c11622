#include "config/sample.h"

#include <string.h>

#include "base/str.h"

static const char head[] =
    "# What straggler allows. The nearest place wins: built-in defaults, then files under\n"
    "# extends, this file, its packages sections that match (the last one), the environment, the\n"
    "# command line.\n"
    "version: 1\n"
    "\n"
    "# Other files that are read before this one, relative to it.\n"
    "# extends: [../shared.yaml]\n";

static const char tail[] =
    "\n"
    "# leak or note for all findings of a class, the first word of a finding's third line.\n"
    "# classes:\n"
    "#   http-idle: leak\n"
    "\n"
    "# Settings for some packages or tests: settle, mode, second_look, limits, classes. ./x begins "
    "at\n"
    "# this file's folder.\n"
    "# packages:\n"
    "#   - match: ./internal/legacy/...\n"
    "#     mode: report\n"
    "#   - match: ./...\n"
    "#     test: TestSlow*\n"
    "#     settle: 5s\n"
    "\n"
    "# Goroutines that may outlive their tests. All keys of an allowance must match: created_by "
    "(the\n"
    "# function with the go statement), started (the function that it starts), blocked_in (any\n"
    "# function on the stack), class, test, package, key. '*' stands for any text. The first\n"
    "# allowance that matches decides. 'straggler allow KEY' adds one for a finding.\n"
    "# allow:\n"
    "#   - created_by: example.com/app/cache.New\n"
    "#     reason: lives as long as the process\n"
    "#   - created_by: net/http.(*Transport).dialConn\n"
    "#     test: TestProxy/*\n"
    "#     count: 4            # more than 4 in a package are leaks again\n"
    "#     ticket: PROJ-123\n"
    "#     expires: 2027-03-01 # from this day on\n";

/* A key of a map stands below it, and its comment with it. */
static void put_setting(struct buf *out, enum setting_id id)
{
	const struct setting *s = setting_row(id);
	const char *dot = strchr(s->key, '.');
	const char *comment = dot ? "#   # " : "# ";

	buf_printf(out, "%s%s\n%s", comment, s->help, comment);
	setting_range(out, id);
	buf_puts(out, "; default ");
	setting_format(out, id, s->initial);
	buf_printf(out, "; %s\n%s%s: %s\n", s->variable, dot ? "#   " : "# ",
		   dot ? dot + 1 : s->key, s->sample);
}

void sample_write(struct buf *out)
{
	buf_puts(out, head);
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (strchr(setting_row((enum setting_id)i)->key, '.'))
			continue;
		buf_putc(out, '\n');
		put_setting(out, (enum setting_id)i);
	}
	buf_puts(out, "\n# Limits of each test, or none.\n# limits:\n");
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (strchr(setting_row((enum setting_id)i)->key, '.'))
			put_setting(out, (enum setting_id)i);
	buf_puts(out, tail);
}

void sample_reference(struct buf *out)
{
	buf_puts(out, "| key | what it says | takes | default | environment | option |\n"
		      "|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting *s = setting_row((enum setting_id)i);

		buf_printf(out, "| `%s` | %s | ", s->key, s->help);
		setting_range(out, (enum setting_id)i);
		buf_puts(out, " | ");
		setting_format(out, (enum setting_id)i, s->initial);
		buf_printf(out, " | `%s` | ", s->variable);
		if (s->option)
			buf_printf(out, "`--%s` |\n", s->option);
		else
			buf_puts(out, "|\n");
	}
}
