/*
 * What is said of the tests when all are over: those that were skipped and those that failed with
 * all that they said, what did not build, and one line with the counts. Wording: as gotestsum's.
 */
#ifndef GOTEST_RECAP_H
#define GOTEST_RECAP_H

#include "gotest/format.h"

/* What can be left out: --hide-summary. */
enum recap_part {
	RECAP_SKIPPED = 1,
	RECAP_FAILED = 2,
	RECAP_ERRORS = 4,
	RECAP_OUTPUT = 8, /* what tests said */
	RECAP_ALL = 15,
};

struct recap {
	unsigned hidden;    /* of enum recap_part */
	int64_t elapsed_ns; /* of the run */
	size_t runs;        /* of go test, with those that ran failed tests again */
};

/* Reads "skipped,output". Fails with ERR_USAGE and the word that was probably meant. */
bool recap_parse(const char *text, unsigned *hidden, struct err *err);

/* build: what the compiler said. */
void recap_put(const struct scene *s, const struct recap *recap, const struct results *results,
	       struct str build);

#endif
