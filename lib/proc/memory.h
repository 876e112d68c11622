/* The memory of another process, read through /proc/PID/mem (man 5 proc). */
#ifndef PROC_MEMORY_H
#define PROC_MEMORY_H

#include "base/err.h"

struct memory_map {
	uint64_t start, end;
	bool write;
	bool exe;       /* backed by a file of the process's program */
	bool anonymous; /* no file, no name but Go's own "[anon: Go: …]" */
};

/* Zero-initialised has nothing to read: every read fails. */
struct memory {
	int pid; /* 0: none */
	int fd;  /* owned */
	struct {
		struct memory_map *items;
		size_t len, cap;
	} maps; /* as they were when opened */
};

/* Opens the memory of pid. Fails where we may not look (not dumpable, another
 * user's): the caller goes on without. */
bool memory_open(struct memory *m, int pid, struct err *err);
void memory_close(struct memory *m);

/* Reads exactly n bytes. False: not mapped, or gone. */
bool memory_read(const struct memory *m, uint64_t address, void *to, size_t n);
bool memory_u64(const struct memory *m, uint64_t address, uint64_t *v);
bool memory_u32(const struct memory *m, uint64_t address, uint32_t *v);

/* Reads up to n bytes of a range that may have holes at its end. Returns how many. */
size_t memory_read_some(const struct memory *m, uint64_t address, void *to, size_t n);

/* Writes n bytes. Fails where we may not, or nothing is mapped; some may be written then. */
bool memory_write(const struct memory *m, uint64_t address, const void *from, size_t n,
		  struct err *err);

/* What to add to the addresses of the program's file, whose lowest is base: where its first
 * mapping begins. 0 when it is not known. */
uint64_t memory_bias(const struct memory *m, uint64_t base);

/* The map that holds address, NULL: none. */
const struct memory_map *memory_find(const struct memory *m, uint64_t address);

/* The most memory that this process had resident, in bytes; 0: not known. (getrusage counts
 * what was there before exec, too.) */
uint64_t memory_peak(void);

#endif
