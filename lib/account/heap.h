/*
 * Go's own objects in the memory of a dying test.
 *
 * Everything here is evidence, so each function says "not known" (false) rather than
 * guess: an unknown version, an unreadable page, a word that does not look right.
 */
#ifndef ACCOUNT_HEAP_H
#define ACCOUNT_HEAP_H

#include "account/layout.h"
#include "base/map.h"
#include "guard/binary.h"
#include "proc/memory.h"

struct channel {
	uint64_t address;
	uint64_t count, capacity; /* elements now, and at most */
	uint16_t elem_bytes;
	bool closed;
	uint64_t timer; /* the timer it belongs to, 0: none, or an old timer */
};

/* A timer behind a channel. when is 0 when it is stopped or has fired; period is 0 for
 * one shot. */
struct channel_timer {
	int64_t when, period;
};

/* What a word in the heap says about a channel that it points to. */
struct pointee {
	uint64_t address;
	bool has_timer; /* an old timer (see struct binary.old_timers) sends to it */
	struct channel_timer timer;
	bool is_done; /* it is the Done channel of a context */
};

/* What a goroutine in the network poller waits for. */
struct poll_wait {
	int fd;
	bool writes;         /* false: it reads, or accepts */
	int64_t deadline_ns; /* of the monotonic clock; 0: none, -1: it is over */
};

struct heap {
	const struct memory *memory; /* borrowed; NULL: nothing can be read */
	const struct binary *binary; /* borrowed */
	const struct layout *layout; /* NULL: version not verified */
	uint64_t load;               /* what to add to addresses of a PIE binary */
	struct {
		struct pointee *items;
		size_t len, cap;
	} pointees;
	bool scanned; /* the scan below was whole */
};

void heap_init(struct heap *h, const struct memory *m, const struct binary *b);
void heap_release(struct heap *h);

bool heap_channel(const struct heap *h, uint64_t address, struct channel *c);

/* The timer of a channel, from hchan.timer or from the scan. */
bool heap_timer(const struct heap *h, const struct channel *c, struct channel_timer *t);

/* The channels that goroutine goid at gp waits for in a select, through g.waiting. Returns how
 * many (0: all its cases are nil), -1: not known. At most max are stored. */
int heap_waiting(const struct heap *h, uint64_t gp, uint64_t goid, uint64_t *channels, int max);

/* Remembers a channel whose pointers the scan shall look for. */
void heap_want(struct heap *h, uint64_t channel);

/* Looks through the Go heap once for pointers to the wanted channels: timers of Go before
 * 1.23 keep their channel as the argument of time.sendTime, contexts their Done
 * channel in an atomic.Value. near is an address in the heap. Gives up (scanned stays
 * false) after budget_ns. */
void heap_scan(struct heap *h, uint64_t near, int64_t budget_ns);

bool heap_is_done(const struct heap *h, uint64_t channel);

/* The counter of the WaitGroup whose semaphore a goroutine sleeps on. */
bool heap_waitgroup(const struct heap *h, uint64_t semaphore, uint32_t *counter);

/* The runtime's record of a descriptor that the goroutine at gp waits for. False: it is none, or
 * somebody else waits there. */
bool heap_poll_wait(const struct heap *h, uint64_t record, uint64_t gp, struct poll_wait *p);

#endif
