#include "gotest/recap.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/nearest.h"
#include "base/utf8.h"

static const char *const names[] = { "skipped", "failed", "errors", "output", "all" };
static const unsigned parts[] = { RECAP_SKIPPED, RECAP_FAILED, RECAP_ERRORS, RECAP_OUTPUT,
				  RECAP_ALL };

static bool parse_word(const char *word, unsigned *hidden, struct err *err)
{
	const char *meant = nearest_name(word, names, ARRAY_LEN(names));

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(word, names[i])) {
			*hidden |= parts[i];
			return true;
		}
	if (meant)
		return err_set(err, ERR_USAGE,
			       "no part of the summary is '%.40s', did you mean '%s'?", word,
			       meant);
	return err_set(err, ERR_USAGE,
		       "no part of the summary is '%.40s': there are skipped, failed, errors, "
		       "output and all",
		       word);
}

bool recap_parse(const char *text, unsigned *hidden, struct err *err)
{
	unsigned all = 0;

	for (bool more = true; more;) {
		size_t n = strcspn(text, ",");
		char word[41];

		snprintf(word, sizeof(word), "%.*s", n < 40 ? (int)n : 40, text);
		if (!parse_word(word, &all, err))
			return false;
		more = text[n] != '\0';
		text += n + (more ? 1 : 0);
	}
	*hidden = all;
	return true;
}

/* One section: its title before the first of its entries. */
struct section {
	const struct scene *scene;
	enum test_result result;
	const char *title;
	bool output;
	bool begun;
};

static void put_title(struct section *s)
{
	if (!s->begun) {
		buf_puts(s->scene->out, "=== ");
		format_put_result(s->scene, s->result, s->title);
		buf_putc(s->scene->out, '\n');
	}
	s->begun = true;
}

static void put_head(struct section *s, const struct scene *of, const char *test)
{
	put_title(s);
	buf_puts(of->out, "=== ");
	format_put_result(of, s->result, format_word(s->result));
	buf_puts(of->out, ": ");
	format_put_package(of, of->out);
	buf_putc(of->out, ' ');
	utf8_clean(of->out, test);
}

static void put_run(struct section *s, const struct scene *of, const struct test_run *run)
{
	put_head(s, of, run->name);
	if (run->result == TEST_RESULT_NONE)
		buf_puts(of->out, " (never ended)");
	else
		format_put_seconds(of->out, run->elapsed_ns);
	buf_putc(of->out, '\n');
	if (s->output)
		format_put_output(of, &run->output);
	buf_putc(of->out, '\n');
}

static bool belongs(const struct section *s, const struct package_result *p,
		    const struct test_run *run)
{
	return s->result == TEST_RESULT_FAIL ? test_run_failed(p, run) : run->result == s->result;
}

static size_t count_failed(const struct package_result *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->runs.len; i++)
		n += test_run_failed(p, &p->runs.items[i]) ? 1 : 0;
	return n;
}

/* Failed, and by no test of its own. */
static bool failed_alone(const struct package_result *p)
{
	return p->result == TEST_RESULT_FAIL && !count_failed(p);
}

static void put_package(struct section *s, const struct scene *of)
{
	put_head(s, of, "");
	format_put_seconds(of->out, of->package->elapsed_ns);
	buf_putc(of->out, '\n');
	if (s->output)
		format_put_output(of, &of->package->output);
	buf_putc(of->out, '\n');
}

static void put_section(struct section *s, const struct results *results)
{
	for (size_t i = 0; i < results->packages.len; i++) {
		struct scene of = *s->scene;

		of.package = results->packages.items[i];
		for (size_t k = 0; k < of.package->runs.len; k++)
			if (belongs(s, of.package, &of.package->runs.items[k]))
				put_run(s, &of, &of.package->runs.items[k]);
		if (s->result == TEST_RESULT_FAIL && failed_alone(of.package))
			put_package(s, &of);
	}
}

static void put_count(struct buf *out, size_t n, const char *noun, const char *plural)
{
	if (n)
		buf_printf(out, ", %zu %s%s", n, noun, n == 1 ? "" : plural);
}

static void put_counts(const struct scene *s, const struct recap *recap,
		       const struct results *results)
{
	struct totals t = results_totals(results);
	size_t failed = 0;
	int64_t ms = recap->elapsed_ns / NS_PER_MS;

	for (size_t i = 0; i < results->packages.len; i++)
		failed += count_failed(results->packages.items[i]) +
			  failed_alone(results->packages.items[i]);
	format_put_result(s, failed ? TEST_RESULT_FAIL : TEST_RESULT_PASS, "DONE");
	if (recap->runs > 1)
		buf_printf(s->out, " %zu runs,", recap->runs);
	buf_printf(s->out, " %zu test%s", t.tests, t.tests == 1 ? "" : "s");
	put_count(s->out, t.skipped, "skipped", "");
	put_count(s->out, failed, "failure", "s");
	put_count(s->out, t.build_failed, "error", "s");
	buf_printf(s->out, " in %lld.%03llds\n", (long long)(ms / 1000), (long long)(ms % 1000));
}

static void put_errors(const struct scene *s, struct str build)
{
	struct section errors = { .scene = s, .result = TEST_RESULT_FAIL, .title = "Errors" };
	struct str line;

	if (!build.n)
		return;
	put_title(&errors);
	while (str_line(&build, &line)) {
		/* "# m/e [m/e.test]": the place in the next line says that, too. */
		if (str_starts(line, "# "))
			continue;
		buf_put(s->out, line.p, line.n);
		buf_putc(s->out, '\n');
	}
	buf_putc(s->out, '\n');
}

void recap_put(const struct scene *s, const struct recap *recap, const struct results *results,
	       struct str build)
{
	bool output = !(recap->hidden & RECAP_OUTPUT);
	struct section skipped = { s, TEST_RESULT_SKIP, "Skipped", output, false };
	struct section failed = { s, TEST_RESULT_FAIL, "Failed", output, false };

	buf_putc(s->out, '\n');
	if (!(recap->hidden & RECAP_SKIPPED))
		put_section(&skipped, results);
	if (!(recap->hidden & RECAP_FAILED))
		put_section(&failed, results);
	if (!(recap->hidden & RECAP_ERRORS))
		put_errors(s, build);
	put_counts(s, recap, results);
}
