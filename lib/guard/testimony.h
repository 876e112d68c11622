/*
 * Testimony: SIGQUIT to one thread of Go's, and Go itself prints every goroutine.
 *
 * The signal must meet a thread that Go made. A thread of C has no goroutine to handle
 * it on, and the process would die of it without a word and with a core file. In a
 * binary without cgo every thread is Go's; otherwise only those count whose ids the trace
 * names. Where there is no other the held thread is asked: it is Go's for certain, and takes
 * the signal the moment its call is answered.
 *
 * Not asked at all when SIGQUIT is ignored, when the test wants it for itself
 * (os/signal), or when it has sent crash output to a file of its own: we would run its
 * code or write into its file. (src/runtime/signal_unix.go: sighandler; runtime.crashFD since 1.23.)
 */
#ifndef GUARD_TESTIMONY_H
#define GUARD_TESTIMONY_H

#include "guard/binary.h"
#include "proc/memory.h"

struct testimony_spec {
	int pid;
	int held_tid;
	const struct binary *binary;
	const struct memory *memory;
	bool signals_used; /* the trace has os/signal's goroutine: somebody called Notify */
	const uint64_t *go_threads; /* ids from the trace, borrowed */
	size_t go_threads_len;
};

/* Sends the signal. False with the reason when it must not or cannot be sent. Core
 * files are switched off in the process before. *held: it waits for the held thread, whose call
 * must be answered now. */
bool testimony_ask(const struct testimony_spec *spec, bool *held, struct err *err);

#endif
