#include "trace/moment.h"

#include <string.h>

enum { PIECE = 510 };

struct moment_piece {
	struct moment_piece *next;
	uint32_t len;
	struct moment items[PIECE];
};

/* How far a stream was told, with its next moment. */
struct moment_front {
	const struct moment_piece *piece;
	uint32_t at; /* in piece, of what comes behind the next moment */
	uint32_t actor;
	uint32_t seq; /* of the stint; once ranked, rank of the next moment */
	uint64_t time;
	struct moment next;
};

uint32_t moments_life(struct moments *m, uint64_t id)
{
	struct life life = { 0 };

	if (!m->lives.len)
		VEC_PUSH(&m->lives, life);
	life.id = id;
	VEC_PUSH(&m->lives, life);
	return (uint32_t)m->lives.len - 1;
}

static void add_piece(struct moments *m, struct moment_stream *s)
{
	struct moment_piece *piece;

	m->pieces.size = sizeof(*piece);
	piece = pool_take(&m->pieces);
	piece->next = NULL;
	piece->len = 0;
	if (s->last)
		s->last->next = piece;
	else
		s->first = piece;
	if (!s->last)
		VEC_PUSH(&m->streams, s);
	s->last = piece;
}

static struct moment *append(struct moments *m, struct moment_stream *s)
{
	if (!s->last || s->last->len == PIECE)
		add_piece(m, s);
	return &s->last->items[s->last->len++];
}

void moments_stint(struct moments *m, struct moment_stream *s, uint32_t actor, uint32_t seq)
{
	s->open = true;
	*append(m, s) = (struct moment){ .ticks = seq,
					 .kind = MOMENT_STINT,
					 .of = actor & (MOMENT_OF_MAX - 1) };
}

static void push_later(struct moments *m, struct moment_stream *s, uint64_t *ticks)
{
	const uint64_t most = (UINT64_C(1) << 29) - 1;

	while (*ticks > UINT32_MAX) {
		uint64_t some = *ticks >> 32 > most ? most : *ticks >> 32;

		*append(m, s) =
		    (struct moment){ .kind = MOMENT_LATER, .of = (uint32_t)some & most };
		*ticks -= some << 32;
	}
}

void moments_push(struct moments *m, struct moment_stream *s, enum moment_kind kind, uint32_t of,
		  uint64_t time)
{
	uint64_t ticks = time - s->time;
	struct moment *last = s->last ? &s->last->items[s->last->len - 1] : NULL;

	s->time = time;
	if (kind == MOMENT_CALL && last && last->kind == MOMENT_CALL && last->of == of &&
	    ticks <= UINT32_MAX - last->ticks) {
		last->ticks += (uint32_t)ticks;
		return;
	}
	if (ticks > UINT32_MAX)
		push_later(m, s, &ticks);
	*append(m, s) = (struct moment){
		.ticks = (uint32_t)ticks,
		.kind = (uint32_t)kind & 7,
		.of = of & (MOMENT_OF_MAX - 1),
	};
}

/* Steps to the stream's next moment. Returns false at its end. */
static bool advance(struct moment_front *f)
{
	for (;;) {
		if (f->piece && f->at == f->piece->len) {
			f->piece = f->piece->next;
			f->at = 0;
		}
		if (!f->piece)
			return false;
		f->next = f->piece->items[f->at++];
		if (f->next.kind < MOMENT_STINT)
			break;
		if (f->next.kind == MOMENT_LATER) {
			f->time += (uint64_t)f->next.of << 32;
			continue;
		}
		f->actor = f->next.of;
		f->seq = f->next.ticks;
	}
	if (f->next.kind == MOMENT_ENDED)
		f->actor = f->next.of;
	f->time += f->next.ticks;
	return true;
}

enum { TURN_BITS = 8, TURN_MAX = (1 << TURN_BITS) - 1 };

/* Puts all fronts before the first moments of their streams. */
static void open_fronts(struct moments *m)
{
	m->fronts.len = 0;
	for (size_t i = 0; i < m->streams.len; i++) {
		struct moment_front f = { .piece = m->streams.items[i]->first };

		if (advance(&f))
			VEC_PUSH(&m->fronts, f);
	}
}

/* Puts the first moment of each stream on the agenda. */
static void open_agenda(struct moments *m)
{
	m->agenda.len = m->turns.len = 0;
	for (size_t i = 0; i < m->fronts.len; i++)
		agenda_push(&m->agenda, m->fronts.items[i].time, &m->fronts.items[i]);
}

/* Whether the front's next moment may be told now. */
static bool is_due(const struct moments *m, const struct moment_front *f)
{
	const struct life *life = life_at(m, f->actor);

	if (f->actor == NOBODY)
		return true;
	if ((life->born_here && !life->created) || life->ended)
		return false;
	if (f->next.kind == MOMENT_ENDED)
		return !m->ranked || !life->seq;
	return m->ranked ? f->seq == life->seq : f->seq >= life->seq;
}

static void mark_told(const struct moments *m, struct moment_front *f)
{
	struct life *life = life_at(m, f->actor);

	if (f->next.kind == MOMENT_CREATED)
		life_at(m, f->next.of)->created = true;
	if (f->actor == NOBODY)
		return;
	if (f->next.kind == MOMENT_ENDED) {
		life->ended = true;
		return;
	}
	f->seq -= m->ranked;
	life->seq = f->seq;
}

/* Steps over the moment of item i of the agenda. */
static void step(struct moments *m, size_t i)
{
	struct moment_front *f = m->agenda.items[i].of;

	if (!advance(f)) {
		agenda_remove(&m->agenda, i);
		return;
	}
	m->agenda.items[i].time = f->time;
	agenda_fix(&m->agenda, i);
}

/* The earliest item that is due, by time; the agenda's length when there is none. */
static size_t find_due(struct moments *m)
{
	size_t i = 0;

	if (is_due(m, m->agenda.items[0].of))
		return 0;
	if (!m->ranked)
		return m->agenda.len;
	agenda_sort(&m->agenda);
	while (i < m->agenda.len && !is_due(m, m->agenda.items[i].of))
		i++;
	return i;
}

/* Notes that the front's next moment comes next. */
static void take_turn(struct moments *m, const struct moment_front *f)
{
	uint32_t front = (uint32_t)(f - m->fronts.items);
	uint32_t last = m->turns.len ? m->turns.items[m->turns.len - 1] : TURN_MAX;

	if (last >> TURN_BITS == front && (last & TURN_MAX) < TURN_MAX)
		m->turns.items[m->turns.len - 1]++;
	else
		VEC_PUSH(&m->turns, front << TURN_BITS | 1);
}

/* Goes through all moments. Returns whether each was due. */
static bool rehearse(struct moments *m)
{
	open_fronts(m);
	open_agenda(m);
	while (m->agenda.len) {
		size_t i = find_due(m);

		if (i == m->agenda.len)
			return false;
		take_turn(m, m->agenda.items[i].of);
		mark_told(m, m->agenda.items[i].of);
		step(m, i);
	}
	return true;
}

/* A stint in its actor's life. */
struct stint {
	uint32_t seq, moments;
	size_t index; /* keeps the sort stable */
	struct moment *at;
};

/* Stints by actor: those of a life end where those of the next begin. */
struct stints {
	struct stint *items;
	size_t *end;
};

static int compare_stints(const void *a, const void *b)
{
	const struct stint *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

typedef void stint_fn(struct stints *all, struct moment *stint, uint32_t moments);

static void count_stint(struct stints *all, struct moment *stint, uint32_t moments)
{
	(void)moments;
	all->end[stint->of + 1]++;
}

static void put_stint(struct stints *all, struct moment *stint, uint32_t moments)
{
	size_t i = all->end[stint->of]++;

	all->items[i] = (struct stint){
		.seq = stint->ticks,
		.moments = moments,
		.index = i,
		.at = stint,
	};
}

/* Calls each for the stints of a stream, with how many moments they have but for ends. */
static void each_stint(const struct moment_stream *s, stint_fn *each, struct stints *all)
{
	struct moment *last = NULL;
	uint32_t moments = 0;

	for (struct moment_piece *p = s->first; p; p = p->next)
		for (uint32_t i = 0; i < p->len; i++) {
			struct moment *at = &p->items[i];

			if (at->kind < MOMENT_STINT && at->kind != MOMENT_ENDED)
				moments++;
			if (at->kind != MOMENT_STINT)
				continue;
			if (last)
				each(all, last, moments);
			last = at;
			moments = 0;
		}
	if (last)
		each(all, last, moments);
}

/* Gives the stints of one life their ranks. */
static void rank_life(struct stint *stints, size_t n)
{
	uint32_t rank = 0;

	qsort(stints, n, sizeof(*stints), compare_stints);
	while (n--) {
		rank += stints[n].moments;
		stints[n].at->ticks = rank;
	}
}

/* Puts in place of each stint's number its rank: how many moments of the actor there are from its
 * first on. */
static void rank_stints(struct moments *m)
{
	size_t *end = calloc(m->lives.len + 2, sizeof(*end));
	struct stints all = { .end = end };
	struct stint *items;

	if (!end)
		abort();
	for (size_t i = 0; i < m->streams.len; i++)
		each_stint(m->streams.items[i], count_stint, &all);
	for (size_t i = 0; i <= m->lives.len; i++)
		end[i + 1] += end[i];
	items = all.items = calloc(end[m->lives.len] + 1, sizeof(*items));
	if (!items)
		abort();
	for (size_t i = 0; i < m->streams.len; i++)
		each_stint(m->streams.items[i], put_stint, &all);
	for (size_t i = 0, from = 0; i < m->lives.len; from = end[i++])
		if (end[i] > from)
			rank_life(items + from, end[i] - from);
	free(items);
	free(end);
	m->ranked = true;
}

/* Nothing of it is told yet. */
static void reset_lives(struct moments *m)
{
	for (size_t i = 0; i < m->lives.len; i++) {
		struct life *life = &m->lives.items[i];

		life->seq = 0;
		life->created = life->ended = false;
	}
	for (size_t i = 0; i < m->streams.len; i++)
		for (const struct moment_piece *p = m->streams.items[i]->first; p; p = p->next)
			for (uint32_t k = 0; k < p->len; k++) {
				struct life *life;

				if (p->items[k].kind != MOMENT_STINT)
					continue;
				life = life_at(m, p->items[k].of);
				if (life->seq < p->items[k].ticks)
					life->seq = p->items[k].ticks;
			}
}

static const char *why_not(const struct moments *m)
{
	for (size_t i = 0; i < m->agenda.len; i++) {
		const struct moment_front *f = m->agenda.items[i].of;

		if (life_at(m, f->actor)->ended)
			return "a goroutine acts after its end";
	}
	return "goroutines that created each other";
}

bool moments_order(struct moments *m)
{
	if (!rehearse(m)) {
		rank_stints(m);
		reset_lives(m);
		if (!rehearse(m)) {
			m->why = why_not(m);
			return false;
		}
	}
	open_fronts(m);
	m->turn = m->left = 0;
	m->time = 0;
	return true;
}

bool moments_next(struct moments *m, struct told *t)
{
	struct moment_front *f;

	if (m->turn == m->turns.len)
		return false;
	if (!m->left)
		m->left = m->turns.items[m->turn] & TURN_MAX;
	f = &m->fronts.items[m->turns.items[m->turn] >> TURN_BITS];
	if (f->time > m->time)
		m->time = f->time;
	*t = (struct told){
		.kind = (enum moment_kind)f->next.kind,
		.actor = f->actor,
		.of = f->next.of,
		.time = m->time,
		.own = f->time,
	};
	advance(f);
	if (!--m->left)
		m->turn++;
	return true;
}

void moments_reset(struct moments *m)
{
	for (size_t i = 0; i < m->streams.len; i++) {
		struct moment_stream *s = m->streams.items[i];

		for (struct moment_piece *next, *p = s->first; p; p = next) {
			next = p->next;
			pool_give(&m->pieces, p);
		}
		*s = (struct moment_stream){ 0 };
	}
	m->lives.len = m->streams.len = m->fronts.len = m->agenda.len = m->turns.len = m->turn = 0;
	m->ranked = false;
}

void moments_release(struct moments *m)
{
	VEC_FREE(&m->lives);
	VEC_FREE(&m->streams);
	VEC_FREE(&m->fronts);
	VEC_FREE(&m->turns);
	agenda_release(&m->agenda);
	pool_clear(&m->pieces);
}
