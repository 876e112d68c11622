#include "vcs/range.h"

#include <stdio.h>

#include "base/utf8.h"
#include "vcs/handle.h"

uint64_t sha_hash(const struct sha *sha)
{
	char front[17];

	memcpy(front, sha->hex, 16);
	front[16] = '\0';
	return strtoull(front, NULL, 16);
}

static void add(struct range *range, const struct sha *commit)
{
	map_set(&range->commits, sha_hash(commit), 1);
	range->len = range->commits.len + (range->commits.has_zero ? 1 : 0);
}

bool range_has(const struct range *range, const struct sha *commit)
{
	return map_find(&range->commits, sha_hash(commit)) != NULL;
}

/* Adds a commit and makes it its first parent; more: there is one. */
static bool next_first(struct range *range, const struct repo *r, struct sha *commit, bool *more,
		       struct err *err)
{
	AUTO_GIT(commit) *c = NULL;

	if (!commit_find(&c, r, commit, err))
		return false;
	add(range, commit);
	range->cut = repo_is_cut(r, commit);
	*more = !range->cut && git_commit_parentcount(c);
	if (*more)
		sha_of(commit, git_commit_parent_id(c, 0));
	return true;
}

static bool commit_time(const struct repo *r, const struct sha *commit, int64_t *time_s,
			struct err *err)
{
	AUTO_GIT(commit) *c = NULL;

	if (!commit_find(&c, r, commit, err))
		return false;
	*time_s = git_commit_time(c);
	return true;
}

/* Along first parents, up to the base, which is not in it; "" : as far as they go. */
static bool walk_first(struct range *range, const struct repo *r, const struct sha *head,
		       const struct sha *base, struct err *err)
{
	struct sha at = *head;
	bool more = !sha_eq(&at, base);

	range->first_parents = true;
	while (more) {
		if (!next_first(range, r, &at, &more, err))
			return false;
		more = more && !sha_eq(&at, base);
	}
	return true;
}

static bool walk_last(struct range *range, const struct repo *r, const struct sha *head,
		      struct err *err)
{
	struct sha at = *head;
	int64_t newest_s = 0, time_s;
	bool more = true;

	if (!commit_time(r, head, &newest_s, err))
		return false;
	time_s = newest_s;
	range->first_parents = true;
	while (more && range->len < RANGE_COMMITS && newest_s - time_s <= RANGE_S)
		if (!next_first(range, r, &at, &more, err) ||
		    (more && !commit_time(r, &at, &time_s, err)))
			return false;
	if (range->len == 1)
		buf_puts(&range->words, "in the only commit");
	else
		buf_printf(&range->words, "in the last %zu commits", range->len);
	return true;
}

static bool walk_all(struct range *range, const struct repo *r, const struct sha *head,
		     const struct sha *base, struct err *err)
{
	AUTO_GIT(revwalk) *walk = NULL;
	git_oid id;
	struct sha commit;
	int rc = git_revwalk_new(&walk, r->git);

	if (!rc && !sha_id(&id, head, err))
		return false;
	rc = rc ? rc : git_revwalk_push(walk, &id);
	if (!rc && !sha_id(&id, base, err))
		return false;
	rc = rc ? rc : git_revwalk_hide(walk, &id);
	while (!rc && !(rc = git_revwalk_next(&id, walk))) {
		sha_of(&commit, &id);
		add(range, &commit);
	}
	return rc == GIT_ITEROVER || repo_fail(err, rc, "cannot walk the history");
}

static bool walk_since(struct range *range, const struct repo *r, const struct sha *head,
		       const struct sha *base, struct err *err)
{
	return r->shallow ? walk_first(range, r, head, base, err)
			  : walk_all(range, r, head, base, err);
}

bool range_make(struct range *range, const struct repo *r, const struct sha *head,
		const char *since, struct err *err)
{
	AUTO_BUF name = { 0 };
	struct sha tip, base = { 0 };
	struct err why;

	if (since) {
		if (!repo_commit(r, since, &tip, err))
			return false;
		utf8_clean(&name, since);
	} else if (!repo_trunk(r, &name, &tip, &why)) {
		return walk_last(range, r, head, err);
	}
	if (!repo_merge_base(r, head, &tip, &base, &why) && !r->shallow) {
		if (since)
			return err_set(err, why.code, "%s", why.msg);
		return walk_last(range, r, head, err);
	}
	/* In the middle of the trunk nothing is ahead of it. */
	if (!since && sha_eq(&base, head))
		return walk_last(range, r, head, err);
	buf_printf(&range->words, "since %s (%.*s)", buf_str(&name), SHA_SHORT_LEN,
		   base.hex[0] ? base.hex : tip.hex);
	return walk_since(range, r, head, &base, err);
}

void range_release(struct range *range)
{
	map_release(&range->commits);
	buf_release(&range->words);
	*range = (struct range){ 0 };
}
