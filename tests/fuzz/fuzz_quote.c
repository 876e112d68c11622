/* A string in go's quoting: what was split and can be joined splits the same. */
#include <string.h>

#include "gotest/quote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	AUTO_WORDS words = { 0 };
	AUTO_WORDS again = { 0 };
	AUTO_BUF text = { 0 };

	if (!quote_split(arena_strndup(&arena, (const char *)data, size), &arena, &words, NULL)) {
		assert(!words.len);
	} else if (quote_join(&text, words.items, words.len, NULL)) {
		assert(quote_split(buf_str(&text), &arena, &again, NULL));
		assert(again.len == words.len);
		for (size_t i = 0; i < words.len; i++)
			assert(!strcmp(again.items[i], words.items[i]));
	}
	arena_clear(&arena);
	return 0;
}
