/*
 * Asks Go's own collector which goroutines nothing can ever wake.
 *
 * Go 1.26 and later have a collection that finds goroutines blocked on what nobody else can
 * reach (src/runtime/mgc.go: goroutineLeakGC; plain builds have it, the experiment
 * only gives it a profile). gcStart makes any next collection one of these when a byte,
 * runtime.work.goroutineLeak.pending, is 1. So in the second look, whose results are thrown
 * away: when all is quiet at the gate the byte is written, testing collects before it
 * writes the memory profile, and a dump taken after that says "(leaked)" of them.
 *
 * Nothing is written unless the address is certain: the symbol is in the program's table,
 * the version is one whose layout was verified (see the table in proof.c, and tests/binary
 * which compares it with the DWARF of each toolchain), and what is there now looks
 * like what it must be.
 */
#ifndef GUARD_PROOF_H
#define GUARD_PROOF_H

#include "guard/binary.h"
#include "proc/memory.h"

/* Where the byte and what is around it are, in bytes from runtime.work. */
struct proof_layout {
	uint16_t pending; /* uint8: pending, enabled, done; at 8 count, an int */
	uint16_t cycles;  /* uint32: collections that were begun */
};

/* NULL: not verified for this version. Static. */
const struct proof_layout *proof_layout_of(const char *go_version);

/* Whether the binary can be asked at all. */
bool proof_possible(const struct binary *b);

/* Makes the next collection of the process look for them. m is the memory of a process that
 * was started from b. Fails with the reason when nothing was written. */
bool proof_ask(const struct binary *b, const struct memory *m, struct err *err);

#endif
