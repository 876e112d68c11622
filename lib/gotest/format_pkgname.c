#include "gotest/format.h"

static void put_package(const struct scene *s)
{
	enum test_result result = format_result(s->package);

	format_put_result(s, result, format_icon(result));
	buf_puts(s->out, "  ");
	format_put_package(s, s->out);
	format_put_rest(s);
	buf_putc(s->out, '\n');
}

static void put_failed(const struct scene *s, const struct test_run *run)
{
	if (run->result == TEST_RESULT_FAIL)
		format_put_failure(s, run);
}

const struct format format_pkgname = {
	.name = "pkgname",
	.help = "a line for each package",
	.package = put_package,
};

const struct format format_pkgname_and_test_fails = {
	.name = "pkgname-and-test-fails",
	.help = "a line for each package, and what failed tests said at once",
	.test = put_failed,
	.package = put_package,
};
