/*
 * Sealing: from the exit on, nothing that the test binary prints reaches anybody.
 *
 * While a process is held at its exit its goroutines live on, and what they print or
 * panic now they would never have printed without us. So every descriptor of the
 * process that still is the standard output or error that it was given is replaced by a memfd; what a
 * test put there itself is left alone. Children keep theirs: they were going to outlive
 * the exit anyway.
 */
#ifndef GUARD_SEAL_H
#define GUARD_SEAL_H

#include "base/err.h"
#include "guard/trap.h"

/* What /proc shows of the memfd, behind "/memfd:". */
#define SEAL_NAME "straggler"

struct seal {
	int memfd;               /* owned; -1 before */
	uint64_t out[2], err[2]; /* device and inode of its 1 and 2 */
};

/* Notes what the process was given as 1 and 2. */
bool seal_init(struct seal *s, int out, int errors, struct err *err);
void seal_release(struct seal *s);

/* Replaces them in the process held at call id. False: some could not be
 * replaced, and the process must be let go at once. */
bool seal_outputs(struct seal *s, struct trap *t, uint64_t id, struct err *err);

/* Puts the memfd at descriptor 2 whatever is there: for the dump. */
bool seal_stderr(struct seal *s, struct trap *t, uint64_t id);

#endif
