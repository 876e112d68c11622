#include "vcs/blame.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/vec.h"
#include "vcs/ignored.h"
#include "vcs/suspects.h"

struct blame {
	struct run_file *run;
	const struct blame_spec *spec;
	struct arena arena;
	struct texts paths;
	struct sha head; /* where the run was */
	bool work_tree;  /* and what was not committed there */
	struct range range;
	struct marks marks;
	struct map ignored;
	struct trail trail;
};

static bool find_head(struct blame *b, struct err *err)
{
	const char *said = b->run->run.head;
	struct sha now;
	struct err why;

	if (!repo_head(b->spec->repo, &now, *said ? &why : err)) {
		if (!*said)
			return false;
		now = (struct sha){ 0 };
	}
	if (!*said)
		b->head = now;
	else if (!repo_commit(b->spec->repo, said, &b->head, err))
		return err_wrap(err, "the run was at a commit that is not here");
	b->work_tree = b->spec->repo->root && sha_eq(&now, &b->head);
	return true;
}

static int compare_paths(const void *one, const void *two)
{
	const struct spot *a = one, *b = two;

	if (a->path != b->path)
		return strcmp(a->path, b->path);
	return a->mark < b->mark ? -1 : a->mark > b->mark;
}

static bool walk(struct blame *b, struct err *err)
{
	CLEANUP(spots_release) struct spots start = { 0 };

	b->trail = (struct trail){ .repo = b->spec->repo,
				   .range = &b->range,
				   .ignored = &b->ignored,
				   .arena = &b->arena,
				   .paths = &b->paths,
				   .deadline_ns = b->spec->deadline_ns };
	for (size_t i = 0; i < b->marks.spots.len; i++)
		VEC_PUSH(&start, b->marks.spots.items[i]);
	if (start.len)
		qsort(start.items, start.len, sizeof(*start.items), compare_paths);
	if (!b->work_tree)
		trail_start(&b->trail, &b->head, &start);
	else if (!trail_start_work_tree(&b->trail, &b->head, &start, err))
		return false;
	return trail_walk(&b->trail, err);
}

/* How many of the links from i on are of the same finding. */
static size_t same_finding(const struct marks *m, size_t i)
{
	size_t n = 1;

	while (i + n < m->links.len && m->links.items[i + n].finding == m->links.items[i].finding)
		n++;
	return n;
}

static bool rank(struct blame *b, struct err *err)
{
	struct suspects_spec spec = { b->spec->repo, &b->marks, &b->trail, b->run };
	size_t n;

	for (size_t i = 0; i < b->marks.links.len; i += n) {
		n = same_finding(&b->marks, i);
		if (!suspects_rank(&spec, &b->marks.links.items[i], n, err))
			return false;
	}
	return true;
}

/* --- leaks without a suspect -------------------------------------------------------------- */

static bool has_no_suspect(const struct blame *b, const struct link *l)
{
	return !b->run->findings.items[l->finding].suspect_commits.len;
}

static bool find_origins(struct blame *b, struct err *err)
{
	bool *wanted = arena_alloc(&b->arena, b->marks.spots.len + 1);
	bool any = false;

	for (size_t i = 0; i < b->marks.links.len; i++) {
		const struct link *l = &b->marks.links.items[i];

		if (l->role != ROLE_GO || !has_no_suspect(b, l))
			continue;
		wanted[l->mark] = true;
		any = true;
	}
	return !any || trail_go_beyond(&b->trail, wanted, err);
}

/* The commit that a line is from, NULL: not found. */
static const struct sha *origin_of(const struct blame *b, const struct link *links, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (links[i].role != ROLE_GO)
			continue;
		for (size_t k = 0; k < b->trail.touches.len; k++)
			if (b->trail.touches.items[k].mark == links[i].mark)
				return &b->trail.commits.items[b->trail.touches.items[k].commit];
	}
	return NULL;
}

static void put_origin(struct blame *b, const struct link *links, size_t n, struct buf *note)
{
	const struct sha *origin = origin_of(b, links, n);
	struct commit_facts facts;
	struct err why;
	char day[32];

	if (origin && repo_facts(b->spec->repo, origin, &b->arena, &facts, &why)) {
		buf_printf(note, "; the go statement is from %.*s, %s, %s", SHA_SHORT_LEN,
			   facts.sha.hex, day_format(facts.time_s, day), facts.author);
	} else if (b->trail.cut) {
		buf_puts(note, "; the go statement is older than this shallow clone");
	}
}

static void put_walked(const struct blame *b, struct buf *note)
{
	size_t left = b->range.len > b->trail.walked ? b->range.len - b->trail.walked : 0;

	buf_printf(note, "stopped to look: %zu of %zu commits were not looked at in time", left,
		   b->range.len);
}

static void note(struct blame *b, const struct link *links, size_t n, bool late)
{
	struct finding *f = &b->run->findings.items[links[0].finding];
	AUTO_BUF text = { 0 };

	if (late) {
		put_walked(b, &text);
	} else if (!f->suspect_commits.len && b->range.cut) {
		buf_puts(&text, "not known: this shallow clone has too little of the history "
				"('fetch-depth: 0' or 'git fetch --unshallow' gets the rest)");
	} else if (!f->suspect_commits.len) {
		buf_printf(&text, "not introduced %s", buf_str(&b->range.words));
		put_origin(b, links, n, &text);
	} else if (b->range.cut) {
		buf_puts(&text, "this shallow clone ends before the range does ('fetch-depth: 0' "
				"or 'git fetch --unshallow' gets the rest)");
	}
	f->suspect_note = arena_strndup(&b->run->arena, buf_str(&text), text.len);
}

/* Leaks of which nothing is in the repository have no links. */
static void note_strangers(struct blame *b)
{
	for (size_t i = 0; i < b->run->findings.len; i++) {
		struct finding *f = &b->run->findings.items[i];

		if (f->status == STATUS_LEAK)
			f->suspect_note = "none of its code is in this repository";
	}
}

static bool explain(struct blame *b, struct err *err)
{
	bool late = b->trail.late;
	size_t n;

	if (!late && !find_origins(b, err))
		return false;
	note_strangers(b);
	for (size_t i = 0; i < b->marks.links.len; i += n) {
		n = same_finding(&b->marks, i);
		note(b, &b->marks.links.items[i], n, late);
	}
	return true;
}

static void forget(struct run_file *run)
{
	for (size_t i = 0; i < run->findings.len; i++) {
		run->findings.items[i].suspect_commits = (struct suspect_commits){ 0 };
		run->findings.items[i].suspect_note = "";
	}
}

static bool look(struct blame *b, struct err *err)
{
	struct marks_spec m = {
		.repo = b->spec->repo, .run = b->run, .arena = &b->arena, .paths = &b->paths
	};

	b->paths.arena = &b->arena;
	if (!find_head(b, err) ||
	    !range_make(&b->range, b->spec->repo, &b->head, b->spec->since, err))
		return false;
	m.start = b->head;
	m.disk = b->work_tree;
	marks_make(&b->marks, &m);
	ignored_find(&b->ignored, b->spec->repo);
	forget(b->run);
	return walk(b, err) && rank(b, err) && explain(b, err);
}

bool blame_run(struct run_file *run, const struct blame_spec *spec, struct blame_facts *facts,
	       struct err *err)
{
	struct blame b = { .run = run, .spec = spec };
	bool ok = look(&b, err);

	if (ok) {
		*facts = (struct blame_facts){ .commits = b.range.len,
					       .late = b.trail.late && !b.trail.beyond,
					       .shallow = b.range.cut };
		snprintf(facts->words, sizeof(facts->words), "%s", buf_str(&b.range.words));
	} else {
		forget(run);
	}
	trail_release(&b.trail);
	marks_release(&b.marks);
	range_release(&b.range);
	map_release(&b.ignored);
	texts_release(&b.paths);
	arena_clear(&b.arena);
	return ok;
}
