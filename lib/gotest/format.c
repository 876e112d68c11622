#include "gotest/format.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/nearest.h"
#include "base/style.h"
#include "base/utf8.h"

static const struct format *const formats[] = {
	&format_dots,           &format_pkgname,          &format_pkgname_and_test_fails,
	&format_testdox,        &format_testname,         &format_github_actions,
	&format_standard_quiet, &format_standard_verbose,
};

const struct format *format_at(size_t i)
{
	return i < ARRAY_LEN(formats) ? formats[i] : NULL;
}

static bool unknown(const char *name, struct err *err)
{
	const char *names[ARRAY_LEN(formats)], *meant;
	AUTO_BUF all = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		names[i] = formats[i]->name;
		buf_printf(&all, "%s%s", i ? ", " : "", names[i]);
	}
	meant = nearest_name(name, names, ARRAY_LEN(names));
	if (meant)
		return err_set(err, ERR_USAGE, "unknown format '%.40s', did you mean '%s'?", name,
			       meant);
	return err_set(err, ERR_USAGE, "unknown format '%.40s', there are: %s", name,
		       buf_str(&all));
}

bool format_find(const char *name, const struct format **format, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		if (!strcmp(formats[i]->name, name)) {
			*format = formats[i];
			return true;
		}
	}
	return unknown(name, err);
}

bool format_is_go(const struct format *f)
{
	return !f->test && !f->package;
}

void format_put_package(const struct scene *s, struct buf *out)
{
	struct str path = str_of(s->package->package);

	if (*s->module && str_skip(&path, s->module)) {
		if (!path.n)
			path = str_of(".");
		else if (*path.p == '/')
			str_skip(&path, "/");
		else
			path = str_of(s->package->package);
	}
	utf8_clean(out, path.p);
}

void format_put_test(const struct scene *s, const struct test_run *run)
{
	AUTO_BUF package = { 0 };

	format_put_package(s, &package);
	if (strcmp(buf_str(&package), ".") != 0)
		buf_printf(s->out, "%s.", buf_str(&package));
	utf8_clean(s->out, run->name);
}

void format_put_seconds(struct buf *out, int64_t ns)
{
	buf_printf(out, " (%.2fs)", ns > 0 ? (double)ns / (double)NS_PER_S : 0);
}

void format_put_result(const struct scene *s, enum test_result result, const char *text)
{
	static const enum style styles[] = { STYLE_BAD, STYLE_GOOD, STYLE_BAD, STYLE_WARN };

	if (s->color)
		style_on(s->out, styles[result]);
	buf_puts(s->out, text);
	if (s->color)
		style_off(s->out);
}

enum test_result format_result(const struct package_result *p)
{
	return p->result == TEST_RESULT_PASS && !package_result_tests(p) ? TEST_RESULT_SKIP
									 : p->result;
}

/* The runner takes lines that begin so. Source: docs.github.com, "Workflow commands for GitHub
 * Actions"; ##[…] is its older form. */
static bool is_command(struct str line)
{
	struct str word = line;

	while (word.n && (*word.p == ' ' || *word.p == '\t')) {
		word.p++;
		word.n--;
	}
	return str_starts(word, "::") || memmem(line.p, line.n, "##[", 3);
}

void format_put_output(const struct scene *s, const struct output *output)
{
	AUTO_BUF text = { 0 };
	struct str rest, line;

	output_put(output, OUTPUT_HEAD, OUTPUT_TAIL, &text);
	rest = (struct str){ buf_str(&text), text.len };
	while (str_line(&rest, &line)) {
		if (s->format->commands && is_command(line))
			buf_puts(s->out, "| ");
		buf_put(s->out, line.p, line.n);
		buf_putc(s->out, '\n');
	}
}

void format_put_failure(const struct scene *s, const struct test_run *run)
{
	buf_puts(s->out, "=== RUN   ");
	utf8_clean(s->out, run->name);
	buf_putc(s->out, '\n');
	format_put_output(s, &run->output);
	buf_puts(s->out, "--- FAIL: ");
	utf8_clean(s->out, run->name);
	format_put_seconds(s->out, run->elapsed_ns);
	buf_putc(s->out, '\n');
}

void format_put_rerun(const struct scene *s, const char *test, uint32_t attempt, bool passed)
{
	enum test_result result = passed ? TEST_RESULT_PASS : TEST_RESULT_FAIL;
	struct test_run named = { .name = test };

	for (size_t i = 0; i < s->package->runs.len; i++) {
		const struct test_run *run = &s->package->runs.items[i];

		if (test_run_failed(s->package, run))
			format_put_failure(s, run);
		if (!strcmp(run->name, test))
			named.elapsed_ns = run->elapsed_ns;
	}
	format_put_result(s, result, format_word(result));
	buf_putc(s->out, ' ');
	format_put_test(s, &named);
	buf_printf(s->out, " (re-run %" PRIu32 ")", attempt);
	format_put_seconds(s->out, named.elapsed_ns);
	buf_putc(s->out, '\n');
}

const char *format_icon(enum test_result result)
{
	static const char *const icons[] = { "✖", "✓", "✖", "∅" };

	return icons[result];
}

const char *format_word(enum test_result result)
{
	static const char *const words[] = { "FAIL", "PASS", "FAIL", "SKIP" };

	return words[result];
}

void format_put_coverage(const struct scene *s)
{
	if (!*s->package->coverage)
		return;
	buf_puts(s->out, " (");
	utf8_clean(s->out, s->package->coverage);
	buf_putc(s->out, ')');
}

void format_put_rest(const struct scene *s)
{
	const struct package_result *p = s->package;
	int64_t ms = p->elapsed_ns / NS_PER_MS;

	if (ms > 0 && ms < 1000)
		buf_printf(s->out, " (%" PRId64 "ms)", ms);
	else if (ms > 0)
		buf_printf(s->out, " (%" PRId64 ".%03" PRId64 "s)", ms / 1000, ms % 1000);
	format_put_coverage(s);
}
