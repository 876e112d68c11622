#include "attribution.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
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

/* Whoever reads meanwhile sees the old text or the new one. */
static bool replace(const char *path, const struct buf *text, int *fd)
{
	AUTO_FREE char *real = realpath(path, NULL);
	AUTO_BUF temporary = { 0 };
	AUTO_CLOSE int new = -1;
	struct stat st;
	int old;

	if (!real || fstat(*fd, &st))
		return false;
	buf_printf(&temporary, "%s.XXXXXX", real);
	new = mkostemp(temporary.data, O_APPEND | O_CLOEXEC);
	if (new < 0)
		return false;
	if (fchmod(new, st.st_mode & 07777) || !buf_flush(text, new) ||
	    rename(buf_str(&temporary), real)) {
		int why = errno;

		unlink(buf_str(&temporary));
		errno = why;
		return false;
	}
	old = *fd;
	*fd = take_fd(&new);
	close(old);
	return true;
}

static void rewrite(const struct run_file *run, const char *path, int *fd)
{
	AUTO_BUF old = { 0 }, new = { 0 };
	AUTO_CLOSE int from = -1;
	struct stat st;

	if (!path || *fd < 0 || fstat(*fd, &st) || !S_ISREG(st.st_mode))
		return;
	from = open(path, O_RDONLY | O_CLOEXEC);
	if (from >= 0 && buf_fill(&old, from, SIZE_MAX)) {
		write_anew(run, (struct str){ buf_str(&old), old.len }, &new);
		if (replace(path, &new, fd))
			return;
	}
	terminal_line(stderr, "straggler: the run file has no suspects: %s: %s", path,
		      strerror(errno));
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
	rewrite(run, path, fd);
}

void attribution_release(struct attribution *a)
{
	repo_close(&a->repo);
}
