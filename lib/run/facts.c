#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/str.h"
#include "gotest/module.h"
#include "proc/spawn.h"
#include "run/runner.h"
#include "json/read.h"

/* Collects what a child prints, until it closes the pipe. */
static void read_all(int fd, struct buf *out)
{
	ssize_t n;

	do {
		n = read(fd, buf_reserve(out, 4096), 4096);
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
}

static bool ask_go(const char *go, const char *dir, char *const *envp, struct buf *out,
		   struct err *err)
{
	const char *argv[10] = { go, "env" };
	struct spawn s = { .path = go, .envp = envp, .fds = { -1, -1, -1 } };
	struct child child;
	int ends[2];
	size_t n = 2;
	int status;

	s.argv = (char *const *)(uintptr_t)argv; /* NOLINT(performance-no-int-to-ptr) */
	if (dir) {
		argv[n++] = "-C";
		argv[n++] = dir;
	}
	argv[n++] = "-json";
	argv[n++] = "GOVERSION";
	argv[n++] = "GOFLAGS";
	argv[n++] = "GOMOD";
	if (pipe2(ends, O_CLOEXEC))
		return err_sys(err, errno, "pipe");
	s.fds[1] = ends[1];
	sigprocmask(SIG_SETMASK, NULL, &s.mask);
	if (!spawn_start(&s, &child, err)) {
		close(ends[0]);
		close(ends[1]);
		return err_wrap(err, "no Go found");
	}
	close(ends[1]);
	read_all(ends[0], out);
	close(ends[0]);
	status = child_wait(&child);
	return status == 0 || err_set(err, ERR_LIMIT, "go env failed");
}

static const char *keep(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

static const char *folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? arena_strndup(a, path, slash > path ? (size_t)(slash - path) : 1) : "";
}

/* "go1.26.8" is 26; a development version names none. */
static int minor_of(const char *version)
{
	char *end;
	long minor;

	if (!starts_with(version, "go1."))
		return -1;
	minor = strtol(version + 4, &end, 10);
	return end == version + 4 || minor > 1000 ? -1 : (int)minor;
}

bool go_facts_read(const char *go, const char *dir, char *const *envp, struct arena *a,
		   struct go_facts *facts, struct err *err)
{
	AUTO_BUF text = { 0 };
	AUTO_JSON *root = NULL;

	if (!ask_go(go, dir, envp, &text, err))
		return false;
	root = json_parse(buf_str(&text), text.len, err);
	if (!root)
		return err_wrap(err, "what go env printed");
	*facts = (struct go_facts){
		.version = keep(a, json_get_str(root, "GOVERSION", "")),
		.flags = keep(a, json_get_str(root, "GOFLAGS", "")),
		.module = module_of_file(json_get_str(root, "GOMOD", ""), a),
	};
	facts->root = *facts->module ? folder_of(a, json_get_str(root, "GOMOD", "")) : "";
	facts->minor = minor_of(facts->version);
	return true;
}
