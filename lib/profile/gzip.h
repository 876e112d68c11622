/* Compressed bytes as in a file that ends in .gz (RFC 1952). */
#ifndef PROFILE_GZIP_H
#define PROFILE_GZIP_H

#include "base/buf.h"
#include "base/err.h"

/* Appends raw, compressed, without a time and a name in its head: the same bytes give the same
 * bytes. Fails with ERR_LIMIT above 4 GiB. */
bool gzip_pack(struct buf *out, const struct buf *raw, struct err *err);

/* Appends what n bytes hold, `most` bytes at most. Fails with ERR_PARSE when they are not
 * compressed so, damaged or cut, or when more than one file is in them; with ERR_LIMIT when they
 * hold more. What *out has got by then is not to be used. */
bool gzip_unpack(struct buf *out, const void *bytes, size_t n, size_t most, struct err *err);

/* Appends the library and its version: "zlib 1.2.13". */
void gzip_put_library(struct buf *out);

#endif
