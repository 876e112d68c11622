#include "state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "gotest/module.h"

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

static bool is_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

/* The later name wins among files of the same moment. */
static void find_latest(DIR *dir, struct buf *latest)
{
	struct timespec best = { 0 };
	const struct dirent *entry;
	struct stat st;

	while ((entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (!ends_with(name, ".jsonl") || fstatat(dirfd(dir), name, &st, 0) < 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		if (latest->len && !is_later(&st.st_mtim, &best) &&
		    (is_later(&best, &st.st_mtim) || strcmp(name, buf_str(latest)) < 0))
			continue;
		best = st.st_mtim;
		buf_reset(latest);
		buf_puts(latest, name);
	}
}

static bool last_run(struct buf *path, struct err *err)
{
	AUTO_BUF runs = { 0 }, latest = { 0 };
	DIR *dir;

	if (!state_runs_dir(&runs, err))
		return false;
	dir = opendir(buf_str(&runs));
	if (!dir && errno != ENOENT)
		return err_sys(err, errno, "open %s", buf_str(&runs));
	if (dir) {
		find_latest(dir, &latest);
		closedir(dir);
	}
	if (!latest.len)
		return err_set(err, ERR_USAGE, "no run in %s yet: name a run file", buf_str(&runs));
	buf_puts(path, buf_str(&runs));
	buf_putc(path, '/');
	buf_puts(path, buf_str(&latest));
	return true;
}

bool state_run(struct buf *path, const char *given, struct err *err)
{
	if (!given)
		return last_run(path, err);
	buf_puts(path, given);
	return true;
}

static bool is_within(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return !strncmp(path, folder, n) && (!path[n] || path[n] == '/' || ends_with(folder, "/"));
}

static bool is_of_module(const struct run_record *run, const char *dir)
{
	struct arena a = { 0 };
	struct module_place here;
	bool is = module_locate(dir, &a, &here) && !strcmp(here.module, run->module);

	arena_clear(&a);
	return is;
}

bool state_run_is_here(const struct run_record *run, const char *given, struct err *err)
{
	char dir[PATH_MAX];

	if (given || !*run->dir || !getcwd(dir, sizeof(dir)) || is_within(run->dir, dir) ||
	    is_within(dir, run->dir) || is_of_module(run, dir))
		return true;
	return err_set(err, ERR_USAGE,
		       "the last run was in %s: name a run file, or test here first", run->dir);
}
