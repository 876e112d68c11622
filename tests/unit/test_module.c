#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "gotest/module.h"
#include "unit.h"

static void expect_line(const char *line, const char *path)
{
	struct str got = module_of_line(str_of(line));

	if (!str_is(got, path))
		fail_msg("'%s' gave '%.*s'", line, (int)got.n, got.p ? got.p : "");
}

static void the_directive_is_read(void **state)
{
	(void)state;
	expect_line("module example.com/m", "example.com/m");
	expect_line("module\texample.com/m\r\n", "example.com/m");
	expect_line("  module   example.com/m  ", "example.com/m");
	expect_line("module \"example.com/m\"", "example.com/m");
	expect_line("module `example.com/m`\n", "example.com/m");
	expect_line("module \"\"", "");
	expect_line("module m // Deprecated: no", "m");
	expect_line("module example.com/m//nothing", "example.com/m");
	expect_line("module a/b/", "a/b/");
}

static void other_lines_are_not(void **state)
{
	(void)state;
	expect_line("", "");
	expect_line("module", "");
	expect_line("module ", "");
	expect_line("modules example.com/m", "");
	expect_line("// module example.com/m", "");
	expect_line("require example.com/m v1.0.0", "");
	expect_line("go 1.22", "");
}

/* A folder for one test, with go.mod files below it. */
struct tree {
	char root[64];
	struct arena arena;
};

static void make_folders(const struct tree *t, const char *below)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s/", t->root, below);
	for (char *at = path + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(path, 0755);
		*at = '/';
	}
}

static void write_file(const struct tree *t, const char *folder, const char *text)
{
	char path[512];
	FILE *f;

	make_folders(t, folder);
	snprintf(path, sizeof(path), "%s/%s/go.mod", t->root, folder);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	fclose(f);
}

static void plant(struct tree *t)
{
	*t = (struct tree){ .root = "/tmp/module.XXXXXX" };
	assert_non_null(mkdtemp(t->root));
}

static void fell(struct tree *t)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", t->root);
	assert_int_equal(system(command), 0);
	arena_clear(&t->arena);
}

static void expect_place(struct tree *t, const char *below, const char *module, const char *import)
{
	struct module_place p = { 0 };
	char dir[512];

	snprintf(dir, sizeof(dir), "%s/%s", t->root, below);
	assert_true(module_locate(dir, &t->arena, &p));
	assert_string_equal(p.module, module);
	assert_string_equal(p.import, import);
}

static void a_folder_belongs_to_the_nearest_module(void **state)
{
	struct tree t;

	(void)state;
	plant(&t);
	write_file(&t, "m", "// Package m.\nmodule example.com/m\n\ngo 1.22\n");
	write_file(&t, "m/tools", "module example.com/tools\n");
	write_file(&t, "m/broken", "go 1.22\n");
	expect_place(&t, "m", "example.com/m", "example.com/m");
	expect_place(&t, "m/a/b", "example.com/m", "example.com/m/a/b");
	expect_place(&t, "m/tools/x", "example.com/tools", "example.com/tools/x");
	expect_place(&t, "m/broken/x", "example.com/m", "example.com/m/broken/x");
	expect_place(&t, "m/vendor/other.org/v", "example.com/m", "other.org/v");
	fell(&t);
}

static void without_a_module_nothing_is_said(void **state)
{
	struct module_place p = { 0 };
	struct tree t;

	(void)state;
	plant(&t);
	assert_false(module_locate(t.root, &t.arena, &p));
	assert_false(module_locate("", &t.arena, &p));
	assert_string_equal(module_of_file("/nowhere/go.mod", &t.arena), "");
	fell(&t);
}

static void the_module_cache_says_it_by_its_paths(void **state)
{
	struct tree t;

	(void)state;
	plant(&t);
	expect_place(&t, "go/pkg/mod/github.com/!big!corp/x@v1.2.3/sub/y", "github.com/BigCorp/x",
		     "github.com/BigCorp/x/sub/y");
	expect_place(&t, "go/pkg/mod/example.com/x@v0.0.1", "example.com/x", "example.com/x");
	expect_place(&t, "go/pkg/mod/example.com/x/v2@v2.0.0/a!b", "example.com/x/v2",
		     "example.com/x/v2/aB");
	fell(&t);
}

static void the_standard_library_has_no_module(void **state)
{
	static const char toolchain[] =
	    "go/pkg/mod/golang.org/toolchain@v0.0.1-go1.22.12.linux-amd64/src";
	struct tree t;
	char below[128];

	(void)state;
	plant(&t);
	write_file(&t, "goroot/src", "module std\n\ngo 1.22\n");
	expect_place(&t, "goroot/src/net/http", "", "net/http");
	write_file(&t, toolchain, "module std\n\ngo 1.22\n");
	snprintf(below, sizeof(below), "%s/net/http", toolchain);
	expect_place(&t, below, "", "net/http");
	fell(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_directive_is_read),
		cmocka_unit_test(other_lines_are_not),
		cmocka_unit_test(a_folder_belongs_to_the_nearest_module),
		cmocka_unit_test(without_a_module_nothing_is_said),
		cmocka_unit_test(the_module_cache_says_it_by_its_paths),
		cmocka_unit_test(the_standard_library_has_no_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
