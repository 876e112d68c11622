/*
 * Descriptors and child processes that a test leaves behind, from what the process held at its
 * exit (watch/inventory.h).
 *
 * One that is left may well be meant to be kept: a log that is opened when it is first used, a
 * pool. So it is a leak only when its test, alone in a process of its own, leaves more of it with
 * each repeat. What is opened once, however often the tests run, is kept, and no finding.
 *
 *   all tests, twice ──not more than one run left──> kept
 *         │ more
 *   halves of the tests, twice each, while there is more than one test
 *         │ one test
 *   it alone, four times: more than twice left
 *         │ two more at least
 *   it alone, twenty times ──all of them left more──> leak, so many a run
 *
 * The last step tells a pool that fills up as it is used, a connection at a time, from what grows
 * for ever.
 *
 * Tests that run again leave files again, and take their time again: they do so only when every
 * second look was asked for. Else what was left is counted.
 *
 * What a goroutine that is left may hold is that goroutine's finding: tests that left any, here or
 * in the first run, are not asked. All of it has a budget; what it does not suffice for is
 * a note, and so is what grows with no single test.
 */
#ifndef WATCH_LEFTOVER_H
#define WATCH_LEFTOVER_H

#include "watch/runs.h"

/* After watch_conclude: appends to the result's findings. */
void leftovers_judge(struct watch *w);

#endif
