#include "live.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/record.h"
#include "base/clock.h"
#include "past_runs.h"
#include "report/text.h"

/* A run file that is larger is not worth its reading here. */
#define RUN_FILE_MOST (8 << 20)

static bool has(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

static bool is_watched(const struct cmdline *c, const struct format *f)
{
	const char *term = getenv("TERM");

	if (!isatty(STDOUT_FILENO) || !isatty(STDERR_FILENO) || !term || !*term ||
	    !strcmp(term, "dumb") || has("CI"))
		return false;
	if (f)
		return !f->verbose && (!f->test || f == &format_pkgname_and_test_fails);
	return !cmdline_flag_on(c, "v") && !cmdline_flag_on(c, "json") && !cmdline_flag(c, "bench");
}

static bool same_args(const struct run_record *r, const char *const *args, size_t n)
{
	if (r->args_len != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(r->args[i], args[i]) != 0)
			return false;
	return true;
}

static void learn(struct live *l, const char *const *args, size_t n)
{
	AUTO_RUN_FILE last = { 0 };
	AUTO_BUF path = { 0 };
	struct err ignored;
	struct stat st;
	char dir[4096];

	if (!past_run(&path, NULL, &ignored) || stat(buf_str(&path), &st) != 0 ||
	    st.st_size > RUN_FILE_MOST || !run_file_read(&last, buf_str(&path), &ignored))
		return;
	if (!last.end.present || !getcwd(dir, sizeof(dir)) || strcmp(dir, last.run.dir) != 0 ||
	    !same_args(&last.run, args, n))
		return;
	l->progress.expected = last.packages.len;
	l->progress.expected_ns = last.end.elapsed_ns;
}

void live_open(struct live *l, const struct cmdline *c, const struct format *format,
	       const char *module, const char *const *args, size_t args_len)
{
	*l = (struct live){ .on = is_watched(c, format), .module = module };
	l->progress.start_ns = clock_now_ns();
	if (l->on)
		learn(l, args, args_len);
}

void live_close(struct live *l)
{
	live_clear(l);
	progress_release(&l->progress);
}

static size_t width(void)
{
	struct winsize size;

	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : 80;
}

/* To the first column, and up to the first row: a terminal that was made narrower since has wrapped
 * the line. All below goes (ECMA-48: CUU, ED). */
static void put_clear(const struct live *l, struct buf *out)
{
	size_t rows = (l->drawn - 1) / width();

	buf_putc(out, '\r');
	if (rows)
		buf_printf(out, "\x1b[%zuA", rows);
	buf_puts(out, "\x1b[J");
}

void live_clear(struct live *l)
{
	AUTO_BUF out = { 0 };

	if (!l->drawn)
		return;
	put_clear(l, &out);
	l->drawn = 0;
	buf_flush(&out, STDOUT_FILENO);
}

void live_printed(struct live *l, const struct buf *text)
{
	if (text->len)
		l->line_open = text->data[text->len - 1] != '\n';
}

void live_draw(struct live *l, const struct results *results)
{
	AUTO_BUF line = { 0 }, out = { 0 };

	if (!l->on || l->line_open)
		return;
	/* Not into the last column, from which some terminals go on to the next line. */
	progress_put(&l->progress, results, l->module, width() - 1, clock_now_ns(), &line);
	if (l->drawn)
		put_clear(l, &out);
	buf_put(&out, buf_str(&line), line.len);
	l->drawn = text_columns((struct str){ buf_str(&line), line.len });
	buf_flush(&out, STDOUT_FILENO);
}
