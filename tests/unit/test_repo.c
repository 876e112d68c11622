#include "unit.h"

#include "history.h"

struct fixture {
	struct history h;
	struct repo repo;
	struct err err;
	struct sha first, second;
};

static void set_up(struct fixture *f)
{
	*f = (struct fixture){ 0 };
	history_begin(&f->h);
	history_write(&f->h, "pkg/m.go", "package m\n");
	f->first = history_commit(&f->h, "m: begin\n\nThe rest.\n");
	history_write(&f->h, "pkg/m.go", "package m\n\nvar x = 1\n");
	f->second = history_commit(&f->h, "m: go on");
	history_open(&f->h, &f->repo);
}

static void tear_down(struct fixture *f)
{
	repo_close(&f->repo);
	history_end(&f->h);
}

/* Of the sanitizer: git_repository_set_workdir() of libgit2 1.5.1 loses 24 bytes. */
extern void __lsan_disable(void) __attribute__((weak));
extern void __lsan_enable(void) __attribute__((weak));

#define assert_sha(a, b) assert_string_equal((a).hex, (b).hex)

static bool open_at(struct fixture *f, const char *under, const char *git_dir, const char *tree)
{
	char dir[128];
	struct repo_spec spec = { .dir = dir, .git_dir = git_dir, .work_tree = tree };

	repo_close(&f->repo);
	f->err = (struct err){ 0 };
	snprintf(dir, sizeof(dir), "%s%s", f->h.folder, under);
	return repo_open(&f->repo, &spec, &f->err);
}

static void is_found_from_folders_below(void **state)
{
	struct fixture f;
	struct sha head;

	(void)state;
	set_up(&f);
	assert_true(open_at(&f, "/pkg", NULL, NULL));
	assert_string_equal(f.repo.root, f.h.folder);
	assert_false(f.repo.shallow);
	assert_true(repo_head(&f.repo, &head, &f.err));
	assert_sha(head, f.second);
	tear_down(&f);
}

static void no_repository_is_absent(void **state)
{
	struct repo_spec spec = { .dir = "/" };
	struct repo r = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_false(repo_open(&r, &spec, &err));
	assert_int_equal(err.code, ERR_ABSENT);
	assert_string_equal(err.msg,
			    "not a git repository (or any of the parent directories): .git");
	assert_null(r.git);
	spec.git_dir = "no\x1bwhere";
	assert_false(repo_open(&r, &spec, &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_string_equal(err.msg, "not a git repository: 'no\\x1bwhere' (GIT_DIR)");
	repo_close(&r);
}

static void the_environment_may_name_it(void **state)
{
	struct fixture f;
	char command[256];

	(void)state;
	set_up(&f);
	assert_true(open_at(&f, "", ".git", NULL));
	assert_string_equal(f.repo.root, f.h.folder);
	/* Kept elsewhere, its work tree is where we are, or where GIT_WORK_TREE says. */
	if (__lsan_disable)
		__lsan_disable();
	snprintf(command, sizeof(command), "mv %s/.git %s/kept.git", f.h.folder, f.h.folder);
	assert_int_equal(system(command), 0);
	assert_true(open_at(&f, "", "kept.git", NULL));
	assert_string_equal(f.repo.root, f.h.folder);
	assert_true(open_at(&f, "/pkg", "../kept.git", ".."));
	assert_string_equal(f.repo.root, f.h.folder);
	assert_true(open_at(&f, "/kept.git", NULL, NULL));
	if (__lsan_enable)
		__lsan_enable();
	tear_down(&f);
}

static void linked_work_trees_and_submodules_are_opened(void **state)
{
	struct fixture f;
	char path[128], root[128], command[256];
	git_worktree *tree;
	struct sha head;

	(void)state;
	set_up(&f);
	snprintf(path, sizeof(path), "%s/linked", f.h.folder);
	git_ok(git_worktree_add(&tree, f.h.git, "linked", path, NULL));
	git_worktree_free(tree);
	assert_true(open_at(&f, "/linked/pkg", NULL, NULL));
	assert_string_equal(f.repo.root, path);
	assert_true(repo_head(&f.repo, &head, &f.err));
	assert_sha(head, f.second);
	/* A submodule's .git is a file, too, and names a folder in the outer repository. */
	snprintf(root, sizeof(root), "%s/sub", f.h.folder);
	snprintf(command, sizeof(command),
		 "cd %s && mkdir sub .git/modules && cp -r .git/objects .git/refs .git/HEAD "
		 ".git/config .git/modules",
		 f.h.folder);
	assert_int_equal(system(command), 0);
	history_write(&f.h, "sub/.git", "gitdir: ../.git/modules\n");
	assert_true(open_at(&f, "/sub", NULL, NULL));
	assert_string_equal(f.repo.root, root);
	tear_down(&f);
}

static void revisions_are_git_s(void **state)
{
	struct fixture f;
	struct sha sha;

	(void)state;
	set_up(&f);
	assert_true(repo_commit(&f.repo, "HEAD~1", &sha, &f.err));
	assert_sha(sha, f.first);
	assert_true(repo_commit(&f.repo, "main", &sha, &f.err));
	assert_sha(sha, f.second);
	f.second.hex[9] = '\0';
	assert_true(repo_commit(&f.repo, f.second.hex, &sha, &f.err));
	assert_false(repo_commit(&f.repo, "HEAD~9", &sha, &f.err));
	assert_int_equal(f.err.code, ERR_USAGE);
	assert_string_equal(f.err.msg, "unknown revision 'HEAD~9'");
	assert_false(repo_commit(&f.repo, "no\033such", &sha, &f.err));
	assert_string_equal(f.err.msg, "unknown revision 'no\\x1bsuch'");
	assert_false(repo_commit(&f.repo, "", &sha, &f.err));
	assert_false(repo_commit(&f.repo, "HEAD^{tree}", &sha, &f.err));
	assert_int_equal(f.err.code, ERR_USAGE);
	assert_string_equal(f.err.msg, "'HEAD^{tree}' is no commit");
	tear_down(&f);
}

static void a_branch_without_a_commit_says_so(void **state)
{
	struct history h;
	struct repo r = { 0 };
	struct err err = { 0 };
	struct sha sha;

	(void)state;
	history_begin(&h);
	history_open(&h, &r);
	assert_false(repo_head(&r, &sha, &err));
	assert_int_equal(err.code, ERR_ABSENT);
	assert_string_equal(err.msg, "the branch has no commit yet");
	assert_false(repo_commit(&r, "HEAD", &sha, &err));
	assert_int_equal(err.code, ERR_USAGE);
	repo_close(&r);
	history_end(&h);
}

static void the_trunk_is_upstream_or_default(void **state)
{
	struct fixture f;
	AUTO_BUF name = { 0 };
	struct sha tip, base;

	(void)state;
	set_up(&f);
	assert_true(repo_trunk(&f.repo, &name, &tip, &f.err));
	assert_string_equal(buf_str(&name), "main");
	history_ref(&f.h, "refs/remotes/origin/main", &f.first);
	buf_reset(&name);
	assert_true(repo_trunk(&f.repo, &name, &tip, &f.err));
	assert_string_equal(buf_str(&name), "origin/main");
	assert_sha(tip, f.first);
	assert_true(repo_merge_base(&f.repo, &tip, &f.second, &base, &f.err));
	assert_sha(base, f.first);
	/* Where fix itself is kept is not what it will be merged into. */
	history_ref(&f.h, "refs/heads/fix", &f.second);
	history_ref(&f.h, "refs/remotes/origin/fix", &f.second);
	history_ref(&f.h, "refs/remotes/origin/release", &f.second);
	history_switch(&f.h, "refs/heads/fix");
	history_config(&f.h, "remote.origin.url", "/nowhere");
	history_config(&f.h, "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
	history_config(&f.h, "branch.fix.remote", "origin");
	history_config(&f.h, "branch.fix.merge", "refs/heads/fix");
	buf_reset(&name);
	assert_true(repo_trunk(&f.repo, &name, &tip, &f.err));
	assert_string_equal(buf_str(&name), "origin/main");
	history_config(&f.h, "branch.fix.merge", "refs/heads/release");
	buf_reset(&name);
	assert_true(repo_trunk(&f.repo, &name, &tip, &f.err));
	assert_string_equal(buf_str(&name), "origin/release");
	tear_down(&f);
}

static void no_trunk_is_absent(void **state)
{
	struct fixture f;
	AUTO_BUF name = { 0 };
	struct sha tip;

	(void)state;
	set_up(&f);
	history_ref(&f.h, "refs/heads/work", &f.second);
	history_switch(&f.h, "refs/heads/work");
	git_ok(git_reference_remove(f.h.git, "refs/heads/main"));
	assert_false(repo_trunk(&f.repo, &name, &tip, &f.err));
	assert_int_equal(f.err.code, ERR_ABSENT);
	assert_int_equal(name.len, 0);
	tear_down(&f);
}

static void commits_are_harmless_to_show(void **state)
{
	struct fixture f;
	struct arena arena = { 0 };
	struct commit_facts facts;
	struct sha sha;

	(void)state;
	set_up(&f);
	sha = history_commit_by(&f.h, "Mal\033[31mory\xff", "m: \xe2\x80\xaeodd\a\n\nbody", NULL);
	assert_true(repo_facts(&f.repo, &sha, &arena, &facts, &f.err));
	assert_string_equal(facts.author, "Mal\\x1b[31mory\\xff");
	assert_string_equal(facts.summary, "m: \\u202eodd\\x07");
	assert_int_equal(facts.time_s, HISTORY_START + 2 * 86400);
	assert_int_equal(facts.parents, 1);
	assert_sha(facts.sha, sha);
	arena_clear(&arena);
	tear_down(&f);
}

static void what_is_damaged_is_said(void **state)
{
	struct fixture f;
	struct arena arena = { 0 };
	struct commit_facts facts;
	char path[160];

	(void)state;
	set_up(&f);
	snprintf(path, sizeof(path), ".git/objects/%.2s/%s", f.second.hex, f.second.hex + 2);
	history_write(&f.h, path, NULL);
	history_write(&f.h, path, "no zlib");
	assert_true(open_at(&f, "", NULL, NULL));
	assert_false(repo_facts(&f.repo, &f.second, &arena, &facts, &f.err));
	assert_int_equal(f.err.code, ERR_PARSE);
	assert_non_null(strstr(f.err.msg, f.second.hex));
	tear_down(&f);
}

static void a_cut_history_is_known(void **state)
{
	struct fixture f;
	struct arena arena = { 0 };
	struct commit_facts facts;
	char line[SHA_LEN + 2];

	(void)state;
	set_up(&f);
	snprintf(line, sizeof(line), "%s\n", f.second.hex);
	history_write(&f.h, ".git/shallow", line);
	assert_true(open_at(&f, "", NULL, NULL));
	assert_true(f.repo.shallow);
	assert_true(repo_is_cut(&f.repo, &f.second));
	assert_false(repo_is_cut(&f.repo, &f.first));
	assert_true(repo_facts(&f.repo, &f.second, &arena, &facts, &f.err));
	assert_int_equal(facts.parents, 0);
	arena_clear(&arena);
	tear_down(&f);
}

static void another_owner_is_refused_with_the_way_out(void **state)
{
	struct fixture f;

	(void)state;
	if (geteuid()) {
		skip();
		return;
	}
	set_up(&f);
	assert_int_equal(chown(f.h.folder, 12345, 12345), 0);
	assert_false(open_at(&f, "/pkg", NULL, NULL));
	assert_int_equal(f.err.code, ERR_OS);
	assert_non_null(
	    strstr(f.err.msg, "detected dubious ownership in repository at '/tmp/hist"));
	assert_non_null(strstr(f.err.msg, "git config --global --add safe.directory '/tmp/hist"));
	assert_null(strstr(f.err.msg, ".git'"));
	tear_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_found_from_folders_below),
		cmocka_unit_test(no_repository_is_absent),
		cmocka_unit_test(the_environment_may_name_it),
		cmocka_unit_test(linked_work_trees_and_submodules_are_opened),
		cmocka_unit_test(revisions_are_git_s),
		cmocka_unit_test(a_branch_without_a_commit_says_so),
		cmocka_unit_test(the_trunk_is_upstream_or_default),
		cmocka_unit_test(no_trunk_is_absent),
		cmocka_unit_test(commits_are_harmless_to_show),
		cmocka_unit_test(what_is_damaged_is_said),
		cmocka_unit_test(a_cut_history_is_known),
		cmocka_unit_test(another_owner_is_refused_with_the_way_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
