#include "repository.h"

#include <errno.h>
#include <string.h>

static char *absolute_git_dir(void)
{
	const char *dir = getenv("GIT_DIR");

	return dir && *dir ? realpath(dir, NULL) : NULL;
}

bool repository_open(struct repo *r, const char *dir, struct err *err)
{
	AUTO_FREE char *real = realpath(dir ? dir : ".", NULL);
	AUTO_FREE char *git_dir = absolute_git_dir();
	AUTO_FREE char *tree = NULL;
	struct repo_spec spec = { .dir = real, .git_dir = git_dir };

	if (!real)
		return err_sys(err, errno, "find the folder %s", dir ? dir : ".");
	if (!git_dir)
		spec.git_dir = getenv("GIT_DIR");
	if (getenv("GIT_WORK_TREE"))
		tree = realpath(getenv("GIT_WORK_TREE"), NULL);
	spec.work_tree = tree;
	return repo_open(r, &spec, err);
}

bool repository_of_run(struct repo *r, const struct run_record *run, struct err *err)
{
	AUTO_BUF dir = { 0 };

	buf_puts(&dir, run->dir);
	/* go test's -C, which is first where it is. */
	if (run->args_len > 1 && !strcmp(run->args[0], "-C")) {
		if (run->args[1][0] == '/')
			buf_reset(&dir);
		else
			buf_putc(&dir, '/');
		buf_puts(&dir, run->args[1]);
	}
	return repository_open(r, *run->dir && access(buf_str(&dir), F_OK) == 0 ? dir.data : NULL,
			       err);
}
