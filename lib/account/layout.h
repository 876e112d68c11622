/*
 * Where Go's runtime keeps what we read in the memory of a dying test: offsets in bytes,
 * by version. Verified against src/runtime of each: chan.go (hchan), time.go (timer,
 * timeTimer), runtime2.go (sudog), src/context, src/internal/abi/type.go.
 */
#ifndef ACCOUNT_LAYOUT_H
#define ACCOUNT_LAYOUT_H

#include "base/base.h"

struct layout {
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
	/* from timer.arg's data word back to: the funcval pointer, period, when. They are the
	 * same in all: f, arg (type, data) follow period. */
};

/* NULL: a version that nobody verified, so nothing is read. Static. */
const struct layout *layout_of(int go_minor);

#endif
