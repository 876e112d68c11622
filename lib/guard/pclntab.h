/*
 * Go's table of functions, which no strip removes: the runtime needs it.
 *
 *   header   magic, 0, 0, instruction quantum, word size, then words: number of functions, of
 *            files, (text start until 1.25), offsets of the names, of four other tables,
 *            of the functions
 *   names    NUL-terminated, in the order of first use: the runtime's come early
 *   functions  (entry, offset of the details) by rising entry, both 32 bits, the
 *            entry relative to the start of Go's text; then the end of the text. The
 *            details are in the same table, 32 bits each: entry, offset of the name, bytes
 *            of arguments and results (below 0: not known), one more, offset of how
 *            far the stack pointer is down, four more, line of the declaration, …
 *   steps    of that: pairs of varints, what is added to the value (zigzag; it begins at -1)
 *            and for how many bytes of code the value holds, up to a 0
 *
 * A name has no ".abi0": "runtime.exit" is the name of runtime.exit.abi0. From 1.26 on the text's
 * start is not in the table any more: see guard/binary.c.
 *
 * Source: src/internal/abi/symtab.go (magic 0xfffffff1 of Go 1.20 and later), src/runtime/
 * symtab.go (pcHeader), src/cmd/link/internal/ld/pcln.go. The same in 1.22 to 1.27.
 */
#ifndef GUARD_PCLNTAB_H
#define GUARD_PCLNTAB_H

#include "guard/elf.h"

/* Of a 64-bit little-endian binary. */
struct pclntab {
	struct bytes names;
	struct bytes functions;
	struct bytes steps;
	uint32_t count;
	uint32_t text_size; /* from the first function to the end of the last */
};

struct pclntab_function {
	const char *name; /* in */
	uint32_t entry;   /* relative to the start of the text */
	uint32_t size;    /* up to the next function */
	uint32_t name_at; /* internal */
	bool found;       /* entry and size are set */
	bool named;       /* internal */
};

/* Finds the table by its section. Where there are no sections, and in a PIE made by the
 * system's linker, which has none for it (Go 1.22 to 1.25), by its magic. */
bool pclntab_open(struct pclntab *t, const struct elf *e);

/*
 * Looks for n functions by their exact names of less than 64 bytes. Each name is
 * compared once; of the functions only those up to the last wanted one are touched.
 * A function without a name in the table costs no search among functions.
 */
void pclntab_lookup(const struct pclntab *t, struct pclntab_function *f, size_t n);

/* A row of the table. */
struct pclntab_row {
	const char *name;        /* in the table */
	uint32_t entry, end;     /* relative to the start of the text */
	uint32_t argument_bytes; /* of arguments and results; 0 when not known, too */
	uint32_t line;           /* of the declaration; 0: not known */
	uint32_t steps_at;       /* internal */
};

/* Reads row i, which is below count. False: it is damaged. */
bool pclntab_row(const struct pclntab *t, uint32_t i, struct pclntab_row *row);

/* Bytes that a function's own frame has on the stack at most: its variables, and the arguments of
 * what it calls. 0 when it is not known, too. */
uint32_t pclntab_frame(const struct pclntab *t, const struct pclntab_row *row);

/* Whether a function, not a method, has a name with this end: ".TestMain". One that
 * was inlined everywhere counts, too. */
bool pclntab_has_function(const struct pclntab *t, const char *end);

#endif
