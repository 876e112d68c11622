#include "gotest/transcript.h"

#include <ctype.h>

#include "gotest/frame.h"
#include "gotest/results.h"

#define INDENT "    "

/* test2json cuts lines at 1024 bytes, less escapes and half a rune; what is
 * shorter and has no line end was cut off by a frame line. */
#define PIECE_MIN 512

/* Go cuts a benchmark's log there. */
#define BENCH_LINES 10

/* A test that runs. */
struct test {
	char *name;        /* owned */
	struct buf output; /* what comes under its report line */
	bool in_log;       /* its last line was of a log */
	bool echo;         /* a benchmark whose name comes next, alone */
};

static void test_free(void *value)
{
	struct test *test = value;

	buf_release(&test->output);
	free(test->name);
	free(test);
}

static struct test *test_begin(struct transcript *t, const char *name)
{
	struct test *test = table_get(&t->tests, str_of(name));

	if (test)
		return test;
	test = calloc(1, sizeof(*test));
	if (!test || !(test->name = strdup(name)))
		abort();
	table_put(&t->tests, str_of(name), test);
	return test;
}

/* A name of a subtest may have slashes of its own: the longest that runs. */
static struct test *test_parent(const struct transcript *t, const char *name)
{
	for (size_t n = strlen(name); n--;) {
		struct test *parent;

		if (name[n] != '/')
			continue;
		parent = table_get(&t->tests, (struct str){ name, n });
		if (parent)
			return parent;
	}
	return NULL;
}

/* "    file.go:12: text": testing puts the call's place before what is logged. */
static bool is_log_start(struct str s)
{
	bool spaces;

	if (!str_skip(&s, INDENT) || !s.n || isspace((unsigned char)*s.p))
		return false;
	spaces = *s.p == '/'; /* with -fullpath */
	for (size_t i = 1; i < s.n && s.p[i] != '\n'; i++) {
		size_t digit = i + 1;

		if (s.p[i] == ' ' && !spaces)
			return false;
		if (s.p[i] != ':')
			continue;
		while (digit < s.n && isdigit((unsigned char)s.p[digit]))
			digit++;
		if (digit > i + 1 && digit + 1 < s.n && s.p[digit] == ':' && s.p[digit + 1] == ' ')
			return true;
	}
	return false;
}

static bool is_log(const struct transcript *t, const struct test_event *e, const struct test *test)
{
	if (e->output_type == OUTPUT_ERROR || e->output_type == OUTPUT_ERROR_CONTINUE)
		return true;
	if (test && test->in_log && str_starts(e->output, INDENT INDENT))
		return true;
	/* The second run of a benchmark has no name. */
	return (test || (t->benchmarks && !*e->test)) && is_log_start(e->output);
}

static enum line_kind kind_of(const struct transcript *t, const struct test_event *e,
			      const struct test *test)
{
	bool may_be_frame = *e->test && (!t->typed || e->output_type == OUTPUT_FRAME);

	if (t->open)
		return t->open_kind;
	if (may_be_frame && frame_is_update(e->output, e->test))
		return LINE_UPDATE;
	if (may_be_frame && frame_is_report(e->output, e->test))
		return LINE_REPORT;
	return is_log(t, e, test) ? LINE_LOG : LINE_PRINT;
}

static void put(struct transcript *t, struct str s)
{
	buf_put(&t->text, s.p, s.n);
}

static void set_last_name(struct transcript *t, const char *name)
{
	buf_reset(&t->last_name);
	buf_puts(&t->last_name, name);
}

static void add_update(struct transcript *t, const struct test_event *e)
{
	if (!t->verbose)
		return;
	/* Those of benchmarks are there for -json alone. */
	if (test_name_is_benchmark(e->test))
		return;
	set_last_name(t, e->test);
	put(t, e->output);
}

static void put_indented(struct buf *out, struct str text)
{
	struct str line;

	while (str_line(&text, &line)) {
		buf_puts(out, INDENT);
		buf_put(out, line.p, line.n);
		buf_putc(out, '\n');
	}
}

/* What is under a report line belongs to it, so both move to the parent. */
static void put_report(struct transcript *t, struct test *test, const char *name)
{
	struct test *parent = test_name_is_benchmark(name) ? NULL : test_parent(t, name);
	struct str line = { buf_str(&t->report), t->report.len };
	struct str under = { 0 };

	if (test)
		under = (struct str){ buf_str(&test->output), test->output.len };
	if (parent) {
		put_indented(&parent->output, line);
		put_indented(&parent->output, under);
		return;
	}
	put(t, line);
	put(t, under);
	if (t->verbose)
		set_last_name(t, name);
}

static void add_report(struct transcript *t, const struct test_event *e, struct test *test)
{
	bool failed;

	buf_put(&t->report, e->output.p, e->output.n);
	if (!str_ends_line(e->output))
		return;
	failed = starts_with(buf_str(&t->report), "--- FAIL: ");
	t->failing |= failed;
	if (failed || t->verbose)
		put_report(t, test, e->test);
	if (failed && !t->verbose && test_name_is_benchmark(e->test)) {
		put(t, (struct str){ buf_str(&t->bench_log), t->bench_log.len });
		buf_reset(&t->bench_log);
	}
	buf_reset(&t->report);
	if (test) {
		table_del(&t->tests, str_of(e->test));
		test_free(test);
	}
}

static void add_log(struct transcript *t, const struct test_event *e, struct test *test)
{
	bool benchmark = !*e->test || test_name_is_benchmark(e->test);

	if (!t->verbose) {
		struct buf *log = test ? &test->output : NULL;

		if (benchmark)
			log = &t->bench_log;
		if (log)
			buf_put(log, e->output.p, e->output.n);
		return;
	}
	if (!benchmark && !t->open && strcmp(buf_str(&t->last_name), e->test) != 0) {
		if (t->last_name.len)
			buf_printf(&t->text, "=== NAME  %s\n", e->test);
		set_last_name(t, e->test);
	}
	put(t, e->output);
}

/* Returns whether line is what -v puts before a benchmark: its name alone. */
static bool is_echo(struct test *test, struct str line)
{
	bool echo = test && test->echo && str_skip(&line, test->name) && str_is(line, "\n");

	if (echo)
		test->echo = false;
	return echo;
}

static void put_bench_log(struct transcript *t)
{
	struct str log = { buf_str(&t->bench_log), t->bench_log.len };
	struct str line;

	if (log.n)
		buf_printf(&t->text, "--- BENCH: %s\n", buf_str(&t->bench_name));
	for (int n = 0; n < BENCH_LINES && str_line(&log, &line); n++) {
		put(t, line);
		buf_putc(&t->text, '\n');
		if (n == BENCH_LINES - 1)
			buf_puts(&t->text, "\t... [output truncated]\n");
	}
	buf_reset(&t->bench_log);
	buf_reset(&t->bench_name);
}

/* Without -v a benchmark's log comes under its result line:
 * "BenchmarkX-2   \t     100\t  42 ns/op\n", in one piece or two. */
static void add_result_line(struct transcript *t, struct str line)
{
	const char *tab = memchr(line.p, '\t', line.n);

	if (!t->bench_name.len && tab && str_starts(line, "Benchmark")) {
		const char *space = memchr(line.p, ' ', (size_t)(tab - line.p));
		size_t n = (size_t)((space ? space : tab) - line.p);

		buf_put(&t->bench_name, line.p, n);
	}
	put(t, line);
	if (t->bench_name.len && str_ends_line(line))
		put_bench_log(t);
}

static void add_print(struct transcript *t, const struct test_event *e, struct test *test)
{
	if (!*e->test && str_starts(e->output, "ok  \t"))
		t->result_at = t->text.len + 1;
	if (str_starts(e->output, "panic: ") || str_starts(e->output, "fatal error: "))
		t->failing = true;
	if (!t->verbose && t->benchmarks && !is_echo(test, e->output))
		add_result_line(t, e->output);
	else if (t->verbose || !t->benchmarks)
		put(t, e->output);
}

static void add_output(struct transcript *t, const struct test_event *e)
{
	struct test *test = *e->test ? table_get(&t->tests, str_of(e->test)) : NULL;
	enum line_kind kind;

	t->typed |= e->output_type != OUTPUT_NONE;
	kind = kind_of(t, e, test);
	if (test && kind != LINE_REPORT)
		test->in_log = kind == LINE_LOG;
	if (kind == LINE_UPDATE)
		add_update(t, e);
	else if (kind == LINE_REPORT)
		add_report(t, e, test);
	else if (kind == LINE_LOG)
		add_log(t, e, test);
	else
		add_print(t, e, test);
	t->open = !str_ends_line(e->output) && e->output.n >= PIECE_MIN;
	t->open_kind = kind;
}

void transcript_add(struct transcript *t, const struct test_event *e)
{
	struct test *test;

	if (e->action == TEST_ACTION_OUTPUT) {
		add_output(t, e);
		return;
	}
	t->open = false;
	if (e->action != TEST_ACTION_RUN)
		return;
	test = test_begin(t, e->test);
	if (test_name_is_benchmark(e->test)) {
		test->echo = true;
		t->benchmarks = true;
		buf_reset(&t->bench_log);
	}
}

void transcript_clear(struct transcript *t)
{
	table_release(&t->tests, test_free);
	buf_release(&t->text);
	buf_release(&t->report);
	buf_release(&t->last_name);
	buf_release(&t->bench_log);
	buf_release(&t->bench_name);
	*t = (struct transcript){ .verbose = t->verbose };
}
