#include "account/witness.h"

#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "gotest/name.h"

void witnesses_init(struct witnesses *w, struct arena *arena)
{
	*w = (struct witnesses){ .arena = arena, .stopping = "" };
}

void witnesses_release(struct witnesses *w)
{
	map_release(&w->sites);
	map_release(&w->by_id);
	VEC_FREE(&w->all);
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	h ^= v;
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

/* Names are shared in the arena, so equal names are equal pointers. */
static uint64_t hash_of(const struct dump_goroutine *g)
{
	uint64_t h = mix(0, (uintptr_t)g->reason);

	for (size_t i = 0; i < g->frames.len; i++)
		h = mix(mix(h, (uintptr_t)g->frames.items[i].function), g->frames.items[i].line);
	return mix(mix(h, (uintptr_t)g->created_by.function), g->created_by.line);
}

static bool same_place(const struct dump_frame *a, const struct dump_frame *b)
{
	return a->function == b->function && a->line == b->line;
}

static bool is_site(const struct site *s, const struct dump_goroutine *g)
{
	if (s->len != g->frames.len || strcmp(s->reason, g->reason) != 0 ||
	    !same_place(&s->created_by, &g->created_by))
		return false;
	for (size_t i = 0; i < s->len; i++)
		if (!same_place(&s->frames[i], &g->frames.items[i]))
			return false;
	return true;
}

static struct dump_frame *copy_frames(struct witnesses *w, const struct dump_frames *f)
{
	struct dump_frame *copy = arena_alloc(w->arena, (f->len + 1) * sizeof(*copy));

	if (f->len)
		memcpy(copy, f->items, f->len * sizeof(*copy));
	return copy;
}

static const struct site *intern(struct witnesses *w, const struct dump_goroutine *g)
{
	uint64_t hash = hash_of(g);
	struct site *first = map_get(&w->sites, hash), *s;

	for (s = first; s; s = s->next)
		if (is_site(s, g))
			return s;
	s = ARENA_NEW(w->arena, struct site);
	*s = (struct site){
		.reason = arena_strndup(w->arena, g->reason, strlen(g->reason)),
		.frames = copy_frames(w, &g->frames),
		.len = g->frames.len,
		.created_by = g->created_by,
		.hash = hash,
		.next = first,
	};
	map_put(&w->sites, hash, s);
	return s;
}

const struct dump_frame *site_frame(const struct site *s, const char *function)
{
	for (size_t i = 0; i < s->len; i++)
		if (!strcmp(s->frames[i].function, function))
			return &s->frames[i];
	return NULL;
}

bool site_has_prefix(const struct site *s, const char *prefix)
{
	for (size_t i = 0; i < s->len; i++)
		if (starts_with(s->frames[i].function, prefix))
			return true;
	return false;
}

bool function_is_runtime(const char *function)
{
	static const char *const packages[] = {
		"runtime", "sync",          "internal/sync",         "time",
		"syscall", "internal/poll", "internal/syscall/unix", "sync/atomic",
	};
	struct str package = name_package(function);

	for (size_t i = 0; i < ARRAY_LEN(packages); i++)
		if (str_is(package, packages[i]))
			return true;
	return str_starts(package, "runtime/internal/") || str_starts(package, "internal/runtime/");
}

const struct dump_frame *site_user(const struct site *s)
{
	for (size_t i = 0; i < s->len; i++)
		if (!function_is_runtime(s->frames[i].function))
			return &s->frames[i];
	return s->len ? &s->frames[s->len - 1] : NULL;
}

const char *site_start(const struct site *s)
{
	return s->len ? s->frames[s->len - 1].function : "";
}

/* The frame that holds what the goroutine waits for, in its first argument. */
static bool is_object_frame(const char *function)
{
	return !strcmp(function, "runtime.chansend") || !strcmp(function, "runtime.chanrecv") ||
	       !strcmp(function, "runtime.semacquire1") ||
	       !strcmp(function, "internal/poll.runtime_pollWait");
}

static void read_arguments(struct witness *t, const struct dump_goroutine *g)
{
	for (size_t i = 0; i < g->frames.len; i++) {
		const struct dump_frame *f = &g->frames.items[i];

		if (!f->nargs)
			continue;
		if (!t->object && is_object_frame(f->function) && !(f->stale & 1))
			t->object = f->args[0];
		if (!t->connection && starts_with(f->function, "net/http.(*persistConn)."))
			t->connection = f->args[0];
	}
}

static bool waits_for_lock(const struct dump_goroutine *g)
{
	return starts_with(g->reason, "sync.Mutex") || starts_with(g->reason, "sync.RWMutex") ||
	       !strcmp(g->reason, "semacquire");
}

static struct span *copy_spans(struct witnesses *w, const struct dump_goroutine *g)
{
	struct span *spans = arena_alloc(w->arena, (g->frames.len + 1) * sizeof(*spans));

	for (size_t i = 0; i < g->frames.len; i++)
		spans[i] =
		    (struct span){ .sp = g->frames.items[i].sp, .fp = g->frames.items[i].fp };
	return spans;
}

/* In these the world is being stopped, or somebody waits for that: with a P held by an exit it
 * never is. A collector that marks, and a tracer, stop each goroutine to read its stack, and the
 * one that exits is not to be stopped: they try for ever, on a P that others would need
 * (src/runtime/preempt.go, suspendG; the reasons of runtime2.go, Go 1.22 to 1.27). */
static bool is_stopping(const char *reason)
{
	static const char *const reasons[] = {
		"stopping the world",   "garbage collection",     "garbage collection scan",
		"GC worker (active)",   "GC mark termination",    "GC assist wait",
		"GC assist marking",    "GC weak to strong wait", "wait for GC cycle",
		"flushing proc caches", "trace goroutine status", "trace proc status",
		"page trace flush",     "dumping heap",
	};

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (!strcmp(reason, reasons[i]))
			return true;
	return false;
}

static bool is_running(const char *reason)
{
	return !strcmp(reason, "runnable") || !strcmp(reason, "running") ||
	       !strcmp(reason, "preempted") || !strcmp(reason, "copystack") ||
	       !strcmp(reason, "waiting");
}

static bool is_runtime_goroutine(const struct dump_goroutine *g)
{
	const char *start =
	    g->frames.len ? g->frames.items[g->frames.len - 1].function : g->created_by.function;

	return name_is_system_goroutine(start) || starts_with(start, "runtime.");
}

/* Goroutine 1 is the one that exits. */
static void note_unrest(struct witnesses *w, const struct dump_goroutine *g)
{
	if (g->id <= 1)
		return;
	if (is_stopping(g->reason) && !w->stopping[0])
		w->stopping = arena_strndup(w->arena, g->reason, strlen(g->reason));
	if (is_running(g->reason) && !is_runtime_goroutine(g))
		w->running++;
}

void witness_add(void *ctx, struct dump_goroutine *g)
{
	struct witnesses *w = ctx;
	struct witness t = {
		.id = g->id,
		.gp = g->gp,
		.creator = g->creator,
		.minutes = g->minutes,
		.leaked = g->leaked,
		.no_stack = g->no_stack || !g->frames.len,
	};

	if (!g->id || map_find(&w->by_id, g->id))
		return; /* goroutine 0 is a thread's own; a running one may be printed twice */
	note_unrest(w, g);
	t.site = intern(w, g);
	read_arguments(&t, g);
	if (waits_for_lock(g))
		t.spans = copy_spans(w, g);
	if (g->ancestor_frames.len) {
		t.ancestors = copy_frames(w, &g->ancestor_frames);
		t.ancestors_len = g->ancestor_frames.len;
	}
	VEC_PUSH(&w->all, t);
	map_set(&w->by_id, t.id, w->all.len);
}

const struct witness *witness_find(const struct witnesses *w, uint64_t id)
{
	uintptr_t *at = map_find(&w->by_id, id);

	return at ? &w->all.items[*at - 1] : NULL;
}
