#include "attribution.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "repository.h"
#include "terminal.h"
#include "vcs/blame.h"

#define TIME_NS (2 * NS_PER_S)

void attribution_begin(struct attribution *a, const char *dir)
{
	*a = (struct attribution){ 0 };
	if (!repository_open(&a->repo, dir, &a->why) || repo_head(&a->repo, &a->head, &a->why))
		return;
	repo_close(&a->repo);
	a->head = (struct sha){ 0 };
}

static bool any_leak(const struct run_file *run)
{
	for (size_t i = 0; i < run->findings.len; i++)
		if (run->findings.items[i].status == STATUS_LEAK)
			return true;
	return false;
}

/* The text of a run file with its findings written anew; they are in the same order. */
static void write_anew(const struct run_file *run, struct str old, struct buf *new)
{
	static const char start[] = "{\"type\":\"finding\",";
	struct str line;
	size_t n = 0;

	while (str_line(&old, &line)) {
		if (str_starts(line, start) && n < run->findings.len) {
			record_write_finding(new, &run->findings.items[n++]);
			continue;
		}
		buf_put(new, line.p, line.n);
		buf_putc(new, '\n');
	}
}

static bool rewrite(const struct run_file *run, const char *path, int *fd, struct err *err)
{
	AUTO_BUF old = { 0 }, new = { 0 };
	AUTO_CLOSE int from = open(path, O_RDONLY | O_CLOEXEC);
	int fresh;

	if (from < 0 || !buf_fill(&old, from, SIZE_MAX))
		return err_sys(err, errno, "read %s", path);
	write_anew(run, (struct str){ buf_str(&old), old.len }, &new);
	if (!file_replace(path, &new, 0600, &fresh, err))
		return false;
	close(*fd);
	*fd = fresh;
	return true;
}

static bool is_file(int fd)
{
	struct stat st;

	return fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode);
}

void attribution_end(struct attribution *a, struct run_file *run, const char *path, int *fd)
{
	struct blame_spec spec = { .repo = &a->repo, .deadline_ns = clock_now_ns() + TIME_NS };
	struct blame_facts facts;

	if (!any_leak(run) || a->why.code == ERR_ABSENT)
		return;
	if (!a->head.hex[0] || !blame_run(run, &spec, &facts, &a->why)) {
		terminal_line(stderr, "straggler: no suspects: %s", a->why.msg);
		return;
	}
	if (path && is_file(*fd) && !rewrite(run, path, fd, &a->why)) {
		terminal_line(stderr, "straggler: the run file has no suspects");
		terminal_error(&a->why);
	}
}

void attribution_release(struct attribution *a)
{
	repo_close(&a->repo);
}
