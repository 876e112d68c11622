/* The classes of what can outlive a test. A class is one row of a table. */
#ifndef ACCOUNT_CLASS_H
#define ACCOUNT_CLASS_H

#include "base/buf.h"

/* What a finding does to the exit status. */
enum status {
	STATUS_LEAK,    /* fails the run */
	STATUS_ALLOWED, /* excused by an allowance */
	STATUS_NOTE,    /* shown, never fails */
};

/*
 * In the order of the table. The evidence that makes a class is in
 * account/classify.h.
 */
enum class_id {
	CLASS_CHAN_SEND,
	CLASS_CHAN_RECEIVE,
	CLASS_NIL_CHANNEL,
	CLASS_SELECT,
	CLASS_SELECT_EMPTY,
	CLASS_MUTEX,
	CLASS_LOCK_CYCLE,
	CLASS_WAITGROUP,
	CLASS_COND,
	CLASS_CONTEXT,
	CLASS_IO,
	CLASS_HTTP_IDLE,
	CLASS_HTTP_BODY,
	CLASS_TICKER,
	CLASS_SLEEP,
	CLASS_ITER_PULL,
	CLASS_LATE_PANIC,
	CLASS_SPIN,
	CLASS_SYSCALL,
	CLASS_PROCESS,
	CLASS_FD,
	CLASS_UNWAITED_CHILD,
	CLASS_GOROUTINE_SURGE,
	CLASS_MEMORY_SURGE,
	CLASS_HEAP_GROWTH,
	CLASS_TIMER_GROWTH,
	CLASS_UNKNOWN, /* a wait reason that this version does not know */
	CLASS_COUNT,
};

struct class_row {
	const char *id;      /* "chan-send": the name in files and options */
	const char *cause;   /* what the goroutine does, for people: a verb phrase, no full stop */
	const char *waits;   /* what it does while it may go on, when cause is not it; NULL */
	const char *usually; /* what usually fixes it: a phrase, no full stop */
	const char *known;   /* how it is told from the others: a phrase */
	const char *docs;    /* what Go's documentation says about it: a URL */
	const char *unit;    /* of the count, NULL: it counts goroutines that are still there. Of a
			   * figure "goroutine"; of what stays as it is in the plural, "MiB" */
	const char *counted; /* how what has a unit was got */
	const char *began;   /* what the place says where it comes from; NULL: it was started */
	enum status status;  /* when nobody configured another */
	bool may_go_on;      /* by itself: it sleeps, runs, or waits for the world outside */
	bool is_figure; /* count is a number that was reached, of nothing that is still there */
	bool is_growth; /* a figure that is a rate: cause is a whole sentence, count says nothing */
};

/* Static. */
const struct class_row *class_row(enum class_id id);

/*
 * Appends what a goroutine of the class does, as the row's cause but with what
 * detail (see struct finding) adds: "sends on a full channel (2 of 2) that nobody
 * receives from any more". A detail that has no words of its own follows in
 * parentheses; it is copied as it is.
 */
void class_cause(struct buf *out, enum class_id id, const char *detail);

/* Appends what it does as far as one look tells, while its test still runs: who waits now may be
 * served later. */
void class_waits(struct buf *out, enum class_id id);

/* Returns whether name is a class, and which. */
bool class_by_name(const char *name, enum class_id *id);

const char *status_name(enum status s);
bool status_by_name(const char *name, enum status *s);

#endif
