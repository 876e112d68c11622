/*
 * Where Go's runtime keeps what we read in the memory of a dying test: offsets in bytes,
 * by version. From the DWARF of a program built with each; src/runtime: chan.go
 * (hchan), time.go (timer), runtime2.go (g, sudog),
 * netpoll.go (pollDesc).
 */
#ifndef ACCOUNT_LAYOUT_H
#define ACCOUNT_LAYOUT_H

#include "base/base.h"

struct layout {
	/* g */
	uint16_t g_goid;
	uint16_t g_waiting; /* the sudogs that it waits with */
	/* sudog: g at 0 */
	uint8_t sudog_waitlink;
	uint8_t sudog_chan; /* the channel; 1.26+: two words, the second is the truth */
	bool sudog_chan_pair;
	/* hchan: qcount 0, dataqsiz 8, elemsize 24 (16 bit), closed 28 (32 bit) */
	uint8_t hchan_timer; /* 0: none in this version */
	uint8_t hchan_elemtype;
	/* timer */
	uint8_t timer_when;
	uint8_t timer_period;
	/* pollDesc: fd 8, rg 32, wg 40 */
	uint16_t poll_read_deadline;
	uint16_t poll_write_deadline;
	uint16_t poll_self;
	/* from timer.arg's data word back to: the funcval pointer, period, when. They are the
	 * same in all: f, arg (type, data) follow period. */
};

/* NULL: a version that nobody verified, so nothing is read. Static. */
const struct layout *layout_of(int go_minor);

#endif
