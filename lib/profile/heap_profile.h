/*
 * A heap profile of Go's, as -test.memprofile writes it: a message of profile.proto, compressed
 * by gzip. https://github.com/google/pprof/blob/main/proto/profile.proto
 *
 * A sample is one allocation site with one size of blocks: Go writes a sample for each pair, with
 * the size as the label "bytes" (src/runtime/pprof/protomem.go, Go 1.22 to 1.27). What was live
 * are the values "inuse_objects" and "inuse_space", as of the last collection that ended. Blocks
 * have the allocator's size: 3000 bytes count as 3072.
 *
 * Bytes from outside: the file, what it unpacks to and the memory for reading it are bounded.
 */
#ifndef PROFILE_HEAP_PROFILE_H
#define PROFILE_HEAP_PROFILE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define HEAP_PROFILE_MAX ((size_t)256 << 20) /* bytes, unpacked */

/* Of a function that was inlined, too. */
struct heap_frame {
	const char *function, *file; /* "" when not known */
	uint32_t line;               /* 0: not known */
};

struct heap_site {
	struct heap_frame *frames; /* leaf first: what the user called of the runtime is not in */
	size_t depth;
	int64_t block_bytes;    /* 0: not known */
	int64_t objects, bytes; /* that were live */
};

struct heap_profile {
	struct arena arena; /* holds everything below */
	struct heap_site *items;
	size_t len;
};

/*
 * Reads n bytes into *p, zero-initialised before. Fails with ERR_PARSE when they are truncated,
 * damaged, refer to what is not there, or are another kind of profile; with ERR_LIMIT when they
 * are too large. The caller releases *p in any case.
 */
bool heap_profile_parse(struct heap_profile *p, const void *bytes, size_t n, struct err *err);

/* The same for a file, without ever waiting for one that is none; the error speaks of "it". */
bool heap_profile_read(struct heap_profile *p, const char *path, struct err *err);

void heap_profile_release(struct heap_profile *p);
#define AUTO_HEAP_PROFILE CLEANUP(heap_profile_release) struct heap_profile

/* Appends the library and its version: "protobuf-c 1.4.1". */
void heap_profile_put_library(struct buf *out);

#endif
