#include "unit.h"

#include "history.h"

#include "base/vec.h"
#include "vcs/blame.h"

#define GO_MOD  "module example.com/m\n\ngo 1.26\n"
#define GO_TEST "package m\n\nfunc TestAll(t *testing.T) {\n\tfetchAll(3)\n}\n"

/* The leak that all histories below end with. */
#define FETCH_WITH(make, wait)            \
	"package m\n"                     \
	"\n"                              \
	"func fetchAll(n int) int {\n"    \
	"\tout := " make "\n"             \
	"\tctx, cancel := later()\n"      \
	"\tdefer cancel()\n"              \
	"\tgo func() {\n"                 \
	"\t\tout <- get(ctx)\n"           \
	"\t}()\n" wait "\treturn <-out\n" \
	"}\n"                             \
	"\n"                              \
	"func other() {}\n"

#define FETCH FETCH_WITH("make(chan int)", "")

struct fixture {
	struct history h;
	struct repo repo;
	struct run_file run;
	struct blame_facts facts;
	struct err err;
	char file[128], test_file[128];
};

static void set_up(struct fixture *f)
{
	*f = (struct fixture){ 0 };
	history_begin(&f->h);
	history_write(&f->h, "go.mod", GO_MOD);
	history_write(&f->h, "m_test.go", GO_TEST);
}

static void tear_down(struct fixture *f)
{
	/* Items of lists are in the arena. */
	run_file_release(&f->run);
	repo_close(&f->repo);
	history_end(&f->h);
}

static struct place place(struct fixture *f, const char *file, const char *function, uint32_t line,
			  const char *source)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", f->h.folder, file);
	return (struct place){ .function = function,
			       .file = arena_strndup(&f->run.arena, path, strlen(path)),
			       .line = line,
			       .source = source,
			       .cases = "" };
}

/* A run of what the folder holds: fetchAll's goroutine waits. line is that of the go
 * statement in file. */
static void run_at(struct fixture *f, const char *file, uint32_t line)
{
	struct finding leak = { .package = "example.com/m",
				.test = "TestAll",
				.status = STATUS_LEAK,
				.count = 1,
				.key = "12345678",
				.suspect_note = "" };

	f->run.run = (struct run_record){
		.schema = 1, .module = "example.com/m", .dir = f->h.folder, .head = ""
	};
	leak.created_at = place(f, file, "example.com/m.fetchAll", line, "go func() {");
	leak.user_at = leak.created_at;
	leak.blocked_at =
	    place(f, file, "example.com/m.fetchAll.func1", line + 1, "out <- get(ctx)");
	leak.chain.items = arena_alloc(&f->run.arena, 2 * sizeof(struct place));
	leak.chain.items[0] = place(f, "m_test.go", "example.com/m.TestAll", 4, "fetchAll(3)");
	leak.chain.items[1] = leak.created_at;
	leak.chain.len = 2;
	leak.stack.items = arena_alloc(&f->run.arena, sizeof(struct place));
	leak.stack.items[0] = leak.blocked_at;
	leak.stack.len = 1;
	f->run.findings.len = 0;
	VEC_PUSH(&f->run.findings, leak);
}

static bool blame(struct fixture *f, const char *since)
{
	struct blame_spec spec = { .repo = &f->repo, .since = since };

	if (!f->repo.git)
		history_open(&f->h, &f->repo);
	f->err = (struct err){ 0 };
	return blame_run(&f->run, &spec, &f->facts, &f->err);
}

static const struct finding *leak(const struct fixture *f)
{
	return &f->run.findings.items[0];
}

static const struct suspect_commit *suspect(const struct fixture *f, size_t i)
{
	assert_true(i < leak(f)->suspect_commits.len);
	return &leak(f)->suspect_commits.items[i];
}

static void assert_first(const struct fixture *f, const struct sha *sha, const char *reason,
			 const char *file, uint32_t line)
{
	const struct suspect_commit *c = suspect(f, 0);

	assert_string_equal(c->sha, sha->hex);
	assert_true(c->reasons.len >= 1);
	assert_string_equal(c->reasons.items[0].text, reason);
	assert_string_equal(c->reasons.items[0].file, file);
	assert_int_equal(c->reasons.items[0].line, line);
}

static void who_writes_the_go_statement_is_first(void **state)
{
	struct fixture f;
	struct sha sha;

	(void)state;
	set_up(&f);
	history_write(&f.h, "m.go", "package m\n\nfunc other() {}\n");
	history_commit(&f.h, "begin");
	history_write(&f.h, "m.go", FETCH);
	sha = history_commit_by(&f.h, "Bob", "m: fetch all", NULL);
	history_write(&f.h, "n.go", "package m\n");
	history_commit(&f.h, "noise");
	run_at(&f, "m.go", 7);
	assert_true(blame(&f, NULL));
	assert_first(&f, &sha, "adds the go statement", "m.go", 7);
	assert_string_equal(suspect(&f, 0)->author, "Bob");
	assert_string_equal(suspect(&f, 0)->summary, "m: fetch all");
	assert_string_equal(suspect(&f, 0)->date, "2023-11-15T22:13:20Z");
	assert_string_equal(suspect(&f, 0)->reasons.items[1].text, "adds the line that blocks");
	assert_string_equal(leak(&f)->suspect_note, "");
	assert_string_equal(f.facts.words, "in the last 3 commits");
	assert_int_equal(f.facts.commits, 3);
	tear_down(&f);
}

/* The go statement was right until something was taken away. */
static void who_breaks_it_comes_before_who_wrote_it(void **state)
{
	static const struct {
		const char *before, *reason;
		uint32_t line;
	} cases[] = {
		{ FETCH_WITH("make(chan int, n)", ""), "changes a channel: out := make(chan int)",
		  4 },
		{ FETCH_WITH("make(chan int)", "\tdefer wait.Wait()\n"),
		  "takes away: defer wait.Wait()", 10 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fixture f;
		struct sha first, sha;

		set_up(&f);
		history_write(&f.h, "m.go", cases[i].before);
		first = history_commit(&f.h, "begin");
		history_write(&f.h, "m.go", FETCH);
		sha = history_commit(&f.h, "tidy up");
		run_at(&f, "m.go", 7);
		assert_true(blame(&f, NULL));
		assert_first(&f, &sha, cases[i].reason, "m.go", cases[i].line);
		assert_string_equal(suspect(&f, 1)->sha, first.hex);
		/* Nothing outside of the range is named. */
		assert_true(blame(&f, "HEAD~1"));
		assert_int_equal(leak(&f)->suspect_commits.len, 1);
		assert_first(&f, &sha, cases[i].reason, "m.go", cases[i].line);
		tear_down(&f);
	}
}

static void an_early_return_is_a_reason(void **state)
{
	struct fixture f;
	struct sha sha;

	(void)state;
	set_up(&f);
	history_write(&f.h, "m.go", FETCH);
	history_commit(&f.h, "begin");
	history_write(&f.h, "m.go",
		      FETCH_WITH("make(chan int)", "\tif n > 2 {\n\t\treturn 0\n\t}\n"));
	sha = history_commit(&f.h, "m: not so many");
	run_at(&f, "m.go", 7);
	assert_true(blame(&f, NULL));
	assert_first(&f, &sha, "adds a return: return 0", "m.go", 11);
	tear_down(&f);
}

static void what_is_not_committed_is_a_suspect(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	history_write(&f.h, "m.go", FETCH_WITH("make(chan int, n)", ""));
	history_commit(&f.h, "begin");
	history_write(&f.h, "m.go", FETCH);
	run_at(&f, "m.go", 7);
	assert_true(blame(&f, "HEAD"));
	assert_int_equal(leak(&f)->suspect_commits.len, 1);
	assert_string_equal(suspect(&f, 0)->sha, "");
	assert_string_equal(suspect(&f, 0)->summary, "your working tree: not committed");
	assert_string_equal(suspect(&f, 0)->reasons.items[0].text,
			    "changes a channel: out := make(chan int)");
	/* A file that git does not know yet. */
	history_write(&f.h, "new.go", FETCH);
	run_at(&f, "new.go", 7);
	assert_true(blame(&f, "HEAD"));
	assert_string_equal(suspect(&f, 0)->sha, "");
	assert_string_equal(suspect(&f, 0)->reasons.items[0].file, "new.go");
	tear_down(&f);
}

static void who_moves_or_indents_is_no_suspect(void **state)
{
	struct fixture f;
	struct sha sha;

	(void)state;
	set_up(&f);
	history_write(&f.h, "m.go", "package m\n");
	history_commit(&f.h, "begin");
	history_write(&f.h, "m.go", FETCH);
	sha = history_commit(&f.h, "m: fetch all");
	history_write(&f.h, "m.go", NULL);
	history_write(&f.h, "sub/moved.go", FETCH);
	history_commit(&f.h, "move");
	history_write(&f.h, "sub/moved.go",
		      "package m\n\n// fetchAll fetches.\nfunc fetchAll(n int) int {\n"
		      "\t\tout  := make(chan int)\n\tctx, cancel := later()\n\n\tdefer cancel()\n"
		      "\tgo func() {\n\t\t\tout <- get(ctx)\n\t}()\n\treturn <-out\n}\n");
	history_commit(&f.h, "indent and say what it is");
	run_at(&f, "sub/moved.go", 9);
	assert_true(blame(&f, "HEAD~3"));
	assert_int_equal(leak(&f)->suspect_commits.len, 1);
	assert_first(&f, &sha, "adds the go statement", "m.go", 7);
	/* Not even when what is asked about came before. */
	assert_true(blame(&f, "HEAD~2"));
	assert_int_equal(leak(&f)->suspect_commits.len, 0);
	assert_non_null(strstr(leak(&f)->suspect_note, "not introduced since HEAD~2 ("));
	assert_non_null(strstr(leak(&f)->suspect_note, "; the go statement is from "));
	assert_non_null(strstr(leak(&f)->suspect_note, ", 2023-11-15, Ann"));
	tear_down(&f);
}

/* Not only whole files move. */
static void who_moves_a_function_is_no_suspect(void **state)
{
	struct fixture f;
	struct sha sha;

	(void)state;
	set_up(&f);
	history_write(&f.h, "n.go", "package m\n\nvar n, a, b, c, d, e = 1, 2, 3, 4, 5, 6\n");
	history_commit(&f.h, "begin");
	history_write(&f.h, "m.go", FETCH);
	sha = history_commit(&f.h, "m: fetch all");
	history_write(&f.h, "m.go", "package m\n\nfunc other() {}\n");
	history_write(&f.h, "n.go",
		      FETCH "\nvar n, a, b, c, d, e = 1, 2, 3, 4, 5, 6\n\nfunc more() {}\n");
	history_commit(&f.h, "sort");
	run_at(&f, "n.go", 7);
	assert_true(blame(&f, "HEAD~2"));
	assert_int_equal(leak(&f)->suspect_commits.len, 1);
	assert_first(&f, &sha, "adds the go statement", "m.go", 7);
	assert_string_equal(suspect(&f, 0)->reasons.items[1].text, "adds the line that blocks");
	/* One that was changed on the way is. */
	history_write(&f.h, "n.go", "package m\n");
	history_write(&f.h, "o.go",
		      FETCH_WITH("make(chan int)", "\tif n > 2 {\n\t\treturn 0\n\t}\n"));
	sha = history_commit(&f.h, "sort again");
	run_at(&f, "o.go", 7);
	assert_true(blame(&f, "HEAD~1"));
	assert_int_equal(leak(&f)->suspect_commits.len, 1);
	assert_first(&f, &sha, "adds a return: return 0", "o.go", 11);
	tear_down(&f);
}

static void who_moves_a_function_to_another_folder_is_no_suspect(void **state)
{
	struct fixture f;
	struct sha sha;

	(void)state;
	set_up(&f);
	history_write(&f.h, "n.go", "package m\n\nvar n, a, b, c, d, e = 1, 2, 3, 4, 5, 6\n");
	history_commit(&f.h, "begin");
	history_write(&f.h, "old.go", FETCH);
	sha = history_commit(&f.h, "m: fetch all");
	history_write(&f.h, "old.go", "package m\n\nfunc other() {}\n");
	history_write(&f.h, "sub/new.go",
		      FETCH "\nvar n, a, b, c, d, e = 1, 2, 3, 4, 5, 6\n\nfunc more() {}\n");
	history_commit(&f.h, "a package of its own");
	run_at(&f, "sub/new.go", 7);
	assert_true(blame(&f, "HEAD~2"));
	assert_int_equal(leak(&f)->suspect_commits.len, 1);
	assert_first(&f, &sha, "adds the go statement", "old.go", 7);
	/* Another function of that name is no move. */
	history_write(&f.h, "sub/new.go", "package m\n\nfunc more() {}\n");
	history_write(&f.h, "deep/er.go",
		      "package deep\n\nfunc fetchAll() {\n\ta := 7\n\tb := 8\n\tgo func() {\n"
		      "\t\tout <- get(ctx)\n\t}()\n\twait(1, a)\n\tstop(b)\n\tend()\n}\n");
	sha = history_commit(&f.h, "another one");
	run_at(&f, "deep/er.go", 6);
	assert_true(blame(&f, "HEAD~1"));
	assert_first(&f, &sha, "adds the go statement", "deep/er.go", 6);
	tear_down(&f);
}

static void a_merge_leads_to_the_branch_it_came_from(void **state)
{
	struct fixture f;
	struct sha base, sha, merged;

	(void)state;
	set_up(&f);
	history_write(&f.h, "m.go", FETCH_WITH("make(chan int, n)", ""));
	base = history_commit(&f.h, "begin");
	history_ref(&f.h, "refs/heads/branch", &base);
	history_switch(&f.h, "refs/heads/branch");
	history_write(&f.h, "m.go", FETCH);
	sha = history_commit(&f.h, "tidy up on a branch");
	history_switch(&f.h, "refs/heads/main");
	history_write(&f.h, "n.go", "package m\n");
	history_commit(&f.h, "meanwhile");
	history_write(&f.h, "m.go", FETCH);
	merged = history_commit_by(&f.h, "Ann", "merge branch", &sha);
	run_at(&f, "m.go", 7);
	assert_true(blame(&f, base.hex));
	assert_int_equal(f.facts.commits, 3);
	assert_first(&f, &sha, "changes a channel: out := make(chan int)", "m.go", 4);
	assert_int_equal(leak(&f)->suspect_commits.len, 1);
	/* Along first parents it is the merge. */
	assert_true(blame(&f, NULL));
	assert_string_equal(suspect(&f, 0)->sha, merged.hex);
	tear_down(&f);
}

static void what_both_parents_had_is_the_merge_s_to_lose(void **state)
{
	struct fixture f;
	struct sha base, side, merge;

	(void)state;
	set_up(&f);
	history_write(&f.h, "m.go", FETCH_WITH("make(chan int)", "\tdefer wait.Wait()\n"));
	base = history_commit(&f.h, "begin");
	history_ref(&f.h, "refs/heads/branch", &base);
	history_switch(&f.h, "refs/heads/branch");
	history_write(
	    &f.h, "m.go",
	    "// Package m fetches.\n" FETCH_WITH("make(chan int)", "\tdefer wait.Wait()\n"));
	side = history_commit(&f.h, "say what it is");
	history_switch(&f.h, "refs/heads/main");
	history_write(&f.h, "m.go",
		      FETCH_WITH("make(chan int)", "\tdefer wait.Wait()\n") "\nvar last = 1\n");
	history_commit(&f.h, "meanwhile");
	history_write(&f.h, "m.go", "// Package m fetches.\n" FETCH "\nvar last = 1\n");
	merge = history_commit_by(&f.h, "Ann", "merge branch", &side);
	run_at(&f, "m.go", 8);
	assert_true(blame(&f, base.hex));
	assert_int_equal(leak(&f)->suspect_commits.len, 1);
	assert_first(&f, &merge, "takes away: defer wait.Wait()", "m.go", 10);
	tear_down(&f);
}

static void commits_that_the_user_ignores_are_no_suspects(void **state)
{
	struct fixture f;
	struct sha first, sha;
	char text[128];

	(void)state;
	set_up(&f);
	history_write(&f.h, "m.go", FETCH_WITH("make(chan int, n)", ""));
	first = history_commit(&f.h, "begin");
	history_write(&f.h, "m.go", FETCH);
	sha = history_commit(&f.h, "m: rewrite everything");
	snprintf(text, sizeof(text), "# all of it\n%s # big\n", sha.hex);
	run_at(&f, "m.go", 7);
	history_write(&f.h, ".git-blame-ignore-revs", text);
	assert_true(blame(&f, NULL));
	assert_int_equal(leak(&f)->suspect_commits.len, 1);
	assert_string_equal(suspect(&f, 0)->sha, first.hex);
	history_write(&f.h, ".git-blame-ignore-revs", "");
	assert_true(blame(&f, NULL));
	assert_string_equal(suspect(&f, 0)->sha, sha.hex);
	history_config(&f.h, "blame.ignoreRevsFile", "lists/skip");
	history_write(&f.h, "lists/skip", text);
	repo_close(&f.repo);
	assert_true(blame(&f, NULL));
	assert_string_equal(suspect(&f, 0)->sha, first.hex);
	tear_down(&f);
}

static void a_dependency_s_new_version_is_a_reason(void **state)
{
	struct fixture f;
	struct sha sha;
	struct finding *l;

	(void)state;
	set_up(&f);
	history_write(&f.h, "m.go", FETCH);
	history_write(&f.h, "go.mod", GO_MOD "\nrequire (\n\texample.com/dep v1.0.0\n)\n");
	history_commit(&f.h, "begin");
	history_write(&f.h, "go.mod",
		      GO_MOD "\nrequire (\n\texample.com/dep v1.1.0 // indirect\n)\n");
	sha = history_commit(&f.h, "newer dep");
	run_at(&f, "m.go", 7);
	l = &f.run.findings.items[0];
	l->created_at = (struct place){ .function = "example.com/dep/pool.Start",
					.file = "/root/go/pkg/mod/example.com/dep@v1.1.0/pool/p.go",
					.line = 3,
					.source = "go run()",
					.cases = "" };
	assert_true(blame(&f, "HEAD~1"));
	assert_first(&f, &sha, "changes example.com/dep v1.0.0 to v1.1.0", "go.mod", 6);
	tear_down(&f);
}

static void a_shallow_clone_says_what_is_missing(void **state)
{
	struct fixture f;
	struct sha sha;
	char line[SHA_LEN + 2];

	(void)state;
	set_up(&f);
	history_write(&f.h, "m.go", FETCH);
	history_commit(&f.h, "begin");
	history_write(&f.h, "n.go", "package m\n");
	sha = history_commit(&f.h, "noise");
	history_write(&f.h, "n.go", "package m\n\nvar n int\n");
	history_commit(&f.h, "more noise");
	snprintf(line, sizeof(line), "%s\n", sha.hex);
	history_write(&f.h, ".git/shallow", line);
	run_at(&f, "m.go", 7);
	assert_true(blame(&f, NULL));
	assert_true(f.facts.shallow);
	assert_int_equal(f.facts.commits, 2);
	assert_int_equal(leak(&f)->suspect_commits.len, 0);
	assert_non_null(strstr(leak(&f)->suspect_note, "fetch-depth: 0"));
	tear_down(&f);
}

static void lines_are_found_again_where_the_file_changed_since(void **state)
{
	struct fixture f;
	struct sha sha;

	(void)state;
	set_up(&f);
	history_write(&f.h, "m.go", "package m\n");
	history_commit(&f.h, "begin");
	history_write(&f.h, "m.go", FETCH);
	sha = history_commit(&f.h, "m: fetch all");
	run_at(&f, "m.go", 7);
	history_write(&f.h, "m.go", "// Package m fetches.\n//\n// A lot.\n" FETCH);
	assert_true(blame(&f, NULL));
	assert_first(&f, &sha, "adds the go statement", "m.go", 7);
	tear_down(&f);
}

static void code_of_others_says_so(void **state)
{
	struct fixture f;
	struct finding *l;

	(void)state;
	set_up(&f);
	history_commit(&f.h, "begin");
	run_at(&f, "m.go", 7);
	l = &f.run.findings.items[0];
	l->created_at = l->user_at = l->blocked_at = (struct place){
		.function = "x.F", .file = "/nowhere/x.go", .line = 1, .source = "", .cases = ""
	};
	l->chain.len = l->stack.len = 0;
	assert_true(blame(&f, NULL));
	assert_string_equal(l->suspect_note, "none of its code is in this repository");
	tear_down(&f);
}

static void an_unknown_revision_changes_nothing(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	history_write(&f.h, "m.go", FETCH);
	history_commit(&f.h, "begin");
	run_at(&f, "m.go", 7);
	assert_false(blame(&f, "no such"));
	assert_int_equal(f.err.code, ERR_USAGE);
	assert_int_equal(leak(&f)->suspect_commits.len, 0);
	f.run.run.head = "0123456789012345678901234567890123456789";
	assert_false(blame(&f, NULL));
	assert_non_null(strstr(f.err.msg, "the run was at a commit that is not here"));
	tear_down(&f);
}

static void the_deadline_is_kept_and_said(void **state)
{
	struct fixture f;
	struct blame_spec spec = { .repo = &f.repo, .deadline_ns = 1 };

	(void)state;
	set_up(&f);
	history_write(&f.h, "m.go", FETCH);
	history_commit(&f.h, "begin");
	history_write(&f.h, "n.go", "package m\n");
	history_commit(&f.h, "noise");
	run_at(&f, "m.go", 7);
	history_open(&f.h, &f.repo);
	assert_true(blame_run(&f.run, &spec, &f.facts, &f.err));
	assert_true(f.facts.late);
	assert_string_equal(leak(&f)->suspect_note,
			    "stopped to look: 1 of 2 commits were not looked at in time");
	tear_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_writes_the_go_statement_is_first),
		cmocka_unit_test(who_breaks_it_comes_before_who_wrote_it),
		cmocka_unit_test(an_early_return_is_a_reason),
		cmocka_unit_test(what_is_not_committed_is_a_suspect),
		cmocka_unit_test(who_moves_or_indents_is_no_suspect),
		cmocka_unit_test(who_moves_a_function_is_no_suspect),
		cmocka_unit_test(who_moves_a_function_to_another_folder_is_no_suspect),
		cmocka_unit_test(a_merge_leads_to_the_branch_it_came_from),
		cmocka_unit_test(what_both_parents_had_is_the_merge_s_to_lose),
		cmocka_unit_test(commits_that_the_user_ignores_are_no_suspects),
		cmocka_unit_test(a_dependency_s_new_version_is_a_reason),
		cmocka_unit_test(a_shallow_clone_says_what_is_missing),
		cmocka_unit_test(lines_are_found_again_where_the_file_changed_since),
		cmocka_unit_test(code_of_others_says_so),
		cmocka_unit_test(an_unknown_revision_changes_nothing),
		cmocka_unit_test(the_deadline_is_kept_and_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
