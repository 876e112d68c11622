#include "gotest/frame.h"

/* Skips the test's name, or what a cut line has of it. */
static bool skip_name(struct str *s, const char *test)
{
	size_t n = strlen(test);

	if (s->n < n && !str_ends_line(*s) && !strncmp(s->p, test, s->n)) {
		*s = (struct str){ 0 };
		return true;
	}
	return str_skip(s, test);
}

bool frame_is_update(struct str s, const char *test)
{
	static const char *const words[] = { "=== RUN   ", "=== PAUSE ", "=== CONT  ", "=== ATTR  ",
					     "=== ARTIFACTS " };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_skip(&s, words[i]))
			return skip_name(&s, test) && (!s.n || *s.p == ' ' || *s.p == '\n');
	}
	return false;
}

bool frame_is_report(struct str s, const char *test)
{
	static const char *const words[] = { "--- PASS: ", "--- FAIL: ", "--- SKIP: ",
					     "--- BENCH: " };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_skip(&s, words[i]))
			return skip_name(&s, test) && (!s.n || *s.p == ' ' || *s.p == '\n');
	}
	return false;
}
