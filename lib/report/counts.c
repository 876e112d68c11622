#include <inttypes.h>
#include <string.h>

#include "report/summary.h"
#include "report/text.h"

#define NUMBER 8 /* columns, with the space before */

static void put_right(struct screen *s, uint32_t n)
{
	AUTO_BUF number = { 0 };

	buf_printf(&number, "%" PRIu32, n);
	text_spaces(s->out, number.len < NUMBER ? NUMBER - number.len : 1);
	buf_puts(s->out, buf_str(&number));
}

static void print_test(struct screen *s, const struct test_record *t)
{
	AUTO_BUF name = { 0 };
	const uint32_t numbers[] = { t->before, t->after, t->started, t->peak };

	text_clean(&name, t->test);
	if (!t->counted) {
		text_spaces(s->out, NUMBER);
		buf_printf(s->out, "%-*s", NUMBER * 4, "not counted");
	} else {
		for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
			put_right(s, numbers[i]);
		if (t->left)
			screen_style(s, STYLE_BAD);
		put_right(s, t->left);
		if (t->left)
			screen_plain(s);
	}
	buf_puts(s->out, "  ");
	buf_puts(s->out, buf_str(&name));
	buf_putc(s->out, '\n');
}

void counts_print(struct screen *s, const struct run_file *r)
{
	const char *package = NULL;

	for (size_t i = 0; i < r->tests.len; i++) {
		const struct test_record *t = &r->tests.items[i];

		if (!package || strcmp(package, t->package) != 0) {
			AUTO_BUF name = { 0 };

			package = t->package;
			text_clean(&name, package);
			screen_style(s, STYLE_DIM);
			buf_printf(s->out, "%8s%8s%8s%8s%8s  %s\n", "before", "after", "started",
				   "peak", "left", buf_str(&name));
			screen_plain(s);
		}
		print_test(s, t);
	}
	if (package)
		buf_putc(s->out, '\n');
}
