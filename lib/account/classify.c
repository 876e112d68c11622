#include "account/classify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "gotest/name.h"

#define SELECT_CASES 64
#define WOKEN_AGAIN  2 /* wakes that make a timer look like a loop */

enum connection_state { CONNECTION_BUSY = 1, CONNECTION_BODY = 2 };

/* One goroutine before the rules. */
struct question {
	struct classifier *c;
	const struct witness *w;
	const struct goroutine *g; /* may be NULL */
	const char *reason;
	const struct site *site;
	const struct dump_frame *user;
	struct verdict_class answer;
};

void classifier_init(struct classifier *c, struct arena *a, const struct memory *m,
		     const struct binary *b, struct sources *s)
{
	*c = (struct classifier){ .arena = a, .sources = s };
	heap_init(&c->heap, m, b);
	c->peers.heap = &c->heap;
	c->peers.ends.pid = m ? m->pid : 0;
	c->locks = calloc(1, sizeof(*c->locks));
	if (!c->locks)
		abort();
}

void classifier_release(struct classifier *c)
{
	peers_release(&c->peers);
	heap_release(&c->heap);
	map_release(&c->connections);
	free(c->locks);
	c->locks = NULL;
}

static bool on_stack(const struct site *s, const char *function)
{
	return site_frame(s, function) != NULL;
}

static bool in_http2_round_trip(const struct site *s)
{
	return site_has_prefix(s, "net/http.(*http2ClientConn).roundTrip") ||
	       site_has_prefix(s, "net/http.(*http2clientStream)") ||
	       site_has_prefix(s, "net/http/internal/http2.(*ClientConn).roundTrip") ||
	       site_has_prefix(s, "net/http/internal/http2.(*clientStream)");
}

static void note_connection(struct classifier *c, const struct witness *w)
{
	uintptr_t *known;
	uintptr_t state = 0;

	c->http2_busy |= in_http2_round_trip(w->site);
	if (!w->connection)
		return;
	if (on_stack(w->site, "net/http.(*persistConn).roundTrip"))
		state = CONNECTION_BUSY;
	else if (on_stack(w->site, "net/http.(*persistConn).readLoop") &&
		 !strcmp(w->site->reason, "select"))
		state = CONNECTION_BODY;
	known = map_find(&c->connections, w->connection);
	map_set(&c->connections, w->connection, state | (known ? *known : 0));
}

/* Channels whose nature only a look through the heap can tell. */
static void want_channel(struct classifier *c, uint64_t address)
{
	struct channel ch;

	if (!heap_channel(&c->heap, address, &ch) || ch.timer)
		return;
	if (ch.elem_bytes == 0 || (ch.elem_bytes == 24 && ch.capacity == 1))
		heap_want(&c->heap, address);
}

static void prepare_survivor(struct classifier *c, const struct witness *w)
{
	const char *reason = w->site->reason;
	uint64_t channels[SELECT_CASES];
	int n;

	locks_add(c->locks, w);
	if (!strcmp(reason, "chan receive"))
		want_channel(c, w->object);
	if (strcmp(reason, "select") != 0)
		return;
	n = heap_waiting(&c->heap, w->gp, w->id, channels, SELECT_CASES);
	for (int i = 0; i < n && i < SELECT_CASES; i++)
		want_channel(c, channels[i]);
}

void classifier_prepare(struct classifier *c, const struct witnesses *all,
			const struct witness *const *survivors, size_t n, int64_t scan_budget_ns)
{
	for (size_t i = 0; i < all->all.len; i++)
		note_connection(c, &all->all.items[i]);
	for (size_t i = 0; i < n; i++)
		prepare_survivor(c, survivors[i]);
	for (size_t i = 0; i < n && c->heap.pointees.len && !c->heap.scanned; i++)
		if (survivors[i]->gp) {
			heap_scan(&c->heap, survivors[i]->gp, scan_budget_ns);
			break;
		}
	locks_find_cycles(c->locks, c->heap.memory, c->sources);
}

static bool say(struct question *q, enum class_id id, const char *why)
{
	q->answer = (struct verdict_class){ .id = id, .detail = "", .why = why, .fact = "" };
	return true;
}

PRINTF(2, 0)
static const char *formatted(const struct question *q, const char *fmt, va_list ap)
{
	char text[512];

	vsnprintf(text, sizeof(text), fmt, ap);
	return arena_strndup(q->c->arena, text, strlen(text));
}

PRINTF(2, 3)
static void detail(struct question *q, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	q->answer.detail = formatted(q, fmt, ap);
	va_end(ap);
}

PRINTF(2, 3)
static void fact(struct question *q, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	q->answer.fact = formatted(q, fmt, ap);
	va_end(ap);
}

static bool is_reason(const struct question *q, const char *reason)
{
	return !strcmp(q->reason, reason);
}

static bool rule_process(struct question *q)
{
	if (!site_has_prefix(q->site, "os/exec.(*Cmd)") && !on_stack(q->site, "os.(*Process).Wait"))
		return false;
	return say(q, CLASS_PROCESS, "a goroutine of os/exec waits for a child process");
}

static bool rule_forever(struct question *q)
{
	if (starts_with(q->reason, "chan send (nil chan)")) {
		say(q, CLASS_NIL_CHANNEL, "the channel is nil");
		detail(q, "send");
		return true;
	}
	if (starts_with(q->reason, "chan receive (nil chan)")) {
		say(q, CLASS_NIL_CHANNEL, "the channel is nil");
		detail(q, "receive");
		return true;
	}
	return is_reason(q, "select (no cases)") && say(q, CLASS_SELECT_EMPTY, "select {}");
}

static bool rule_coroutine(struct question *q)
{
	return is_reason(q, "coroutine") &&
	       say(q, CLASS_ITER_PULL, "a coroutine that nobody resumes or stops");
}

static uintptr_t http_state_of(const struct question *q)
{
	const uintptr_t *state = map_find(&q->c->connections, q->w->connection);

	return state ? *state : 0;
}

/* net/http's HTTP/1 client: a connection has a readLoop and a writeLoop; a third goroutine
 * may be in roundTrip for it. */
static bool rule_http_client(struct question *q)
{
	bool reads = on_stack(q->site, "net/http.(*persistConn).readLoop");

	if (on_stack(q->site, "net/http.(*persistConn).roundTrip"))
		return say(q, CLASS_IO, "a request is in flight");
	if (reads && is_reason(q, "select"))
		return say(q, CLASS_HTTP_BODY,
			   "the connection waits for its response body to be read");
	if (!reads && !on_stack(q->site, "net/http.(*persistConn).writeLoop"))
		return false;
	if (http_state_of(q) & CONNECTION_BODY)
		return say(q, CLASS_HTTP_BODY, "its connection waits for the body to be read");
	if (http_state_of(q) & CONNECTION_BUSY)
		return say(q, CLASS_IO, "a request is in flight on its connection");
	return say(q, CLASS_HTTP_IDLE, "its connection has no request in flight");
}

static bool rule_http2(struct question *q)
{
	if (site_has_prefix(q->site, "net/http.(*http2serverConn).") ||
	    site_has_prefix(q->site, "net/http/internal/http2.(*serverConn)."))
		return say(q, CLASS_IO, "an HTTP/2 connection of a server");
	if (on_stack(q->site, "net/http.(*http2ClientConn).readLoop") ||
	    on_stack(q->site, "net/http/internal/http2.(*ClientConn).readLoop"))
		return q->c->http2_busy
			   ? say(q, CLASS_IO, "an HTTP/2 connection with a request in flight")
			   : say(q, CLASS_HTTP_IDLE, "an HTTP/2 connection without a request");
	return false;
}

static bool rule_http_server(struct question *q)
{
	return on_stack(q->site, "net/http.(*conn).serve") && q->user &&
	       starts_with(q->user->function, "net/http.") &&
	       say(q, CLASS_IO, "a connection of a server");
}

static bool rule_pipe(struct question *q)
{
	static const char *const pipes[] = { "io.(*pipe).read", "io.(*pipe).write",
					     "net.(*pipe).read", "net.(*pipe).write" };

	for (size_t i = 0; i < ARRAY_LEN(pipes); i++)
		if (on_stack(q->site, pipes[i]))
			return say(q, CLASS_IO, "the other end of an in-memory pipe is not served");
	return false;
}

static bool rule_send(struct question *q)
{
	struct channel ch;

	if (!is_reason(q, "chan send"))
		return false;
	say(q, CLASS_CHAN_SEND, "blocked in a send");
	if (!heap_channel(&q->c->heap, q->w->object, &ch))
		return true;
	q->answer.why = "blocked in a send; the channel was read from memory";
	if (ch.capacity == 0)
		detail(q, "unbuffered");
	else
		detail(q, "buffer-full %" PRIu64 "/%" PRIu64, ch.count, ch.capacity);
	return true;
}

static bool woken_again(const struct question *q)
{
	return q->g && q->g->wakes >= WOKEN_AGAIN;
}

/* Go's timers count the nanoseconds of the monotonic clock (src/runtime/time.go). */
static void tell_timer(struct question *q, const struct channel_timer *t)
{
	int64_t left_ns = t->when - clock_now_ns();
	char text[32];

	if (t->period > 0)
		fact(q, "its timer fires every %s", duration_format(t->period, text));
	else if (left_ns > 0)
		fact(q, "its timer fires in %s", duration_format(left_ns, text));
}

static bool say_timer(struct question *q, const struct channel_timer *t)
{
	bool again = t->period > 0 || woken_again(q);

	if (!t->when)
		return say(q, CLASS_CHAN_RECEIVE, "the timer behind the channel is stopped");
	if (again)
		say(q, CLASS_TICKER, "the channel belongs to a running timer");
	else
		say(q, CLASS_SLEEP, "the channel belongs to a timer that fires once");
	tell_timer(q, t);
	return true;
}

static bool in_package_context(const struct question *q)
{
	return q->user && str_is(name_package(q->user->function), "context");
}

/* Where memory cannot be read the source line says it nearly as well. */
static bool source_says_done(const struct question *q)
{
	struct str line;

	if (q->c->heap.layout && q->c->heap.scanned)
		return false;
	line =
	    q->user ? source_line(q->c->sources, q->user->file, q->user->line) : (struct str){ 0 };
	return line.n && memmem(line.p, line.n, ".Done()", 7);
}

/* The scan finds contexts by what their memory looks like, dead ones, too. The source of who
 * waits, or of who started it, speaks of Done() where it is a context's. */
static bool source_may_say_done(const struct question *q)
{
	const struct dump_frame *by = &q->w->site->created_by;

	if (q->user && !source_may_say(q->c->sources, q->user->file, q->user->line, "Done()"))
		return by->file && *by->file &&
		       source_may_say(q->c->sources, by->file, by->line, "Done()");
	return true;
}

static bool rule_receive(struct question *q)
{
	struct channel_timer timer;
	struct channel ch;

	if (!is_reason(q, "chan receive"))
		return false;
	if (in_package_context(q))
		return say(q, CLASS_CONTEXT, "a goroutine of package context");
	if (!heap_channel(&q->c->heap, q->w->object, &ch))
		return source_says_done(q) ? say(q, CLASS_CONTEXT, "the line receives from Done()")
					   : say(q, CLASS_CHAN_RECEIVE, "blocked in a receive");
	if (heap_timer(&q->c->heap, &ch, &timer))
		return say_timer(q, &timer);
	if (ch.elem_bytes == 0 && heap_is_done(&q->c->heap, ch.address) && source_may_say_done(q))
		return say(q, CLASS_CONTEXT, "the channel is the Done channel of a context");
	if (ch.elem_bytes == 0 && source_says_done(q))
		return say(q, CLASS_CONTEXT, "the line receives from Done()");
	return say(q, CLASS_CHAN_RECEIVE, "blocked in a receive");
}

static bool has_live_ticker(const struct question *q, const uint64_t *channels, int n,
			    struct channel_timer *t)
{
	for (int i = 0; i < n && i < SELECT_CASES; i++) {
		struct channel ch;

		if (heap_channel(&q->c->heap, channels[i], &ch) &&
		    heap_timer(&q->c->heap, &ch, t) && t->when && (t->period > 0 || woken_again(q)))
			return true;
	}
	return false;
}

static bool rule_select(struct question *q)
{
	uint64_t channels[SELECT_CASES];
	struct channel_timer timer;
	int n;

	if (!is_reason(q, "select"))
		return false;
	n = heap_waiting(&q->c->heap, q->w->gp, q->w->id, channels, SELECT_CASES);
	if (n == 0) {
		say(q, CLASS_NIL_CHANNEL, "every case of the select is on a nil channel");
		detail(q, "select");
		return true;
	}
	if (n > 0 && has_live_ticker(q, channels, n, &timer)) {
		say(q, CLASS_TICKER, "a case of the select belongs to a running timer");
		tell_timer(q, &timer);
		return true;
	}
	if (in_package_context(q))
		return say(q, CLASS_CONTEXT, "a goroutine of package context");
	return say(q, CLASS_SELECT, "blocked in a select");
}

static bool rule_simple(struct question *q)
{
	static const struct {
		const char *reason;
		enum class_id id;
		const char *why;
	} simple[] = {
		{ "sleep", CLASS_SLEEP, "in time.Sleep" },
		{ "IO wait", CLASS_IO, "in the network poller" },
		{ "sync.Cond.Wait", CLASS_COND, "in sync.Cond.Wait" },
		{ "syscall", CLASS_SYSCALL, "in a system call or in C" },
	};

	for (size_t i = 0; i < ARRAY_LEN(simple); i++)
		if (is_reason(q, simple[i].reason))
			return say(q, simple[i].id, simple[i].why);
	return false;
}

static bool rule_running(struct question *q)
{
	if (!is_reason(q, "runnable") && !is_reason(q, "running") && !is_reason(q, "preempted") &&
	    !is_reason(q, "copystack"))
		return false;
	if (on_stack(q->site, "time.Sleep") || (q->g && q->g->blocks_sleep))
		return say(q, CLASS_SLEEP, "it ran just then, and slept before");
	if (woken_again(q) && (q->g->blocks_receive || q->g->blocks_select))
		return say(q, CLASS_TICKER,
			   "it ran just then, and was woken again and again before");
	return say(q, CLASS_SPIN, "it was running, or ready to run, at the end");
}

static bool rule_waitgroup(struct question *q)
{
	uint32_t counter;

	if (!is_reason(q, "sync.WaitGroup.Wait") &&
	    !(is_reason(q, "semacquire") && on_stack(q->site, "sync.(*WaitGroup).Wait")))
		return false;
	say(q, CLASS_WAITGROUP, "in sync.WaitGroup.Wait");
	if (q->w->object && heap_waitgroup(&q->c->heap, q->w->object, &counter))
		detail(q, "counter %" PRIu32, counter);
	return true;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Both orders: what it has, and who has what it waits for. */
static void tell_cycle(struct question *q, const struct lock_waiter *w)
{
	const struct lock_waiter *by = &q->c->locks->items[w->holder];
	const struct dump_frame *from = &by->witness->site->created_by;

	fact(q,
	     "it holds what it locked at %s:%" PRIu32
	     "; what it waits for was locked at %s:%" PRIu32
	     " by the goroutine that was started at %s:%" PRIu32,
	     base_name(w->held_file), w->held_line, base_name(by->held_file), by->held_line,
	     base_name(from->file ? from->file : ""), from->line);
}

/* src/sync/rwmutex.go: a writer waits for readers to leave, a reader for a writer. */
static void tell_side(struct question *q)
{
	if (on_stack(q->site, "sync.(*RWMutex).RLock"))
		fact(q, "it waits to read: a writer holds the lock, or waits for it");
	else if (is_reason(q, "sync.RWMutex.Lock"))
		fact(q, "it waits to write: readers hold the lock");
}

static bool rule_lock(struct question *q)
{
	const struct lock_waiter *w;

	if (!starts_with(q->reason, "sync.Mutex") && !starts_with(q->reason, "sync.RWMutex") &&
	    !is_reason(q, "semacquire"))
		return false;
	w = locks_in_cycle(q->c->locks, q->w);
	if (!w) {
		say(q, CLASS_MUTEX, "waits for a lock");
		tell_side(q);
		return true;
	}
	say(q, CLASS_LOCK_CYCLE, "its stack and source hold the lock that the next one waits for");
	detail(q, "%d", w->cycle);
	tell_cycle(q, w);
	return true;
}

/* Whatever its class. */
static void tell_peer(struct question *q)
{
	AUTO_BUF text = { 0 };

	if (!is_reason(q, "IO wait"))
		return;
	peer_tell(&q->c->peers, q->w, q->answer.id == CLASS_HTTP_IDLE, &text);
	if (text.len)
		fact(q, "%s", buf_str(&text));
}

struct verdict_class classify(struct classifier *c, const struct witness *w,
			      const struct goroutine *g)
{
	static bool (*const rules[])(struct question *) = {
		rule_process,     rule_forever, rule_coroutine, rule_http_client, rule_http2,
		rule_http_server, rule_pipe,    rule_send,      rule_receive,     rule_select,
		rule_simple,      rule_running, rule_waitgroup, rule_lock,
	};
	struct question q = {
		.c = c,
		.w = w,
		.g = g,
		.reason = w->site->reason,
		.site = w->site,
		.user = site_user(w->site),
	};

	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (rules[i](&q)) {
			tell_peer(&q);
			return q.answer;
		}
	return (struct verdict_class){ CLASS_UNKNOWN, "",
				       "a wait reason that this version does not know", "" };
}

static bool traced_on_stack(const struct trace_stack *s, const char *function)
{
	for (uint32_t i = 0; s && i < s->len; i++)
		if (!strcmp(s->frames[i].function, function))
			return true;
	return false;
}

static enum class_id traced_sync(const struct goroutine *g)
{
	return traced_on_stack(g->last, "sync.(*WaitGroup).Wait") ? CLASS_WAITGROUP : CLASS_MUTEX;
}

static enum class_id traced_forever(const struct goroutine *g)
{
	return traced_on_stack(g->last, "runtime.block") ? CLASS_SELECT_EMPTY : CLASS_NIL_CHANNEL;
}

static enum class_id traced_waiting(const struct goroutine *g)
{
	static const struct {
		const char *reason;
		enum class_id id;
	} simple[] = {
		{ "chan send", CLASS_CHAN_SEND }, { "chan receive", CLASS_CHAN_RECEIVE },
		{ "select", CLASS_SELECT },       { "network", CLASS_IO },
		{ "sleep", CLASS_SLEEP },         { "sync.(*Cond).Wait", CLASS_COND },
	};

	if (!strcmp(g->reason, "sync"))
		return traced_sync(g);
	if (!strcmp(g->reason, "forever"))
		return traced_forever(g);
	for (size_t i = 0; i < ARRAY_LEN(simple); i++)
		if (!strcmp(g->reason, simple[i].reason))
			return simple[i].id;
	return !strcmp(g->start, "runtime.corostart") ? CLASS_ITER_PULL : CLASS_UNKNOWN;
}

struct verdict_class classify_traced(const struct goroutine *g)
{
	struct verdict_class v = { CLASS_UNKNOWN, "", "from the trace alone", "" };

	for (uint32_t i = 0; g->last && i < g->last->len; i++)
		if (starts_with(g->last->frames[i].function, "os/exec.(*Cmd)")) {
			v.id = CLASS_PROCESS;
			return v;
		}
	if (g->state == GOROUTINE_WAITING)
		v.id = traced_waiting(g);
	else if (g->state == GOROUTINE_SYSCALL)
		v.id = CLASS_SYSCALL;
	else if (g->blocks_sleep)
		v.id = CLASS_SLEEP;
	else if (g->state == GOROUTINE_RUNNING || g->last)
		v.id = CLASS_SPIN;
	else
		v.why = "it had not run yet when the trace ended";
	return v;
}
