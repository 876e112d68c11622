/*
 * A trace of each test with a finding, run alone: --trace-dir.
 *
 * go test itself writes it, so that go tool trace opens it; beside it is the page that straggler
 * trace --test prints. Files are named after package and test, NAME.trace and NAME.txt, with
 * other bytes than letters, digits, '.', '_' and '-' replaced by '_'; where one is there already,
 * NAME.2, NAME.3 and so on are taken: nothing is overwritten.
 */
#ifndef TEST_TRACES_H
#define TEST_TRACES_H

#include <signal.h>

#include "account/record.h"
#include "gotest/cmdline.h"

struct test_traces_spec {
	const char *dir; /* made when it is not there */
	const struct cmdline *cmdline;
	char *const *envp;
	sigset_t mask; /* go's signal mask */
};

/* Runs these tests, one after the other, and gives their records what the traces say. A test
 * without a trace (it hung, say) is told about on standard error. *signal: the one that asked us
 * to end, else 0. */
bool test_traces_write(const struct test_traces_spec *spec, struct run_file *run, int *signal,
		       struct err *err);

#endif
