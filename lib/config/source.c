#include "config/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "config/config.h"
#include "config/yaml.h"

#define FOLDERS_MAX 64

/* Whatever is wrong with a file of the user's, it is the configuration that is wrong. */
static bool refuse(struct err *err, const char *path, const char *why)
{
	err_set(err, ERR_USAGE, "%s", why);
	return err_at(err, path, 0, 0);
}

static bool fail(struct err *err, const char *path, int sys)
{
	return refuse(err, path, strerror(sys));
}

/* Of all that is no file, the one that says nothing without keeping anybody waiting. */
static bool is_null(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

bool source_read(const char *path, struct buf *text, struct source_id *id, struct err *err)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return fail(err, path, errno);
	if (S_ISDIR(st.st_mode))
		return fail(err, path, EISDIR);
	if (!S_ISREG(st.st_mode) && !is_null(&st))
		return refuse(err, path, "it is neither a file nor /dev/null");
	if (id)
		*id = (struct source_id){ .device = st.st_dev, .inode = st.st_ino };
	if (buf_fill(text, fd, YAML_BYTES_MAX))
		return true;
	if (errno != EFBIG)
		return fail(err, path, errno);
	err_set(err, ERR_USAGE, "it is larger than %d MiB", YAML_BYTES_MAX >> 20);
	return err_at(err, path, 1, 1);
}

static bool has(const char *dir, const char *name)
{
	AUTO_BUF path = { 0 };

	buf_printf(&path, "%s/%s", dir, name);
	return access(buf_str(&path), F_OK) == 0;
}

/* Cuts the last element off a path. False: there is none. */
static bool go_up(char *dir)
{
	char *slash = strrchr(dir, '/');

	if (!slash || !dir[1])
		return false;
	slash[slash == dir] = '\0';
	return true;
}

/* How many folders above dir the module or workspace begins, -1: it is in none. */
static int root_above(const char *dir)
{
	AUTO_FREE char *at = strdup(dir);

	for (int up = 0; at && up < FOLDERS_MAX; up++) {
		if (has(at, "go.mod") || has(at, "go.work"))
			return up;
		if (!go_up(at))
			return -1;
	}
	return -1;
}

bool source_find(const char *dir, struct buf *path)
{
	AUTO_FREE char *at = strdup(dir);
	int root = root_above(dir);

	for (int up = 0; at && up <= (root < 0 ? 0 : root); up++) {
		if (has(at, CONFIG_FILE)) {
			for (int i = 0; i < up; i++)
				buf_puts(path, "../");
			buf_puts(path, CONFIG_FILE);
			return true;
		}
		if (!go_up(at))
			return false;
	}
	return false;
}
