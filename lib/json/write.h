/* A streaming JSON writer: constant memory, keys in the order of the calls. */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include "base/buf.h"

/*
 * Appends to a buffer that somebody else owns. Commas are its business, the
 * nesting is the caller's (asserted). Text that is not UTF-8 becomes U+FFFD, so the
 * output is always valid JSON; what utf8_is_unsafe() names (control characters, DEL,
 * U+2028, bidi controls) is escaped, so a line stays a line and a terminal is never
 * driven by it. After a whole value the writer is ready for the next one.
 */
struct json_writer {
	struct buf *out; /* borrowed */
	uint32_t depth;
	bool comma; /* a value came before at this level */
};

#define JSON_WRITER(b) ((struct json_writer){ .out = (b) })

void json_object(struct json_writer *w);
void json_object_end(struct json_writer *w);
void json_array(struct json_writer *w);
void json_array_end(struct json_writer *w);

/* The key of the next value. */
void json_key(struct json_writer *w, const char *key);

void json_str(struct json_writer *w, const char *s); /* NULL writes "" */
void json_strn(struct json_writer *w, const char *s, size_t n);
void json_int(struct json_writer *w, int64_t v);
void json_uint(struct json_writer *w, uint64_t v);
void json_real(struct json_writer *w, double v); /* shortest that reads back; not finite: null */
void json_bool(struct json_writer *w, bool v);

/* key and value in one call. */
void json_kstr(struct json_writer *w, const char *key, const char *s);
void json_kint(struct json_writer *w, const char *key, int64_t v);
void json_kbool(struct json_writer *w, const char *key, bool v);

#endif
