#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "gotest/module.h"
#include "run/answer.h"
#include "run/runner.h"
#include "json/read.h"

static bool ask_go(const char *go, const char *dir, char *const *envp, struct buf *out,
		   struct err *err)
{
	const char *words[10] = { go, "env" };
	size_t n = 2;

	if (dir) {
		words[n++] = "-C";
		words[n++] = dir;
	}
	words[n++] = "-json";
	words[n++] = "GOVERSION";
	words[n++] = "GOFLAGS";
	words[n++] = "GOMOD";
	if (answer_read(words, envp, out, err))
		return true;
	if (err && err->code == ERR_OS)
		err_wrap(err, "no Go found");
	return false;
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
