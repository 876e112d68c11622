/*
 * Functions of a test binary that need much of the stack: those that take or return large values by
 * value, and those that have large variables on it.
 *
 * What is known of a function is the room that its arguments and results take together, in bytes,
 * with the room for those that come in registers: "args" of its row in Go's table of functions
 * (src/runtime/runtime2.go, _func; cmd/compile sets it, src/cmd/compile/internal/ssagen/pgen.go).
 * An array of more than one element is never passed in registers: its bytes are copied to the
 * stack at each call (src/cmd/compile/abi-internal.md). So only large values make it large. The
 * same in 1.22 to 1.27.
 *
 * The frame has a function's own variables, those of what was inlined into it, and the arguments
 * of what it calls. Functions of the runtime are left out: those that reflection calls others by
 * come in all sizes.
 */
#ifndef GUARD_BULKY_H
#define GUARD_BULKY_H

#include "guard/binary.h"

#define BULKY_ABOVE ((uint32_t)64 << 10) /* bytes */

struct bulky {
	const char *function;
	uint32_t bytes; /* of arguments and results: above BULKY_ABOVE, else 0 */
	uint32_t
	    frame_bytes; /* on the stack, whatever there are; above BULKY_ABOVE when bytes is 0 */
	uint32_t line;   /* of its declaration in its file; 0: not known */
	uint64_t entry, end; /* addresses of its code in the process; 0: not known (a PIE) */
};

/* The largest first. Items are in the arena. */
struct bulkies {
	struct bulky *items;
	size_t len;
};

/* Reads the file that b was read from. What is no Go binary for amd64 has none. Fails only when the
 * file cannot be opened or mapped. */
bool bulkies_read(const char *path, const struct binary *b, struct arena *a, struct bulkies *found,
		  struct err *err);

/* The same from memory. */
void bulkies_parse(const uint8_t *bytes, size_t n, const struct binary *b, struct arena *a,
		   struct bulkies *found);

#endif
