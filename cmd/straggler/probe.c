#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/vec.h"
#include "state.h"
#include "json/read.h"
#include "json/write.h"

#define JOBS_MAX 64

static struct tried *find(struct probe *p, const struct sha *sha)
{
	struct tried t = { .sha = *sha, .skip = "" };

	for (size_t i = 0; i < p->tried.len; i++)
		if (sha_eq(&p->tried.items[i].sha, sha))
			return &p->tried.items[i];
	VEC_PUSH(&p->tried, t);
	return &p->tried.items[p->tried.len - 1];
}

/* --- what is kept ----------------------------------------------------------------------- */

static bool is_sha(const char *hex)
{
	return strlen(hex) == SHA_LEN && strspn(hex, "0123456789abcdef") == SHA_LEN;
}

static void read_line(struct probe *p, const char *text, size_t n)
{
	AUTO_JSON *v = json_parse(text, n, NULL);
	const char *hex = json_get_str(v, "commit", "");
	int64_t runs = json_get_int(v, "runs", 0), seen = json_get_int(v, "seen", 0);
	const char *skip = json_get_str(v, "skip", "");
	struct tried *t;
	struct sha sha;

	if (!is_sha(hex) || runs < 0 || runs > UINT32_MAX / 2 || seen < 0 || seen > runs)
		return;
	memcpy(sha.hex, hex, sizeof(sha.hex));
	t = find(p, &sha);
	t->runs = (uint32_t)runs;
	t->seen = (uint32_t)seen;
	t->skip = arena_strndup(&p->arena, skip, strlen(skip));
}

static void put_path(const struct probe *p, struct buf *path, const char *suffix)
{
	buf_printf(path, "%s%s", p->prefix, suffix);
}

bool probe_open(struct probe *p, const char *name, struct err *err)
{
	AUTO_BUF path = { 0 };
	AUTO_FREE char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	FILE *f;

	if (!state_folder(&path, "bisect", err))
		return false;
	if (!state_make_dirs(buf_str(&path)))
		return err_sys(err, errno, "create %s", buf_str(&path));
	buf_printf(&path, "/%s", name);
	p->prefix = buf_take(&path);
	put_path(p, &path, ".jsonl");
	f = fopen(buf_str(&path), "re");
	while (f && (n = getline(&line, &cap, f)) > 0)
		read_line(p, line, (size_t)n);
	if (f)
		fclose(f);
	return true;
}

/* It only saves time: that it cannot be written is no failure. */
static void save(const struct probe *p, const struct tried *t)
{
	AUTO_BUF path = { 0 }, line = { 0 };
	struct json_writer w = JSON_WRITER(&line);
	AUTO_CLOSE int fd = -1;
	ssize_t ignored;

	json_object(&w);
	json_kstr(&w, "commit", t->sha.hex);
	json_kint(&w, "runs", t->runs);
	json_kint(&w, "seen", t->seen);
	json_kstr(&w, "skip", t->skip);
	json_object_end(&w);
	buf_putc(&line, '\n');
	put_path(p, &path, ".jsonl");
	fd = open(buf_str(&path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	ignored = fd >= 0 ? write(fd, line.data, line.len) : 0;
	(void)ignored;
}

void probe_close(struct probe *p)
{
	VEC_FREE(&p->tried);
	run_file_release(&p->sighting);
	arena_clear(&p->arena);
	free(p->prefix);
}

/* --- asking ------------------------------------------------------------------------------ */

static const char *job_path(struct probe *p, struct arena *a, size_t job, const char *suffix)
{
	AUTO_BUF path = { 0 };

	buf_printf(&path, "%s-%d-%zu.%s", p->prefix, getpid(), job, suffix);
	return arena_strndup(a, buf_str(&path), path.len);
}

static void take_run(struct probe *p, struct tried *t, const struct trial *trial)
{
	struct run_file r = { 0 };
	const char *why = "the run did not end";
	enum sighting seen = SIGHTING_NONE;

	if (trial->timed_out)
		why = "it took too long";
	else if (run_file_read(&r, trial->run_file, NULL))
		seen = sighting_of(&r, &p->wanted, &why);
	if (seen != SIGHTING_NONE)
		t->runs++;
	else if (!t->seen)
		t->skip = why;
	if (seen == SIGHTING_YES) {
		t->seen++;
		t->skip = "";
		run_file_release(&p->sighting);
		p->sighting = r;
		p->sighting_at = t->sha;
	} else {
		run_file_release(&r);
	}
}

static bool run_side_by_side(struct probe *p, struct tried *t, const char *dir, size_t n,
			     struct err *err)
{
	struct trial trials[JOBS_MAX];
	struct arena a = { 0 };
	int64_t start = clock_now_ns(), took;
	bool ok;

	for (size_t i = 0; i < n; i++)
		trials[i] = (struct trial){ .dir = dir,
					    .run_file = job_path(p, &a, i, "jsonl"),
					    .log = job_path(p, &a, i, "log") };
	ok = trials_run(&p->trials, trials, n, &p->signal, err);
	for (size_t i = 0; i < n; i++) {
		if (ok && !p->signal)
			take_run(p, t, &trials[i]);
		unlink(trials[i].run_file);
		unlink(trials[i].log);
	}
	took = clock_now_ns() - start;
	p->longest_ns = took > p->longest_ns ? took : p->longest_ns;
	arena_clear(&a);
	return ok;
}

static bool is_answered(const struct tried *t, uint32_t runs, bool until_seen)
{
	return *t->skip || t->runs >= runs || (until_seen && t->seen);
}

static size_t smallest(size_t a, size_t b, size_t c)
{
	a = a < b ? a : b;
	return a < c ? a : c;
}

static bool ask_in(struct probe *p, struct tried *t, uint32_t runs, bool until_seen,
		   const char *dir, struct err *err)
{
	bool ok = true;

	if (access(dir, F_OK)) {
		t->skip = "the folder is not there";
		save(p, t);
		return true;
	}
	while (ok && !p->signal && !is_answered(t, runs, until_seen)) {
		/* The first run builds. */
		size_t n = t->runs ? smallest(p->jobs, runs - t->runs, JOBS_MAX) : 1;

		ok = run_side_by_side(p, t, dir, n, err);
		if (ok && !p->signal)
			save(p, t);
	}
	return ok;
}

bool probe_ask(struct probe *p, const struct sha *commit, uint32_t runs, bool until_seen,
	       const struct tried **tried, struct err *err)
{
	struct tried *t = find(p, commit);
	struct worktree w = { .fd = -1 };
	AUTO_BUF dir = { 0 };
	bool ok;

	*tried = t;
	if (is_answered(t, runs, until_seen))
		return true;
	if (!elsewhere_make(p->elsewhere, commit, &w, &dir, err))
		return false;
	ok = ask_in(p, t, runs, until_seen, buf_str(&dir), err);
	worktree_remove(&w);
	return ok;
}
