#include "vcs/rewrite.h"

#include "base/vec.h"
#include "vcs/handle.h"

#define LIKE_ENOUGH 50 /* a line that is this much alike is the same, changed */

static struct str trimmed(const char *p, size_t n)
{
	while (n && strchr(" \t\r\n", p[n - 1]) && p[n - 1])
		n--;
	while (n && (*p == ' ' || *p == '\t')) {
		p++;
		n--;
	}
	return (struct str){ p, n };
}

/* Counts them itself: what git says of a hunk counts lines of changed white space, too. */
static bool read_lines(struct rewrite *r, struct hunk *h, git_patch *patch, size_t lines,
		       struct err *err)
{
	for (size_t i = 0; i < lines; i++) {
		const git_diff_line *line;
		int rc = git_patch_get_line_in_hunk(&line, patch, r->len, i);

		if (rc)
			return repo_fail(err, rc, "cannot compare two versions of a file");
		if (line->origin != GIT_DIFF_LINE_DELETION &&
		    line->origin != GIT_DIFF_LINE_ADDITION)
			continue;
		h->old_lines += line->origin == GIT_DIFF_LINE_DELETION;
		h->new_lines += line->origin == GIT_DIFF_LINE_ADDITION;
		VEC_PUSH(&r->lines, trimmed(line->content, line->content_len));
	}
	return true;
}

bool rewrite_read(struct rewrite *r, git_patch *patch, struct err *err)
{
	size_t n = git_patch_num_hunks(patch);

	for (size_t i = 0; i < n; i++) {
		const git_diff_hunk *from;
		size_t lines;
		struct hunk h = { .lines = r->lines.len };
		int rc = git_patch_get_hunk(&from, &lines, patch, i);

		if (rc)
			return repo_fail(err, rc, "cannot compare two versions of a file");
		/* Of no lines, git names the line before them. */
		h.old_first = (uint32_t)from->old_start + (from->old_lines ? 0 : 1);
		h.new_first = (uint32_t)from->new_start + (from->new_lines ? 0 : 1);
		if (!read_lines(r, &h, patch, lines, err))
			return false;
		VEC_PUSH(r, h);
	}
	return true;
}

const struct hunk *rewrite_hunk(const struct rewrite *r, uint32_t new_line)
{
	for (size_t i = 0; i < r->len; i++) {
		const struct hunk *h = &r->items[i];

		if (new_line >= h->new_first && new_line - h->new_first < h->new_lines)
			return h;
	}
	return NULL;
}

struct str hunk_old(const struct rewrite *r, const struct hunk *h, uint32_t i)
{
	return r->lines.items[h->lines + i];
}

struct str hunk_new(const struct rewrite *r, const struct hunk *h, uint32_t i)
{
	return r->lines.items[h->lines + h->old_lines + i];
}

static uint32_t most_alike(const struct rewrite *r, const struct hunk *h, uint32_t new_line)
{
	struct str text = hunk_new(r, h, new_line - h->new_first);
	unsigned int best = 0;
	uint32_t found = 0;

	for (uint32_t i = 0; i < h->old_lines; i++) {
		unsigned int alike = text_likeness(text, hunk_old(r, h, i));

		if (alike < LIKE_ENOUGH || alike <= best)
			continue;
		best = alike;
		found = h->old_first + i;
	}
	return found;
}

uint32_t rewrite_old_line(const struct rewrite *r, uint32_t new_line)
{
	const struct hunk *inside = rewrite_hunk(r, new_line);
	uint32_t old_line = new_line;

	if (inside)
		return most_alike(r, inside, new_line);
	for (size_t i = 0; i < r->len && r->items[i].new_first <= new_line; i++)
		old_line = new_line - (r->items[i].new_first + r->items[i].new_lines) +
			   r->items[i].old_first + r->items[i].old_lines;
	return old_line;
}

void rewrite_release(struct rewrite *r)
{
	VEC_FREE(&r->lines);
	VEC_FREE(r);
}

unsigned int text_likeness(struct str a, struct str b)
{
	size_t least = a.n < b.n ? a.n : b.n, most = a.n < b.n ? b.n : a.n;
	size_t front = 0, back = 0;

	while (front < least && a.p[front] == b.p[front])
		front++;
	while (back < least - front && a.p[a.n - 1 - back] == b.p[b.n - 1 - back])
		back++;
	return most ? (unsigned int)((front + back) * 100 / most) : 100;
}
