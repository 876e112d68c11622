#include "vcs/ignored.h"

#include "vcs/handle.h"
#include "vcs/range.h"
#include "vcs/trail.h"

static struct str word_of(struct str line)
{
	size_t n = 0;

	while (line.n && (line.p[0] == ' ' || line.p[0] == '\t')) {
		line.p++;
		line.n--;
	}
	while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t' && line.p[n] != '\r' &&
	       line.p[n] != '#')
		n++;
	return (struct str){ line.p, n };
}

static bool is_sha(struct str word)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	for (size_t i = 0; i < word.n; i++)
		if (!word.p[i] || !strchr(digits, word.p[i]))
			return false;
	return word.n == SHA_LEN;
}

void ignored_read(struct map *ignored, struct str text)
{
	struct str line;

	while (str_line(&text, &line)) {
		struct str word = word_of(line);
		struct sha sha = { 0 };

		if (!is_sha(word))
			continue;
		memcpy(sha.hex, word.p, SHA_LEN);
		map_set(ignored, sha_hash(&sha), 1);
	}
}

static void read_file(struct map *ignored, const struct repo *r, const char *path)
{
	AUTO_BUF text = { 0 };

	if (repo_read_file(r, path, &text))
		ignored_read(ignored, (struct str){ buf_str(&text), text.len });
}

void ignored_find(struct map *ignored, const struct repo *r)
{
	AUTO_GIT(config) *config = NULL;
	AUTO_GIT(config_iterator) *files = NULL;
	git_config_entry *entry;

	read_file(ignored, r, ".git-blame-ignore-revs");
	if (git_repository_config_snapshot(&config, r->git) ||
	    git_config_multivar_iterator_new(&files, config, "blame.ignoreRevsFile", NULL))
		return;
	while (!git_config_next(&entry, files))
		read_file(ignored, r, entry->value);
}
