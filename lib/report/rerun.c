#include "report/rerun.h"

#include <string.h>

#include "base/shell.h"
#include "base/str.h"
#include "gotest/pattern.h"
#include "report/place.h"
#include "report/text.h"

static const struct {
	const char *name;
	bool value;
} kept_flags[] = {
	{ "C", true },     { "race", false },  { "msan", false },
	{ "asan", false }, { "short", false }, { "tags", true },
	{ "cpu", true },   { "mod", true },    { "modfile", true },
};

/* One or two dashes, "=value" or not: index in kept_flags, -1 when not kept. */
static int kept_flag(const char *arg)
{
	struct str flag = str_of(arg);
	const char *equals;

	if (!str_skip(&flag, "-"))
		return -1;
	str_skip(&flag, "-");
	equals = memchr(flag.p, '=', flag.n);
	if (equals)
		flag.n = (size_t)(equals - flag.p);
	for (size_t i = 0; i < ARRAY_LEN(kept_flags); i++)
		if (str_is(flag, kept_flags[i].name))
			return (int)i;
	return -1;
}

static void put_kept_flags(struct buf *out, const struct run_record *run)
{
	for (size_t i = 0; i < run->args_len; i++) {
		int kept = kept_flag(run->args[i]);

		if (!strcmp(run->args[i], "-args") || !strcmp(run->args[i], "--args"))
			return;
		if (kept < 0)
			continue;
		buf_putc(out, ' ');
		shell_quote(out, run->args[i]);
		if (!kept_flags[kept].value || strchr(run->args[i], '=') || i + 1 == run->args_len)
			continue;
		buf_putc(out, ' ');
		shell_quote(out, run->args[++i]);
	}
}

/* Behind the user's own, so that they hold. */
static void put_settings(struct buf *out, const struct finding *f)
{
	if (!*f->settings)
		return;
	buf_putc(out, ' ');
	buf_puts(out, f->settings);
}

static void put_selection(struct buf *out, const struct finding *f)
{
	AUTO_BUF pattern = { 0 };
	bool benchmark = f->owner == OWNER_BENCHMARK;

	if (!*f->test)
		return;
	pattern_levels(&pattern, f->test);
	buf_puts(out, benchmark ? " -run '^$' -bench " : " -run ");
	shell_quote(out, buf_str(&pattern));
}

/* With -C, which go wants first, paths do not begin at the working directory. */
static bool runs_elsewhere(const struct run_record *run)
{
	const char *first = run->args_len ? run->args[0] : "";

	return !strcmp(first, "-C") || !strcmp(first, "--C") || starts_with(first, "-C=") ||
	       starts_with(first, "--C=");
}

static void put_package(struct buf *out, const struct run_record *run, const struct finding *f)
{
	AUTO_BUF package = { 0 };

	if (*f->package && runs_elsewhere(run))
		buf_puts(&package, f->package);
	else
		place_package(&package, run, f);
	shell_quote(out, buf_str(&package));
}

void rerun_command(struct buf *out, const struct run_record *run, const struct finding *f)
{
	AUTO_BUF line = { 0 };

	buf_puts(&line, "straggler test");
	if (class_row(f->class)->is_growth)
		buf_puts(&line, " --deep");
	put_kept_flags(&line, run);
	put_settings(&line, f);
	put_selection(&line, f);
	buf_putc(&line, ' ');
	put_package(&line, run, f);
	text_clean(out, buf_str(&line));
}
