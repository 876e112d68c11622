#include "account/class.h"

#include <string.h>

#include "base/str.h"

static const struct class_row rows[CLASS_COUNT] = {
	[CLASS_CHAN_SEND] = {
		.id = "chan-send",
		.cause = "sends on a channel that nobody receives from any more",
		.usually = "the receiver returned early: make room in the channel for every sender, or select on "
		"ctx.Done() too",
		.status = STATUS_LEAK,
	},
	[CLASS_CHAN_RECEIVE] = {
		.id = "chan-receive",
		.cause = "receives from a channel that nobody sends on or closes any more",
		.usually = "close the channel when the last sender is done, or select on ctx.Done() too",
		.status = STATUS_LEAK,
	},
	[CLASS_NIL_CHANNEL] = {
		.id = "nil-channel",
		.cause = "waits on a nil channel, which is never ready",
		.usually = "make the channel before the goroutine starts",
		.status = STATUS_LEAK,
	},
	[CLASS_SELECT] = {
		.id = "select",
		.cause = "waits in a select of which no case becomes ready any more",
		.usually = "add a case for ctx.Done() or a done channel, and cancel or close it in t.Cleanup",
		.status = STATUS_LEAK,
	},
	[CLASS_SELECT_EMPTY] = {
		.id = "select-empty",
		.cause = "blocks in select {}, which never returns",
		.usually = "wait for ctx.Done() or a done channel instead",
		.status = STATUS_LEAK,
	},
	[CLASS_MUTEX] = {
		.id = "mutex",
		.cause = "waits for a lock that is never released",
		.usually = "unlock on every path: defer mu.Unlock() right after mu.Lock()",
		.status = STATUS_LEAK,
	},
	[CLASS_LOCK_CYCLE] = {
		.id = "lock-cycle",
		.cause = "is deadlocked: it waits for a lock whose holder waits for one of its own",
		.usually = "take the locks in the same order everywhere",
		.status = STATUS_LEAK,
	},
	[CLASS_WAITGROUP] = {
		.id = "waitgroup",
		.cause = "waits for a WaitGroup that never gets down to zero",
		.usually = "Add before the go statement, and defer wg.Done() first thing in the goroutine",
		.status = STATUS_LEAK,
	},
	[CLASS_COND] = {
		.id = "cond",
		.cause = "waits on a sync.Cond that nobody signals any more",
		.usually = "Broadcast when the state changes for the last time, in Close too",
		.status = STATUS_LEAK,
	},
	[CLASS_CONTEXT] = {
		.id = "context",
		.cause = "waits for a context that nobody cancels",
		.usually = "call its cancel function: defer cancel() or t.Cleanup(cancel)",
		.status = STATUS_LEAK,
	},
	[CLASS_IO] = {
		.id = "io",
		.cause = "waits for input or output that has no deadline",
		.usually = "close the connection, listener or pipe when the test ends, or set a deadline",
		.status = STATUS_LEAK,
	},
	[CLASS_HTTP_IDLE] = {
		.id = "http-idle",
		.cause = "keeps an idle HTTP connection open for the next request",
		.usually = "call CloseIdleConnections() on the client before the test ends",
		.status = STATUS_NOTE,
	},
	[CLASS_HTTP_BODY] = {
		.id = "http-body",
		.cause = "keeps an HTTP connection open whose response body was never closed",
		.usually = "defer resp.Body.Close() as soon as err is nil, whatever the status code",
		.status = STATUS_LEAK,
	},
	[CLASS_TICKER] = {
		.id = "ticker",
		.cause = "wakes up again and again from a ticker or timer",
		.usually = "leave the loop on ctx.Done() or a done channel; Stop alone does not end it",
		.status = STATUS_LEAK,
	},
	[CLASS_SLEEP] = {
		.id = "sleep",
		.cause = "sleeps on in time.Sleep after its test has ended",
		.usually = "select on time.After and ctx.Done() instead of time.Sleep, and wait for the goroutine",
		.status = STATUS_LEAK,
	},
	[CLASS_ITER_PULL] = {
		.id = "iter-pull",
		.cause = "is an iterator from iter.Pull that was never stopped",
		.usually = "defer stop() right after next, stop := iter.Pull(seq)",
		.status = STATUS_LEAK,
	},
	[CLASS_LATE_PANIC] = {
		.id = "late-panic",
		.cause = "panics, or logs with its t, after its test has ended",
		.usually = "wait for the goroutine before the test returns (WaitGroup, t.Cleanup)",
		.status = STATUS_LEAK,
	},
	[CLASS_SPIN] = {
		.id = "spin",
		.cause = "runs on without ever waiting",
		.usually = "let the loop end: block on a channel or ctx.Done() instead of polling in a default case",
		.status = STATUS_LEAK,
	},
	[CLASS_SYSCALL] = {
		.id = "syscall",
		.cause = "is inside a system call or C code that does not return",
		.usually = "close what it reads from, or give the call a timeout",
		.status = STATUS_LEAK,
	},
	[CLASS_PROCESS] = {
		.id = "process",
		.cause = "waits for a child process that still runs",
		.usually = "end it when the test ends: exec.CommandContext with t.Context(), or Kill and then Wait",
		.status = STATUS_LEAK,
	},
	[CLASS_GOROUTINE_SURGE] = {
		.id = "goroutine-surge",
		.cause = "at once, above the limit",
		.usually = "bound them: a pool of workers, a semaphore, errgroup's SetLimit",
		.status = STATUS_NOTE,
		.is_figure = true,
		.unit = "goroutine",
		.counted = "counted in the trace",
	},
	[CLASS_MEMORY_SURGE] = {
		.id = "memory-surge",
		.cause = "of memory at once, above the limit",
		.usually = "pass large values by pointer, stream instead of reading all, bound what runs at once",
		.status = STATUS_NOTE,
		.is_figure = true,
		.unit = "MiB",
		.counted = "the most that was resident, counted by the kernel",
	},
	[CLASS_UNKNOWN] = {
		.id = "unknown",
		.cause = "waits for something that this version has no name for",
		.usually = "see its stack with --verbose",
		.status = STATUS_LEAK,
	},
};

/* What a detail says in words. %: the rest of the detail, "2/2" as "2 of 2". */
static const struct {
	enum class_id id;
	const char *prefix;
	const char *cause;
} details[] = {
	{ CLASS_CHAN_SEND, "unbuffered",
	  "sends on an unbuffered channel that nobody receives from any more" },
	{ CLASS_CHAN_SEND, "buffer-full ",
	  "sends on a full channel (%) that nobody receives from any more" },
	{ CLASS_WAITGROUP, "counter ",
	  "waits for a WaitGroup whose counter never gets down from % to 0" },
	{ CLASS_GOROUTINE_SURGE, "limit ", "at once, above the limit of %" },
	{ CLASS_MEMORY_SURGE, "limit ", "of memory at once, above the limit of %" },
	{ CLASS_LOCK_CYCLE, "", "is deadlocked: % goroutines wait for each other's locks" },
};

static const char *const statuses[] = {
	[STATUS_LEAK] = "leak",
	[STATUS_ALLOWED] = "allowed",
	[STATUS_NOTE] = "note",
};

const struct class_row *class_row(enum class_id id)
{
	return &rows[id];
}

static void put_rest(struct buf *out, const char *rest)
{
	const char *slash = strchr(rest, '/');

	if (slash) {
		buf_put(out, rest, (size_t)(slash - rest));
		buf_puts(out, " of ");
		rest = slash + 1;
	}
	buf_puts(out, rest);
}

static void put_detailed(struct buf *out, const char *cause, const char *rest)
{
	const char *hole = strchr(cause, '%');

	if (!hole) {
		buf_puts(out, cause);
		return;
	}
	buf_put(out, cause, (size_t)(hole - cause));
	put_rest(out, rest);
	buf_puts(out, hole + 1);
}

void class_cause(struct buf *out, enum class_id id, const char *detail)
{
	for (size_t i = 0; i < ARRAY_LEN(details); i++) {
		if (!*detail || details[i].id != id || !starts_with(detail, details[i].prefix))
			continue;
		put_detailed(out, details[i].cause, detail + strlen(details[i].prefix));
		return;
	}
	buf_puts(out, rows[id].cause);
	if (*detail)
		buf_printf(out, " (%s)", detail);
}

bool class_by_name(const char *name, enum class_id *id)
{
	for (size_t i = 0; i < CLASS_COUNT; i++) {
		if (!strcmp(rows[i].id, name)) {
			*id = (enum class_id)i;
			return true;
		}
	}
	return false;
}

const char *status_name(enum status s)
{
	return statuses[s];
}

bool status_by_name(const char *name, enum status *s)
{
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		if (!strcmp(statuses[i], name)) {
			*s = (enum status)i;
			return true;
		}
	}
	return false;
}
