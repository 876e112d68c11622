#include "json/read.h"

#include <json-c/json.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/utf8.h"

/* struct json is json-c's object under a name of ours. */
static const struct json_object *inside(const struct json *v)
{
	return (const struct json_object *)v;
}

/* json-c asks for mutable objects even where it only reads. */
static struct json_object *mutable(const struct json *v)
{
	union {
		const struct json_object *in;
		struct json_object *out;
	} u = { .in = inside(v) };

	return u.out;
}

static const struct json *outside(const struct json_object *o)
{
	return (const struct json *)o;
}

static bool fail(struct err *err, size_t at, const char *what)
{
	err_set(err, ERR_PARSE, "%s", what);
	return err_at(err, "", 0, at < UINT32_MAX ? (uint32_t)at + 1 : UINT32_MAX);
}

struct scan {
	const char *text;
	size_t n, at;
	bool in_string;
};

static char peek(const struct scan *s, size_t ahead)
{
	if (ahead >= s->n - s->at)
		return '\0';
	return s->text[s->at + ahead];
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* An exponent may begin with a 0, a number may not. */
static bool is_padded(const struct scan *s)
{
	bool exponent = s->at && (s->text[s->at - 1] | 0x20) == 'e';

	return !exponent && peek(s, 1) == '0' && is_digit(peek(s, 2));
}

/* What json-c lets pass outside strings. */
static const char *refuse_between(struct scan *s)
{
	char c = peek(s, 0);

	if (c == '\0' || !strchr("{}[]:,\"+-.0123456789eEtrufalsn \t\r\n", c))
		return "expected a JSON value or punctuation";
	if (c == '.' && !is_digit(peek(s, 1)))
		return "expected a digit after '.'";
	if (c == '-' && is_padded(s))
		return "expected no digit after a leading 0";
	s->at++;
	s->in_string = c == '"';
	return NULL;
}

static const char *refuse_in_string(struct scan *s)
{
	uint32_t c = (uint8_t)peek(s, 0);
	size_t length = 1;

	if (c >= 0x80)
		length = utf8_decode(s->text + s->at, s->n - s->at, &c);
	if (c == UTF8_BAD)
		return "expected UTF-8";
	if (c < 0x20)
		return "expected no raw control character in a string";
	if (c == '\\' && peek(s, 1))
		length = 2;
	s->in_string = c != '"';
	s->at += length;
	return NULL;
}

static bool scan(const char *text, size_t n, struct err *err)
{
	struct scan s = { .text = text, .n = n };

	while (s.at < n) {
		const char *refused = s.in_string ? refuse_in_string(&s) : refuse_between(&s);

		if (refused)
			return fail(err, s.at, refused);
	}
	return true;
}

static const char *expected(enum json_tokener_error e)
{
	switch (e) {
	case json_tokener_continue:
	case json_tokener_error_parse_eof:
		return "expected the rest of a JSON value";
	case json_tokener_error_depth:
		return "nested too deeply";
	case json_tokener_error_parse_null:
	case json_tokener_error_parse_boolean:
		return "expected true, false or null";
	case json_tokener_error_parse_number:
		return "expected a number";
	case json_tokener_error_parse_array:
		return "expected ',' or ']' in an array";
	case json_tokener_error_parse_object_key_name:
		return "expected a key in quotes";
	case json_tokener_error_parse_object_key_sep:
		return "expected ':' after a key";
	case json_tokener_error_parse_object_value_sep:
		return "expected ',' or '}' in an object";
	case json_tokener_error_parse_string:
		return "expected a valid escape in a string";
	default:
		return "expected a JSON value";
	}
}

static void tokener_cleanup(struct json_tokener **t)
{
	if (*t)
		json_tokener_free(*t);
}

/* json-c cannot tell that a number is over before it sees a byte after it. */
static struct json_object *parse(struct json_tokener *t, const char *text, size_t n)
{
	struct json_object *root = json_tokener_parse_ex(t, text, (int)n);

	if (json_tokener_get_error(t) == json_tokener_continue)
		root = json_tokener_parse_ex(t, "", 1);
	return root;
}

static size_t without_trailing_space(const char *text, size_t n)
{
	while (n && strchr(" \t\r\n", text[n - 1]) && text[n - 1])
		n--;
	return n;
}

struct json *json_parse(const char *text, size_t n, struct err *err)
{
	CLEANUP(tokener_cleanup) struct json_tokener *t = NULL;
	struct json_object *root;
	enum json_tokener_error e;

	n = without_trailing_space(text, n);
	if (n >= INT_MAX) {
		fail(err, 0, "longer than 2 GiB");
		return NULL;
	}
	if (!scan(text, n, err))
		return NULL;
	t = json_tokener_new_ex(JSON_DEPTH_MAX);
	if (!t)
		abort();
	json_tokener_set_flags(t, JSON_TOKENER_STRICT);
	root = parse(t, text, n);
	e = json_tokener_get_error(t);
	if (root && e == json_tokener_success)
		return (struct json *)root;
	json_object_put(root);
	fail(err, e == json_tokener_error_parse_eof ? n : json_tokener_get_parse_end(t),
	     e == json_tokener_success ? "expected a value other than null" : expected(e));
	return NULL;
}

void json_free(struct json *root)
{
	json_object_put((struct json_object *)root);
}

enum json_kind json_kind(const struct json *v)
{
	switch (json_object_get_type(inside(v))) {
	case json_type_boolean:
		return JSON_BOOL;
	case json_type_double:
	case json_type_int:
		return JSON_NUMBER;
	case json_type_string:
		return JSON_STRING;
	case json_type_array:
		return JSON_ARRAY;
	case json_type_object:
		return JSON_OBJECT;
	default:
		return JSON_NULL;
	}
}

const struct json *json_get(const struct json *v, const char *key)
{
	struct json_object *member = NULL;

	if (json_kind(v) == JSON_OBJECT)
		json_object_object_get_ex(inside(v), key, &member);
	return outside(member);
}

const char *json_as_str(const struct json *v, size_t *n, const char *otherwise)
{
	bool is = json_kind(v) == JSON_STRING;
	const char *s = is ? json_object_get_string(mutable(v)) : otherwise;

	if (n && is)
		*n = (size_t)json_object_get_string_len(inside(v));
	else if (n)
		*n = s ? strlen(s) : 0;
	return s;
}

int64_t json_as_int(const struct json *v, int64_t otherwise)
{
	return json_kind(v) == JSON_NUMBER ? json_object_get_int64(inside(v)) : otherwise;
}

const char *json_get_str(const struct json *v, const char *key, const char *otherwise)
{
	return json_as_str(json_get(v, key), NULL, otherwise);
}

int64_t json_get_int(const struct json *v, const char *key, int64_t otherwise)
{
	return json_as_int(json_get(v, key), otherwise);
}

double json_get_real(const struct json *v, const char *key, double otherwise)
{
	const struct json *member = json_get(v, key);
	double value = otherwise;

	if (json_kind(member) == JSON_NUMBER)
		value = json_object_get_double(inside(member));
	return isfinite(value) ? value : otherwise;
}

bool json_as_bool(const struct json *v, bool otherwise)
{
	return json_kind(v) == JSON_BOOL ? json_object_get_boolean(inside(v)) : otherwise;
}

bool json_get_bool(const struct json *v, const char *key, bool otherwise)
{
	return json_as_bool(json_get(v, key), otherwise);
}

size_t json_len(const struct json *array)
{
	return json_kind(array) == JSON_ARRAY ? json_object_array_length(inside(array)) : 0;
}

const struct json *json_at(const struct json *array, size_t i)
{
	return i < json_len(array) ? outside(json_object_array_get_idx(inside(array), i)) : NULL;
}

void json_put_library(struct buf *out)
{
	buf_printf(out, "json-c %s", json_c_version());
}
