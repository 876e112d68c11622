#include "account/arguments.h"

#include <string.h>

#include "base/str.h"

/* Whether the word is an option that says nothing about what is tested; *alone: its value is the
 * next word. */
static bool is_aside(const char *word, bool *alone)
{
	static const char *const options[] = { "--run-file", "--report", "--shard", "--shard-by" };

	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		size_t n = strlen(options[i]);

		*alone = !strcmp(word, options[i]);
		if (*alone || (starts_with(word, options[i]) && word[n] == '='))
			return true;
	}
	return false;
}

const char *run_argument(const struct run_record *r, size_t *i)
{
	bool alone;

	while (*i < r->args_len) {
		const char *word = r->args[(*i)++];

		if (!is_aside(word, &alone))
			return word;
		*i += alone ? 1 : 0;
	}
	return NULL;
}

bool run_arguments_same(const struct run_record *a, const struct run_record *b)
{
	size_t i = 0, k = 0;
	const char *x, *y;

	do {
		x = run_argument(a, &i);
		y = run_argument(b, &k);
	} while (x && y && !strcmp(x, y));
	return !x && !y && !strcmp(a->module, b->module);
}
