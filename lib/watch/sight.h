/*
 * One look while it is under way. Internal to this room: look.c starts and ends it, launch.c
 * starts the process, intake.c reads what comes out of it, hold.c answers its trapped
 * calls and moves it from stage to stage, testify.c turns what is known into findings.
 */
#ifndef WATCH_SIGHT_H
#define WATCH_SIGHT_H

#include "guard/caretaker.h"
#include "guard/seal.h"
#include "guard/settle.h"
#include "guard/trap.h"
#include "proc/loop.h"
#include "proc/spawn.h"
#include "watch/look.h"

enum stage {
	STAGE_RUNNING,
	STAGE_SETTLING,
	STAGE_PROVING, /* Go collects: the second opening of the gate marker ends it */
	STAGE_TESTIMONY,
	STAGE_ENDING, /* nothing more to learn: wait for the end */
};

struct sight {
	const struct look_spec *spec;
	struct look *look;
	char *const *argv; /* spec's, or with another trace file */
	enum stage stage;
	struct loop loop;
	struct child child;
	struct trap trap;
	struct caretaker caretaker;
	struct seal seal;
	struct settle settle;
	struct memory memory;
	struct sources sources;
	int trace_in, trace_out; /* our ends of the trace's pipe; -1: closed */
	int null, output_end;    /* what the second look's test has for 0, 1 and 2; -1 */
	int output;              /* second look: what the tests print; -1 */
	int tick, limit, signals;
	struct trap_event held; /* the call that is held */
	bool holding;
	bool given;      /* the trace's pipe was handed out */
	bool trace_over; /* finished: the table is final */
	bool gate_passed;
	bool proving;      /* the collector was asked */
	uint64_t panicked; /* the goroutine that did, 0: none */
	bool late_exit;    /* another thread asked to exit while we held: a panic */
	int64_t stage_ns;  /* when the stage began */
	int64_t told_ns;   /* when it was last told how many goroutines live */
	struct dump_parser dump;
	struct witnesses witnesses;
	off_t dump_read;
	bool dump_over;    /* every goroutine is in it */
	struct buf frames; /* output that is not a whole line yet */
};

void sight_enter(struct sight *s, enum stage stage);

/* Notes why something could not be done; the first reason stays. */
void sight_why(struct look *l, const char *text);
void sight_why_err(struct look *l, const char *what, const struct err *err);

/* Answers the held call. */
void sight_let_go(struct sight *s);

/* Lets the process end as it was going to. */
void sight_release(struct sight *s);

/* The process has told us all: it must not do anything more. */
void sight_put_down(struct sight *s);

/* intake.c */
void intake_on_trace(void *ctx, int fd, short revents);
void intake_on_output(void *ctx, int fd, short revents);
void intake_read_output(struct sight *s);

/* Nothing of the trace is still to come: the table becomes final. */
void intake_finish(struct sight *s);

/* Whether the trace reaches from the first test to the end of the last. */
bool intake_is_whole(const struct look *l);

/* hold.c */
void hold_on_trap(void *ctx, int fd, short revents);
void hold_on_tick(void *ctx, int fd, short revents);

/* testify.c */

/* Judges by the trace alone: what it shows was alive when the tests ended, no more. */
void testify_by_trace(struct sight *s, const char *undecided);

/* The allowances excuse every suspect: they are counted, and nobody is asked. */
void testify_excused(struct sight *s);

/* Somebody panicked while we held the exit: what it printed names it. */
void testify_panic(struct sight *s);

/* Asks for the goroutine dump; where none can be had judges by the trace and lets go. */
void testify_ask(struct sight *s);

/* Reads on in the dump; judges when its time is over. */
void testify_tick(struct sight *s);
void testify_read(struct sight *s);
bool testify_saw_all(const struct sight *s);

/* Judges by the dump and puts the process down. whole: every goroutine is in it. */
void testify_judge(struct sight *s, bool whole);

/* launch.c: opens the pipes and starts the process under the filter; where there can be
 * none, without. */
bool launch(struct sight *s, struct err *err);

#endif
