/*
 * One binary while it is watched. Internal to this room: runs.c starts the first run and
 * the second look, conclude.c puts together what they say, watch.c the records.
 */
#ifndef WATCH_RUNS_H
#define WATCH_RUNS_H

#include "gotest/quote.h"
#include "watch/look.h"
#include "watch/watch.h"

struct watch {
	const struct watch_spec *spec;
	struct watch_result *r;
	struct binary binary;
	struct arguments arguments;
	struct bulkies bulky;                   /* none without a limit for memory */
	const struct policy_value *peak_memory; /* of the package; NULL: no limit */
	int64_t settle_ns;                      /* of the package */
	enum second_look second_look;           /* of the package */
	bool direct;
	struct look first, second, hung;
};

/* The file that a program's name stands for, as exec finds it. */
const char *runs_find_program(struct watch *w, const char *name);

/* The run that decides the tests' results: fills w->first. */
bool runs_first(struct watch *w, struct err *err);

/* Runs the owners of what is undecided once more, unseen, with the trace or without: fills
 * w->second. False: it could not be started, or there is no time for it. */
bool runs_second(struct watch *w, bool trace);

/* Runs tests that hung once more, unseen, until they hang again or a timeout is over; top-level
 * names, NULL: those that the user chose. Fills w->hung. False: nothing was judged. */
bool runs_hung(struct watch *w, const struct words *tests, int64_t timeout_ns);

struct tally {
	const struct words *tests; /* top-level names; NULL: those that the user chose */
	int64_t times;             /* each of them, in one process */
	int64_t settle_ns, limit_ns;
};

/* Runs tests again, unseen: l has the inventory, the openings and the suspects. False: it was not
 * started, did not come to the end of its tests, or tests failed that passed before: nothing is
 * known. l is to be released in any case. */
bool runs_tally(struct watch *w, const struct tally *t, struct look *l);

/* How long all looks after the first run may take together. */
int64_t runs_limit(const struct watch *w);

/* Findings of the first run that need no second word. */
bool finding_is_decided(const struct look *l, const struct finding *f);

/* A note fails nothing: when the first run took long, running again costs more than the word is
 * worth. It is shown as observed, unless its test runs again for another's sake. */
bool finding_is_too_dear(const struct watch *w, const struct finding *f);

/* What both runs say, as findings and as what is said of the package. */
void watch_conclude(struct watch *w);

#endif
