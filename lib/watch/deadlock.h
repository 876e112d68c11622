/*
 * Tests that hung, asked again: whether nothing can ever wake them.
 *
 * The alarm of -test.timeout writes the profiles before it panics (src/testing/testing.go,
 * startAlarm), so that it comes through the gate of a second look, where Go's collector is asked
 * (guard/proof.h). The tests that hung run once more, with a short timeout. Their hanging a second
 * time proves nothing by itself: only goroutines count that the collector calls leaked, and these
 * are proven however long they waited.
 *
 * The alarm ends the process, so that no teardown of a TestMain can wake them either. Not asked:
 * Go before 1.26, and when no second look may be had.
 */
#ifndef WATCH_DEADLOCK_H
#define WATCH_DEADLOCK_H

#include "watch/runs.h"

/* After watch_conclude: appends proven findings with hang set. They say the same as what the
 * timeout's panic printed, and are no findings of their own: the runner joins them. */
void deadlocks_prove(struct watch *w);

#endif
