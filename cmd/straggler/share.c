#include "share.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "base/vec.h"
#include "run/answer.h"
#include "terminal.h"

extern char **environ;

static const char *set(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* Bazel runs everything in every shard, and says so, unless this file is touched. */
static bool touch_status(struct err *err)
{
	const char *path = set("TEST_SHARD_STATUS_FILE");
	AUTO_CLOSE int fd = -1;

	if (!path)
		return true;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	return fd >= 0 || err_sys(err, errno, "touch %s", path);
}

static bool parse_variables(struct shard *s, const char *index, const char *total, long from,
			    struct err *err)
{
	const char *at = set(index), *of = set(total);
	AUTO_BUF text = { 0 };
	char *end;
	long n;

	if (!at || !of)
		return true;
	n = strtol(at, &end, 10);
	buf_printf(&text, "%ld/%s", *end ? 0 : n + 1 - from, of);
	return shard_parse(buf_str(&text), s, err) || err_wrap(err, "%s and %s", index, total);
}

static bool parse(struct shard *s, const char *text, struct err *err)
{
	if (strcmp(text, "auto") != 0)
		return shard_parse(text, s, err) || err_wrap(err, "--shard");
	if (set("TEST_TOTAL_SHARDS"))
		return touch_status(err) &&
		       parse_variables(s, "TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", 0, err);
	return parse_variables(s, "CI_NODE_INDEX", "CI_NODE_TOTAL", 1, err);
}

static bool list(const struct cmdline *c, struct shard_packages *packages, struct arena *a,
		 struct err *err)
{
	AUTO_WORDS words = { 0 };
	AUTO_BUF text = { 0 };

	VEC_PUSH(&words, "go");
	VEC_PUSH(&words, "list");
	if (c->dir) {
		VEC_PUSH(&words, "-C");
		VEC_PUSH(&words, c->dir);
	}
	VEC_PUSH(&words, "-e");
	VEC_PUSH(&words, "-f");
	VEC_PUSH(&words, SHARD_FORMAT);
	cmdline_build_flags(c, &words);
	VEC_PUSH(&words, "--");
	for (size_t i = 0; i < c->packages.len; i++)
		VEC_PUSH(&words, c->packages.items[i]);
	VEC_PUSH(&words, NULL);
	if (!answer_read(words.items, environ, &text, err))
		return false;
	shard_list(packages, buf_str(&text), text.len, a);
	return true;
}

static bool weigh(struct shard_packages *packages, const char *by, struct err *err)
{
	AUTO_RUN_FILE run = { 0 };

	if (by && !run_file_read(&run, by, err))
		return err_wrap(err, "--shard-by");
	shard_weigh(packages, by ? &run : NULL);
	return true;
}

static bool check_packages(const struct cmdline *c, struct err *err)
{
	for (size_t i = 0; i < c->packages.len; i++)
		if (ends_with(c->packages.items[i], ".go"))
			return err_set(err, ERR_USAGE, "--shard divides packages, %s is a file",
				       c->packages.items[i]);
	return true;
}

static bool divide(struct share *s, struct cmdline *c, struct shard_packages *packages,
		   const char *by, struct arena *a, struct err *err)
{
	AUTO_WORDS chosen = { 0 };

	if (!list(c, packages, a, err) || !weigh(packages, by, err))
		return false;
	shard_choose(packages, &s->shard, &chosen);
	s->packages = packages->len;
	s->empty = !chosen.len;
	if (chosen.len)
		cmdline_choose(c, &chosen);
	return true;
}

bool share_take(struct share *s, struct cmdline *c, const char *text, const char *by,
		struct arena *a, struct err *err)
{
	struct shard_packages packages = { 0 };
	bool ok;

	*s = (struct share){ 0 };
	if (!text)
		return true;
	if (!parse(&s->shard, text, err) || !check_packages(c, err))
		return false;
	if (!s->shard.total)
		return true;
	snprintf(s->name, sizeof(s->name), "%u/%u", s->shard.index, s->shard.total);
	ok = divide(s, c, &packages, by, a, err);
	VEC_FREE(&packages);
	return ok;
}

void share_print(const struct share *s)
{
	if (s->empty)
		terminal_line(stderr,
			      "straggler: shard %s has nothing to test: there %s %zu package%s",
			      s->name, s->packages == 1 ? "is" : "are", s->packages,
			      s->packages == 1 ? "" : "s");
}
