#include "hook_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/shell.h"
#include "config/source.h"
#include "state.h"

#define MARK "# straggler hook"

static bool is_ours(const char *path)
{
	AUTO_BUF text = { 0 };

	return source_read(path, &text, NULL, NULL) && strstr(buf_str(&text), "\n" MARK "\n");
}

static void put_script(struct buf *out, const char *stage, const char *program)
{
	buf_puts(out, "#!/bin/sh\n" MARK "\n"
		      "# What was here before is in \"$0.before-straggler\" and called, too.\n"
		      "straggler=");
	shell_quote(out, program);
	buf_puts(out, "\n"
		      "[ -x \"$straggler\" ] || straggler=straggler\n"
		      "lines=\n");
	if (!strcmp(stage, "pre-push"))
		buf_puts(out, "lines=$(cat)\n");
	buf_printf(out,
		   "printf '%%s\\n' \"$lines\" | \"$straggler\" hook run --stage %s || exit $?\n"
		   "[ ! -x \"$0.before-straggler\" ] ||\n"
		   "\tprintf '%%s\\n' \"$lines\" | \"$0.before-straggler\" \"$@\"\n",
		   stage);
}

static bool write_script(const char *path, const struct buf *text, struct err *err)
{
	if (!file_replace(path, text, 0755, NULL, err))
		return false;
	return !chmod(path, 0755) || err_sys(err, errno, "make %s a program", path);
}

bool hook_files_install(const char *folder, const char *stage, const char *program,
			struct buf *path, struct err *err)
{
	AUTO_BUF before = { 0 }, text = { 0 };
	const char *file;

	buf_printf(path, "%s/%s", folder, stage);
	file = buf_str(path);
	buf_printf(&before, "%s.before-straggler", file);
	if (!state_make_dirs(folder))
		return err_sys(err, errno, "create %s", folder);
	if (access(file, F_OK) == 0 && !is_ours(file)) {
		if (access(buf_str(&before), F_OK) == 0)
			return err_set(err, ERR_USAGE, "%s is there: move one of the two away",
				       buf_str(&before));
		if (rename(file, buf_str(&before)))
			return err_sys(err, errno, "keep %s", file);
	}
	put_script(&text, stage, program);
	return write_script(file, &text, err);
}

bool hook_files_uninstall(const char *folder, const char *stage, bool *found, struct err *err)
{
	AUTO_BUF path = { 0 }, before = { 0 };

	buf_printf(&path, "%s/%s", folder, stage);
	buf_printf(&before, "%s.before-straggler", buf_str(&path));
	*found = is_ours(buf_str(&path));
	if (!*found)
		return true;
	if (!rename(buf_str(&before), buf_str(&path)))
		return true;
	if (errno == ENOENT && !unlink(buf_str(&path)))
		return true;
	return err_sys(err, errno, "restore %s", buf_str(&path));
}
