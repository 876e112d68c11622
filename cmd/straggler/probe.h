/* What the commits of a history show of one leak, asked by running its tests there. */
#ifndef PROBE_H
#define PROBE_H

#include "account/sighting.h"
#include "elsewhere.h"
#include "run/trial.h"

/* What is known of a commit. */
struct tried {
	struct sha sha;
	uint32_t runs, seen; /* runs that could have seen the leak, and that did */
	const char *skip;    /* why it says nothing; "" : it does */
};

/* Zero-initialised before probe_open, but for what the caller sets. */
struct probe {
	/* The caller's: */
	const struct elsewhere *elsewhere;
	struct trials_spec trials;
	struct wanted wanted;
	size_t jobs; /* runs side by side */
	/* The probe's: */
	struct {
		struct tried *items;
		size_t len, cap;
	} tried;
	struct arena arena;
	struct run_file sighting; /* a run that saw it */
	struct sha sighting_at;   /* its commit; "": none yet */
	char *prefix;             /* owned; of the paths of its files */
	int64_t longest_ns;       /* run so far */
	int signal;               /* that asked us to end, 0: none */
};

/* Reads what an earlier search for the same found; what is found is added there. name says
 * what is the same: the leak, the tests and how they are run. */
bool probe_open(struct probe *p, const char *name, struct err *err);
void probe_close(struct probe *p);

/*
 * Asks a commit until it has had so many runs, or (until_seen) one that saw the leak, or says
 * nothing. The commit is checked out once. *tried is valid until the next call. After a signal
 * it is what was known by then.
 */
bool probe_ask(struct probe *p, const struct sha *commit, uint32_t runs, bool until_seen,
	       const struct tried **tried, struct err *err);

#endif
