/*
 * Reads JSON from outside, strictly as RFC 8259 has it: UTF-8 validated, no
 * comments, no NaN, bounded in depth. The only room that includes json-c.
 *
 * json-c 0.16 itself, in its strict mode, takes NaN, '…' strings, raw control characters,
 * "1." and "-01", and validates UTF-8 without overlong forms and surrogates:
 * a pass of ours before it refuses those.
 */
#ifndef JSON_READ_H
#define JSON_READ_H

#include "base/buf.h"
#include "base/err.h"

/* A parsed value. Roots are owned, everything reached from them is borrowed
 * and lives as long as the root. */
struct json;

#define JSON_DEPTH_MAX 64

/*
 * Parses exactly one value from n bytes, with white space around it. Fails with
 * ERR_PARSE; err->col is where (1-based bytes), the message what was expected. A
 * bare null fails too: nobody can use it, and NULL means null below. A lone
 * surrogate (\ud800) reads as U+FFFD, the last of equal keys wins, a key ends at a
 * \u0000. The caller frees.
 */
struct json *json_parse(const char *text, size_t n, struct err *err) MUST_CHECK;
void json_free(struct json *root);

static inline void json_cleanup(struct json **root)
{
	json_free(*root);
}
#define AUTO_JSON CLEANUP(json_cleanup) struct json

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };
enum json_kind json_kind(const struct json *v); /* NULL is JSON_NULL */

/* The member of an object, NULL when v is no object or has none. */
const struct json *json_get(const struct json *v, const char *key);

/* Members with a default for "absent or of another kind". Strings are borrowed
 * and NUL-terminated; those with NULs inside need json_as_str(). Integers out of
 * range are the nearest that fits, fractions are cut; a real beyond what a double can
 * hold counts as absent. */
const char *json_get_str(const struct json *v, const char *key, const char *otherwise);
int64_t json_get_int(const struct json *v, const char *key, int64_t otherwise);
double json_get_real(const struct json *v, const char *key, double otherwise);
bool json_get_bool(const struct json *v, const char *key, bool otherwise);

/* The value itself, with a default. *n (may be NULL) is the string's length, NULs
 * included, and that of the default where it is used. */
const char *json_as_str(const struct json *v, size_t *n, const char *otherwise);
int64_t json_as_int(const struct json *v, int64_t otherwise);
bool json_as_bool(const struct json *v, bool otherwise);

size_t json_len(const struct json *array); /* 0 for anything else */
const struct json *json_at(const struct json *array, size_t i);

/* Appends the library behind this and its version: "json-c 0.16". */
void json_put_library(struct buf *out);

#endif
