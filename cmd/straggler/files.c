#include "files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/vec.h"

static bool parse_one(const char *value, struct report_file *file, struct err *err)
{
	const char *equals = strchr(value, '=');
	AUTO_BUF name = { 0 };

	if (!equals || !equals[1])
		return err_set(err, ERR_USAGE, "--report is FORMAT=FILE, not '%s'", value);
	buf_put(&name, value, (size_t)(equals - value));
	file->path = equals + 1;
	return report_find(buf_str(&name), &file->report, err);
}

bool report_files_parse(struct report_files *files, const struct cmdline *c, size_t option,
			struct err *err)
{
	for (size_t i = 0; i < c->options.len; i++) {
		struct report_file file;

		if (c->options.items[i].index != option)
			continue;
		if (!parse_one(c->options.items[i].value, &file, err))
			return false;
		VEC_PUSH(files, file);
	}
	return true;
}

static bool write_one(const struct report_file *file, const struct run_file *r, struct err *err)
{
	static const struct report_options plain = { 0 };
	AUTO_BUF out = { 0 };
	bool written;
	FILE *f;

	if (!file->report->write(r, &plain, &out, err))
		return false;
	f = fopen(file->path, "we");
	if (!f)
		return err_sys(err, errno, "create the report %s", file->path);
	written = fwrite(buf_str(&out), 1, out.len, f) == out.len;
	if (fclose(f) != 0 || !written)
		return err_sys(err, errno, "write the report %s", file->path);
	return true;
}

bool report_files_write(const struct report_files *files, const struct run_file *r, struct err *err)
{
	bool ok = true;

	for (size_t i = 0; i < files->len; i++)
		ok &= write_one(&files->items[i], r, ok ? err : NULL);
	return ok;
}

void report_files_release(struct report_files *files)
{
	VEC_FREE(files);
}
