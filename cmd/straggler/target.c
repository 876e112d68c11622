#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "config/source.h"

/* A new file belongs where the module begins. */
static void name_new_file(struct buf *path)
{
	static const char *const marks[] = { "go.mod", "go.work" };
	AUTO_BUF up = { 0 };

	for (int i = 0; i < 64; i++) {
		for (size_t k = 0; k < ARRAY_LEN(marks); k++) {
			AUTO_BUF mark = { 0 };

			buf_printf(&mark, "%s%s", buf_str(&up), marks[k]);
			if (access(buf_str(&mark), F_OK) == 0) {
				buf_printf(path, "%s%s", buf_str(&up), CONFIG_FILE);
				return;
			}
		}
		buf_puts(&up, "../");
	}
	buf_puts(path, CONFIG_FILE);
}

bool target_replace(const char *path, const struct buf *text, struct err *err)
{
	AUTO_FREE char *real = realpath(path, NULL);
	const char *to = real ? real : path;
	AUTO_BUF temporary = { 0 };
	AUTO_CLOSE int fd = -1;
	struct stat st;

	buf_printf(&temporary, "%s.XXXXXX", to);
	fd = mkostemp(temporary.data, O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "create a file beside %s", to);
	fchmod(fd, stat(to, &st) == 0 ? st.st_mode & 07777 : 0644);
	if (buf_flush(text, fd) && fsync(fd) == 0 && rename(buf_str(&temporary), to) == 0)
		return true;
	err_sys(err, errno, "write %s", to);
	unlink(buf_str(&temporary));
	return false;
}

bool target_read(const char *path, struct buf *text, struct err *err)
{
	if (access(path, F_OK) == 0)
		return source_read(path, text, NULL, err);
	buf_puts(text, "version: 1\n");
	return true;
}

void target_name(struct buf *path, const char *given, const struct configuration *c)
{
	if (given)
		buf_puts(path, given);
	else if (c->file)
		buf_puts(path, c->file);
	else
		name_new_file(path);
}
