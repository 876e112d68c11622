/*
 * ELF files in memory: both word sizes and byte orders, since another
 * architecture's test binary must be named, too.
 *
 * Every offset comes from the file and is checked against it; what does not fit
 * is not found. Nothing is copied: all bytes are borrowed from the file.
 *
 * Source: elf(5).
 */
#ifndef GUARD_ELF_H
#define GUARD_ELF_H

#include "base/err.h"

/* n bytes at p, borrowed. */
struct bytes {
	const uint8_t *p;
	size_t n;
};

/* The part of b from offset at, n bytes or none: p is NULL when it does not fit. */
static inline struct bytes bytes_part(struct bytes b, uint64_t at, uint64_t n)
{
	if (!b.p || at > b.n || n > b.n - at)
		return (struct bytes){ 0 };
	return (struct bytes){ b.p + at, (size_t)n };
}

/* Everything from offset at. */
static inline struct bytes bytes_from(struct bytes b, uint64_t at)
{
	return bytes_part(b, at, at > b.n ? 0 : b.n - at);
}

/* Where the text s of n bytes begins in b, NULL when it does not. */
const uint8_t *bytes_find(struct bytes b, const void *s, size_t n);

struct elf_table {
	struct bytes rows; /* whole rows only */
	size_t row;        /* bytes of one */
	size_t count;
};

struct elf {
	struct bytes file;
	bool wide; /* 64 bits */
	bool big;  /* most significant byte first */
	uint16_t type, machine;
	uint64_t entry;
	struct elf_table segments, sections;
	struct bytes section_names;
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t addr, size; /* in memory */
	struct bytes bytes;  /* in the file */
};

struct elf_section {
	uint32_t type, link;
	uint64_t addr;
	struct bytes bytes; /* none for SHT_NOBITS */
};

/* Maps a file to read it: a regular one; an empty one has no bytes. */
bool elf_map(const char *path, struct bytes *file, struct err *err);
void elf_unmap(struct bytes *file);

/* Returns whether file begins with a header that can be read. Tables that do not
 * fit into the file are left empty. */
bool elf_open(struct elf *e, struct bytes file);

/* Fails beyond the last one, and when its bytes are not in the file. */
bool elf_segment(const struct elf *e, size_t i, struct elf_segment *s);
bool elf_section(const struct elf *e, size_t i, struct elf_section *s);
bool elf_section_named(const struct elf *e, const char *name, struct elf_section *s);

/* What the file has in memory from addr to the end of its segment. */
struct bytes elf_at(const struct elf *e, uint64_t addr);

/*
 * The values of the symbols with these names, 0 for those there are none of.
 * Reads the names and the symbol table once: about 0.2 ms for 20,000 symbols, next to
 * nothing in a stripped file.
 */
void elf_symbols(const struct elf *e, const char *const *names, size_t n, uint64_t *values);

/* An unsigned number of 2, 4 or 8 bytes in the file's order. */
uint64_t elf_load(const struct elf *e, const uint8_t *p, size_t size);

/* Go's name of the architecture (GOARCH), "unknown" for one Go does not have. */
const char *elf_goarch(const struct elf *e);

#endif
