#include "account/heap.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/vec.h"

#define HCHAN_BYTES 48
#define SUDOGS      1000 /* cases of a select at most */
#define CHUNK       ((size_t)1 << 20)
#define ARENA_REACH (UINT64_C(16) << 30) /* Go's arenas lie close together */
#define KIND_CHAN   18                   /* src/internal/abi/type.go */
#define KIND_MASK   31
#define TYPE_KIND   23 /* offset of abi.Type.Kind_ */

void heap_init(struct heap *h, const struct memory *m, const struct binary *b)
{
	*h = (struct heap){
		.memory = m,
		.binary = b,
		.layout = m ? layout_of(b->go_minor) : NULL,
	};
	if (m && b->pie)
		h->load = memory_bias(m, b->base);
}

void heap_release(struct heap *h)
{
	VEC_FREE(&h->pointees);
}

static uint64_t word_at(const uint8_t *bytes, size_t offset)
{
	uint64_t w;

	memcpy(&w, bytes + offset, sizeof(w));
	return w;
}

bool heap_channel(const struct heap *h, uint64_t address, struct channel *c)
{
	uint8_t b[HCHAN_BYTES];

	if (!h->layout || !address || !memory_read(h->memory, address, b, sizeof(b)))
		return false;
	*c = (struct channel){
		.address = address,
		.count = word_at(b, 0),
		.capacity = word_at(b, 8),
	};
	memcpy(&c->elem_bytes, b + 24, sizeof(c->elem_bytes));
	c->closed = (word_at(b, 24) >> 32) != 0;
	if (h->layout->hchan_timer)
		c->timer = word_at(b, h->layout->hchan_timer);
	return c->count <= c->capacity;
}

static const struct pointee *find_pointee(const struct heap *h, uint64_t channel)
{
	for (size_t i = 0; i < h->pointees.len; i++)
		if (h->pointees.items[i].address == channel)
			return &h->pointees.items[i];
	return NULL;
}

bool heap_timer(const struct heap *h, const struct channel *c, struct channel_timer *t)
{
	const struct pointee *p;
	uint64_t when, period;

	if (c->timer) {
		if (!memory_u64(h->memory, c->timer + h->layout->timer_when, &when) ||
		    !memory_u64(h->memory, c->timer + h->layout->timer_period, &period))
			return false;
		*t = (struct channel_timer){ .when = (int64_t)when, .period = (int64_t)period };
		return true;
	}
	p = find_pointee(h, c->address);
	if (!p || !p->has_timer)
		return false;
	*t = p->timer;
	return true;
}

/* Follows a list of sudogs. Returns how many, -1 when it is none of gp's. */
static int follow_sudogs(const struct heap *h, uint64_t gp, uint64_t sudog, uint64_t *channels,
			 int max)
{
	const struct layout *l = h->layout;
	int n = 0;

	for (; sudog && n < SUDOGS; n++) {
		uint8_t b[112];
		uint64_t c;
		struct channel check;

		if (!memory_read(h->memory, sudog, b, sizeof(b)) || word_at(b, 0) != gp)
			return -1;
		c = word_at(b, l->sudog_chan);
		if (l->sudog_chan_pair && word_at(b, l->sudog_chan + 8u))
			c = word_at(b, l->sudog_chan + 8u);
		if (!heap_channel(h, c, &check))
			return -1;
		if (n < max)
			channels[n] = c;
		sudog = word_at(b, l->sudog_waitlink);
	}
	return n;
}

int heap_waiting(const struct heap *h, uint64_t gp, uint64_t goid, uint64_t *channels, int max)
{
	uint64_t id, sudog;

	/* The id shows that it is a g and that the layout is the right one. */
	if (!h->layout || !gp || !memory_u64(h->memory, gp + h->layout->g_goid, &id) ||
	    id != goid || !memory_u64(h->memory, gp + h->layout->g_waiting, &sudog))
		return -1;
	return sudog ? follow_sudogs(h, gp, sudog, channels, max) : 0;
}

void heap_want(struct heap *h, uint64_t channel)
{
	if (!find_pointee(h, channel))
		VEC_PUSH(&h->pointees, ((struct pointee){ .address = channel }));
}

/* Whether what has its `when` there is the timer within a time.Timer or time.Ticker, whose C is the
 * channel: src/time/sleep.go, tick.go, and from 1.23 on timeTimer in src/runtime/time.go. What a
 * call left of its arguments on a stack looks like a timer, and is none. */
static bool is_within_timer(const struct heap *h, uint64_t when_at, uint64_t channel)
{
	uint64_t before = h->layout->timer_when + (h->layout->hchan_timer ? 16u : 8u);
	uint64_t c;

	return memory_u64(h->memory, when_at - before, &c) && c == channel;
}

/* The word at `at` holds the channel. Is it a timer's argument? */
static void look_for_timer(struct heap *h, uint64_t at, struct pointee *p)
{
	uint64_t before[4]; /* when, period, funcval, argument's type */
	uint64_t code;

	if (!h->binary->send_time || !memory_read(h->memory, at - 32, before, sizeof(before)) ||
	    !memory_u64(h->memory, before[2], &code) || code != h->binary->send_time + h->load ||
	    !is_within_timer(h, at - 32, p->address))
		return;
	p->has_timer = true;
	p->timer =
	    (struct channel_timer){ .when = (int64_t)before[0], .period = (int64_t)before[1] };
}

/* context.cancelCtx, the same in Go 1.22 to 1.27: Context, mu, done (an interface: type and
 * channel), children, err, cause. */
struct cancel_context {
	uint64_t parent[2], mutex, done_type, done, children, err[2];
};

static bool is_channel_type(const struct heap *h, uint64_t type)
{
	const struct memory_map *map = memory_find(h->memory, type);
	uint8_t kind;

	return map && map->exe && memory_read(h->memory, type + TYPE_KIND, &kind, 1) &&
	       (kind & KIND_MASK) == KIND_CHAN;
}

/* Is it the done of a context that nobody has cancelled? A dead one leaves its words behind
 * when its channel's place is another channel's already, but it was cancelled before it died. */
static void look_for_context(struct heap *h, uint64_t at, struct pointee *p)
{
	struct cancel_context c;

	if (!memory_read(h->memory, at - offsetof(struct cancel_context, done), &c, sizeof(c)))
		return;
	if (c.parent[0] && !c.err[0] && !c.err[1] && is_channel_type(h, c.done_type))
		p->is_done = true;
}

struct wanted {
	struct map index; /* channel -> position in pointees + 1 */
	uint64_t low, high;
};

static void scan_chunk(struct heap *h, const struct wanted *w, const uint64_t *words, size_t n,
		       uint64_t address)
{
	for (size_t i = 0; i < n; i++) {
		uintptr_t *found;
		struct pointee *p;

		if (words[i] < w->low || words[i] > w->high)
			continue;
		found = map_find(&w->index, words[i]);
		if (!found)
			continue;
		p = &h->pointees.items[*found - 1];
		look_for_timer(h, address + i * 8, p);
		look_for_context(h, address + i * 8, p);
	}
}

static bool is_arena(const struct memory_map *m, uint64_t near)
{
	return m->write && m->anonymous && m->end + ARENA_REACH > near &&
	       m->start < near + ARENA_REACH && m->start >= 0x1000000;
}

static bool scan_map(struct heap *h, const struct wanted *w, const struct memory_map *m,
		     int64_t until_ns)
{
	uint64_t *words = malloc(CHUNK);
	bool in_time = true;

	if (!words)
		abort();
	for (uint64_t at = m->start; at < m->end && in_time; at += CHUNK) {
		size_t want = m->end - at < CHUNK ? (size_t)(m->end - at) : CHUNK;
		size_t got = memory_read_some(h->memory, at, words, want);

		scan_chunk(h, w, words, got / 8, at);
		in_time = clock_now_ns() < until_ns;
	}
	free(words);
	return in_time;
}

void heap_scan(struct heap *h, uint64_t near, int64_t budget_ns)
{
	int64_t until_ns = clock_now_ns() + budget_ns;
	struct wanted w = { .low = UINT64_MAX };

	if (!h->layout || !h->pointees.len)
		return;
	for (size_t i = 0; i < h->pointees.len; i++) {
		uint64_t a = h->pointees.items[i].address;

		map_set(&w.index, a, i + 1);
		w.low = a < w.low ? a : w.low;
		w.high = a > w.high ? a : w.high;
	}
	h->scanned = true;
	for (size_t i = 0; i < h->memory->maps.len && h->scanned; i++)
		if (is_arena(&h->memory->maps.items[i], near))
			h->scanned = scan_map(h, &w, &h->memory->maps.items[i], until_ns);
	map_release(&w.index);
}

bool heap_is_done(const struct heap *h, uint64_t channel)
{
	const struct pointee *p = find_pointee(h, channel);

	return p && p->is_done;
}

/* src/runtime/netpoll.go, Go 1.22 to 1.27: link, fd, fdseq, atomicInfo, rg, wg; it points at itself
 * as long as it is used. rg and wg hold the g that waits. */
bool heap_poll_wait(const struct heap *h, uint64_t record, uint64_t gp, struct poll_wait *p)
{
	uint64_t words[6], self, deadline;

	if (!h->layout || !record || !gp || !memory_read(h->memory, record, words, sizeof(words)) ||
	    !memory_u64(h->memory, record + h->layout->poll_self, &self) || self != record ||
	    words[1] > INT_MAX || (words[4] == gp) == (words[5] == gp))
		return false;
	p->writes = words[5] == gp;
	if (!memory_u64(h->memory,
			record + (p->writes ? h->layout->poll_write_deadline
					    : h->layout->poll_read_deadline),
			&deadline))
		return false;
	p->fd = (int)words[1];
	p->deadline_ns = (int64_t)deadline;
	return true;
}

bool heap_waitgroup(const struct heap *h, uint64_t semaphore, uint32_t *counter)
{
	uint64_t state;

	/* sync.WaitGroup: state (counter in the high 32 bits), then sema. 1.25+ keeps a
	 * flag for synctest in the top bit of the waiters' half. */
	if (!h->layout || !memory_u64(h->memory, semaphore - 8, &state))
		return false;
	*counter = (uint32_t)(state >> 32);
	return true;
}
