#include "account/growth.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/key.h"
#include "base/texts.h"
#include "base/vec.h"
#include "gotest/name.h"

#define EVEN_SHARE  0.05 /* by which the halves of a straight line may differ */
#define RAGGED_MORE 2.5  /* what one half of a ragged one may have of the other */
#define RAGGED_LEAP 4096 /* bytes: less is one array or map made larger by chance */

struct series {
	int64_t objects[GROWTH_POINTS], bytes[GROWTH_POINTS];
};

/* Blocks of one size from one place. */
struct line {
	size_t spot;
	bool timer;
	struct series series;
};

struct spot {
	const struct heap_site *site; /* where there are timers, a timer's */
	size_t user;
	bool timer;             /* some lines are timers' */
	bool straight_timer;    /* and straight */
	bool straight;          /* some sizes of blocks are */
	struct series sum, all; /* of those, and of all */
};

struct search {
	struct arena arena;
	struct texts texts;
	struct map spots, lines; /* address of a text -> index */
	const char *module;
	uint32_t step;
	struct {
		struct line *items;
		size_t len, cap;
	} line;
	struct {
		struct spot *items;
		size_t len, cap;
	} spot;
};

/* --- places --------------------------------------------------------------------------- */

static bool is_users(const struct search *s, const struct heap_frame *f)
{
	if (ends_with(f->file, "_testmain.go") || !*f->function)
		return false;
	return (*s->module && name_in_module(f->function, s->module)) || !name_is_std(f->function);
}

/* The frame in the user's code that the allocation is of. False: it is nobody's. */
static bool find_user(const struct search *s, const struct heap_site *site, size_t *user)
{
	for (size_t i = 0; i < site->depth; i++) {
		if (is_users(s, &site->frames[i])) {
			*user = i;
			return true;
		}
		if (str_is(name_package(site->frames[i].function), "testing"))
			return false;
	}
	return false;
}

static bool makes_timer(const struct heap_site *site, size_t user)
{
	static const char *const makers[] = { "time.NewTimer",  "time.newTimer", "time.NewTicker",
					      "time.AfterFunc", "time.After",    "time.Tick" };

	for (size_t i = 0; i < user; i++)
		for (size_t k = 0; k < ARRAY_LEN(makers); k++)
			if (!strcmp(site->frames[i].function, makers[k]))
				return true;
	return false;
}

static size_t number_of(struct search *s, struct map *map, const struct buf *text, size_t next)
{
	const char *kept = texts_keep(&s->texts, buf_str(text), text->len);
	uintptr_t *known = map_find(map, (uintptr_t)kept);

	if (known)
		return *known;
	map_set(map, (uintptr_t)kept, next);
	return next;
}

static size_t spot_of(struct search *s, const struct heap_site *site, size_t user, struct buf *text)
{
	struct spot fresh = { .site = site, .user = user };
	size_t i;

	for (size_t k = user; k < site->depth; k++)
		buf_printf(text, "%s\n%s\n%" PRIu32 "\n", site->frames[k].function,
			   site->frames[k].file, site->frames[k].line);
	i = number_of(s, &s->spots, text, s->spot.len);
	if (i == s->spot.len)
		VEC_PUSH(&s->spot, fresh);
	return i;
}

static void mark_timer(struct spot *spot, const struct heap_site *site, size_t user)
{
	spot->timer = true;
	spot->site = site;
	spot->user = user;
}

static void add_site(struct search *s, const struct heap_site *site, size_t point)
{
	AUTO_BUF text = { 0 };
	struct line fresh = { 0 };
	struct series *series;
	size_t user, i;

	if (!find_user(s, site, &user))
		return;
	fresh.spot = spot_of(s, site, user, &text);
	fresh.timer = makes_timer(site, user);
	if (fresh.timer)
		mark_timer(&s->spot.items[fresh.spot], site, user);
	/* Timers and what else the place allocates are told apart. */
	buf_printf(&text, "%" PRId64 "%s", site->block_bytes, fresh.timer ? "t" : "");
	i = number_of(s, &s->lines, &text, s->line.len);
	if (i == s->line.len)
		VEC_PUSH(&s->line, fresh);
	series = &s->line.items[i].series;
	series->objects[point] += site->objects;
	series->bytes[point] += site->bytes;
}

/* --- judging -------------------------------------------------------------------------- */

static int64_t half(const int64_t v[GROWTH_POINTS], size_t i)
{
	return v[i + 1] - v[i];
}

static bool is_even(const int64_t v[GROWTH_POINTS])
{
	double a = (double)half(v, 0), b = (double)half(v, 1);
	double more = a > b ? a : b, less = a > b ? b : a;

	return less > 0 && more - less <= EVEN_SHARE * more;
}

static bool is_straight(const struct series *s, uint32_t step)
{
	return is_even(s->objects) && is_even(s->bytes) && half(s->objects, 0) >= step &&
	       half(s->objects, 1) >= step;
}

static bool is_ragged(const struct series *s)
{
	double a = (double)half(s->bytes, 0), b = (double)half(s->bytes, 1);

	return a >= RAGGED_LEAP && b >= RAGGED_LEAP && a <= RAGGED_MORE * b && b <= RAGGED_MORE * a;
}

static void add_series(struct series *to, const struct series *from)
{
	for (size_t i = 0; i < GROWTH_POINTS; i++) {
		to->objects[i] += from->objects[i];
		to->bytes[i] += from->bytes[i];
	}
}

static void sum_up(struct search *s)
{
	for (size_t i = 0; i < s->line.len; i++) {
		const struct line *l = &s->line.items[i];
		struct spot *spot = &s->spot.items[l->spot];

		add_series(&spot->all, &l->series);
		if (!is_straight(&l->series, s->step))
			continue;
		add_series(&spot->sum, &l->series);
		spot->straight = true;
		spot->straight_timer |= l->timer;
	}
}

static uint64_t a_run(const int64_t v[GROWTH_POINTS], uint32_t step)
{
	int64_t grown = v[GROWTH_POINTS - 1] - v[0];

	return grown > 0 ? ((uint64_t)grown + step) / (2 * (uint64_t)step) : 0;
}

/* A place whose sizes are straight lines is as sure as they are, whatever leaps beside them; where
 * none is, all of them together may be. */
static bool judge(const struct spot *spot, uint32_t step, struct growth *g)
{
	bool all = !spot->straight && is_straight(&spot->all, step);
	const struct series *s = spot->straight ? &spot->sum : &spot->all;
	bool timer = spot->straight ? spot->straight_timer : spot->timer;

	*g = (struct growth){ .class = timer ? CLASS_TIMER_GROWTH : CLASS_HEAP_GROWTH,
			      .site = spot->site,
			      .user = spot->user,
			      .straight = spot->straight || all,
			      .bytes = a_run(s->bytes, step),
			      .objects = a_run(s->objects, step) };
	for (size_t i = 0; i < GROWTH_POINTS; i++)
		g->live[i] = (uint64_t)s->bytes[i];
	return g->bytes >= GROWTH_NOISE && (g->straight || is_ragged(s));
}

static int by_bytes(const void *left, const void *right)
{
	const struct growth *a = left, *b = right;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return (a->site > b->site) - (a->site < b->site);
}

void growths_find(struct growths *g, const struct heap_profile at[static GROWTH_POINTS],
		  uint32_t step, const char *module)
{
	struct search s = { .module = module, .step = step };
	size_t before = g->len;

	s.texts.arena = &s.arena;
	for (size_t i = 0; i < GROWTH_POINTS; i++)
		for (size_t k = 0; k < at[i].len; k++)
			add_site(&s, &at[i].items[k], i);
	sum_up(&s);
	for (size_t i = 0; i < s.spot.len; i++) {
		struct growth found;

		if (judge(&s.spot.items[i], step, &found))
			VEC_PUSH(g, found);
	}
	if (g->len > before)
		qsort(g->items + before, g->len - before, sizeof(*g->items), by_bytes);
	VEC_FREE(&s.line);
	VEC_FREE(&s.spot);
	map_release(&s.spots);
	map_release(&s.lines);
	texts_release(&s.texts);
	arena_clear(&s.arena);
}

void growths_release(struct growths *g)
{
	VEC_FREE(g);
}

/* --- findings ------------------------------------------------------------------------- */

void growth_put_bytes(struct buf *out, uint64_t bytes)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB" };
	double n = (double)bytes / 1000;
	size_t unit = 0;
	char text[32];

	if (bytes < 1000) {
		buf_printf(out, "%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
		return;
	}
	for (; n >= 999.5 && unit + 1 < ARRAY_LEN(units); unit++)
		n /= 1000;
	snprintf(text, sizeof(text), "%.*f", n < 9.995 ? 2 : n < 99.95 ? 1 : 0, n);
	/* "1.50" is said as "1.5", "20.0" as "20". */
	for (size_t k = strlen(text); strchr(text, '.') && strchr("0.", text[k - 1]); k--)
		text[k - 1] = '\0';
	buf_printf(out, "%s %s", text, units[unit]);
}

static const char *keep(struct arena *a, const struct buf *text)
{
	return arena_strndup(a, buf_str(text), text->len);
}

static const char *detail_of(const struct growth *g, struct arena *a)
{
	AUTO_BUF text = { 0 };

	growth_put_bytes(&text, g->bytes);
	if (g->objects)
		buf_printf(&text, " and %" PRIu64 " object%s", g->objects,
			   g->objects == 1 ? "" : "s");
	buf_puts(&text, " a run");
	return keep(a, &text);
}

static const char *fact_of(const struct growth *g, uint32_t step, struct arena *a)
{
	AUTO_BUF text = { 0 };

	for (uint32_t i = 0; i < GROWTH_POINTS; i++) {
		buf_puts(&text, i ? ", " : "");
		growth_put_bytes(&text, g->live[i]);
		buf_printf(&text, i ? " after %" PRIu32 : " live after %" PRIu32 " run",
			   1 + i * step);
	}
	buf_puts(&text, g->straight ? ": a straight line" : ": in leaps, so the rate is a guess");
	return keep(a, &text);
}

static struct place place_of(const struct heap_frame *f, struct sources *s, struct arena *a)
{
	struct str source = source_line(s, f->file, f->line);

	return (struct place){ .function = arena_strndup(a, f->function, strlen(f->function)),
			       .file = arena_strndup(a, f->file, strlen(f->file)),
			       .line = f->line,
			       .source = arena_strndup(a, source.n ? source.p : "", source.n),
			       .cases = "" };
}

/* The outermost frame that is not the machinery of tests. */
static size_t outermost(const struct growth *g)
{
	size_t i = g->site->depth - 1;

	while (i > g->user && (name_is_std(g->site->frames[i].function) ||
			       ends_with(g->site->frames[i].file, "_testmain.go")))
		i--;
	return i;
}

static void put_chain(struct finding *f, const struct growth *g, struct sources *s, struct arena *a)
{
	size_t from = outermost(g);

	f->chain.len = from - g->user + 1;
	f->chain.items = arena_alloc(a, f->chain.len * sizeof(*f->chain.items));
	for (size_t i = 0; i < f->chain.len; i++)
		f->chain.items[i] = place_of(&g->site->frames[from - i], s, a);
}

static void put_stack(struct finding *f, const struct growth *g, struct sources *s, struct arena *a)
{
	f->stack.len = g->site->depth;
	f->stack.items = arena_alloc(a, f->stack.len * sizeof(*f->stack.items));
	for (size_t i = 0; i < f->stack.len; i++)
		f->stack.items[i] = place_of(&g->site->frames[i], s, a);
}

static const struct heap_frame *module_frame(const struct growth *g, const char *module)
{
	for (size_t i = g->user; i < g->site->depth && *module; i++)
		if (name_in_module(g->site->frames[i].function, module))
			return &g->site->frames[i];
	return &g->site->frames[g->user];
}

static const char *key_of(const struct finding *f, struct arena *a)
{
	const struct key_parts parts = { .package = f->package,
					 .created_by = f->created_at.function,
					 .file = "",
					 .started = class_row(f->class)->id,
					 .user = f->user_at.function };
	char key[KEY_LEN + 1];

	key_make_line(&parts, f->created_at.source, key);
	return arena_strndup(a, key, KEY_LEN);
}

struct finding growth_finding(const struct growth *g, const struct growth_owner *owner,
			      struct sources *s, struct arena *a)
{
	struct finding f = finding_blank;

	f.package = owner->package;
	f.test = owner->test;
	f.owner = owner_kind_of(owner->test);
	f.class = g->class;
	f.detail = detail_of(g, a);
	f.status = class_row(g->class)->status;
	f.certainty = g->straight ? CERTAINTY_CONFIRMED : CERTAINTY_OBSERVED;
	f.count = 1;
	f.created_at = place_of(&g->site->frames[g->user], s, a);
	f.user_at = place_of(module_frame(g, owner->module), s, a);
	f.bytes_per_run = g->bytes;
	f.objects_per_run = g->objects;
	f.fact = fact_of(g, owner->step, a);
	put_chain(&f, g, s, a);
	put_stack(&f, g, s, a);
	f.key = key_of(&f, a);
	return f;
}
