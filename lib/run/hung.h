/*
 * Tests that hung: what a timeout's panic printed, in the words of findings.
 *
 * The dump is the one that testing prints when -timeout is over (src/testing/testing.go,
 * startAlarm, Go 1.22 to 1.27), or the runtime when all goroutines are asleep. It is a single look:
 * who waits may have been about to be served, so that nothing is called a leak. Goroutines
 * count that a running test's goroutine made, by creators that still live.
 */
#ifndef RUN_HUNG_H
#define RUN_HUNG_H

#include "account/verdict.h"
#include "gotest/results.h"

/* Appends notes whose hang is set; nothing when the package did not end so. module is the
 * package's, "" when not known. All but out's array lives in the arena. */
void hung_find(const struct package_result *p, const char *module, struct arena *a,
	       struct findings *out);

/* What hung, and hung again where Go's collector was asked, is proven: from has the watcher's
 * findings of the package. */
void hung_prove(struct findings *found, const struct run_file *from, const char *package);

#endif
