#include "past_runs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "base/vec.h"
#include "gotest/module.h"
#include "state.h"

#define DAY_S ((time_t)24 * 60 * 60)

struct past {
	char *name; /* owned */
	struct timespec written;
};

struct pasts {
	struct past *items; /* the last first */
	size_t len, cap;
};

static void pasts_release(struct pasts *p)
{
	for (size_t i = 0; i < p->len; i++)
		free(p->items[i].name);
	VEC_FREE(p);
}

/* Of files of the same moment the later name is the later one. */
static int compare(const void *a, const void *b)
{
	const struct past *x = a, *y = b;

	if (x->written.tv_sec != y->written.tv_sec)
		return x->written.tv_sec < y->written.tv_sec ? 1 : -1;
	if (x->written.tv_nsec != y->written.tv_nsec)
		return x->written.tv_nsec < y->written.tv_nsec ? 1 : -1;
	return strcmp(y->name, x->name);
}

/* Not those of parts of a run that is still going on, which lie beside its sink. */
static bool is_run_file(const char *name)
{
	return ends_with(name, ".jsonl") && !strstr(name, ".sink");
}

static void list(struct pasts *p, DIR *dir)
{
	const struct dirent *entry;
	struct stat st;

	while ((entry = readdir(dir)))
		if (is_run_file(entry->d_name) &&
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			VEC_PUSH(p, ((struct past){ strdup(entry->d_name), st.st_mtim }));
	if (p->len)
		qsort(p->items, p->len, sizeof(*p->items), compare);
}

/* --- which one is meant ---------------------------------------------------------------------- */

static bool is_within(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return !strncmp(path, folder, n) && (!path[n] || path[n] == '/' || ends_with(folder, "/"));
}

/* Where we are; without a module only the folder counts. */
struct here {
	struct arena arena;
	char dir[PATH_MAX];
	const char *module; /* NULL: none */
};

static bool here_find(struct here *h)
{
	struct module_place place;

	*h = (struct here){ 0 };
	if (!getcwd(h->dir, sizeof(h->dir)))
		return false;
	if (module_locate(h->dir, &h->arena, &place))
		h->module = place.module;
	return true;
}

static bool here_was(const struct here *h, const struct run_record *run)
{
	return is_within(run->dir, h->dir) || is_within(h->dir, run->dir) ||
	       (h->module && !strcmp(h->module, run->module));
}

static bool file_is_of(const struct here *h, DIR *dir, const char *name)
{
	int fd = openat(dirfd(dir), name, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	AUTO_RUN_FILE run = { 0 };
	struct err ignored;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	bool is;

	if (!file && fd >= 0)
		close(fd);
	if (!file)
		return false;
	n = getline(&line, &cap, file);
	fclose(file);
	if (n > 0 && line[n - 1] == '\n')
		n--;
	is = n > 0 && record_read_line(&run, line, (size_t)n, &ignored) && run.run.dir &&
	     here_was(h, &run.run);
	free(line);
	return is;
}

static const char *choose(const struct pasts *p, DIR *dir)
{
	struct here h;
	size_t at = 0;

	if (here_find(&h))
		while (at < p->len && !file_is_of(&h, dir, p->items[at].name))
			at++;
	arena_clear(&h.arena);
	return p->items[at < p->len ? at : 0].name;
}

static bool last_run(struct buf *path, struct err *err)
{
	AUTO_BUF runs = { 0 };
	struct pasts p = { 0 };
	DIR *dir;

	if (!state_runs_dir(&runs, err))
		return false;
	dir = opendir(buf_str(&runs));
	if (!dir && errno != ENOENT)
		return err_sys(err, errno, "open %s", buf_str(&runs));
	if (dir)
		list(&p, dir);
	if (p.len)
		buf_printf(path, "%s/%s", buf_str(&runs), choose(&p, dir));
	pasts_release(&p);
	if (dir)
		closedir(dir);
	return path->len ||
	       err_set(err, ERR_USAGE, "no run in %s yet: name a run file", buf_str(&runs));
}

bool past_run(struct buf *path, const char *given, struct err *err)
{
	if (!given)
		return last_run(path, err);
	buf_puts(path, given);
	return true;
}

bool past_run_is_here(const struct run_record *run, const char *given, struct err *err)
{
	struct here h;
	bool is;

	if (given || !*run->dir || !here_find(&h))
		return true;
	is = here_was(&h, run);
	arena_clear(&h.arena);
	return is ||
	       err_set(err, ERR_USAGE,
		       "the last run was in %s: name a run file, or test here first", run->dir);
}

/* --- how many stay --------------------------------------------------------------------------- */

void past_runs_prune(const char *runs_dir)
{
	DIR *dir = opendir(runs_dir);
	time_t day_ago = time(NULL) - DAY_S;
	struct pasts p = { 0 };

	if (!dir)
		return;
	list(&p, dir);
	for (size_t i = PAST_RUNS_KEPT; i < p.len; i++)
		if (p.items[i].written.tv_sec < day_ago)
			unlinkat(dirfd(dir), p.items[i].name, 0);
	pasts_release(&p);
	closedir(dir);
}
