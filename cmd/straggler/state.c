#include "state.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *set_variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static bool put_absolute(struct buf *path, const char *dir, struct err *err)
{
	char cwd[PATH_MAX];

	if (*dir != '/') {
		if (!getcwd(cwd, sizeof(cwd)))
			return err_sys(err, errno, "find the working directory");
		buf_puts(path, cwd);
		buf_putc(path, '/');
	}
	buf_puts(path, dir);
	return true;
}

bool state_folder(struct buf *path, const char *name, struct err *err)
{
	const char *own = set_variable("STRAGGLER_STATE");
	const char *xdg = set_variable("XDG_STATE_HOME");
	const char *home = set_variable("HOME");

	if (own) {
		if (!put_absolute(path, own, err))
			return false;
	} else if (xdg && *xdg == '/') {
		buf_puts(path, xdg);
		buf_puts(path, "/straggler");
	} else if (home) {
		if (!put_absolute(path, home, err))
			return false;
		buf_puts(path, "/.local/state/straggler");
	} else {
		return err_set(err, ERR_USAGE, "no state folder: set STRAGGLER_STATE or HOME");
	}
	buf_printf(path, "/%s", name);
	return true;
}

bool state_runs_dir(struct buf *path, struct err *err)
{
	return state_folder(path, "runs", err);
}

bool state_make_dirs(const char *path)
{
	char part[PATH_MAX];

	snprintf(part, sizeof(part), "%s", path);
	for (char *p = part + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(part, 0700) && errno != EEXIST)
			return false;
		*p = '/';
	}
	return mkdir(part, 0700) == 0 || errno == EEXIST;
}
