#include <string.h>

#include "base/vec.h"
#include "unit.h"
#include "vcs/search.h"

/* "a b:a c:a d:b,c": commits with their parents, oldest first; one letter each. */
static void history_of(struct history *h, const char *text)
{
	for (const char *p = text; *p; p += *p == ' ') {
		struct history_commit c = { .parents =
						arena_alloc(&h->arena, 8 * sizeof(uint32_t)) };

		c.sha.hex[0] = *p++;
		while (*p == ':' || *p == ',') {
			struct sha parent = { { p[1] } };

			c.parents[c.parents_len++] = (uint32_t)history_find(h, &parent);
			p += 2;
		}
		VEC_PUSH(h, c);
	}
}

static size_t index_of(const struct history *h, char name)
{
	struct sha sha = { { name } };

	return history_find(h, &sha);
}

static bool leads_to(const struct history *h, size_t from, size_t to)
{
	if (from == to)
		return true;
	for (uint32_t p = 0; p < h->items[to].parents_len; p++)
		if (leads_to(h, from, h->items[to].parents[p]))
			return true;
	return false;
}

/* Searches for a commit that is known, some being no use. Returns how many were tested. */
static unsigned int search_for(const struct history *h, char culprit, const char *skipped,
			       enum search_step *end, size_t *found, size_t *left)
{
	AUTO_SEARCH s = { 0 };
	unsigned int tests = 0;

	search_init(&s, h, h->len - 1);
	while ((*end = search_next(&s, found)) == SEARCH_TEST) {
		enum verdict v =
		    leads_to(h, index_of(h, culprit), *found) ? VERDICT_BAD : VERDICT_GOOD;

		assert_int_equal(s.verdicts[*found], VERDICT_NONE);
		if (strchr(skipped, h->items[*found].sha.hex[0]))
			v = VERDICT_SKIP;
		search_tell(&s, *found, v);
		tests++;
	}
	*left = s.left;
	return tests;
}

static const char *const histories[] = {
	"a",
	"a b:a",
	"a b:a c:b d:c e:d f:e g:f h:g i:h j:i k:j l:k m:l n:m o:n p:o",
	"a b:a c:a d:b,c e:d",
	"a b:a c:b d:c e:b f:e g:d,f h:g i:h j:h k:i,j l:k",
	"a b:a c:a d:a e:b,c,d f:e g:a h:g,f",
	"a b:a z c:b,z d:c", /* two roots */
};

static void finds_every_commit_of_every_history(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(histories); i++) {
		AUTO_HISTORY h = { 0 };

		history_of(&h, histories[i]);
		for (size_t c = 0; c < h.len; c++) {
			enum search_step end;
			size_t found, left;
			unsigned int tests;

			tests = search_for(&h, h.items[c].sha.hex[0], "", &end, &found, &left);
			assert_int_equal(end, SEARCH_FOUND);
			assert_int_equal(found, c);
			assert_true(tests <= 5);
		}
	}
}

static void what_was_skipped_stays_possible(void **state)
{
	AUTO_HISTORY h = { 0 };
	enum search_step end;
	size_t found, left;

	(void)state;
	history_of(&h, histories[2]);
	search_for(&h, 'h', "efg", &end, &found, &left);
	assert_int_equal(end, SEARCH_OPEN);
	assert_int_equal(left, 4); /* e f g h */
	search_for(&h, 'k', "efg", &end, &found, &left);
	assert_int_equal(end, SEARCH_FOUND);
	assert_int_equal(found, index_of(&h, 'k'));
	search_for(&h, 'd', "efg", &end, &found, &left);
	assert_int_equal(end, SEARCH_FOUND);
	assert_int_equal(found, index_of(&h, 'd'));
}

static void a_good_commit_ends_the_range(void **state)
{
	AUTO_HISTORY h = { 0 };
	AUTO_SEARCH s = { 0 };
	size_t next;

	(void)state;
	history_of(&h, histories[4]);
	search_init(&s, &h, h.len - 1);
	search_tell(&s, index_of(&h, 'h'), VERDICT_GOOD);
	assert_int_equal(s.left, 4);
	assert_int_equal(search_steps(&s), 2);
	assert_int_equal(search_next(&s, &next), SEARCH_TEST);
	search_tell(&s, index_of(&h, 'k'), VERDICT_GOOD);
	assert_int_equal(search_next(&s, &next), SEARCH_FOUND);
	assert_int_equal(next, index_of(&h, 'l'));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_commit_of_every_history),
		cmocka_unit_test(what_was_skipped_stays_possible),
		cmocka_unit_test(a_good_commit_ends_the_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
