/*
 * The wire format of Go's execution traces, header versions 22, 23, 25 and 26.
 *
 * A trace is a header of 16 bytes, "go 1.NN trace" and three NULs, and then
 * batches. NN is the version of the format, not of Go: Go 1.22 writes 22; 1.23
 * and 1.24 write 23; 1.25 writes 25; 1.26 and 1.27 write 26. No kind was ever
 * renumbered and no list of arguments changed, so one table serves them all.
 *
 * All numbers are unsigned LEB128 values of 64 bits ("varints"). A batch is
 *   1  generation thread time size, then size bytes (65,536 at most)
 *   49 experiment, then as 1     (an experiment's own data: stepped over)
 *   52                           (since 26: the generation is whole; no more)
 * thread is the thread's id in the system, or 2^64-1 for what belongs to no
 * thread. time counts ticks of CLOCK_MONOTONIC, 64 ns each on Linux. The first
 * byte of the data tells what is in it:
 *   2  stacks      { 3 id n n * (pc function file line) }, leaf first
 *   4  strings     { 5 id length bytes }
 *   6  CPU samples { 7 time thread proc goroutine stack }
 *   8  frequency (to 23), 50 sync (since 25): ticks a second; a clock snapshot
 *   else events: a kind, then its varints. The first is the ticks since the
 *        event before it, in this batch; for the first event, since the batch.
 * Batches of one thread are in order; nothing else is. Ids of strings and
 * stacks hold for one generation, whose tables come last in it. Generations
 * never interleave. A generation ends with 52, or (22 to 25) with the first batch
 * of the next or with the stream.
 *
 * The ticks of a thread always increase: a thread that writes several events within a
 * tick runs ahead of the clock. So times order the events of a thread, but those of
 * two threads only roughly. What orders them are sequence numbers: every event that
 * moves a goroutine onto a thread or makes it runnable (GoStart, GoUnblock, GoSwitch)
 * carries the next number of that goroutine; its creation or status in the
 * generation stands for number 0. What a goroutine does between two of them, it does on
 * one thread.
 *
 * Source: src/internal/trace/v2/event/go122/event.go (1.22), src/internal/trace/
 * event/go122/event.go (1.23, 1.24), src/internal/trace/tracev2/events.go (since
 * 1.25); src/runtime/trace*.go (since 1.23; 1.22: trace2*.go).
 */
#ifndef TRACE_WIRE_H
#define TRACE_WIRE_H

#include "base/err.h"

enum wire_kind {
	WIRE_EVENT_BATCH = 1,
	WIRE_STACKS,
	WIRE_STACK,
	WIRE_STRINGS,
	WIRE_STRING,
	WIRE_CPU_SAMPLES,
	WIRE_CPU_SAMPLE,
	WIRE_FREQUENCY,
	WIRE_PROCS_CHANGE,
	WIRE_PROC_START,
	WIRE_PROC_STOP,
	WIRE_PROC_STEAL,
	WIRE_PROC_STATUS,
	WIRE_GO_CREATE,
	WIRE_GO_CREATE_SYSCALL,
	WIRE_GO_START,
	WIRE_GO_DESTROY,
	WIRE_GO_DESTROY_SYSCALL,
	WIRE_GO_STOP,
	WIRE_GO_BLOCK,
	WIRE_GO_UNBLOCK,
	WIRE_GO_SYSCALL_BEGIN,
	WIRE_GO_SYSCALL_END,
	WIRE_GO_SYSCALL_END_BLOCKED,
	WIRE_GO_STATUS,
	WIRE_STW_BEGIN,
	WIRE_STW_END,
	WIRE_GC_ACTIVE,
	WIRE_GC_BEGIN,
	WIRE_GC_END,
	WIRE_GC_SWEEP_ACTIVE,
	WIRE_GC_SWEEP_BEGIN,
	WIRE_GC_SWEEP_END,
	WIRE_GC_MARK_ASSIST_ACTIVE,
	WIRE_GC_MARK_ASSIST_BEGIN,
	WIRE_GC_MARK_ASSIST_END,
	WIRE_HEAP_ALLOC,
	WIRE_HEAP_GOAL,
	WIRE_GO_LABEL,
	WIRE_USER_TASK_BEGIN,
	WIRE_USER_TASK_END,
	WIRE_USER_REGION_BEGIN,
	WIRE_USER_REGION_END,
	WIRE_USER_LOG,
	WIRE_GO_SWITCH,
	WIRE_GO_SWITCH_DESTROY,
	WIRE_GO_CREATE_BLOCKED,
	WIRE_GO_STATUS_STACK,
	WIRE_EXPERIMENTAL_BATCH,
	WIRE_SYNC,
	WIRE_CLOCK_SNAPSHOT,
	WIRE_END_OF_GENERATION,
	WIRE_KINDS,      /* how many there are, 0 included */
	WIRE_SPAN = 128, /* the first of an experiment's events, among the others (since 23, with
			  * GODEBUG=traceallocfree=1) */
	WIRE_GOROUTINE_STACK_FREE = 136, /* and the last */
};

enum {
	WIRE_HEADER_BYTES = 16,
	WIRE_BATCH_MAX = 64 << 10,        /* bytes of data in a batch */
	WIRE_BATCH_HEAD_MAX = 2 + 4 * 10, /* bytes before them */
	WIRE_FRAMES_MAX = 128,            /* frames of a stack */
	WIRE_STRING_MAX = 1 << 10,        /* bytes of a string */
	WIRE_ARGS_MAX = 4,                /* arguments of an event, its time not counted */
};

#define WIRE_NO_THREAD UINT64_MAX

/* Go's tracev2.GoStatus and ProcStatus. */
enum wire_go_status {
	WIRE_GO_RUNNABLE = 1,
	WIRE_GO_RUNNING,
	WIRE_GO_SYSCALL,
	WIRE_GO_WAITING,
};

enum wire_proc_status {
	WIRE_PROC_RUNNING = 1,
	WIRE_PROC_IDLE,
	WIRE_PROC_SYSCALL,
	WIRE_PROC_SYSCALL_ABANDONED,
};

struct wire_kind_row {
	const char *name; /* Go's name of the kind, "GoCreate" */
	uint8_t varints;  /* of an event, the time included; 0: not an event in a batch */
	uint8_t since;    /* the first version that has it */
};

/* Indexed by enum wire_kind. */
extern const struct wire_kind_row wire_kinds[WIRE_KINDS];

/* Fills varints[kind] with the number of varints of each event that version has, 0
 * for every byte that is none. */
void wire_varints(int version, uint8_t varints[static 256]);

/* Reads the version out of a header. Fails with ERR_PARSE for what is not a
 * trace, for Go 1.21 and older, and for versions that are not known. */
bool wire_version(const uint8_t header[static WIRE_HEADER_BYTES], int *version, struct err *err);

/* Where in a stream something is: for messages. */
struct wire_place {
	uint64_t offset;     /* bytes from the start of the stream */
	uint64_t generation; /* 0: in none */
};

/* Sets ERR_PARSE with "byte N, generation N: message". Returns false. */
bool wire_broken(struct err *err, struct wire_place at, const char *fmt, ...) PRINTF(3, 4);

#endif
