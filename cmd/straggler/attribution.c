#include "attribution.h"

#include <stdio.h>

#include "base/clock.h"
#include "repository.h"
#include "terminal.h"
#include "vcs/blame.h"

#define TIME_NS (2 * NS_PER_S)

void attribution_begin(struct attribution *a, const char *dir)
{
	*a = (struct attribution){ 0 };
	if (!repository_open(&a->repo, dir, &a->why) || repo_head(&a->repo, &a->head, &a->why))
		return;
	repo_close(&a->repo);
	a->head = (struct sha){ 0 };
}

static bool any_leak(const struct run_file *run)
{
	for (size_t i = 0; i < run->findings.len; i++)
		if (run->findings.items[i].status == STATUS_LEAK)
			return true;
	return false;
}

void attribution_end(struct attribution *a, struct run_file *run, struct run_files *files)
{
	struct blame_spec spec = { .repo = &a->repo, .deadline_ns = clock_now_ns() + TIME_NS };
	struct blame_facts facts;

	if (!any_leak(run) || a->why.code == ERR_ABSENT)
		return;
	if (!a->head.hex[0] || !blame_run(run, &spec, &facts, &a->why)) {
		terminal_line(stderr, "straggler: no suspects: %s", a->why.msg);
		return;
	}
	if (files && !run_files_rewrite(files, run, &a->why)) {
		terminal_line(stderr, "straggler: the run file has no suspects");
		terminal_error(&a->why);
	}
}

void attribution_release(struct attribution *a)
{
	repo_close(&a->repo);
}
