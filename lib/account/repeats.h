/*
 * What several runs of the same tests come to: a leak that shows sometimes is a leak, and how often
 * it did is said with it.
 *
 * Runs are added one after the other. Of each the leaks are taken, by key and test, that no
 * earlier run had (one that could not decide, and called it a note, did not have it); and where
 * no goroutine of a hung test could go on. Figures such as a surge are those of the first run:
 * repeats have others for reasons of their own. What a test left that failed in a repeat, and not
 * in the first run, is a note: repeating may be what it does not stand. Descriptors and children
 * are looked for by runs with the first one's settings only, and counted in these. An allowance
 * that is good for so many goroutines is good for so many in each repeat.
 */
#ifndef ACCOUNT_REPEATS_H
#define ACCOUNT_REPEATS_H

#include "account/record.h"
#include "base/texts.h"
#include "gotest/quote.h"

/* A test, a package, a key or a leak in the runs so far. */
struct repeats_tally {
	uint32_t runs;     /* in which it was */
	uint32_t plain;    /* of them, those with the first run's own settings */
	uint32_t repeats;  /* how often it ran in them */
	uint32_t last_run; /* of them, 1-based, and how often it was in that: */
	uint32_t in_run, failed_in_run;
	bool first_failed; /* a test: the first time in that run */
	uint32_t failed;   /* runs in which it failed, passing in the first */
	bool passed;       /* a test: in the first run */
	bool taken;        /* a leak: it is among the findings, as what it is */
	bool fresh;        /* a test: it needs a process of its own for each run */
	bool in_doubt;     /* a test: its last run was checked in part only */
	uint8_t doubts;    /* such runs in which it seemed to be fresh */
	const char *name;  /* arena */
};

/* Zero-initialised before repeats_begin. */
struct repeats {
	struct run_file *first; /* borrowed */
	struct arena arena;
	struct texts texts;
	struct map by_name; /* of texts to 1 + index */
	struct {
		struct repeats_tally *items;
		size_t len, cap;
	} tallies;
	uint32_t added, failed; /* runs besides the first */
};

/* The first run has ended; what others show is added to it. */
void repeats_begin(struct repeats *r, struct run_file *first);

/* Adds a run. settings as in struct finding. Returns how many leaks nobody had seen before. */
size_t repeats_add(struct repeats *r, const struct run_file *run, const char *settings);

/* Appends the full names of the top-level tests that failed in their second run in one
 * process and passed in their first, each once; they are in the arena. */
void repeats_fresh(const struct repeats *r, struct words *tests);

/* Tells the findings of the first run how often they were seen, and the record all but lost, note
 * and elapsed_ns; its texts are in the arena. */
void repeats_end(struct repeats *r, struct repeated_record *record);

void repeats_release(struct repeats *r);

#endif
