#include "gotest/dump.h"

#include <string.h>

#include "base/str.h"
#include "base/texts.h"
#include "base/vec.h"

/* Longer lines are not Go's: its own names stay far below. */
#define LINE_MAX_BYTES ((size_t)64 << 10)

enum section {
	OUTSIDE,  /* of any goroutine */
	STACK,    /* frames of the goroutine */
	ANCESTOR, /* frames of the last ancestor */
};

/* What the line that starts with a tab will complete. */
enum pending {
	NOTHING,
	FRAME,   /* a function with arguments */
	C_FRAME, /* a bare name: a C function, when a pc= alone follows */
	CREATED,
};

struct dump_state {
	struct texts names;
	struct buf part; /* the beginning of a line whose end is in the next piece */
	bool skipping;   /* the rest of a line that is too long */
	enum section section;
	enum pending pending;
	struct dump_frame frame; /* the pending one */
	struct dump_goroutine g;
};

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return 16;
}

/* Takes a number off the front of *s. Fails on no digit and on overflow. */
static bool take_number(struct str *s, unsigned base, uint64_t *v)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < s->n && (unsigned)digit_of(s->p[i]) < base; i++)
		if (__builtin_mul_overflow(sum, base, &sum) ||
		    __builtin_add_overflow(sum, (uint64_t)digit_of(s->p[i]), &sum))
			return false;
	if (!i)
		return false;
	s->p += i;
	s->n -= i;
	*v = sum;
	return true;
}

static bool take_hex(struct str *s, const char *before, uint64_t *v)
{
	struct str at = *s;

	if (!str_skip(&at, before) || !str_skip(&at, "0x") || !take_number(&at, 16, v))
		return false;
	*s = at;
	return true;
}

static const char *find(struct str s, const char *what)
{
	return s.n ? memmem(s.p, s.n, what, strlen(what)) : NULL;
}

/* Removes suffix from the end of *s. Returns whether it was there. */
static bool drop_suffix(struct str *s, const char *suffix)
{
	size_t n = strlen(suffix);

	if (s->n < n || memcmp(s->p + s->n - n, suffix, n) != 0)
		return false;
	s->n -= n;
	return true;
}

static const char *name(struct dump_state *st, struct str s)
{
	return texts_keep(&st->names, s.p, s.n);
}

/* What follows the reason, between two commas: "2 minutes". */
static void read_attribute(struct dump_goroutine *g, struct str s)
{
	uint64_t n;

	if (str_is(s, "locked to thread")) {
		g->locked = true;
	} else if (str_skip(&s, "synctest bubble ") || str_skip(&s, "synctest group ")) {
		if (take_number(&s, 10, &n))
			g->bubble = n;
	} else if (take_number(&s, 10, &n) && str_is(s, " minutes")) {
		g->minutes = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
	}
}

static void read_reason(struct dump_state *st, struct str s)
{
	struct dump_goroutine *g = &st->g;
	const char *comma = find(s, ", ");
	struct str reason = { s.p, comma ? (size_t)(comma - s.p) : s.n };

	while (comma) {
		struct str rest = { comma + 2, s.n - (size_t)(comma + 2 - s.p) };
		const char *next = find(rest, ", ");

		read_attribute(g, (struct str){ rest.p, next ? (size_t)(next - rest.p) : rest.n });
		comma = next;
	}
	for (bool more = true; more;) {
		bool durable =
		    drop_suffix(&reason, " (durable)") || drop_suffix(&reason, " (synctest)");
		bool leaked = drop_suffix(&reason, " (leaked)");
		bool scan = drop_suffix(&reason, " (scan)");

		g->durable |= durable;
		g->leaked |= leaked;
		g->scan |= scan;
		more = durable || leaked || scan;
	}
	g->reason = name(st, reason);
}

/* "goroutine 34 gp=0xc0000823c0 m=nil [chan send]:", or with m=3 mp=0xc000100008.
 * Numbers and reason are read only when all of it fits. */
static bool parse_header(struct str line, uint64_t *id, uint64_t *gp, struct str *reason)
{
	uint64_t m;
	const char *end;

	*gp = 0;
	if (!str_skip(&line, "goroutine ") || !take_number(&line, 10, id))
		return false;
	if (take_hex(&line, " gp=", gp) && !str_skip(&line, " m=nil"))
		if (!str_skip(&line, " m=") || !take_number(&line, 10, &m) ||
		    !take_hex(&line, " mp=", &m))
			return false;
	if (!str_skip(&line, " [") || !line.n || line.p[line.n - 1] != ':')
		return false;
	end = memchr(line.p, ']', line.n);
	if (!end)
		return false;
	*reason = (struct str){ line.p, (size_t)(end - line.p) };
	line.n -= reason->n + 1;
	line.p = end + 1;
	return line.n == 1 || str_starts(line, " {");
}

static void hand_over(struct dump_parser *p)
{
	struct dump_state *st = p->state;

	if (st->section != OUTSIDE) {
		st->g.damaged |= st->pending != NOTHING;
		p->each(p->ctx, &st->g);
	}
	st->section = OUTSIDE;
	st->pending = NOTHING;
}

static bool read_header(struct dump_parser *p, struct str line)
{
	struct dump_state *st = p->state;
	struct dump_goroutine *g = &st->g;
	struct str reason;
	uint64_t id, gp;

	if (!parse_header(line, &id, &gp, &reason))
		return false;
	hand_over(p);
	*g = (struct dump_goroutine){
		.id = id,
		.gp = gp,
		.frames = { g->frames.items, 0, g->frames.cap },
		.ancestors = { g->ancestors.items, 0, g->ancestors.cap },
		.ancestor_frames = { g->ancestor_frames.items, 0, g->ancestor_frames.cap },
		.created_by = { .function = "", .file = "" },
	};
	read_reason(st, reason);
	st->section = STACK;
	return true;
}

/* "0x1, {0x2?, _}, ...": structure is lost, Go prints at most ten values. */
static bool read_args(struct dump_frame *f, struct str s)
{
	while (s.n) {
		uint64_t v = 0;
		bool blank;

		if (str_skip(&s, ", ") || str_skip(&s, "{") || str_skip(&s, "}") ||
		    str_skip(&s, "..."))
			continue;
		blank = str_skip(&s, "_");
		if ((!blank && !take_hex(&s, "", &v)) || f->nargs == DUMP_ARGS)
			return false;
		if (str_skip(&s, "?") || blank)
			f->stale |= (uint16_t)(1u << f->nargs);
		f->args[f->nargs++] = v;
	}
	return true;
}

static bool read_function(struct dump_state *st, struct str line)
{
	const char *open = memrchr(line.p, '(', line.n);
	struct str args;

	st->frame = (struct dump_frame){ .file = "" };
	if (!open || open == line.p || line.p[line.n - 1] != ')') {
		st->frame.function = name(st, line);
		st->pending = C_FRAME;
		return true;
	}
	args = (struct str){ open + 1, (size_t)(line.p + line.n - 1 - (open + 1)) };
	if (!read_args(&st->frame, args))
		return false;
	st->frame.function = name(st, (struct str){ line.p, (size_t)(open - line.p) });
	st->pending = FRAME;
	return true;
}

/* The file may hold spaces, colons and what looks like the rest of the line:
 * everything after it is taken from the end. Cuts *s before the last `mark`
 * when a hexadecimal number follows it up to the end. */
static bool cut_hex(struct str *s, const char *mark, uint64_t *v)
{
	size_t n = strlen(mark), digits = 0;
	struct str tail;

	while (digits < s->n && digit_of(s->p[s->n - 1 - digits]) < 16)
		digits++;
	if (!digits || s->n < digits + n)
		return false;
	tail = (struct str){ s->p + s->n - digits - n, digits + n };
	if (!str_skip(&tail, mark) || !take_number(&tail, 16, v))
		return false;
	s->n -= digits + n;
	return true;
}

/* Cuts ":12" off the end of *s. */
static bool cut_line(struct str *s, uint32_t *line)
{
	const char *colon = memrchr(s->p, ':', s->n);
	struct str number;
	uint64_t v;

	if (!colon)
		return false;
	number = (struct str){ colon + 1, s->n - (size_t)(colon + 1 - s->p) };
	if (!take_number(&number, 10, &v) || number.n || v > UINT32_MAX)
		return false;
	*line = (uint32_t)v;
	s->n = (size_t)(colon - s->p);
	return true;
}

/* "pc=0x7f0123", or "/src/m/leak.c:12 pc=0x7f0123". */
static bool read_c_place(struct dump_state *st, struct str s)
{
	struct dump_frame *f = &st->frame;

	if (cut_hex(&s, "pc=0x", &f->pc) && !s.n)
		return true;
	if (!f->pc || !drop_suffix(&s, " ") || !cut_line(&s, &f->line))
		return false;
	f->file = name(st, s);
	return true;
}

/* "/src/m/leak.go:12 +0x25 fp=0x1 sp=0x2 pc=0x3", each part after the line optional. */
static bool read_place(struct dump_state *st, struct str s)
{
	struct dump_frame *f = &st->frame;
	uint64_t offset;

	if (cut_hex(&s, " pc=0x", &f->pc) &&
	    (!cut_hex(&s, " sp=0x", &f->sp) || !cut_hex(&s, " fp=0x", &f->fp)))
		return false;
	cut_hex(&s, " +0x", &offset);
	if (!cut_line(&s, &f->line))
		return false;
	f->file = name(st, s);
	return true;
}

static struct dump_frames *frames_of(struct dump_state *st)
{
	return st->section == ANCESTOR ? &st->g.ancestor_frames : &st->g.frames;
}

static bool add_frame(struct dump_state *st)
{
	struct dump_frames *frames = frames_of(st);

	if (!strcmp(st->frame.function, "runtime.goexit"))
		return true;
	if (frames->len == DUMP_FRAMES_MAX)
		return false;
	VEC_PUSH(frames, st->frame);
	if (st->section == ANCESTOR)
		st->g.ancestors.items[st->g.ancestors.len - 1].len++;
	return true;
}

/* The line that starts with a tab. */
static bool complete(struct dump_state *st, struct str line)
{
	enum pending pending = st->pending;
	struct dump_goroutine *g = &st->g;

	if (str_is(line, "goroutine running on other thread; stack unavailable")) {
		g->no_stack = true;
		return pending == NOTHING;
	}
	if (pending == NOTHING)
		return g->damaged;
	st->pending = NOTHING;
	if (!(pending == C_FRAME ? read_c_place(st, line) : read_place(st, line)))
		return false;
	if (pending != CREATED)
		return add_frame(st);
	if (st->section == ANCESTOR)
		g->ancestors.items[g->ancestors.len - 1].created_by = st->frame;
	else
		g->created_by = st->frame;
	return true;
}

/* After "created by ": "F in goroutine 33", in ancestors "F". */
static bool read_created(struct dump_state *st, struct str line)
{
	const char *in = find(line, " in goroutine ");
	uint64_t creator = 0;
	struct str rest;

	if (in) {
		rest = (struct str){ in, line.n - (size_t)(in - line.p) };
		if (!str_skip(&rest, " in goroutine ") || !take_number(&rest, 10, &creator) ||
		    rest.n)
			return false;
		line.n = (size_t)(in - line.p);
	}
	if (!line.n)
		return false;
	if (st->section == STACK)
		st->g.creator = creator;
	st->frame = (struct dump_frame){ .function = name(st, line), .file = "" };
	st->pending = CREATED;
	return true;
}

/* After "[originating from goroutine ". */
static bool read_originating(struct dump_state *st, struct str line)
{
	struct dump_ancestor a = {
		.first = st->g.ancestor_frames.len,
		.created_by = { .function = "", .file = "" },
	};

	if (!take_number(&line, 10, &a.id) || !str_is(line, "]:") ||
	    st->g.ancestors.len == DUMP_FRAMES_MAX)
		return false;
	VEC_PUSH(&st->g.ancestors, a);
	st->section = ANCESTOR;
	return true;
}

/* After "...": "150 frames elided...", "additional frames elided...". */
static bool read_elided(struct dump_state *st, struct str line)
{
	uint64_t n = 0;

	if (str_is(line, "additional frames elided..."))
		return true;
	if (!take_number(&line, 10, &n) || !str_is(line, " frames elided..."))
		return false;
	st->g.elided = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
	return true;
}

/* "non-Go function at pc=7f0123456789": C without a symbolizer. */
static bool read_foreign(struct dump_state *st, struct str line)
{
	st->frame = (struct dump_frame){ .function = "non-Go function", .file = "" };
	if (!str_skip(&line, "0x") || !take_number(&line, 16, &st->frame.pc) || line.n)
		return false;
	return add_frame(st);
}

/* A line inside a goroutine. Returns false when it is not Go's. */
static bool read_inside(struct dump_state *st, struct str line)
{
	bool open = st->pending != NOTHING;

	if (str_skip(&line, "\t"))
		return complete(st, line);
	st->pending = NOTHING;
	if (str_skip(&line, "created by "))
		return read_created(st, line) && !open;
	if (str_skip(&line, "[originating from goroutine "))
		return read_originating(st, line) && !open;
	if (st->g.damaged)
		return true;
	if (open)
		return false;
	if (str_skip(&line, "..."))
		return read_elided(st, line);
	if (str_skip(&line, "non-Go function at pc="))
		return read_foreign(st, line);
	return read_function(st, line);
}

/* What follows a dump without an empty line: go's own words, or the next thing
 * printed after the creation, which comes last. */
static bool ends_goroutine(const struct dump_state *st, struct str line)
{
	if (!line.n || str_is(line, "runtime stack:") || str_starts(line, "exit status ") ||
	    str_starts(line, "FAIL\t"))
		return true;
	return st->section == STACK && st->g.created_by.function[0] && line.p[0] != '\t' &&
	       line.p[0] != '[';
}

static void read_line(struct dump_parser *p, struct str line)
{
	struct dump_state *st = p->state;

	if (str_starts(line, "goroutine ") && read_header(p, line))
		return;
	if (st->section == OUTSIDE)
		return;
	if (ends_goroutine(st, line)) {
		hand_over(p);
	} else if (!read_inside(st, line)) {
		st->g.damaged = true;
		st->pending = NOTHING;
	}
}

static void begin(struct dump_parser *p)
{
	if (p->state)
		return;
	p->state = calloc(1, sizeof(*p->state));
	if (!p->state)
		abort();
	p->state->names.arena = p->arena;
}

/* Keeps the beginning of a line, unless it grew too long to be one of Go's. */
static void keep_part(struct dump_state *st, struct str rest)
{
	if (st->skipping)
		return;
	if (st->part.len + rest.n <= LINE_MAX_BYTES) {
		buf_put(&st->part, rest.p, rest.n);
		return;
	}
	st->skipping = true;
	st->g.damaged = true;
	st->pending = NOTHING;
	buf_reset(&st->part);
}

/* The first line of a piece, when the piece before did not end with '\n'. */
static void finish_part(struct dump_parser *p, struct str end)
{
	struct dump_state *st = p->state;

	keep_part(st, end);
	if (!st->skipping)
		read_line(p, (struct str){ st->part.data, st->part.len });
	st->skipping = false;
	buf_reset(&st->part);
}

void dump_feed(struct dump_parser *p, const char *bytes, size_t n)
{
	struct str rest = { bytes, n };
	const char *nl;

	begin(p);
	while (rest.n && (nl = memchr(rest.p, '\n', rest.n))) {
		struct str line = { rest.p, (size_t)(nl - rest.p) };

		if (p->state->part.len || p->state->skipping || line.n > LINE_MAX_BYTES)
			finish_part(p, line);
		else
			read_line(p, line);
		rest.p += line.n + 1;
		rest.n -= line.n + 1;
	}
	if (rest.n)
		keep_part(p->state, rest);
}

void dump_end(struct dump_parser *p)
{
	struct dump_state *st = p->state;

	if (!st)
		return;
	if (st->part.len)
		finish_part(p, (struct str){ 0 });
	hand_over(p);
	buf_release(&st->part);
	texts_release(&st->names);
	VEC_FREE(&st->g.frames);
	VEC_FREE(&st->g.ancestors);
	VEC_FREE(&st->g.ancestor_frames);
	free(st);
	p->state = NULL;
}

struct collector {
	struct arena *arena;
	struct dump_goroutines *all;
};

static void *copy(struct arena *a, const void *items, size_t len, size_t size)
{
	void *to = arena_alloc(a, len * size);

	if (len)
		memcpy(to, items, len * size);
	return to;
}

#define COPY_VEC(a, v)                                                               \
	do {                                                                         \
		(v)->items = copy((a), (v)->items, (v)->len, sizeof((v)->items[0])); \
		(v)->cap = (v)->len;                                                 \
	} while (0)

static void collect(void *ctx, struct dump_goroutine *g)
{
	struct collector *c = ctx;
	struct dump_goroutine mine = *g;

	COPY_VEC(c->arena, &mine.frames);
	COPY_VEC(c->arena, &mine.ancestors);
	COPY_VEC(c->arena, &mine.ancestor_frames);
	VEC_PUSH(c->all, mine);
}

void dump_parse(const char *text, size_t n, struct arena *a, struct dump_goroutines *out)
{
	struct dump_goroutines all = { 0 };
	struct collector c = { a, &all };
	struct dump_parser p = { .arena = a, .each = collect, .ctx = &c };
	struct dump_goroutine *owned;

	dump_feed(&p, text, n);
	dump_end(&p);
	owned = all.items;
	COPY_VEC(a, &all);
	free(owned);
	*out = all;
}
