#include "account/fields.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Members are copied bytewise: the table knows their types, the compiler not. */
#define LOAD(type, p)                                \
	({                                           \
		type loaded_;                        \
		memcpy(&loaded_, (p), sizeof(type)); \
		loaded_;                             \
	})
#define STORE(type, p, value)                        \
	do {                                         \
		type stored_ = (value);              \
		memcpy((p), &stored_, sizeof(type)); \
	} while (0)

static const char *load_text(const unsigned char *at)
{
	const char *s;

	memcpy(&s, at, sizeof(s));
	return s;
}

static void store_text(unsigned char *at, const char *s)
{
	memcpy(at, &s, sizeof(s));
}

struct list {
	void *items;
	size_t len, cap;
};

struct numbers {
	uint32_t *items;
	size_t len, cap;
};

struct texts {
	const char **items;
	size_t len;
};

static bool says_nothing(const struct field *f, const unsigned char *at)
{
	switch (f->kind) {
	case FIELD_TEXT: {
		const char *s = load_text(at);

		return !s || !*s;
	}
	case FIELD_BOOL:
		return !LOAD(bool, at);
	case FIELD_U32:
	case FIELD_SHARE: /* of none */
		return !LOAD(uint32_t, at);
	case FIELD_U64:
		return !LOAD(uint64_t, at);
	case FIELD_WORD:
		return !LOAD(unsigned int, at);
	case FIELD_LIST:
		return !LOAD(struct list, at).len;
	default:
		return false;
	}
}

static void write_share(struct json_writer *w, const unsigned char *at)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu32 "/%" PRIu32, LOAD(uint32_t, at),
		 LOAD(uint32_t, at + sizeof(uint32_t)));
	json_str(w, text);
}

static void write_texts(struct json_writer *w, struct texts t)
{
	json_array(w);
	for (size_t i = 0; i < t.len; i++)
		json_str(w, t.items[i]);
	json_array_end(w);
}

static void write_numbers(struct json_writer *w, struct numbers n)
{
	json_array(w);
	for (size_t i = 0; i < n.len; i++)
		json_uint(w, n.items[i]);
	json_array_end(w);
}

static void write_object(struct json_writer *w, const struct field *fields, const void *from)
{
	json_object(w);
	fields_write(w, fields, from);
	json_object_end(w);
}

static void write_list(struct json_writer *w, const struct field *f, struct list l)
{
	json_array(w);
	for (size_t i = 0; i < l.len; i++)
		write_object(w, f->sub, (const unsigned char *)l.items + i * f->size);
	json_array_end(w);
}

static void write_value(struct json_writer *w, const struct field *f, const unsigned char *at)
{
	switch (f->kind) {
	case FIELD_TEXT:
		json_str(w, load_text(at));
		return;
	case FIELD_BOOL:
		json_bool(w, LOAD(bool, at));
		return;
	case FIELD_U32:
		json_uint(w, LOAD(uint32_t, at));
		return;
	case FIELD_U64:
		json_uint(w, LOAD(uint64_t, at));
		return;
	case FIELD_I64:
	case FIELD_INDEX:
		json_int(w, LOAD(int64_t, at));
		return;
	case FIELD_INT:
		json_int(w, LOAD(int, at));
		return;
	case FIELD_WORD:
		json_str(w, f->words->name(LOAD(unsigned int, at)));
		return;
	case FIELD_SHARE:
		write_share(w, at);
		return;
	case FIELD_TEXTS:
		write_texts(w, LOAD(struct texts, at));
		return;
	case FIELD_NUMBERS:
		write_numbers(w, LOAD(struct numbers, at));
		return;
	case FIELD_LIST:
		write_list(w, f, LOAD(struct list, at));
		return;
	case FIELD_PART:
		write_object(w, f->sub, at);
		return;
	case FIELD_MAYBE:
		write_object(w, f->sub, at - f->offset);
		return;
	}
}

static bool is_written(const struct field *f, const unsigned char *at)
{
	if (f->kind == FIELD_INDEX)
		return LOAD(int64_t, at) >= 0;
	if (f->kind == FIELD_MAYBE)
		return LOAD(bool, at);
	return !f->brief || !says_nothing(f, at);
}

void fields_write(struct json_writer *w, const struct field *fields, const void *from)
{
	for (const struct field *f = fields; f->key; f++) {
		const unsigned char *at = (const unsigned char *)from + f->offset;

		if (!is_written(f, at))
			continue;
		json_key(w, f->key);
		write_value(w, f, at);
	}
}

static bool wrong(struct err *err, const struct field *f, const char *expected)
{
	return err_set(err, ERR_PARSE, "\"%s\": expected %s", f->key, expected);
}

/* Texts end at a NUL, as C strings do: Go's names and paths have none. */
static bool read_text(const char **to, const struct json *v, struct arena *arena)
{
	size_t n;
	const char *s = json_as_str(v, &n, NULL);

	if (s)
		*to = arena_strndup(arena, s, strlen(s));
	return s;
}

/* json-c makes the nearest int64_t of a number beyond it, so the last value on
 * either side is taken for out of range. */
static bool read_number(int64_t *to, const struct field *f, const struct json *v, struct err *err)
{
	static const struct {
		int64_t min, max;
	} bounds[] = {
		[FIELD_U32] = { 0, UINT32_MAX },
		[FIELD_U64] = { 0, INT64_MAX - 1 },
		[FIELD_I64] = { INT64_MIN + 1, INT64_MAX - 1 },
		[FIELD_INT] = { INT_MIN, INT_MAX },
		[FIELD_INDEX] = { 0, INT64_MAX - 1 },
	};
	int64_t n = json_as_int(v, 0);

	if (json_kind(v) != JSON_NUMBER)
		return wrong(err, f, "a number");
	if (n < bounds[f->kind].min || n > bounds[f->kind].max)
		return wrong(err, f, "a number in its range");
	*to = n;
	return true;
}

static bool read_word(unsigned int *to, const struct field *f, const struct json *v,
		      struct err *err)
{
	const char *word = json_as_str(v, NULL, NULL);

	if (!word)
		return wrong(err, f, "a word");
	for (unsigned int i = 0; i < f->words->count; i++) {
		if (!strcmp(f->words->name(i), word)) {
			*to = i;
			return true;
		}
	}
	return err_set(err, ERR_PARSE, "\"%s\": unknown word \"%.40s\"", f->key, word);
}

/* Digits and nothing else, up to the byte end. */
static bool read_u32(const char **s, char end, uint32_t *to)
{
	uint64_t n = 0;
	const char *p = *s;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (uint64_t)(*p - '0');
		if (n > UINT32_MAX)
			return false;
	}
	if (*p != end)
		return false;
	*to = (uint32_t)n;
	*s = p + 1;
	return true;
}

static bool read_share(unsigned char *at, const struct field *f, const struct json *v,
		       struct err *err)
{
	const char *s = json_as_str(v, NULL, "");
	uint32_t share[2];

	if (!read_u32(&s, '/', &share[0]) || !read_u32(&s, '\0', &share[1]))
		return wrong(err, f, "a share like \"1/2\"");
	memcpy(at, share, sizeof(share));
	return true;
}

static bool read_texts(unsigned char *at, const struct field *f, const struct json *v,
		       struct arena *arena, struct err *err)
{
	struct texts t = { .len = json_len(v) };

	if (json_kind(v) != JSON_ARRAY)
		return wrong(err, f, "a list of texts");
	t.items = arena_alloc(arena, t.len * sizeof(*t.items));
	for (size_t i = 0; i < t.len; i++)
		if (!read_text(&t.items[i], json_at(v, i), arena))
			return wrong(err, f, "a list of texts");
	STORE(struct texts, at, t);
	return true;
}

static bool read_numbers(unsigned char *at, const struct field *f, const struct json *v,
			 struct arena *arena, struct err *err)
{
	static const struct field item = { .key = "item", .kind = FIELD_U32 };
	struct numbers n = { .len = json_len(v), .cap = json_len(v) };

	if (json_kind(v) != JSON_ARRAY)
		return wrong(err, f, "a list of numbers");
	n.items = arena_alloc(arena, n.len * sizeof(*n.items));
	for (size_t i = 0; i < n.len; i++) {
		int64_t value = 0;

		if (!read_number(&value, &item, json_at(v, i), err))
			return wrong(err, f, "a list of numbers");
		n.items[i] = (uint32_t)value;
	}
	STORE(struct numbers, at, n);
	return true;
}

static bool read_list(unsigned char *at, const struct field *f, const struct json *v,
		      struct arena *arena, struct err *err)
{
	struct list l = { .len = json_len(v) };

	if (json_kind(v) != JSON_ARRAY)
		return wrong(err, f, "a list");
	l.items = arena_alloc(arena, l.len * f->size);
	for (size_t i = 0; i < l.len; i++) {
		if (json_kind(json_at(v, i)) != JSON_OBJECT)
			return wrong(err, f, "a list of objects");
		if (!fields_read((unsigned char *)l.items + i * f->size, f->sub, json_at(v, i),
				 arena, err))
			return false;
	}
	STORE(struct list, at, l);
	return true;
}

static bool read_part(unsigned char *to, const struct field *f, const struct json *v,
		      struct arena *arena, struct err *err)
{
	if (json_kind(v) != JSON_OBJECT)
		return wrong(err, f, "an object");
	return fields_read(to, f->sub, v, arena, err);
}

static bool read_integer(unsigned char *at, const struct field *f, const struct json *v,
			 struct err *err)
{
	int64_t n = 0;

	if (!read_number(&n, f, v, err))
		return false;
	if (f->kind == FIELD_U32)
		STORE(uint32_t, at, (uint32_t)n);
	else if (f->kind == FIELD_INT)
		STORE(int, at, (int)n);
	else
		STORE(int64_t, at, n);
	return true;
}

static bool read_value(unsigned char *at, const struct field *f, const struct json *v,
		       struct arena *arena, struct err *err)
{
	const char *s = NULL;
	unsigned int word = 0;

	switch (f->kind) {
	case FIELD_TEXT:
		if (!read_text(&s, v, arena))
			return wrong(err, f, "a text");
		store_text(at, s);
		return true;
	case FIELD_BOOL:
		if (json_kind(v) != JSON_BOOL)
			return wrong(err, f, "true or false");
		STORE(bool, at, json_as_bool(v, false));
		return true;
	case FIELD_WORD:
		if (!read_word(&word, f, v, err))
			return false;
		STORE(unsigned int, at, word);
		return true;
	case FIELD_SHARE:
		return read_share(at, f, v, err);
	case FIELD_TEXTS:
		return read_texts(at, f, v, arena, err);
	case FIELD_NUMBERS:
		return read_numbers(at, f, v, arena, err);
	case FIELD_LIST:
		return read_list(at, f, v, arena, err);
	case FIELD_PART:
		return read_part(at, f, v, arena, err);
	case FIELD_MAYBE:
		STORE(bool, at, true);
		return read_part(at - f->offset, f, v, arena, err);
	default:
		return read_integer(at, f, v, err);
	}
}

/* What a member is when its key is absent: all zero bytes but for these. */
static void read_default(unsigned char *at, const struct field *f, struct arena *arena)
{
	if (f->kind == FIELD_TEXT)
		store_text(at, "");
	else if (f->kind == FIELD_INDEX)
		STORE(int64_t, at, -1);
	else if (f->kind == FIELD_PART)
		fields_read(at, f->sub, NULL, arena, NULL);
}

bool fields_read(void *to, const struct field *fields, const struct json *object,
		 struct arena *arena, struct err *err)
{
	for (const struct field *f = fields; f->key; f++) {
		unsigned char *at = (unsigned char *)to + f->offset;
		const struct json *v = json_get(object, f->key);

		read_default(at, f, arena);
		if (json_kind(v) != JSON_NULL && !read_value(at, f, v, arena, err))
			return false;
	}
	return true;
}
