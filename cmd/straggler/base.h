/* The comparison of a run with the commit that it was made from: straggler test --base. */
#ifndef BASE_H
#define BASE_H

#include "account/comparison.h"
#include "elsewhere.h"
#include "run/trial.h"

struct base_spec {
	const char *rev;          /* as it was asked for */
	bool exact;               /* rev itself, not the merge base with it */
	uint32_t runs;            /* of each side, 1 at least */
	const char *go_version;   /* with the arguments and the rules it says which runs of a
				   * commit may be used again */
	const struct buf *policy; /* the rules, as text */
	struct trials_spec trials;
};

/* Zero-initialised before base_open. */
struct base {
	const struct base_spec *spec;
	struct elsewhere elsewhere;
	struct sha commit;
	struct buf cache; /* the folder of its runs */
	struct {
		struct run_file **items; /* owned */
		size_t len, cap;
	} here, there;
	struct comparison comparison;
	int signal; /* that asked us to end, 0: none */
};

/* Finds the commit: fails before anything has run when there is none. */
bool base_open(struct base *b, const struct base_spec *spec, const char *dir, struct err *err);

/* The arguments of the runs, which base_compare needs, are set in spec between the two. Runs
 * what is missing on both sides, and adds what it comes to to the run and, as lines,
 * to *lines. After a signal, which b->signal tells, nothing is added. */
bool base_compare(struct base *b, struct run_file *run, struct buf *lines, struct err *err);

void base_close(struct base *b);

#endif
