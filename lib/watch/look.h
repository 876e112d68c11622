/*
 * One look at one test binary: start it, read its trace, hold it at its end, settle,
 * ask for its testimony, judge.
 *
 *   running --exit trapped--> settling --quiet or spent--> testimony --dump--> ending
 *      |                         |                                            ^
 *      +--no suspects, or nothing to hold it by------------- let go ----------+
 *
 * The first run is held at the exit alone, where status and output are final. The second
 * look is held at the gate before, between the last test and the teardown; its results are
 * thrown away. A package with a TestMain is judged at the exit even then, because
 * its teardown may stop what still lives at the gate.
 *
 * The look ends on the process's pidfd, never on the end of a pipe, which children may
 * hold. Everything is bounded: settling by its budget, the dump by its own, the second look
 * as a whole by limit_ns.
 */
#ifndef WATCH_LOOK_H
#define WATCH_LOOK_H

#include <signal.h>

#include "account/bulk.h"
#include "account/suspect.h"
#include "account/verdict.h"
#include "watch/arguments.h"
#include "watch/inventory.h"

#define LOOK_DUMP_BUDGET_NS (2 * INT64_C(1000000000))
#define LOOK_SCAN_BUDGET_NS (INT64_C(500) * 1000000)

struct look_spec {
	char *const *argv; /* NULL-terminated: the binary, or a wrapper before it */
	char *const *envp;
	const struct binary *binary;
	bool direct;  /* argv[0] is the binary itself */
	bool trace;   /* the marker is among the flags: read the trace */
	bool gate;    /* the gate marker is, too: this is a second look */
	bool prove;   /* with gate: ask Go's collector who can never run again */
	bool hung;    /* with prove: its tests are to hang, and the alarm to come to the gate */
	bool at_exit; /* with gate: settle there, judge at the exit */
	bool tally;   /* with gate, but none of its marker: take the inventory at the exit, and
		       * note who opened what; nobody is judged */
	bool judge;   /* false: count and pass on, never hold */
	const char *package;
	const struct bulkies *bulky; /* borrowed: functions to look for in the trace; may be NULL */
	const struct policy *policy; /* borrowed: what is allowed */
	int64_t settle_ns;           /* of the package; tests may have their own */
	int64_t limit_ns;            /* 0: none */
	int trace_copy;              /* where the trace goes, too; -1: nowhere */
	void (*alive)(void *ctx, const char *package, uint32_t n); /* as in struct watch_spec */
	void *ctx;
	int watched_parent; /* pidfd: when it ends we end the test; -1: none */
	sigset_t mask;      /* the test's signal mask */
};

struct look {
	struct arena arena;  /* findings and names */
	int status;          /* wait status that plain go test would have seen */
	bool trapped;        /* the exit was seen */
	bool ran, ran_again; /* m.Run began, and began once more */
	bool trap_missing;   /* there was no filter: why says it */
	bool traced;         /* a trace came: facts are set */
	struct trace_facts facts;
	char trace_error[256]; /* why the trace broke; "" */
	bool trace_cut;        /* it ended too early, but what came was whole */
	bool hidden;           /* a trapped call's file name could not be read */
	struct owners owners;
	struct bulks bulks;
	struct trace_reader *trace; /* owned, may be NULL */
	struct findings findings;
	struct inventory inventory; /* as at the exit, after settling */
	size_t suspects;            /* at the end of the trace */
	size_t excused;             /* of them, by allowances */
	int64_t budget_ns;          /* the longest time to settle that one of the others may have */
	bool judged;                /* findings were made */
	bool dumped;                /* from a dump */
	const char *undecided;      /* why findings are undecided; "" : they are decided */
	const char *why;            /* what could not be done; "" */
	bool aborted;               /* ended by a signal to us, or by the limit */
	int signal;                 /* the signal that ended us, 0: none */
	struct run_names {
		const char **items; /* second look: the names of its RUN lines, in order */
		size_t len, cap;
	} names;
	int64_t start_ns, exec_ns, end_ns, settle_ns, dump_ns; /* durations, but for start_ns */
	uint64_t resident_bytes; /* the most that the tests' process had at once */
};

/* A panic or a timeout: status 2, and the trace is flushed before (since Go 1.23, up to the
 * start of a next generation). The tests that had ended by then can still be judged. */
bool look_ended_badly(const struct look *l);

/* Runs it. Fails when the program cannot be started; err is what exec said. */
bool look_run(const struct look_spec *spec, struct look *l, struct err *err);
void look_release(struct look *l);

#endif
