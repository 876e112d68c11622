/*
 * Runs the same tests again, here, unseen: --runs as they are, --stress so that rare orders of
 * things become likely. What these runs find is added to the first run's findings; what they say
 * of the tests is told, and changes no result.
 */
#ifndef REPETITION_H
#define REPETITION_H

#include "account/repeats.h"
#include "elsewhere.h"
#include "run/trial.h"
#include "run_files.h"

struct repetition_spec {
	const struct same_tests *same;    /* again is set here */
	const struct trials_spec *trials; /* without args */
	const struct run_files *files;
	uint32_t runs;     /* in all, the first with them */
	int64_t stress_ns; /* after them, so long at most besides building; 0: not at all */
};

/* Adds to the run what its repeats show, and to *lines the record of them. *signal is
 * the signal that asked us to end, else 0; what was found until then is added, too. */
bool repetition_run(const struct repetition_spec *spec, struct run_file *run, struct buf *lines,
		    int *signal, struct err *err);

#endif
