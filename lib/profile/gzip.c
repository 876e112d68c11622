#include "profile/gzip.h"

#include <zlib.h>

#define GZIP_WINDOW (15 + 16) /* zlib.h: 16 more is gzip's head and tail */
#define STEP        ((size_t)64 << 10)

bool gzip_pack(struct buf *out, const struct buf *raw, struct err *err)
{
	z_stream z = { 0 };
	size_t bound;
	int status;

	if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		return err_set(err, ERR_LIMIT, "start to compress");
	bound = deflateBound(&z, raw->len);
	if (raw->len > UINT32_MAX || bound > UINT32_MAX) {
		deflateEnd(&z);
		return err_set(err, ERR_LIMIT, "it is larger than 4 GiB");
	}
	z.next_in = (Bytef *)raw->data;
	z.avail_in = (uInt)raw->len;
	z.next_out = (Bytef *)buf_reserve(out, bound);
	z.avail_out = (uInt)bound;
	status = deflate(&z, Z_FINISH);
	out->len += status == Z_STREAM_END ? z.total_out : 0;
	deflateEnd(&z);
	return status == Z_STREAM_END || err_set(err, ERR_LIMIT, "compress");
}

/* Appends up to STEP bytes, but no more than one above what is left: that one tells that there
 * is more. */
static int inflate_step(z_stream *z, struct buf *out, size_t left)
{
	size_t room = left < STEP ? left + 1 : STEP;
	int status;

	z->next_out = (Bytef *)buf_reserve(out, room);
	z->avail_out = (uInt)room;
	status = inflate(z, Z_NO_FLUSH);
	out->len += room - z->avail_out;
	return status;
}

static bool inflate_all(z_stream *z, struct buf *out, size_t most, struct err *err)
{
	size_t before = out->len;
	int status = Z_OK;

	while (status == Z_OK && out->len - before <= most)
		status = inflate_step(z, out, most - (out->len - before));
	if (out->len - before > most)
		return err_set(err, ERR_LIMIT, "it holds more than %zu bytes", most);
	if (status == Z_BUF_ERROR)
		return err_set(err, ERR_PARSE, "it ends too early");
	if (status != Z_STREAM_END)
		return err_set(err, ERR_PARSE, "it is damaged");
	return !z->avail_in || err_set(err, ERR_PARSE, "something follows its end");
}

bool gzip_unpack(struct buf *out, const void *bytes, size_t n, size_t most, struct err *err)
{
	const unsigned char *head = bytes;
	z_stream z = { 0 };
	bool ok;

	if (n < 2 || head[0] != 0x1f || head[1] != 0x8b)
		return err_set(err, ERR_PARSE, "it is not compressed by gzip");
	if (n > UINT32_MAX)
		return err_set(err, ERR_LIMIT, "it is larger than 4 GiB");
	if (inflateInit2(&z, GZIP_WINDOW) != Z_OK)
		return err_set(err, ERR_LIMIT, "start to read it");
	z.next_in = (Bytef *)(uintptr_t)bytes; /* NOLINT: zlib only reads it */
	z.avail_in = (uInt)n;
	ok = inflate_all(&z, out, most, err);
	inflateEnd(&z);
	return ok;
}

void gzip_put_library(struct buf *out)
{
	buf_printf(out, "zlib %s", zlibVersion());
}
