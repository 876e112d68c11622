#include "gotest/format.h"

static void put_title(const struct scene *s, const struct test_run *run)
{
	format_put_result(s, run->result, format_word(run->result));
	buf_putc(s->out, ' ');
	format_put_test(s, run);
	format_put_seconds(s->out, run->elapsed_ns);
	buf_putc(s->out, '\n');
}

static void put_test(const struct scene *s, const struct test_run *run)
{
	if (!run->output.text.len) {
		buf_puts(s->out, "  ");
		put_title(s, run);
		return;
	}
	buf_puts(s->out, "::group::");
	put_title(s, run);
	format_put_output(s, &run->output);
	buf_puts(s->out, "\n::endgroup::\n");
}

static void put_package(const struct scene *s)
{
	enum test_result result = format_result(s->package);

	format_put_output(s, &s->package->output);
	buf_puts(s->out, "  ");
	format_put_result(s, result, result == TEST_RESULT_SKIP ? "EMPTY" : format_word(result));
	buf_puts(s->out, " Package ");
	format_put_package(s, s->out);
	format_put_rest(s);
	buf_puts(s->out, "\n\n");
}

const struct format format_github_actions = {
	.name = "github-actions",
	.help = "testname, with what tests said in groups that fold",
	.commands = true,
	.test = put_test,
	.package = put_package,
};
