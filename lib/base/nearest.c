#include "base/nearest.h"

#include <string.h>

/* No name that is offered is longer, and a longer word is no slip of the pen. */
#define LONGEST 64

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein's, one row at a time. */
static size_t distance(const char *a, const char *b)
{
	size_t row[LONGEST + 1], n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; *a; a++, i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t replaced = diagonal + (*a == b[j - 1] ? 0 : 1);

			diagonal = row[j];
			row[j] = min(replaced, min(row[j], row[j - 1]) + 1);
		}
	}
	return row[n];
}

const char *nearest_name(const char *word, const char *const *names, size_t n)
{
	const char *nearest = NULL;
	size_t best = SIZE_MAX;

	if (strlen(word) > LONGEST)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t length = strlen(names[i]), d;

		if (length > LONGEST)
			continue;
		d = distance(word, names[i]);
		if (d < best && d <= (length < 6 ? 1 : length / 3)) {
			best = d;
			nearest = names[i];
		}
	}
	return nearest;
}
