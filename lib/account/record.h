/*
 * What is known after a run, as C values and as the lines of a run file.
 *
 * A run file is JSON lines, one object a line, each with "type": first `run`,
 * then as they happen `package`, `test`, `finding`, then `warning`, after repeats
 * `repeated`, after a comparison `base` and `compared`, last `end`. A file without
 * `end` was interrupted and is still good up to its last complete line. The
 * watcher writes lines of the same types to its sink; only there may a name be
 * given by the ordinal of its RUN line (`run_index`), which the runner resolves.
 *
 * Strings are borrowed from an arena whose life the reader of the file chooses;
 * none is NULL ("" means: not known). Unknown types and keys are skipped, so
 * that an older tool reads what a newer one wrote.
 *
 * Keys are the names of the members below but for these: a test's name is "test",
 * its numbers are in the object "goroutines", absent when not counted, and the times of
 * its trace in "activity"; chain is
 * "creation_chain"; seen and runs are one word, "seen": "1/2", and so are repeats_seen and
 * repeats; the watcher's times
 * are in the object "times", a package's goroutines over time in "curve" (trace_ns,
 * begin_ns, step_ns, peak, last). A place is {function, file, line, source}. What is not
 * known may be absent.
 */
#ifndef ACCOUNT_RECORD_H
#define ACCOUNT_RECORD_H

#include "account/class.h"
#include "base/arena.h"
#include "json/read.h"
#include "json/write.h"

/* Goes up when a reader of the old one would be wrong. */
#define RUN_FILE_SCHEMA 1

enum owner_kind {
	OWNER_TEST,
	OWNER_EXAMPLE,
	OWNER_BENCHMARK,
	OWNER_FUZZ,
	OWNER_TESTMAIN,
	OWNER_INIT,
	OWNER_PACKAGE, /* all tests of it together */
	OWNER_UNKNOWN, /* "started by a timer", a callback from C */
};

enum certainty {
	CERTAINTY_OBSERVED,  /* alive when the trace ended */
	CERTAINTY_CONFIRMED, /* alive after settling, in the dump */
	CERTAINTY_PROVEN,    /* the collector says that nothing can wake it */
};

/* A goroutine of a test that still ran when its time was over. */
enum hang {
	HANG_NOT,   /* its test had ended */
	HANG_STUCK, /* no goroutine of the test could go on by itself */
	HANG_SLOW,  /* one of them could: the test may be slow, no more */
};

/* A line of Go source in a stack. */
struct place {
	const char *function; /* as Go prints it: "example.com/m/fetch.(*T).run.func1" */
	const char *file;     /* absolute path as the compiler wrote it */
	uint32_t line;        /* 1-based, 0 when not known */
	const char *source; /* the text of the line without surrounding space, "" when not known */
	const char
	    *cases; /* when that begins a select, what it waits for: "<-done, v := <-in"; "" */
};

/* "" everywhere: not known. Static. */
extern const struct place place_nowhere;

/* Of a finding that was read, items are in the arena: do not push. */
struct places {
	struct place *items;
	size_t len, cap;
};

/* Why a commit is a suspect. */
struct suspect_reason {
	const char *text; /* "removes defer cancel()" */
	const char *file; /* in the repository, relative to its root */
	uint32_t line;    /* as the commit left it; of a line that it took away, where it was */
};

/* Of a finding that was read, items are in the arena: do not push. */
struct suspect_reasons {
	struct suspect_reason *items;
	size_t len, cap;
};

/* A commit that may have brought a finding in. */
struct suspect_commit {
	const char *sha; /* "": the working tree, what was not committed */
	const char *author, *summary;
	const char *date; /* of the commit, RFC 3339 */
	uint32_t score;   /* only good to compare suspects of one finding */
	struct suspect_reasons reasons;
};

/* The likeliest first. As with reasons, items may be in the arena. */
struct suspect_commits {
	struct suspect_commit *items;
	size_t len, cap;
};

/* Survivors of one package with the same owner, creation site, blocking site
 * and class. */
struct finding {
	const char *package;  /* import path */
	const char *test;     /* full name with subtests; "" for init, TestMain, unknown */
	int64_t run_index;    /* sink only: the 0-based RUN line that names the test (a
				* benchmark's: among benchmarks'), -1: test is whole */
	bool one_of_subtests; /* test is the top-level test, the subtest is not known */
	enum owner_kind owner;
	enum class_id class;
	const char *detail; /* "unbuffered", "buffer-full 2/2", "counter 1"; "" */
	enum status status;
	enum certainty certainty;
	enum hang hang; /* what of it is not HANG_NOT is a note: Go failed the test already */
	uint32_t count;
	const char *key;         /* 8 lower-case hexadecimal digits, see account/key.h */
	const char *started;     /* the function that the go statement started */
	struct place created_at; /* the go statement */
	struct place user_at;    /* innermost place of the main module in the chain */
	struct place blocked_at; /* where it waits: first frame outside the runtime */
	struct places chain;     /* from the test to the go statement, outermost first */
	struct places stack;     /* of one of them, leaf first */
	const char *wait_reason; /* in Go's words: "chan send" */
	int64_t wait_ns;         /* how long one of them has waited at least, 0: not known */
	int64_t born_ns;         /* when the first of them was started, -1: not known; as in
				* struct test_record */
	uint32_t seen, runs;     /* "seen 1 of 2" */
	const char *settings;    /* the flags of go test, split by spaces, that the run had in which
				* it showed first: "-race -count=64 -cpu=8"; "": those of the run */
	uint32_t repeat;         /* of the runs of its test in one process (-count), the 1-based
				* one that left it; 0: there was only one, or it is not known */
	uint32_t repeats_seen, repeats; /* in that process: "seen 3 of 64"; 0 of 0: as above */
	uint64_t bytes_per_run;         /* of memory that grows, 0: it is nothing of the kind */
	uint64_t objects_per_run;
	const char *while_tests; /* shared worker: the tests that ran then, ", " between; "" */
	const char *fact;        /* what memory and source add: "its timer fires every 5 ms"; "" */
	const char *why;         /* the evidence in words, for --verbose; "" */
	const char *allowance;   /* file:line of the rule that excuses it, or would but for its
				* count; "" */
	const char *reason;      /* the rule's, when it is allowed; "" */
	uint32_t allowed;        /* a leak with an allowance: so many that would excuse */
	bool tolerated;          /* a leak that is only shown (mode: report) */
	struct suspect_commits suspect_commits;
	const char *suspect_note; /* why there are none, or not all; "" */
};

/* Time that goroutines waited for one reason. */
struct wait_record {
	const char *reason; /* in the trace's words: "chan receive" */
	int64_t ns;
};

/* Nothing is known but that it was seen in the only run. Static: a finding begins as a copy, so
 * that no member is forgotten. */
extern const struct finding finding_blank;

/* Whether both are of one test of a package. */
bool finding_same_test(const struct finding *a, const struct finding *b);

/* What a function of this name is, as go test takes it. */
enum owner_kind owner_kind_of(const char *test);

/* Goroutines of one test. before and after count all of the package that are
 * not the runtime's; started, peak and left only the test's own descendants. Times are since
 * the trace of the package began. */
struct test_record {
	const char *package;
	const char *test;
	int64_t run_index;  /* sink only, as in struct finding */
	const char *result; /* "pass", "fail", "skip"; "unknown" when it never ended */
	int64_t elapsed_ns;
	int64_t start_ns; /* -1: not known */
	int64_t end_ns;   /* -1: not known, or it had not ended when the trace did */
	/* What it printed and logged when it failed or was skipped, its beginning and end; "" */
	const char *output;
	/* When failed tests ran again: how often it ran and failed, the first time counted. A flaky
	 * one has failures and its result is a pass. Both 0: it did not run again. */
	uint32_t attempts, failures;
	bool counted; /* the numbers below are known */
	uint32_t before, after, started, peak, left;
	/* Of a run of the test alone with --trace-dir, from its trace by the full reader: what all
	 * goroutines of the test did, in sum. Waiting is by reason. To be on a processor is
	 * running, as Go sees it: the kernel may have given it to others meanwhile. */
	const char *trace; /* path of the trace; "": none */
	bool has_activity; /* the members below are known */
	int64_t running_ns, runnable_ns, syscall_ns;
	struct waits {
		struct wait_record *items;
		size_t len, cap;
	} waits;          /* longest first; of a test that was read, in the arena: do not push */
	int64_t alone_ns; /* how long that trace is */
	int64_t gc_ns;    /* of it, the collector marked */
};

/* Of what was read, items are in the arena: do not push. */
struct numbers {
	uint32_t *items;
	size_t len, cap;
};

/* A function that large values are passed to or returned from by value, or that has others on its
 * stack; see account/bulk.h. */
struct bulk_record {
	struct place declared_at;
	uint64_t bytes;  /* of its arguments and results, a call */
	bool on_stack;   /* of its variables instead */
	uint32_t inside; /* goroutines that were in it at once, at least; 0: not known */
	uint64_t
	    stack_bytes; /* of the stack that a goroutine needs for it, at least; 0: not known */
	struct places chain; /* an example of who calls it, outermost first */
};

/* Of what was read, items are in the arena: do not push. */
struct bulk_records {
	struct bulk_record *items;
	size_t len, cap;
};

enum checked {
	CHECKED_YES,
	CHECKED_PART, /* why says which part was not */
	CHECKED_NO,   /* why says why not */
};

struct package_record {
	const char *package;
	const char *module; /* its main module; \"\" */
	const char *result; /* "pass", "fail", "skip" (no tests), "build" (build failed) */
	int64_t elapsed_ns;
	enum checked checked;
	const char *why;         /* "" when checked is yes */
	const char *output;      /* what its build or its process said when it failed and none of
				  * its tests did, beginning and end; "" */
	uint64_t goroutines;     /* started by its tests */
	uint32_t undecided_gone; /* survivors the first run could not decide, not seen again */
	uint32_t left_open;      /* descriptors and children that nobody asked after */
	uint32_t undecided_open; /* those that nobody could look at again */
	uint32_t run_lines;      /* sink only: RUN lines that the watcher counted in the trace */
	uint32_t bench_lines;    /* sink only: the same for benchmarks */
	bool run_names;          /* sink only: run_index values may be trusted */
	bool traced;             /* sink only: the tests ran with the trace on */
	int64_t start_ns, settle_ns, dump_ns, look_ns; /* where the watcher's time went */
	uint64_t peak_bytes;     /* of memory resident in the watcher, at most */
	uint64_t resident_bytes; /* the same in the tests' process or a child of it, 0: not known */
	struct bulk_records
	    bulky; /* sink only: what most was passed by value in, when resident_bytes
				    * is above its limit */
	/* Goroutines over time, those that were started while the trace ran and are not the
	 * runtime's: in each step the most that were alive, and how many at its end. */
	bool has_curve;   /* the members below are known */
	int64_t trace_ns; /* how long the trace ran */
	int64_t curve_begin_ns, curve_step_ns;
	struct numbers curve_peak, curve_last; /* of the same length */
};

struct run_record {
	int64_t schema;
	const char *tool;       /* version of straggler */
	const char *go_version; /* "go1.26.8" */
	const char *module;     /* main module, "" for several or none */
	const char *dir;        /* absolute working directory, what paths are shown relative to */
	const char *root;       /* absolute folder of the git work tree that dir is in; "" */
	const char *head;       /* git commit, "" when not known */
	const char *started;    /* RFC 3339 */
	const char *shard;      /* "2/5": it had the second of five shares of the packages; "" */
	const char **args;      /* the command line after "test" */
	size_t args_len;
};

/* Something about the configuration that the user should know. */
struct warning_record {
	const char *place; /* ".straggler.yaml:7" */
	const char *text;  /* one line, no full stop */
};

/* With what a run was compared. */
struct base_record {
	bool present;
	const char *rev;    /* as it was asked for */
	const char *commit; /* hexadecimal; "" when not known */
	uint32_t base_runs; /* of the base, that ended */
	uint32_t runs;      /* of this side */
};

/* What the same tests came to when they ran again: --runs, --stress. */
struct repeated_record {
	bool present;
	uint32_t runs;       /* besides the first, that came to their end */
	uint32_t lost;       /* that did not */
	uint32_t failed;     /* runs in which a test failed that passed in the first */
	const char *failing; /* those tests, by name, and in how many: "TestA 2, TestB 1"; "" */
	uint32_t repeats;    /* of the test that ran most often, in all these runs */
	const char *fresh;   /* tests that do not stand being run twice in one process; "" */
	const char *note;    /* what could not be done, and why the repeats ended; "" */
	int64_t elapsed_ns;
};

enum standing {
	STANDING_NEW,       /* the base does not have it */
	STANDING_FLAKY,     /* seen in some runs only, too few to say that it is new or gone */
	STANDING_UNCHECKED, /* the base could not check its package */
	STANDING_KNOWN,     /* the base has it, too */
	STANDING_GONE,      /* only the base has it */
};

/* A leak, by its key, here and in the base. */
struct compared {
	const char *package;
	const char *test; /* of the first finding; "" as there */
	const char *key;
	enum class_id class;
	enum standing standing;
	uint32_t count, base_count;    /* goroutines, in the run that had most */
	uint32_t seen, runs;           /* runs in which it was a leak, of those that checked it */
	uint32_t base_seen, base_runs; /* the same of the base */
	uint32_t chance_ppm; /* new, flaky, gone: the probability, in millionths, that the side
				* that never showed it only missed it; 0: not meant */
	bool tolerated;      /* as the finding is */
};

struct end_record {
	bool present; /* false: the run was interrupted */
	int64_t elapsed_ns;
	int exit_code;
};

/* Writes one line with its '\n'. */
void record_write_run(struct buf *out, const struct run_record *r);
void record_write_package(struct buf *out, const struct package_record *p);
void record_write_test(struct buf *out, const struct test_record *t);
void record_write_finding(struct buf *out, const struct finding *f);
void record_write_warning(struct buf *out, const struct warning_record *w);
void record_write_repeated(struct buf *out, const struct repeated_record *r);
void record_write_base(struct buf *out, const struct base_record *b);
void record_write_compared(struct buf *out, const struct compared *c);
void record_write_end(struct buf *out, const struct end_record *e);

struct field;

/* The members that lines of the i-th type may have, with *type their word; NULL after the last.
 * Static; see account/fields.h. */
const struct field *record_fields(size_t i, const char **type);

struct run_file {
	struct arena arena; /* holds every string below */
	struct run_record run;
	struct {
		struct package_record *items;
		size_t len, cap;
	} packages;
	struct {
		struct test_record *items;
		size_t len, cap;
	} tests;
	struct {
		struct finding *items;
		size_t len, cap;
	} findings;
	struct {
		struct warning_record *items;
		size_t len, cap;
	} warnings;
	struct repeated_record repeated;
	struct base_record base;
	struct {
		struct compared *items;
		size_t len, cap;
	} compared;
	struct end_record end;
};

/*
 * Adds the value of one line (n bytes, without '\n') to *r, which is zero-
 * initialised before the first. Fails with ERR_PARSE when it is no JSON object with
 * a type, or a field has a wrong kind, an unknown word or a number out of range;
 * *r is unchanged then. err->col is set where the JSON itself is malformed.
 */
bool record_read_line(struct run_file *r, const char *line, size_t n, struct err *err);

/*
 * Reads a whole run file into *r, zero-initialised before. A last line that was cut
 * is dropped in silence, as an interrupted run leaves one. Fails with file and line;
 * a file that does not begin with `run`, or has a newer schema, is refused. The
 * caller releases *r in any case.
 */
bool run_file_read(struct run_file *r, const char *path, struct err *err);

/* All its lines, in the order that readers expect; what was read of no whole run has no `run`. */
void run_file_write(const struct run_file *r, struct buf *out);

void run_file_release(struct run_file *r);

/* Whether it has a leak that nobody tolerates: what fails a run that is held against no base. */
bool run_file_fails(const struct run_file *r);

#define AUTO_RUN_FILE CLEANUP(run_file_release) struct run_file

const char *owner_name(enum owner_kind o);
const char *certainty_name(enum certainty c);
const char *hang_name(enum hang h);
const char *standing_name(enum standing s);

#endif
