#include "account/class.h"

#include <string.h>

#include "base/str.h"

static const struct class_row rows[CLASS_COUNT] = {
	[CLASS_CHAN_SEND] = {
		"chan-send",
		"sends on a channel that nobody receives from any more",
		"the receiver returned early: make room in the channel for every sender, or select on "
		"ctx.Done() too",
		STATUS_LEAK,
	},
	[CLASS_CHAN_RECEIVE] = {
		"chan-receive",
		"receives from a channel that nobody sends on or closes any more",
		"close the channel when the last sender is done, or select on ctx.Done() too",
		STATUS_LEAK,
	},
	[CLASS_NIL_CHANNEL] = {
		"nil-channel",
		"waits on a nil channel, which is never ready",
		"make the channel before the goroutine starts",
		STATUS_LEAK,
	},
	[CLASS_SELECT] = {
		"select",
		"waits in a select of which no case becomes ready any more",
		"add a case for ctx.Done() or a done channel, and cancel or close it in t.Cleanup",
		STATUS_LEAK,
	},
	[CLASS_SELECT_EMPTY] = {
		"select-empty",
		"blocks in select {}, which never returns",
		"wait for ctx.Done() or a done channel instead",
		STATUS_LEAK,
	},
	[CLASS_MUTEX] = {
		"mutex",
		"waits for a lock that is never released",
		"unlock on every path: defer mu.Unlock() right after mu.Lock()",
		STATUS_LEAK,
	},
	[CLASS_LOCK_CYCLE] = {
		"lock-cycle",
		"is deadlocked: it waits for a lock whose holder waits for one of its own",
		"take the locks in the same order everywhere",
		STATUS_LEAK,
	},
	[CLASS_WAITGROUP] = {
		"waitgroup",
		"waits for a WaitGroup that never gets down to zero",
		"Add before the go statement, and defer wg.Done() first thing in the goroutine",
		STATUS_LEAK,
	},
	[CLASS_COND] = {
		"cond",
		"waits on a sync.Cond that nobody signals any more",
		"Broadcast when the state changes for the last time, in Close too",
		STATUS_LEAK,
	},
	[CLASS_CONTEXT] = {
		"context",
		"waits for a context that nobody cancels",
		"call its cancel function: defer cancel() or t.Cleanup(cancel)",
		STATUS_LEAK,
	},
	[CLASS_IO] = {
		"io",
		"waits for input or output that has no deadline",
		"close the connection, listener or pipe when the test ends, or set a deadline",
		STATUS_LEAK,
	},
	[CLASS_HTTP_IDLE] = {
		"http-idle",
		"keeps an idle HTTP connection open for the next request",
		"call CloseIdleConnections() on the client before the test ends",
		STATUS_NOTE,
	},
	[CLASS_HTTP_BODY] = {
		"http-body",
		"keeps an HTTP connection open whose response body was never closed",
		"defer resp.Body.Close() as soon as err is nil, whatever the status code",
		STATUS_LEAK,
	},
	[CLASS_TICKER] = {
		"ticker",
		"wakes up again and again from a ticker or timer",
		"leave the loop on ctx.Done() or a done channel; Stop alone does not end it",
		STATUS_LEAK,
	},
	[CLASS_SLEEP] = {
		"sleep",
		"sleeps on in time.Sleep after its test has ended",
		"select on time.After and ctx.Done() instead of time.Sleep, and wait for the goroutine",
		STATUS_LEAK,
	},
	[CLASS_ITER_PULL] = {
		"iter-pull",
		"is an iterator from iter.Pull that was never stopped",
		"defer stop() right after next, stop := iter.Pull(seq)",
		STATUS_LEAK,
	},
	[CLASS_LATE_PANIC] = {
		"late-panic",
		"panics, or logs with its t, after its test has ended",
		"wait for the goroutine before the test returns (WaitGroup, t.Cleanup)",
		STATUS_LEAK,
	},
	[CLASS_SPIN] = {
		"spin",
		"runs on without ever waiting",
		"let the loop end: block on a channel or ctx.Done() instead of polling in a default case",
		STATUS_LEAK,
	},
	[CLASS_SYSCALL] = {
		"syscall",
		"is inside a system call or C code that does not return",
		"close what it reads from, or give the call a timeout",
		STATUS_LEAK,
	},
	[CLASS_PROCESS] = {
		"process",
		"waits for a child process that still runs",
		"end it when the test ends: exec.CommandContext with t.Context(), or Kill and then Wait",
		STATUS_LEAK,
	},
	[CLASS_GOROUTINE_SURGE] = {
		"goroutine-surge",
		"at once, above the limit",
		"bound them: a pool of workers, a semaphore, errgroup's SetLimit",
		STATUS_NOTE,
		.is_figure = true,
	},
	[CLASS_UNKNOWN] = {
		"unknown",
		"waits for something that this version has no name for",
		"see its stack with --verbose",
		STATUS_LEAK,
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
