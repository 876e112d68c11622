#include <string.h>

#include "json/read.h"
#include "json/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void copy_members(struct json_writer *w, const struct json *v)
{
	json_object(w);
	if (json_get(v, "type"))
		json_kstr(w, "type", json_get_str(v, "type", ""));
	if (json_get(v, "b"))
		json_kbool(w, "b", json_get_bool(v, "b", false));
	if (json_get(v, "r")) {
		json_key(w, "r");
		json_real(w, json_get_real(v, "r", 0));
	}
	json_object_end(w);
}

/* Writes what was read, no level deeper than it was. */
static void copy(struct json_writer *w, const struct json *v)
{
	const char *s;
	size_t n;

	switch (json_kind(v)) {
	case JSON_ARRAY:
		json_array(w);
		for (size_t i = 0; i < json_len(v); i++)
			copy(w, json_at(v, i));
		json_array_end(w);
		return;
	case JSON_STRING:
		s = json_as_str(v, &n, "");
		json_strn(w, s, n);
		return;
	case JSON_NUMBER:
		json_int(w, json_as_int(v, 0));
		return;
	case JSON_OBJECT:
		copy_members(w, v);
		return;
	default:
		json_bool(w, json_as_bool(v, false));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_BUF once = { 0 }, twice = { 0 };
	AUTO_JSON *root = NULL, *again = NULL;
	struct json_writer w = JSON_WRITER(&once), w2 = JSON_WRITER(&twice);
	struct err err = { 0 };

	root = json_parse((const char *)data, size, &err);
	if (!root) {
		assert(err.code == ERR_PARSE && err.msg[0] && err.col && err.col <= size + 1);
		return 0;
	}
	copy(&w, root);
	again = json_parse(once.data, once.len, NULL);
	assert(again);
	copy(&w2, again);
	assert(!strcmp(buf_str(&once), buf_str(&twice)));
	return 0;
}
