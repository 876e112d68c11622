#include "account/class.h"

#include <string.h>

#include "base/str.h"

static const struct class_row rows[CLASS_COUNT] = {
	[CLASS_CHAN_SEND] = {
		.id = "chan-send",
		.cause = "sends on a channel that nobody receives from any more",
		.waits = "waits to send on a channel",
		.usually = "the receiver returned early: make room in the channel for every sender, or select on "
		"ctx.Done() too",
		.known = "the wait reason \"chan send\" in Go's own dump; the channel's length and capacity are read from the process's memory",
		.docs = "https://go.dev/ref/spec#Send_statements",
		.status = STATUS_LEAK,
	},
	[CLASS_CHAN_RECEIVE] = {
		.id = "chan-receive",
		.cause = "receives from a channel that nobody sends on or closes any more",
		.waits = "waits to receive from a channel",
		.usually = "close the channel when the last sender is done, or select on ctx.Done() too",
		.known = "the wait reason \"chan receive\", of a channel that is neither a timer's nor a context's",
		.docs = "https://go.dev/ref/spec#Receive_operator",
		.status = STATUS_LEAK,
	},
	[CLASS_NIL_CHANNEL] = {
		.id = "nil-channel",
		.cause = "waits on a nil channel, which is never ready",
		.usually = "make the channel before the goroutine starts",
		.known = "the wait reason names a nil channel, or the select has no channel that is not nil",
		.docs = "https://go.dev/ref/spec#Channel_types",
		.status = STATUS_LEAK,
	},
	[CLASS_SELECT] = {
		.id = "select",
		.cause = "waits in a select of which no case becomes ready any more",
		.waits = "waits in a select",
		.usually = "add a case for ctx.Done() or a done channel, and cancel or close it in t.Cleanup",
		.known = "the wait reason \"select\", and no case of it is a timer that fires again",
		.docs = "https://go.dev/ref/spec#Select_statements",
		.status = STATUS_LEAK,
	},
	[CLASS_SELECT_EMPTY] = {
		.id = "select-empty",
		.cause = "blocks in select {}, which never returns",
		.usually = "wait for ctx.Done() or a done channel instead",
		.known = "the wait reason \"select (no cases)\"",
		.docs = "https://go.dev/ref/spec#Select_statements",
		.status = STATUS_LEAK,
	},
	[CLASS_MUTEX] = {
		.id = "mutex",
		.cause = "waits for a lock that is never released",
		.waits = "waits for a lock",
		.usually = "unlock on every path: defer mu.Unlock() right after mu.Lock()",
		.known = "the wait reason is that of a Mutex or RWMutex",
		.docs = "https://pkg.go.dev/sync#Mutex",
		.status = STATUS_LEAK,
	},
	[CLASS_LOCK_CYCLE] = {
		.id = "lock-cycle",
		.cause = "is deadlocked: it waits for a lock whose holder waits for one of its own",
		.usually = "take the locks in the same order everywhere",
		.known = "each waits for a lock that the next one's frames hold, by addresses in memory and by the source",
		.docs = "https://pkg.go.dev/sync#Mutex",
		.status = STATUS_LEAK,
	},
	[CLASS_WAITGROUP] = {
		.id = "waitgroup",
		.cause = "waits for a WaitGroup that never gets down to zero",
		.waits = "waits for a WaitGroup to get down to zero",
		.usually = "Add before the go statement, and defer wg.Done() first thing in the goroutine",
		.known = "it is inside WaitGroup.Wait; the counter is read from memory",
		.docs = "https://pkg.go.dev/sync#WaitGroup",
		.status = STATUS_LEAK,
	},
	[CLASS_COND] = {
		.id = "cond",
		.cause = "waits on a sync.Cond that nobody signals any more",
		.waits = "waits on a sync.Cond",
		.usually = "Broadcast when the state changes for the last time, in Close too",
		.known = "the wait reason \"sync.Cond.Wait\"",
		.docs = "https://pkg.go.dev/sync#Cond",
		.status = STATUS_LEAK,
	},
	[CLASS_CONTEXT] = {
		.id = "context",
		.cause = "waits for a context that nobody cancels",
		.waits = "waits for a context to be cancelled",
		.usually = "call its cancel function: defer cancel() or t.Cleanup(cancel)",
		.known = "it receives from the done channel of a context, told by memory or by the source line",
		.docs = "https://pkg.go.dev/context#WithCancel",
		.status = STATUS_LEAK,
	},
	[CLASS_IO] = {
		.id = "io",
		.cause = "waits for input, or for its output to be taken",
		.waits = "waits for input or output",
		.usually = "close the connection, listener or pipe when the test ends, or set a deadline",
		.known = "the wait reason \"IO wait\", or it is inside a pipe of io or net, or of an HTTP request; the peer and the deadline are read from memory and from the kernel",
		.docs = "https://pkg.go.dev/net#Conn",
		.may_go_on = true,
		.status = STATUS_LEAK,
	},
	[CLASS_HTTP_IDLE] = {
		.id = "http-idle",
		.cause = "belongs to an idle HTTP connection, kept open for the next request",
		.usually = "call CloseIdleConnections() on the client before the test ends",
		.known = "it is the reading or writing half of a connection of net/http's client on which no request is going on",
		.docs = "https://pkg.go.dev/net/http#Client.CloseIdleConnections",
		.may_go_on = true,
		.status = STATUS_NOTE,
	},
	[CLASS_HTTP_BODY] = {
		.id = "http-body",
		.cause = "belongs to an HTTP connection whose response body was never closed",
		.waits = "belongs to an HTTP connection whose response body is neither read nor closed yet",
		.usually = "defer resp.Body.Close() as soon as err is nil, whatever the status code",
		.known = "the connection's reading half waits for the body to be read or closed",
		.docs = "https://pkg.go.dev/net/http#Response",
		.may_go_on = true,
		.status = STATUS_LEAK,
	},
	[CLASS_TICKER] = {
		.id = "ticker",
		.cause = "wakes up again and again from a ticker or timer",
		.waits = "waits for a ticker or timer",
		.usually = "leave the loop on ctx.Done() or a done channel; Stop alone does not end it",
		.known = "the channel it receives from is that of a timer that fires again, or fired more than once in the trace",
		.docs = "https://pkg.go.dev/time#Ticker.Stop",
		.may_go_on = true,
		.status = STATUS_LEAK,
	},
	[CLASS_SLEEP] = {
		.id = "sleep",
		.cause = "sleeps on, in time.Sleep or until a timer fires, after its test has ended",
		.waits = "is in time.Sleep",
		.usually = "select on time.After and ctx.Done() instead of time.Sleep, and wait for the goroutine",
		.known = "the wait reason \"sleep\", or a timer that fires once",
		.docs = "https://pkg.go.dev/time#Sleep",
		.may_go_on = true,
		.status = STATUS_LEAK,
	},
	[CLASS_ITER_PULL] = {
		.id = "iter-pull",
		.cause = "is an iterator from iter.Pull that was never stopped",
		.waits = "waits for the next call of iter.Pull",
		.usually = "defer stop() right after next, stop := iter.Pull(seq)",
		.known = "it was started by iter.Pull and waits for its next call",
		.docs = "https://pkg.go.dev/iter#Pull",
		.status = STATUS_LEAK,
	},
	[CLASS_LATE_PANIC] = {
		.id = "late-panic",
		.cause = "panics, or logs with its t, after its test has ended",
		.usually = "wait for the goroutine before the test returns (WaitGroup, t.Cleanup)",
		.known = "after the last test Go printed a panic, which names the goroutine",
		.docs = "https://pkg.go.dev/testing#T",
		.status = STATUS_LEAK,
	},
	[CLASS_SPIN] = {
		.id = "spin",
		.cause = "runs on without ever waiting",
		.waits = "runs, or is ready to run",
		.usually = "let the loop end: block on a channel or ctx.Done() instead of polling in a default case",
		.known = "it could run or ran at every look, and never waited for a timer before",
		.docs = "https://go.dev/doc/faq#goroutines",
		.may_go_on = true,
		.status = STATUS_LEAK,
	},
	[CLASS_SYSCALL] = {
		.id = "syscall",
		.cause = "is inside a system call or C code that does not return",
		.waits = "is inside a system call or C code",
		.usually = "close what it reads from, or give the call a timeout",
		.known = "the wait reason \"syscall\"",
		.docs = "https://pkg.go.dev/syscall",
		.may_go_on = true,
		.status = STATUS_LEAK,
	},
	[CLASS_PROCESS] = {
		.id = "process",
		.cause = "waits for a child process that still runs",
		.waits = "waits for a child process",
		.usually = "end it when the test ends: exec.CommandContext with t.Context(), or Kill and then Wait",
		.known = "it is inside Wait of os/exec or os, and the child still runs",
		.docs = "https://pkg.go.dev/os/exec#Cmd.Wait",
		.may_go_on = true,
		.status = STATUS_LEAK,
	},
	[CLASS_FD] = {
		.id = "fd",
		.cause = "was opened and not closed",
		.usually = "close it when the test is done with it: defer f.Close() or t.Cleanup; the collector closes an os.File, but nobody knows when",
		.known = "it was not open when the tests began, is open when they are over, and there are more with every repeat of the test; what a goroutine that is left may hold is not counted",
		.docs = "https://pkg.go.dev/os#File.Close",
		.status = STATUS_LEAK,
		.unit = "file descriptor",
		.counted = "more with every repeat of the test",
		.began = "opened",
	},
	[CLASS_UNWAITED_CHILD] = {
		.id = "unwaited-child",
		.cause = "still runs, and nobody waits for it",
		.usually = "exec.CommandContext with t.Context(), and Wait; or Kill and then Wait",
		.known = "it is a child of the tests' process, was not there when the tests began, still runs after time to finish, and comes again; no goroutine of its test is left",
		.docs = "https://pkg.go.dev/os/exec#Cmd.Start",
		.status = STATUS_LEAK,
		.unit = "child process",
		.counted = "more with every repeat of the test",
	},
	[CLASS_GOROUTINE_SURGE] = {
		.id = "goroutine-surge",
		.cause = "at once, above the limit",
		.usually = "bound them: a pool of workers, a semaphore, errgroup's SetLimit",
		.known = "the trace tells how many goroutines of a test were alive at once; the limit is limits.goroutines",
		.docs = "https://go.dev/doc/effective_go#channels",
		.status = STATUS_NOTE,
		.is_figure = true,
		.unit = "goroutine",
		.counted = "counted in the trace",
	},
	[CLASS_MEMORY_SURGE] = {
		.id = "memory-surge",
		.cause = "of memory at once, above the limit",
		.usually = "pass large values by pointer, stream instead of reading all, bound what runs at once",
		.known = "the kernel counts the most that was resident; the limit is limits.peak_memory. Functions are named that the trace shows and whose arguments and results take more than 64 KiB by Go's own table of functions: only large arrays, or structs with them, passed or returned by value make it so much; and those that have as much of variables on their stack",
		.docs = "https://go.dev/doc/gc-guide",
		.status = STATUS_NOTE,
		.is_figure = true,
		.unit = "MiB",
		.counted = "the most that was resident, counted by the kernel",
		.began = "large",
	},
	[CLASS_HEAP_GROWTH] = {
		.id = "heap-growth",
		.cause = "memory grows with every run of the test",
		.usually = "let go of it: bound the cache, delete from the map, strings.Clone or slices.Clone the short part of a large array",
		.known = "heap profiles of the test running alone 1, 1 + N and 1 + 2N times in one process (--deep)",
		.docs = "https://go.dev/blog/slices-intro#a-possible-gotcha",
		.status = STATUS_NOTE,
		.is_figure = true,
		.is_growth = true,
		.unit = "place",
		.began = "grows",
		.counted = "from the heap profiles of three numbers of runs",
	},
	[CLASS_TIMER_GROWTH] = {
		.id = "timer-growth",
		.cause = "timers pile up with every run of the test",
		.usually = "defer timer.Stop() or ticker.Stop(); in a loop one NewTimer and Reset instead of time.After",
		.known = "as heap-growth, and the place is in time.After, NewTimer, NewTicker, Tick or AfterFunc",
		.docs = "https://pkg.go.dev/time#NewTicker",
		.status = STATUS_NOTE,
		.is_figure = true,
		.is_growth = true,
		.unit = "place",
		.began = "grows",
		.counted = "from the heap profiles of three numbers of runs",
	},
	[CLASS_UNKNOWN] = {
		.id = "unknown",
		.cause = "waits for something that this version has no name for",
		.usually = "see its stack with --verbose",
		.known = "the wait reason is none that this version knows",
		.docs = "https://pkg.go.dev/runtime/debug#SetTraceback",
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
	{ CLASS_FD, "", "was opened and not closed: %" },
	{ CLASS_UNWAITED_CHILD, "", "still runs, and nobody waits for it: %" },
	{ CLASS_GOROUTINE_SURGE, "limit ", "at once, above the limit of %" },
	{ CLASS_MEMORY_SURGE, "limit ", "of memory at once, above the limit of %" },
	{ CLASS_HEAP_GROWTH, "", "memory grows with every run of the test: %" },
	{ CLASS_TIMER_GROWTH, "", "timers pile up with every run of the test: %" },
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
	size_t digits = strspn(rest, "0123456789");
	const char *slash = rest + digits;

	if (digits && *slash == '/') {
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

void class_waits(struct buf *out, enum class_id id)
{
	buf_puts(out, rows[id].waits ? rows[id].waits : rows[id].cause);
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
