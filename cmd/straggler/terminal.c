#include "terminal.h"

#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>

#include "report/text.h"

#define WIDTH_MOST 1000

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

static bool shows_colors(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && !is_set("NO_COLOR") && term && strcmp(term, "dumb") != 0;
}

static uint32_t width_of_output(int fd, uint32_t otherwise)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	unsigned long width;
	char *end;

	if (!ioctl(fd, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	if (!columns || *columns < '0' || *columns > '9')
		return otherwise;
	width = strtoul(columns, &end, 10);
	return *end || !width || width > WIDTH_MOST ? otherwise : (uint32_t)width;
}

bool terminal_options(const char *when, int fd, struct report_options *o, struct err *err)
{
	if (!strcmp(when, "always"))
		o->color = true;
	else if (!strcmp(when, "never"))
		o->color = false;
	else if (!strcmp(when, "auto"))
		o->color = shows_colors(fd);
	else
		return err_set(err, ERR_USAGE, "--color is auto, always or never, not '%s'", when);
	o->width = width_of_output(fd, o->width);
	return true;
}

void terminal_line(FILE *out, const char *fmt, ...)
{
	AUTO_BUF clean = { 0 };
	AUTO_FREE char *raw = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&raw, fmt, args) < 0)
		abort();
	va_end(args);
	text_clean(&clean, raw);
	buf_putc(&clean, '\n');
	fwrite(clean.data, 1, clean.len, out);
}

void terminal_error(const struct err *err)
{
	char line[1024];

	terminal_line(stderr, "straggler: %s", err_format(err, line, sizeof(line)));
}
