#include <stdio.h>
#include <string.h>

#include "account/growth.h"
#include "unit.h"

#define STEP 10

/* A site at the three points. */
struct sample {
	struct heap_frame *frames;
	size_t depth;
	int64_t block;
	int64_t objects[GROWTH_POINTS];
};

static struct heap_frame by_test[] = { { "example.com/m/p.(*cache).put", "/m/p/p.go", 12 },
				       { "example.com/m/p.TestX", "/m/p/p_test.go", 7 },
				       { "testing.tRunner", "/go/src/testing/testing.go", 1690 } };
static struct heap_frame by_timer[] = { { "time.NewTimer", "/go/src/time/sleep.go", 90 },
					{ "time.After", "/go/src/time/sleep.go", 156 },
					{ "example.com/m/p.TestX", "/m/p/p_test.go", 9 },
					{ "testing.tRunner", "/go/src/testing/testing.go", 1690 } };
static struct heap_frame by_testing[] = { { "testing.(*T).Run", "/go/src/testing/testing.go", 1 },
					  { "example.com/m/p.TestX", "/m/p/p_test.go", 9 } };
static struct heap_frame by_go[] = { { "net/http.(*Server).Serve", "/go/src/net/http/s.go", 1 },
				     { "main.main", "_testmain.go", 50 } };

#define SAMPLE(stack, size, a, b, c)                                                        \
	(struct sample)                                                                     \
	{                                                                                   \
		.frames = (stack), .depth = ARRAY_LEN(stack), .block = (size), .objects = { \
			(a),                                                                \
			(b),                                                                \
			(c)                                                                 \
		}                                                                           \
	}

static void find(const struct sample *samples, size_t n, struct growths *g)
{
	static struct heap_site sites[GROWTH_POINTS][8];
	struct heap_profile at[GROWTH_POINTS] = { 0 };

	for (size_t i = 0; i < GROWTH_POINTS; i++) {
		at[i].items = sites[i];
		at[i].len = n;
		for (size_t k = 0; k < n; k++)
			sites[i][k] =
			    (struct heap_site){ .frames = samples[k].frames,
						.depth = samples[k].depth,
						.block_bytes = samples[k].block,
						.objects = samples[k].objects[i],
						.bytes = samples[k].objects[i] * samples[k].block };
	}
	growths_find(g, at, STEP, "example.com/m");
}

static void assert_nothing(struct sample sample)
{
	AUTO_GROWTHS g = { 0 };

	find(&sample, 1, &g);
	assert_int_equal(g.len, 0);
}

static struct growth assert_one(const struct sample *samples, size_t n)
{
	struct growths g = { 0 };
	struct growth only;

	find(samples, n, &g);
	assert_int_equal(g.len, 1);
	only = g.items[0];
	growths_release(&g);
	return only;
}

static void a_straight_line_is_growth(void **state)
{
	struct sample s = SAMPLE(by_test, 1024, 2, 22, 42);
	struct growth g = assert_one(&s, 1);

	(void)state;
	assert_int_equal(g.class, CLASS_HEAP_GROWTH);
	assert_int_equal(g.bytes, 2048);
	assert_int_equal(g.objects, 2);
	assert_true(g.straight);
	assert_int_equal(g.user, 0);
	assert_int_equal(g.live[1], 22 * 1024);
}

static void what_fills_or_stays_is_none(void **state)
{
	(void)state;
	assert_nothing(SAMPLE(by_test, 4096, 5, 5, 5));
	assert_nothing(SAMPLE(by_test, 4096, 1, 11, 11));
	assert_nothing(SAMPLE(by_test, 4096, 1, 11, 12));
	assert_nothing(SAMPLE(by_test, 4096, 10, 20, 15));
	assert_nothing(SAMPLE(by_test, 4096, 1, 1, 11));
	/* Less than is worth a word. */
	assert_nothing(SAMPLE(by_test, 32, 1, 11, 21));
	assert_nothing(SAMPLE(by_test, 512, 1, 3, 5));
}

static void what_is_nobodys_is_none(void **state)
{
	(void)state;
	assert_nothing(SAMPLE(by_testing, 1024, 1, 11, 21));
	assert_nothing(SAMPLE(by_go, 1024, 1, 11, 21));
}

static void a_timer_is_told_with_what_it_takes(void **state)
{
	struct sample two[] = { SAMPLE(by_timer, 96, 1, 11, 21), SAMPLE(by_timer, 112, 1, 11, 21) };
	struct growth g = assert_one(two, ARRAY_LEN(two));

	(void)state;
	assert_int_equal(g.class, CLASS_TIMER_GROWTH);
	assert_int_equal(g.bytes, 208);
	assert_int_equal(g.objects, 2);
	assert_int_equal(g.user, 2);
}

/* The map that the values are in is made larger in leaps. */
static void leaps_beside_a_line_are_left_out(void **state)
{
	struct sample two[] = { SAMPLE(by_test, 4096, 1, 11, 21), SAMPLE(by_test, 640, 1, 4, 8) };
	struct growth g = assert_one(two, ARRAY_LEN(two));

	(void)state;
	assert_true(g.straight);
	assert_int_equal(g.bytes, 4096);
}

static void leaps_alone_are_a_guess(void **state)
{
	struct sample arrays[] = { SAMPLE(by_test, 8192, 1, 0, 0), SAMPLE(by_test, 98304, 0, 1, 0),
				   SAMPLE(by_test, 204800, 0, 0, 1) };
	struct growth g = assert_one(arrays, ARRAY_LEN(arrays));

	(void)state;
	assert_false(g.straight);
	assert_int_equal(g.objects, 0);
	assert_int_equal(g.bytes, (204800 - 8192) / (2 * STEP));
}

static void the_most_comes_first(void **state)
{
	AUTO_GROWTHS g = { 0 };
	struct sample two[] = { SAMPLE(by_timer, 208, 1, 11, 21),
				SAMPLE(by_test, 4096, 1, 11, 21) };

	(void)state;
	find(two, ARRAY_LEN(two), &g);
	assert_int_equal(g.len, 2);
	assert_int_equal(g.items[0].bytes, 4096);
	assert_int_equal(g.items[1].class, CLASS_TIMER_GROWTH);
}

static void a_finding_says_it_in_words(void **state)
{
	static const struct growth_owner owner = { .package = "example.com/m/p",
						   .module = "example.com/m",
						   .test = "TestX",
						   .step = STEP };
	struct sample s = SAMPLE(by_timer, 208, 98, 98 * 11, 98 * 21);
	struct sources sources = { 0 };
	struct arena a = { 0 };
	struct growths g = { 0 };
	struct finding f;

	(void)state;
	find(&s, 1, &g);
	f = growth_finding(&g.items[0], &owner, &sources, &a);
	assert_string_equal(f.detail, "20.4 kB and 98 objects a run");
	assert_string_equal(f.fact, "20.4 kB live after 1 run, 224 kB after 11, 428 kB after 21: a "
				    "straight line");
	assert_int_equal(f.bytes_per_run, 98 * 208);
	assert_int_equal(f.status, STATUS_NOTE);
	assert_int_equal(f.owner, OWNER_TEST);
	assert_string_equal(f.created_at.function, "example.com/m/p.TestX");
	assert_int_equal(f.chain.len, 1);
	assert_int_equal(f.stack.len, 4);
	assert_int_equal(strlen(f.key), 8);
	growths_release(&g);
	sources_release(&sources);
	arena_clear(&a);
}

static void amounts_have_three_digits(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = { { 1, "1 byte" },      { 999, "999 bytes" },       { 1000, "1 kB" },
		     { 1500, "1.5 kB" },   { 1234, "1.23 kB" },        { 20000, "20 kB" },
		     { 784000, "784 kB" }, { 999499, "999 kB" },       { 999600, "1 MB" },
		     { 100400, "100 kB" }, { 2430000000u, "2.43 GB" }, { 12345678, "12.3 MB" },
		     { 9996, "10 kB" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF out = { 0 };

		growth_put_bytes(&out, rows[i].bytes);
		assert_string_equal(buf_str(&out), rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_straight_line_is_growth),
		cmocka_unit_test(what_fills_or_stays_is_none),
		cmocka_unit_test(what_is_nobodys_is_none),
		cmocka_unit_test(a_timer_is_told_with_what_it_takes),
		cmocka_unit_test(leaps_beside_a_line_are_left_out),
		cmocka_unit_test(leaps_alone_are_a_guess),
		cmocka_unit_test(the_most_comes_first),
		cmocka_unit_test(a_finding_says_it_in_words),
		cmocka_unit_test(amounts_have_three_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
