#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "past_runs.h"
#include "run_files.h"
#include "state.h"
#include "terminal.h"

static char *format_path(const char *dir, const char *name, const char *suffix)
{
	struct buf b = { 0 };

	buf_printf(&b, "%s/%s%s", dir, name, suffix);
	return buf_take(&b);
}

static void run_name(char *name, size_t size)
{
	time_t now = time(NULL);
	char stamp[32];
	struct tm tm;

	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", localtime_r(&now, &tm));
	snprintf(name, size, "%s-%d", stamp, getpid());
}

/* A place for the sink where the state folder cannot be used. */
static bool use_temporary(struct run_files *f, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	struct buf b = { 0 };

	buf_printf(&b, "%s/straggler-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	f->temporary = buf_take(&b);
	if (!mkdtemp(f->temporary))
		return err_sys(err, errno, "create a folder like %s", f->temporary);
	f->sink = format_path(f->temporary, "sink", ".jsonl");
	return true;
}

static bool open_run_file(struct run_files *f, struct err *err)
{
	f->fd = open(f->path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	return f->fd >= 0 || err_sys(err, errno, "create the run file %s", f->path);
}

static bool state_usable(struct buf *dir, struct err *why)
{
	if (!state_runs_dir(dir, why))
		return false;
	if (state_make_dirs(buf_str(dir)) && access(buf_str(dir), W_OK) == 0)
		return true;
	return err_sys(why, errno, "write to %s", buf_str(dir));
}

bool run_files_open(struct run_files *f, const char *given, struct err *err)
{
	AUTO_BUF dir = { 0 };
	char name[64], line[1024];
	struct err why = { 0 };

	run_name(name, sizeof(name));
	if (given) {
		f->path = strdup(given);
		if (!open_run_file(f, err))
			return false;
	}
	if (!state_usable(&dir, &why)) {
		if (!given)
			terminal_line(stderr, "straggler: no run file: %s",
				      err_format(&why, line, sizeof(line)));
		return use_temporary(f, err);
	}
	f->sink = format_path(buf_str(&dir), name, ".sink");
	if (given)
		return true;
	past_runs_prune(buf_str(&dir));
	f->path = format_path(buf_str(&dir), name, ".jsonl");
	return open_run_file(f, err);
}

char *run_files_beside(const struct run_files *f, const char *suffix)
{
	struct buf b = { 0 };

	buf_printf(&b, "%s%s", f->sink, suffix);
	return buf_take(&b);
}

bool run_files_write_policy(struct run_files *f, const struct buf *text, struct err *err)
{
	AUTO_CLOSE int fd = -1;

	f->policy = run_files_beside(f, ".policy");
	fd = open(f->policy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return (fd >= 0 && buf_flush(text, fd)) || err_sys(err, errno, "write %s", f->policy);
}

/* The records that a line of the run file may be, in their order there. */
struct written {
	size_t findings, tests;
};

static void write_line_anew(const struct run_file *run, struct str line, struct written *n,
			    struct buf *new)
{
	if (str_starts(line, "{\"type\":\"finding\",") && n->findings < run->findings.len) {
		record_write_finding(new, &run->findings.items[n->findings++]);
	} else if (str_starts(line, "{\"type\":\"test\",") && n->tests < run->tests.len) {
		record_write_test(new, &run->tests.items[n->tests++]);
	} else {
		buf_put(new, line.p, line.n);
		buf_putc(new, '\n');
	}
}

/* Findings that came later are behind all else. */
static void write_anew(const struct run_file *run, struct str old, struct buf *new)
{
	struct written n = { 0 };
	struct str line;

	while (str_line(&old, &line))
		write_line_anew(run, line, &n, new);
	while (n.findings < run->findings.len)
		record_write_finding(new, &run->findings.items[n.findings++]);
}

static bool is_file(const struct run_files *f)
{
	struct stat st;

	return f->path && f->fd >= 0 && !fstat(f->fd, &st) && S_ISREG(st.st_mode);
}

bool run_files_rewrite(struct run_files *f, const struct run_file *run, struct err *err)
{
	AUTO_BUF old = { 0 }, new = { 0 };
	AUTO_CLOSE int from = -1;
	int fresh;

	if (!is_file(f))
		return true;
	from = open(f->path, O_RDONLY | O_CLOEXEC);
	if (from < 0 || !buf_fill(&old, from, SIZE_MAX))
		return err_sys(err, errno, "read %s", f->path);
	write_anew(run, (struct str){ buf_str(&old), old.len }, &new);
	if (!file_replace(f->path, &new, 0600, &fresh, err))
		return false;
	close(f->fd);
	f->fd = fresh;
	return true;
}

void run_files_close(struct run_files *f)
{
	if (f->sink)
		unlink(f->sink);
	if (f->policy)
		unlink(f->policy);
	if (f->temporary)
		rmdir(f->temporary);
	if (f->fd >= 0)
		close(f->fd);
	free(f->sink);
	free(f->policy);
	free(f->temporary);
	free(f->path);
}
