#include "vcs/suspects.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "vcs/blame.h"

/* What one touch weighs. */
enum {
	WEIGHT_GO = 100,
	WEIGHT_BLOCKED = 80,
	WEIGHT_RELEASE = 70,
	WEIGHT_VERSION = 65,
	WEIGHT_CAPACITY = 60,
	WEIGHT_RETURN = 50,
	WEIGHT_TEST = 20,
	WEIGHT_OTHER = 10,
	WEIGHT_MORE = 2,        /* each further reason */
	SHARE_BEFORE_LOSS = 40, /* per cent that is left to who wrote what a later one broke */
};

/* A touch of one of the finding's marks. */
struct hit {
	const struct touch *touch;
	const struct spot *spot;
	enum role role;
	uint32_t weight;
};

struct hits {
	struct hit *items;
	size_t len, cap;
};

static uint32_t weight_of(const struct hit *h)
{
	switch (h->touch->kind) {
	case TOUCH_LINE_NEW:
	case TOUCH_LINE_CHANGED:
		return h->role == ROLE_BLOCKED ? WEIGHT_BLOCKED : WEIGHT_GO;
	case TOUCH_RELEASE:
		return WEIGHT_RELEASE;
	case TOUCH_VERSION:
		return WEIGHT_VERSION;
	case TOUCH_CAPACITY:
		return WEIGHT_CAPACITY;
	case TOUCH_RETURN:
		return h->role == ROLE_TEST ? WEIGHT_TEST : WEIGHT_RETURN;
	case TOUCH_FUNCTION_NEW:
	case TOUCH_FUNCTION:
		return h->role == ROLE_TEST ? WEIGHT_TEST : WEIGHT_OTHER;
	}
	return WEIGHT_OTHER;
}

/* Whether it took away what kept an older go statement right. */
static bool is_loss(const struct hit *h)
{
	return h->touch->kind == TOUCH_RELEASE || h->touch->kind == TOUCH_CAPACITY ||
	       (h->touch->kind == TOUCH_RETURN && h->role != ROLE_TEST);
}

/* The work tree comes last in time; of commits, a higher number is older. */
static int64_t age_of(uint32_t commit)
{
	return commit == TRAIL_WORK_TREE ? -1 : (int64_t)commit;
}

static int compare_hits(const void *one, const void *two)
{
	const struct hit *a = one, *b = two;
	int64_t older = age_of(a->touch->commit) - age_of(b->touch->commit);

	if (older)
		return older < 0 ? -1 : 1;
	return a->weight == b->weight ? 0 : a->weight > b->weight ? -1 : 1;
}

static void find_hits(const struct suspects_spec *spec, const struct link *links, size_t n,
		      struct hits *hits)
{
	const struct touches *touches = &spec->trail->touches;

	for (size_t i = 0; i < touches->len; i++)
		for (size_t k = 0; k < n; k++) {
			struct hit h = { .touch = &touches->items[i], .role = links[k].role };

			if (h.touch->mark != links[k].mark)
				continue;
			h.spot = &spec->marks->spots.items[links[k].mark];
			h.weight = weight_of(&h);
			VEC_PUSH(hits, h);
		}
	if (hits->len)
		qsort(hits->items, hits->len, sizeof(*hits->items), compare_hits);
}

/* --- reasons ----------------------------------------------------------------------------- */

/* "github.com/x/y v1.2.3 // indirect": the version. */
static struct str version_of(const char *line)
{
	const char *v = strstr(line, " v");
	struct str s = { v ? v + 1 : "", 0 };

	while (s.p[s.n] && s.p[s.n] != ' ')
		s.n++;
	return s;
}

static void put_version(struct buf *out, const struct touch *t)
{
	struct str old = version_of(t->was), new = version_of(t->text);

	if (!*t->was) {
		buf_printf(out, "begins to need %s", t->text);
		return;
	}
	buf_printf(out, "changes %.*s", (int)strcspn(t->text, " "), t->text);
	if (old.n && new.n)
		buf_printf(out, " %.*s to %.*s", (int)old.n, old.p, (int)new.n, new.p);
}

static void put_line(struct buf *out, const struct hit *h)
{
	bool go = h->role == ROLE_GO;

	buf_puts(out, h->touch->kind == TOUCH_LINE_NEW ? "adds " : "changes ");
	if (h->role == ROLE_CALL)
		buf_puts(out, "the line that it comes from");
	else if (go && (starts_with(h->touch->text, "go ") || !*h->touch->text))
		buf_puts(out, "the go statement");
	else
		buf_puts(out,
			 go ? "the line that leads to the go statement" : "the line that blocks");
}

static void put_return(struct buf *out, const struct touch *t)
{
	if (!*t->text)
		buf_printf(out, "takes away: %s", t->was);
	else if (*t->was)
		buf_printf(out, "changes a return: %s", t->text);
	else
		buf_printf(out, "adds a return: %s", t->text);
}

static void put_reason(struct buf *out, const struct hit *h)
{
	switch (h->touch->kind) {
	case TOUCH_LINE_NEW:
	case TOUCH_LINE_CHANGED:
		put_line(out, h);
		return;
	case TOUCH_RELEASE:
		buf_printf(out, "takes away: %s", h->touch->text);
		return;
	case TOUCH_CAPACITY:
		buf_printf(out, "changes a channel: %s", h->touch->text);
		return;
	case TOUCH_RETURN:
		put_return(out, h->touch);
		return;
	case TOUCH_VERSION:
		put_version(out, h->touch);
		return;
	case TOUCH_FUNCTION_NEW:
		buf_printf(out, "adds %s", h->spot->name);
		return;
	case TOUCH_FUNCTION:
		buf_printf(out, "changes %s", h->spot->name);
		return;
	}
}

static const char *kept(struct arena *a, const struct buf *text)
{
	return arena_strndup(a, buf_str(text), text->len);
}

static const char *clean(struct arena *a, const char *text)
{
	AUTO_BUF out = { 0 };

	utf8_clean(&out, text);
	return kept(a, &out);
}

static bool has_reason(const struct suspect_reasons *r, uint32_t line, const char *file)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->items[i].line == line && !strcmp(r->items[i].file, file))
			return true;
	return false;
}

/* The hits of one commit, the weightiest first. Those that say least are left out where
 * others say more. */
static void reasons_of(const struct suspects_spec *spec, const struct hit *hits, size_t n,
		       struct suspect_reasons *r)
{
	struct arena *a = &spec->run->arena;

	r->items = arena_alloc(a, BLAME_REASONS_MAX * sizeof(*r->items));
	for (size_t i = 0; i < n && r->len < BLAME_REASONS_MAX; i++) {
		const struct touch *t = hits[i].touch;
		AUTO_BUF text = { 0 };

		if ((r->len && hits[i].weight <= WEIGHT_TEST && hits[0].weight > WEIGHT_TEST) ||
		    has_reason(r, t->line, t->path))
			continue;
		put_reason(&text, &hits[i]);
		r->items[r->len++] = (struct suspect_reason){ .text = kept(a, &text),
							      .file = clean(a, t->path),
							      .line = t->line };
	}
}

/* --- commits ------------------------------------------------------------------------------ */

static bool name_commit(const struct suspects_spec *spec, uint32_t number, struct suspect_commit *s,
			struct err *err)
{
	struct arena *a = &spec->run->arena;
	struct commit_facts facts;
	char date[32];

	s->sha = s->author = s->date = "";
	s->summary = "your working tree: not committed";
	if (number == TRAIL_WORK_TREE)
		return true;
	if (!repo_facts(spec->repo, &spec->trail->commits.items[number], a, &facts, err))
		return false;
	s->sha = arena_strndup(a, facts.sha.hex, SHA_LEN);
	s->author = facts.author;
	s->summary = facts.summary;
	moment_format(facts.time_s, date);
	s->date = arena_strndup(a, date, strlen(date));
	return true;
}

static uint32_t score_of(const struct hit *hits, size_t n, bool before_loss)
{
	uint32_t score = hits[0].weight + WEIGHT_MORE * (uint32_t)(n < 5 ? n - 1 : 4);

	return before_loss ? score * SHARE_BEFORE_LOSS / 100 : score;
}

struct scored {
	const struct hit *hits;
	size_t len, order;
	uint32_t score;
};

static int compare_scores(const void *one, const void *two)
{
	const struct scored *a = one, *b = two;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

struct ranking {
	struct scored *items;
	size_t len, cap;
};

static void score_all(const struct hits *hits, struct ranking *ranking)
{
	bool lost = false;
	size_t n;

	for (size_t i = 0; i < hits->len; i += n) {
		struct scored s = { .hits = &hits->items[i], .order = i };
		bool loses = false;

		for (n = 0;
		     i + n < hits->len && hits->items[i + n].touch->commit == s.hits->touch->commit;
		     n++)
			loses |= is_loss(&hits->items[i + n]);
		s.len = n;
		s.score = score_of(s.hits, n, lost);
		lost |= loses;
		VEC_PUSH(ranking, s);
	}
	if (ranking->len)
		qsort(ranking->items, ranking->len, sizeof(*ranking->items), compare_scores);
}

static bool write_suspects(const struct suspects_spec *spec, const struct ranking *ranking,
			   struct suspect_commits *to, struct err *err)
{
	size_t n = ranking->len < BLAME_SUSPECTS_MAX ? ranking->len : BLAME_SUSPECTS_MAX;
	struct suspect_commits s = { 0 };

	s.items = arena_alloc(&spec->run->arena, (n + 1) * sizeof(*s.items));
	for (size_t i = 0; i < n; i++) {
		const struct scored *from = &ranking->items[i];
		struct suspect_commit *c = &s.items[s.len++];

		c->score = from->score;
		if (!name_commit(spec, from->hits->touch->commit, c, err))
			return false;
		reasons_of(spec, from->hits, from->len, &c->reasons);
	}
	*to = s;
	return true;
}

bool suspects_rank(const struct suspects_spec *spec, const struct link *links, size_t n,
		   struct err *err)
{
	struct hits hits = { 0 };
	struct ranking ranking = { 0 };
	bool ok;

	find_hits(spec, links, n, &hits);
	score_all(&hits, &ranking);
	ok = write_suspects(spec, &ranking,
			    &spec->run->findings.items[links[0].finding].suspect_commits, err);
	VEC_FREE(&hits);
	VEC_FREE(&ranking);
	return ok;
}
