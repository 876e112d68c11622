#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "watch/arguments.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct vector {
	char **items;
	size_t len, cap;
};

static void check(const struct vector *words, struct arena *arena)
{
	static const char *const drop[] = { "trace", "run", NULL };
	static const char *const add[] = { "-test.v=x", "-own", NULL };
	struct arguments a, b;
	char **same, **changed;
	size_t n = 0;

	arguments_read(&a, words->items, words->len);
	assert(a.binary < words->len && a.binary < a.rest && a.rest <= words->len);
	same = arguments_apply(&a, &(struct arguments_change){ 0 }, arena);
	for (size_t i = 0; i < words->len; i++)
		assert(same[i] == words->items[i]);
	assert(!same[words->len]);
	changed = arguments_apply(&a, &(struct arguments_change){ drop, add }, arena);
	while (changed[n])
		n++;
	arguments_read(&b, changed, n);
	assert(b.binary == a.binary && n - b.rest == words->len - a.rest);
	assert(!arguments_flag(&b, "trace").p && !arguments_flag(&b, "run").p);
	assert(!strcmp(changed[b.binary + 1], add[0]) && !strcmp(changed[b.binary + 2], add[1]));
}

/* The input is words with a NUL behind each. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vector words = { 0 };
	struct arena arena = { 0 };
	AUTO_BUF text = { 0 };

	buf_put(&text, data, size);
	for (size_t at = 0; at < text.len; at += strlen(text.data + at) + 1)
		VEC_PUSH(&words, text.data + at);
	if (words.len)
		check(&words, &arena);
	VEC_FREE(&words);
	arena_clear(&arena);
	return 0;
}
