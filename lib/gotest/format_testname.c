#include "gotest/format.h"

static void put_test(const struct scene *s, const struct test_run *run)
{
	if (run->result == TEST_RESULT_FAIL)
		format_put_failure(s, run);
	format_put_result(s, run->result, format_word(run->result));
	buf_putc(s->out, ' ');
	format_put_test(s, run);
	format_put_seconds(s->out, run->elapsed_ns);
	buf_putc(s->out, '\n');
}

static void put_package(const struct scene *s)
{
	enum test_result result = format_result(s->package);

	format_put_output(s, &s->package->output);
	format_put_result(s, result, result == TEST_RESULT_SKIP ? "EMPTY" : format_word(result));
	buf_putc(s->out, ' ');
	format_put_package(s, s->out);
	format_put_coverage(s);
	buf_putc(s->out, '\n');
}

const struct format format_testname = {
	.name = "testname",
	.help = "a line for each test and each package",
	.test = put_test,
	.package = put_package,
};
