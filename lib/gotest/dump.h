/*
 * Go's goroutine dump, as SIGQUIT, a panic or a timeout prints it.
 *
 *   goroutine 34 gp=0xc0000823c0 m=nil [chan send, 2 minutes, locked to thread]:
 *   runtime.gopark(0x0?, ...)
 *   	/usr/local/go/src/runtime/proc.go:462 +0xce fp=0xc000068f28 sp=0xc000068f08 pc=0x47d4ae
 *   example.com/m.leak.func1()
 *   	/src/m/leak.go:12 +0x25 fp=… sp=… pc=…
 *   created by example.com/m.leak in goroutine 33
 *   	/src/m/leak.go:11 +0x56
 *   [originating from goroutine 33]:          (with tracebackancestors)
 *   …
 *
 * The reason in brackets is followed by " (leaked)" (1.26+), " (scan)", " (durable)" (1.25+,
 * "(synctest)" in 1.24), ", N minutes", ", locked to thread", ", synctest bubble N" ("group" in
 * 1.24) and, outside the brackets, by labels in braces (1.26+).
 *
 * Source: src/runtime/traceback.go and src/runtime/panic.go, Go 1.22 to 1.27. gp=, fp=, sp=, pc=
 * and runtime frames are there at SIGQUIT only. Text between dumps (a panic's
 * message, registers, what the test printed) is skipped. A goroutine whose lines
 * were torn (by a print of another thread, or by the unwinder's own complaints)
 * takes no more frames after the damage, so that no frame is taken for the one
 * below it; its creation comes last and is still read.
 */
#ifndef GOTEST_DUMP_H
#define GOTEST_DUMP_H

#include "base/arena.h"
#include "base/buf.h"

#define DUMP_ARGS 10

/* Go prints no more than 100 frames of a goroutine, and no more than 50 of each
 * ancestor; what lies beyond this bound is damage. */
#define DUMP_FRAMES_MAX 4096

struct dump_frame {
	const char *function; /* as printed, arguments cut off */
	uint64_t args[DUMP_ARGS];
	uint16_t stale; /* bit i: argument i was printed with '?' */
	uint8_t nargs;  /* those in args; "_" counts as a stale 0 */
	uint32_t line;
	const char *file;
	uint64_t fp, sp, pc; /* 0: not printed */
};

struct dump_frames {
	struct dump_frame *items;
	size_t len, cap;
};

/* A section "[originating from goroutine N]:". Its creator is the next one. */
struct dump_ancestor {
	uint64_t id;
	size_t first, len;            /* its frames in ancestor_frames, leaf first */
	struct dump_frame created_by; /* function "" when not printed */
};

struct dump_ancestors {
	struct dump_ancestor *items;
	size_t len, cap;
};

/*
 * One id can come twice: with GOTRACEBACK=crash every thread adds what it runs,
 * and goroutine 0 is the scheduler's stack of each thread.
 */
struct dump_goroutine {
	uint64_t id;
	uint64_t gp;        /* address of its runtime.g, 0: not printed */
	const char *reason; /* wait reason or status alone: "chan send", "running" */
	/* Of waiting, 0: less than one, or not printed. Go counts from the collection
	 * before the first one that saw it wait (src/runtime/mgcmark.go): this is 0
	 * without collections, and can be more than it really waited. */
	uint32_t minutes;
	uint64_t bubble; /* of testing/synctest, 0: none */
	bool leaked, durable, scan, locked;
	bool no_stack; /* "goroutine running on other thread; stack unavailable" */
	bool damaged;  /* frames may be missing from some point on, created_by is whole if there */
	uint32_t elided;                 /* frames Go left out of the middle */
	struct dump_frames frames;       /* leaf first, without runtime.goexit */
	struct dump_frame created_by;    /* function "" when not printed */
	uint64_t creator;                /* goroutine id, 0: not printed */
	struct dump_ancestors ancestors; /* the creator first */
	struct dump_frames ancestor_frames;
};

struct dump_goroutines {
	struct dump_goroutine *items;
	size_t len, cap;
};

/*
 * Reads a dump in pieces of any size. With arena and each it is ready. Names are
 * shared, in the arena: equal names have equal addresses. Goroutines are handed over
 * as they become complete: when the next one's header or an empty line was read.
 * Memory is bounded by the distinct names and one goroutine.
 */
struct dump_parser {
	struct arena *arena; /* borrowed: holds the strings */
	/* g and its arrays are borrowed for the call: the arrays are reused for the next. */
	void (*each)(void *ctx, struct dump_goroutine *g);
	void *ctx;
	struct dump_state *state; /* owned */
};

void dump_feed(struct dump_parser *p, const char *bytes, size_t n);

/* The dump is over: hands over the last goroutine and frees the state. */
void dump_end(struct dump_parser *p);

/* A whole text at once: goroutines, their arrays and strings live in *a. */
void dump_parse(const char *text, size_t n, struct arena *a, struct dump_goroutines *out);

#endif
