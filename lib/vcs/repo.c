#include "vcs/repo.h"

#include <errno.h>
#include <fcntl.h>
#include <git2/sys/repository.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "vcs/handle.h"

static enum err_code code_of(int rc)
{
	const git_error *last = git_error_last();

	if (rc == GIT_ENOTFOUND && last && last->klass == GIT_ERROR_REPOSITORY)
		return ERR_ABSENT;
	if (rc == GIT_EMISMATCH || rc == GIT_ENOTFOUND)
		return ERR_PARSE;
	if (!last)
		return ERR_OS;
	return last->klass == GIT_ERROR_ODB || last->klass == GIT_ERROR_OBJECT ||
		       last->klass == GIT_ERROR_ZLIB || last->klass == GIT_ERROR_TREE
		   ? ERR_PARSE
		   : ERR_OS;
}

bool repo_fail(struct err *err, int rc, const char *fmt, ...)
{
	const git_error *last = git_error_last();
	AUTO_BUF raw = { 0 };
	AUTO_BUF clean = { 0 };
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	buf_printf(&raw, "%s: %s", what, last && last->message ? last->message : "unknown failure");
	utf8_clean(&clean, buf_str(&raw));
	return err_set(err, code_of(rc), "%s", buf_str(&clean));
}

static bool fail_clean(struct err *err, enum err_code code, const char *before, const char *text,
		       const char *after)
{
	AUTO_BUF clean = { 0 };

	utf8_clean(&clean, text);
	return err_set(err, code, "%s%s%s", before, buf_str(&clean), after);
}

/* The folder as safe.directory wants it: that of the work tree, or of a bare repository. */
static void put_owned_folder(struct buf *out, const struct repo_spec *spec)
{
	AUTO_BUF git = { 0 };
	size_t n = strlen(spec->dir);

	for (; n; n--) {
		if (spec->dir[n] && spec->dir[n] != '/')
			continue;
		buf_reset(&git);
		buf_printf(&git, "%.*s/.git", (int)n, spec->dir);
		if (!access(buf_str(&git), F_OK))
			break;
	}
	buf_put(out, spec->dir, n ? n : strlen(spec->dir));
}

/* git's own words (git 2.39, setup.c), on one line. */
static bool fail_owner(const struct repo_spec *spec, struct err *err)
{
	AUTO_BUF folder = { 0 };
	AUTO_BUF clean = { 0 };

	put_owned_folder(&folder, spec);
	utf8_clean(&clean, buf_str(&folder));
	return err_set(err, ERR_OS,
		       "detected dubious ownership in repository at '%s'. To add an exception for "
		       "this directory, call: git config --global --add safe.directory '%s'",
		       buf_str(&clean), buf_str(&clean));
}

/* 1.5.1 says of another owner's repository that there is no safe.directory, when there is
 * none. */
static bool is_owner(int rc)
{
	const git_error *last = git_error_last();

	return rc == GIT_EOWNER || (rc == GIT_ENOTFOUND && last && last->klass == GIT_ERROR_CONFIG);
}

static bool fail_open(const struct repo_spec *spec, int rc, struct err *err)
{
	bool named = spec->git_dir && *spec->git_dir;

	if (is_owner(rc))
		return fail_owner(spec, err);
	if (rc == GIT_ENOTFOUND && named)
		return fail_clean(err, ERR_USAGE, "not a git repository: '", spec->git_dir,
				  "' (GIT_DIR)");
	if (rc == GIT_ENOTFOUND)
		return err_set(err, ERR_ABSENT,
			       "not a git repository (or any of the parent directories): .git");
	return repo_fail(err, rc, "cannot open the git repository");
}

/* A path of the environment, as git takes it: from the working directory. */
static void put_path(struct buf *out, const char *dir, const char *path)
{
	if (path[0] != '/')
		buf_printf(out, "%s/", dir);
	buf_puts(out, path);
}

/* Whether the repository itself says where its work tree is. */
static bool has_own_tree(git_repository *git)
{
	AUTO_GIT(config) *config = NULL;
	git_buf value = { 0 };
	bool has = git_repository_is_worktree(git) || git_repository_is_bare(git) ||
		   ends_with(git_repository_path(git), "/.git/");

	if (!has && !git_repository_config_snapshot(&config, git))
		has = !git_config_get_string_buf(&value, config, "core.worktree");
	git_buf_dispose(&value);
	return has;
}

static int open_named(git_repository **git, const struct repo_spec *spec)
{
	bool told = spec->work_tree && *spec->work_tree;
	AUTO_BUF path = { 0 };
	AUTO_BUF tree = { 0 };
	int rc;

	put_path(&path, spec->dir, spec->git_dir);
	rc = git_repository_open_ext(git, buf_str(&path), GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
	if (rc || (!told && has_own_tree(*git)))
		return rc;
	put_path(&tree, spec->dir, told ? spec->work_tree : spec->dir);
	return git_repository_set_workdir(*git, buf_str(&tree), 0);
}

static int open_any(git_repository **git, const struct repo_spec *spec)
{
	int rc;

	if (spec->git_dir && *spec->git_dir)
		rc = open_named(git, spec);
	else
		rc = git_repository_open_ext(git, spec->dir, 0, NULL);
	if (rc) {
		git_repository_free(*git);
		*git = NULL;
	}
	return rc;
}

/* A line for each commit: gitrepository-layout(5) under shallow. */
static void add_cuts(struct repo *r, struct str text)
{
	struct str line;

	while (str_line(&text, &line)) {
		struct sha sha = { 0 };

		if (line.n < SHA_LEN)
			continue;
		memcpy(sha.hex, line.p, SHA_LEN);
		VEC_PUSH(&r->cut, sha);
	}
}

static void read_cuts(struct repo *r)
{
	AUTO_BUF path = { 0 };
	AUTO_BUF text = { 0 };
	AUTO_CLOSE int fd = -1;

	buf_printf(&path, "%s/shallow", git_repository_commondir(r->git));
	fd = open(buf_str(&path), O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		buf_fill(&text, fd, SIZE_MAX);
	add_cuts(r, (struct str){ buf_str(&text), text.len });
}

static char *root_of(git_repository *git)
{
	const char *tree = git_repository_workdir(git);

	return tree ? realpath(tree, NULL) : NULL;
}

bool repo_open(struct repo *r, const struct repo_spec *spec, struct err *err)
{
	git_repository *git = NULL;
	int rc = git_libgit2_init();

	if (rc < 0)
		return repo_fail(err, rc, "cannot use libgit2");
	rc = open_any(&git, spec);
	if (rc) {
		fail_open(spec, rc, err);
		git_libgit2_shutdown();
		return false;
	}
	*r = (struct repo){ .git = git, .root = root_of(git) };
	r->shallow = git_repository_is_shallow(git) == 1;
	if (r->shallow)
		read_cuts(r);
	return true;
}

void repo_close(struct repo *r)
{
	if (!r->git)
		return;
	git_repository_free(r->git);
	free(r->root);
	VEC_FREE(&r->cut);
	*r = (struct repo){ 0 };
	git_libgit2_shutdown();
}

/* --- revisions ------------------------------------------------------------------------ */

void sha_of(struct sha *sha, const git_oid *id)
{
	git_oid_tostr(sha->hex, sizeof(sha->hex), id);
}

bool sha_id(git_oid *id, const struct sha *sha, struct err *err)
{
	int rc = git_oid_fromstr(id, sha->hex);

	return !rc || repo_fail(err, rc, "'%s' is no name of a commit", sha->hex);
}

bool commit_find(git_commit **commit, const struct repo *r, const struct sha *sha, struct err *err)
{
	git_oid id;
	int rc;

	if (!sha_id(&id, sha, err))
		return false;
	rc = git_commit_lookup(commit, r->git, &id);
	return !rc || repo_fail(err, rc, "cannot read the commit %s", sha->hex);
}

bool commit_tree(git_tree **tree, const struct repo *r, const struct sha *sha, struct err *err)
{
	AUTO_GIT(commit) *commit = NULL;
	int rc;

	if (!commit_find(&commit, r, sha, err))
		return false;
	rc = git_commit_tree(tree, commit);
	return !rc || repo_fail(err, rc, "cannot read the files of %s", sha->hex);
}

bool repo_head(const struct repo *r, struct sha *head, struct err *err)
{
	git_oid id;
	int rc = git_reference_name_to_id(&id, r->git, "HEAD");

	if (rc == GIT_ENOTFOUND && git_repository_head_unborn(r->git) == 1)
		return err_set(err, ERR_ABSENT, "the branch has no commit yet");
	if (rc)
		return repo_fail(err, rc, "cannot read HEAD");
	sha_of(head, &id);
	return true;
}

static bool fail_revision(const struct repo *r, const char *revision, int rc, struct err *err)
{
	if (rc == GIT_EAMBIGUOUS)
		return fail_clean(err, ERR_USAGE, "'", revision,
				  "' is the beginning of more than one object's name");
	if (rc == GIT_ENOTFOUND && git_repository_head_unborn(r->git) == 1)
		return fail_clean(err, ERR_USAGE, "unknown revision '", revision,
				  "': the branch has no commit yet");
	if (rc == GIT_ENOTFOUND && r->shallow)
		return fail_clean(err, ERR_USAGE, "unknown revision '", revision,
				  "'; the clone is shallow, 'git fetch --unshallow' gets the rest");
	if (rc == GIT_ENOTFOUND || rc == GIT_EINVALIDSPEC)
		return fail_clean(err, ERR_USAGE, "unknown revision '", revision, "'");
	return repo_fail(err, rc, "cannot read the revision '%s'", revision);
}

bool repo_commit(const struct repo *r, const char *revision, struct sha *commit, struct err *err)
{
	AUTO_GIT(object) *object = NULL;
	AUTO_GIT(object) *peeled = NULL;
	int rc = git_revparse_single(&object, r->git, revision);

	if (rc)
		return fail_revision(r, revision, rc, err);
	rc = git_object_peel(&peeled, object, GIT_OBJECT_COMMIT);
	if (rc == GIT_EPEEL || rc == GIT_EINVALIDSPEC)
		return fail_clean(err, ERR_USAGE, "'", revision, "' is no commit");
	if (rc)
		return repo_fail(err, rc, "cannot read the revision '%s'", revision);
	sha_of(commit, git_object_id(peeled));
	return true;
}

bool repo_merge_base(const struct repo *r, const struct sha *one, const struct sha *two,
		     struct sha *base, struct err *err)
{
	git_oid a, b, found;
	int rc;

	if (!sha_id(&a, one, err) || !sha_id(&b, two, err))
		return false;
	rc = git_merge_base(&found, r->git, &a, &b);
	if (rc == GIT_ENOTFOUND || (rc && r->shallow))
		return err_set(err, ERR_ABSENT, "%.*s and %.*s have no common ancestor%s",
			       SHA_SHORT_LEN, one->hex, SHA_SHORT_LEN, two->hex,
			       r->shallow ? " in this shallow clone" : "");
	if (rc)
		return repo_fail(err, rc, "cannot find a common ancestor");
	sha_of(base, &found);
	return true;
}

/* The commit that a reference is, by its full name. */
static bool tip_of(const struct repo *r, const char *ref, struct sha *tip)
{
	git_oid id;
	AUTO_GIT(commit) *commit = NULL;

	if (git_reference_name_to_id(&id, r->git, ref) || git_commit_lookup(&commit, r->git, &id))
		return false;
	sha_of(tip, &id);
	return true;
}

/* Appends the full name of the default branch. */
static bool default_branch(const struct repo *r, struct buf *ref)
{
	static const char *const usual[] = {
		"refs/remotes/origin/main",
		"refs/remotes/origin/master",
		"refs/heads/main",
		"refs/heads/master",
	};
	AUTO_GIT(reference) *head = NULL;
	struct sha tip;

	if (!git_reference_lookup(&head, r->git, "refs/remotes/origin/HEAD") &&
	    git_reference_symbolic_target(head) &&
	    tip_of(r, git_reference_symbolic_target(head), &tip)) {
		buf_puts(ref, git_reference_symbolic_target(head));
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(usual); i++) {
		if (!tip_of(r, usual[i], &tip))
			continue;
		buf_puts(ref, usual[i]);
		return true;
	}
	return false;
}

/* Appends the full name of the upstream of the branch that HEAD is on. kept: it is the place
 * where the branch itself is kept. */
static bool upstream_of(const struct repo *r, struct buf *ref, bool *kept)
{
	AUTO_GIT(reference) *head = NULL;
	AUTO_GIT(reference) *upstream = NULL;
	const char *own;

	if (git_repository_head(&head, r->git) || !git_reference_is_branch(head) ||
	    git_branch_upstream(&upstream, head))
		return false;
	own = git_reference_shorthand(head);
	buf_puts(ref, git_reference_name(upstream));
	*kept = ends_with(buf_str(ref), own) && ref->len > strlen(own) &&
		buf_str(ref)[ref->len - strlen(own) - 1] == '/';
	return true;
}

static const char *without_kind(const char *ref)
{
	static const char *const kinds[] = { "refs/heads/", "refs/remotes/" };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (starts_with(ref, kinds[i]))
			return ref + strlen(kinds[i]);
	return ref;
}

bool repo_trunk(const struct repo *r, struct buf *name, struct sha *tip, struct err *err)
{
	AUTO_BUF upstream = { 0 };
	AUTO_BUF trunk = { 0 };
	bool kept = false, has = upstream_of(r, &upstream, &kept);
	const char *ref = NULL;

	if (default_branch(r, &trunk))
		ref = buf_str(&trunk);
	if (has && (!kept || !ref))
		ref = buf_str(&upstream);
	if (!ref || !tip_of(r, ref, tip))
		return err_set(err, ERR_ABSENT, "there is no upstream and no default branch");
	utf8_clean(name, without_kind(ref));
	return true;
}

bool repo_read_file(const struct repo *r, const char *path, struct buf *text)
{
	AUTO_BUF full = { 0 };
	AUTO_CLOSE int fd = -1;
	struct stat st;

	if (path[0] != '/' && !r->root)
		return false;
	if (path[0] != '/')
		buf_printf(&full, "%s/", r->root);
	buf_puts(&full, path);
	fd = open(buf_str(&full), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > REPO_FILE_MAX)
		return false;
	return buf_fill(text, fd, REPO_FILE_MAX);
}

/* --- commits --------------------------------------------------------------------------- */

static const char *clean_text(struct arena *a, const char *text)
{
	AUTO_BUF clean = { 0 };

	utf8_clean(&clean, text ? text : "");
	return arena_strndup(a, buf_str(&clean), clean.len);
}

bool repo_is_cut(const struct repo *r, const struct sha *commit)
{
	for (size_t i = 0; i < r->cut.len; i++)
		if (sha_eq(&r->cut.items[i], commit))
			return true;
	return false;
}

bool repo_facts(const struct repo *r, const struct sha *commit, struct arena *a,
		struct commit_facts *facts, struct err *err)
{
	AUTO_GIT(commit) *c = NULL;

	if (!commit_find(&c, r, commit, err))
		return false;
	*facts = (struct commit_facts){
		.sha = *commit,
		.author = clean_text(a, git_commit_author(c)->name),
		.summary = clean_text(a, git_commit_summary(c)),
		.time_s = git_commit_time(c),
		.parents = repo_is_cut(r, commit) ? 0 : git_commit_parentcount(c),
	};
	return true;
}

bool repo_hooks(const struct repo *r, struct buf *path, struct err *err)
{
	git_config *config = NULL;
	git_buf set = { 0 };
	int rc = git_repository_config(&config, r->git);

	if (rc)
		return repo_fail(err, rc, "read git's configuration");
	/* As a path: with ~ for home. */
	if (!git_config_get_path(&set, config, "core.hookspath") && set.size) {
		if (*set.ptr != '/')
			buf_printf(path, "%s/", r->root ? r->root : git_repository_path(r->git));
		buf_puts(path, set.ptr);
	} else {
		buf_printf(path, "%shooks", git_repository_commondir(r->git));
	}
	git_buf_dispose(&set);
	git_config_free(config);
	return true;
}

bool repo_use_index(const struct repo *r, const char *path, struct err *err)
{
	git_index *index = NULL;
	int rc = git_index_open(&index, path);

	if (!rc)
		rc = git_repository_set_index(r->git, index);
	git_index_free(index);
	return !rc || repo_fail(err, rc, "read what is staged");
}

void repo_put_library(struct buf *out)
{
	int major, minor, patch;

	git_libgit2_version(&major, &minor, &patch);
	buf_printf(out, "libgit2 %d.%d.%d", major, minor, patch);
}
