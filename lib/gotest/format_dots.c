#include "gotest/format.h"

static void put_dot(const struct scene *s, const struct test_run *run)
{
	static const char *const dots[] = { "✖", "·", "✖", "↷" };

	format_put_result(s, run->result, dots[run->result]);
}

/* A package of whose failure no test tells. */
static void put_package(const struct scene *s)
{
	if (s->package->result == TEST_RESULT_FAIL && !package_result_tests(s->package))
		format_put_result(s, TEST_RESULT_FAIL, "✖");
}

static void put_name(const struct scene *s)
{
	if (!s->package) {
		buf_putc(s->out, '\n');
		return;
	}
	buf_putc(s->out, '[');
	format_put_package(s, s->out);
	buf_putc(s->out, ']');
}

const struct format format_dots = {
	.name = "dots",
	.help = "a character for each test",
	.test = put_dot,
	.package = put_package,
	.turn = put_name,
};
