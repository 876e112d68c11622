/*
 * Who owns a goroutine: by descent, not by time.
 *
 * Hangs on the trace's hooks. Every goroutine gets a lineage when it is created:
 * its owner and the way from the owner to its go statement. The
 * creators are dead by the end of the run, so the lineage is resolved at birth and kept
 * as long as a descendant lives (counted references).
 *
 * Roots (start functions, the same in Go 1.22 to 1.27, src/testing):
 *   testing.tRunner            a test, subtest or fuzz seed; not when testing/synctest
 *                              made it, then it continues its creator's
 *   testing.fRunner            a fuzz target
 *   testing.(*B).run1.func1, testing.(*B).launch   one round of a benchmark
 *   a creation stack with testing.runExample       an example, on goroutine 1
 *   anything else made by goroutine 1, or there before the trace: TestMain, or init when
 *                              an init function is on the stack
 *   no creator (a timer, a callback from C): by the name of the start function when
 *                              it is a closure of a test, else unknown
 */
#ifndef ACCOUNT_OWNER_H
#define ACCOUNT_OWNER_H

#include "account/curve.h"
#include "account/record.h"
#include "base/map.h"
#include "trace/trace.h"

struct owner {
	enum owner_kind kind;
	struct owner *parent; /* the test that it is a subtest of, NULL: top level */
	const char *function; /* its Go function, "" until a descendant showed it */
	int64_t
	    run_index; /* ordinal of its RUN line, a benchmark's among benchmarks; -1: not known, set by
				* owners_finish */
	int64_t write_ns;                 /* when its RUN line was written, 0: no such write seen */
	const struct trace_stack *run_at; /* where t.Run was called, held; NULL: top level */
	int64_t start_ns, end_ns;         /* end 0: still running when the trace ended */
	uint32_t before, after, started, peak, alive;
	uint32_t left; /* filled by the verdict */
};

struct lineage {
	struct owner *owner;          /* never NULL */
	struct lineage *parent;       /* held; NULL at the root */
	const struct trace_stack *at; /* the creation stack, held; may be NULL */
	uint32_t refs;
	bool system; /* a goroutine of the runtime's or the tracer's */
	bool root;   /* the test's own goroutine */
};

struct owners {
	struct arena arena;
	struct trace_reader *trace; /* borrowed */
	struct {
		struct owner **items;
		size_t len, cap;
	} all;              /* in the order of their start */
	struct owner *main; /* TestMain */
	struct owner *init;
	struct owner *unknown;
	struct map bench_writes; /* the same of benchmarks' RUN lines */
	struct map benchmarks;   /* goroutine id -> the benchmark that it runs */
	uint32_t bench_lines;    /* RUN lines of benchmarks with a write */
	struct map writes;       /* goroutine id -> time of its last RUN write, not yet claimed */
	uint32_t alive;          /* goroutines that are not the runtime's */
	struct curve curve;      /* alive over time; CLOCK_MONOTONIC */
	uint64_t started;        /* by tests */
	uint32_t run_lines;      /* set by owners_finish: RUN lines with a write */
	bool unclaimed;          /* a test goroutine had no write: names cannot be matched */
	bool signals;            /* os/signal's loop was started */
	int64_t begin_ns;        /* set by owners_finish: the trace's first event */
	bool keep_openings;      /* set it to have these filled: */
	struct {
		const struct trace_stack **items; /* held, each once: see account/opening.h */
		size_t len, cap;
	} openings;
};

/* Prepares *o and fills the hooks that trace_new takes; set o->trace afterwards. */
void owners_init(struct owners *o, struct trace_hooks *hooks);

/* The trace is over: numbers the RUN lines, and the curve goes on to the trace's end. */
void owners_finish(struct owners *o);

/* A time of CLOCK_MONOTONIC as one since the trace began, not below 0. After owners_finish. */
int64_t owners_since_begin(const struct owners *o, int64_t ns);

void owners_release(struct owners *o);

/* A live goroutine that may be a leak: not the runtime's, not a test's own, and
 * descended from a test, example, benchmark or something unknown. */
bool owner_is_suspect(const struct goroutine *g);

/* The lineage of g, NULL: it was there before the trace. */
const struct lineage *lineage_of(const struct goroutine *g);

/* "TestFetch": the top-level function of the owner as go test names it, "" when
 * not known. In the arena. */
const char *owner_top_name(struct owners *o, const struct owner *w);

/* The tests that ran at the time: top-level names with ", " between, a handful at most.
 * In the arena. */
const char *owners_running_at(struct owners *o, int64_t ns);

/* The owner that a test function stands for ("pkg.TestX.func1" is TestX), NULL: it is no
 * test's. */
struct owner *owner_by_function(struct owners *o, const char *function);

/* The owner of a goroutine that the trace does not know, from the dump's words; there need
 * not be a trace. What goroutine 1 made before the trace was made by an init when there is
 * no TestMain. */
struct owner *owner_of_unseen(struct owners *o, const char *created_by, uint64_t creator,
			      bool has_test_main);

#endif
