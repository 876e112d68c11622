#include "account/locks.h"

#include <ctype.h>
#include <string.h>

#include "base/vec.h"

#define FRAME_BYTES  65536
#define BEHIND_WORDS 8 /* of what a word on the stack points at: a closure's variables */

uint64_t lock_of(const struct witness *w)
{
	const char *reason = w->site->reason;

	if (!w->object)
		return 0;
	/* sync.RWMutex: w Mutex (state, sema), writerSem at 8, readerSem at 12. */
	if (!strcmp(reason, "sync.RWMutex.RLock") ||
	    (!strcmp(reason, "semacquire") && site_frame(w->site, "sync.(*RWMutex).RLock")))
		return w->object - 12;
	if (!strcmp(reason, "sync.RWMutex.Lock"))
		return w->object - 8;
	if (!strcmp(reason, "sync.Mutex.Lock") ||
	    (!strcmp(reason, "semacquire") && site_frame(w->site, "sync.(*Mutex).Lock")))
		return w->object - 4;
	return 0;
}

void locks_add(struct locks *l, const struct witness *w)
{
	uint64_t lock = lock_of(w);

	if (!lock || !w->spans || l->len == LOCKS_MAX)
		return;
	/* One of each kind is enough: they are all behind the same lock. */
	for (size_t i = 0; i < l->len; i++)
		if (l->items[i].lock == lock && l->items[i].witness->site == w->site)
			return;
	l->items[l->len++] = (struct lock_waiter){ .witness = w, .lock = lock };
}

/* A lock that a piece of source still holds, by the text of the expression. */
struct held_lock {
	struct str name;
	uint32_t line;
};

struct held {
	struct held_lock *items;
	size_t len, cap;
};

static struct str expression_before(struct str line, size_t dot)
{
	size_t from = dot;

	while (from &&
	       (isalnum((unsigned char)line.p[from - 1]) || strchr("_.[]()", line.p[from - 1])))
		from--;
	return (struct str){ .p = line.p + from, .n = dot - from };
}

static void forget(struct held *h, struct str name)
{
	for (size_t i = h->len; i-- > 0;)
		if (str_eq(h->items[i].name, name)) {
			memmove(&h->items[i], &h->items[i + 1],
				(h->len - i - 1) * sizeof(*h->items));
			h->len--;
			return;
		}
}

/* Applies the Lock and Unlock calls of one line. */
static void read_calls(struct held *h, struct str line, uint32_t number)
{
	bool deferred = str_starts(line, "defer ");

	for (size_t i = 0; i < line.n; i++) {
		struct str at = { .p = line.p + i, .n = line.n - i };

		if (str_starts(at, "//"))
			return;
		if (str_starts(at, ".Lock()") || str_starts(at, ".RLock()"))
			VEC_PUSH(h, ((struct held_lock){ expression_before(line, i), number }));
		else if (!deferred && (str_starts(at, ".Unlock()") || str_starts(at, ".RUnlock()")))
			forget(h, expression_before(line, i));
	}
}

/* The line of the last lock that the frame's function still holds, 0: none. */
static uint32_t held_in_frame(struct sources *s, const struct dump_frame *f)
{
	uint32_t first = source_func_line(s, f->file, f->line);
	struct held h = { 0 };
	uint32_t line;

	if (!first || first == f->line)
		return 0;
	for (uint32_t i = first + 1; i < f->line; i++) {
		read_calls(&h, source_line(s, f->file, i), i);
		i = source_closure_end(s, f->file, i);
	}
	line = h.len ? h.items[h.len - 1].line : 0;
	VEC_FREE(&h);
	return line;
}

static bool find_held(struct lock_waiter *w, struct sources *s)
{
	const struct site *site = w->witness->site;

	for (size_t i = 0; i < site->len && !w->held_line; i++) {
		if (function_is_runtime(site->frames[i].function))
			continue;
		w->held_line = held_in_frame(s, &site->frames[i]);
		w->held_file = site->frames[i].file;
	}
	return w->held_line != 0;
}

/* Which of the waiters' locks the words name: one bit a waiter. */
struct reach {
	bool lock[LOCKS_MAX];
};

static void match(const struct locks *l, struct reach *r, const uint64_t *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < l->len; j++)
			if (words[i] == l->items[j].lock)
				r->lock[j] = true;
}

static void match_frame(const struct locks *l, struct reach *r, const struct memory *m,
			const struct span *span)
{
	uint64_t *words = malloc(FRAME_BYTES);
	size_t n = span->fp - span->sp + 8;

	if (!words)
		abort();
	n = memory_read_some(m, span->sp, words, n < FRAME_BYTES ? n : FRAME_BYTES) / 8;
	match(l, r, words, n);
	for (size_t i = 0; i < n; i++) {
		uint64_t behind[BEHIND_WORDS] = { 0 };

		if (words[i] > 0x1000000 && words[i] % 8 == 0)
			match(l, r, behind,
			      memory_read_some(m, words[i], behind, sizeof(behind)) / 8);
	}
	free(words);
}

static void find_reach(const struct locks *l, size_t i, struct reach *r, const struct memory *m)
{
	const struct witness *w = l->items[i].witness;

	for (size_t f = 0; f < w->site->len; f++)
		if (w->spans[f].sp && w->spans[f].fp > w->spans[f].sp &&
		    !function_is_runtime(w->site->frames[f].function))
			match_frame(l, r, m, &w->spans[f]);
	/* Its own lock is within reach, of course. */
	for (size_t j = 0; j < l->len; j++)
		r->lock[j] &= l->items[j].lock != l->items[i].lock;
}

/* The shortest way from the waiter back to itself, by breadth. */
static void find_cycle(struct locks *l, const struct reach *edges, size_t from)
{
	int distance[LOCKS_MAX] = { 0 };
	size_t queue[LOCKS_MAX];
	size_t head = 0, tail = 0;

	queue[tail++] = from;
	while (head < tail) {
		size_t at = queue[head++];

		for (size_t j = 0; j < l->len; j++) {
			if (!edges[at].lock[j])
				continue;
			if (j == from) {
				l->items[from].cycle = distance[at] + 1;
				l->items[from].holder = at;
				return;
			}
			if (!distance[j]) {
				distance[j] = distance[at] + 1;
				queue[tail++] = j;
			}
		}
	}
}

void locks_find_cycles(struct locks *l, const struct memory *m, struct sources *s)
{
	struct reach *edges;

	if (l->len < 2 || !m)
		return;
	edges = calloc(l->len, sizeof(*edges));
	if (!edges)
		abort();
	for (size_t i = 0; i < l->len; i++)
		if (find_held(&l->items[i], s))
			find_reach(l, i, &edges[i], m);
	for (size_t i = 0; i < l->len; i++)
		find_cycle(l, edges, i);
	free(edges);
}

const struct lock_waiter *locks_in_cycle(const struct locks *l, const struct witness *w)
{
	uint64_t lock = lock_of(w);

	for (size_t i = 0; i < l->len; i++)
		if (l->items[i].witness == w ||
		    (lock && l->items[i].lock == lock && l->items[i].witness->site == w->site))
			return l->items[i].cycle ? &l->items[i] : NULL;
	return NULL;
}
