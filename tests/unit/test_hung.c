#include <string.h>

#include "base/vec.h"
#include "run/hung.h"
#include "unit.h"

#define TIMEOUT "panic: test timed out after 2s\n\trunning tests:\n\t\tTestA (2s)\n\n"

/* A goroutine that hangs in function, made by the function `by` in goroutine creator. */
#define GOROUTINE(id, reason, function, by, creator)                                 \
	"goroutine " id " [" reason "]:\n" function "(...)\n\t/m/a_test.go:9 +0x1\n" \
	"created by " by " in goroutine " creator "\n\t/m/a_test.go:7 +0x1\n\n"

/* The same of a test's own, which testing made. */
#define TEST(id, reason, function, creator)                                          \
	"goroutine " id " [" reason "]:\n" function "(0x1)\n\t/m/a_test.go:5 +0x1\n" \
	"testing.tRunner(0x1, 0x2)\n\t/go/testing.go:2036 +0x1\n"                    \
	"created by testing.(*T).Run in goroutine " creator "\n\t/go/testing.go:2101 +0x1\n\n"

#define MAIN                                                                               \
	"goroutine 1 [chan receive]:\ntesting.(*T).Run(0x1)\n\t/go/testing.go:2109 +0x1\n" \
	"main.main()\n\t_testmain.go:48 +0x1\n\n"

struct fixture {
	struct arena arena;
	struct package_result result;
	struct findings found;
};

static void find(struct fixture *f, const char *dump)
{
	*f = (struct fixture){ .result.package = "m" };
	buf_puts(&f->result.dump, dump);
	hung_find(&f->result, "m", &f->arena, &f->found);
}

static void tear_down(struct fixture *f)
{
	buf_release(&f->result.dump);
	VEC_FREE(&f->found);
	arena_clear(&f->arena);
}

static void its_goroutine_and_its_childrens_are_told(void **state)
{
	struct fixture f;
	const struct finding *grandchild;

	(void)state;
	find(&f, TIMEOUT MAIN TEST("5", "sync.WaitGroup.Wait", "m.TestA", "1")
		     GOROUTINE("6", "chan send", "m.fill", "m.TestA", "5")
			 GOROUTINE("7", "sync.Mutex.Lock", "m.deep", "m.fill", "6"));
	assert_int_equal(f.found.len, 3);
	assert_int_equal(f.found.items[0].class, CLASS_WAITGROUP);
	assert_string_equal(f.found.items[0].created_at.function, "m.TestA");
	assert_int_equal(f.found.items[1].class, CLASS_CHAN_SEND);
	grandchild = &f.found.items[2];
	assert_int_equal(grandchild->class, CLASS_MUTEX);
	assert_int_equal(grandchild->chain.len, 2);
	assert_string_equal(grandchild->chain.items[0].function, "m.TestA");
	assert_string_equal(grandchild->created_at.function, "m.fill");
	for (size_t i = 0; i < f.found.len; i++) {
		assert_string_equal(f.found.items[i].test, "TestA");
		assert_int_equal(f.found.items[i].status, STATUS_NOTE);
		assert_int_equal(f.found.items[i].hang, HANG_STUCK);
		assert_false(f.found.items[i].one_of_subtests);
	}
	tear_down(&f);
}

/* Nobody's, a pool's, the alarm's, one whose creator has ended. */
static void others_are_left_out(void **state)
{
	struct fixture f;

	(void)state;
	find(&f, TIMEOUT MAIN GOROUTINE("3", "chan receive", "m.pool", "m.TestMain", "1") GOROUTINE(
		     "8", "select", "m.orphan", "m.TestB",
		     "44") "goroutine 17 [running]:\ntesting.(*M).startAlarm.func1()\n\t/go/t.go:1 "
			   "+0x1\ncreated by time.goFunc\n\t/go/sleep.go:215 +0x1\n\n");
	assert_int_equal(f.found.len, 0);
	tear_down(&f);
}

static void a_subtest_hangs_and_its_parent_waits(void **state)
{
	struct fixture f;

	(void)state;
	find(&f, TIMEOUT MAIN TEST("5", "chan receive", "testing.(*T).Run", "1")
		     TEST("6", "select (no cases)", "m.TestA.func1", "5"));
	assert_int_equal(f.found.len, 1);
	assert_int_equal(f.found.items[0].class, CLASS_SELECT_EMPTY);
	assert_string_equal(f.found.items[0].test, "TestA");
	assert_true(f.found.items[0].one_of_subtests);
	tear_down(&f);
}

/* Each test is judged for itself. */
static void one_that_sleeps_makes_its_test_slow(void **state)
{
	struct fixture f;

	(void)state;
	find(&f, TIMEOUT MAIN TEST("5", "chan receive", "m.TestA", "1")
		     GOROUTINE("6", "sleep", "m.nap", "m.TestA", "5")
			 TEST("7", "chan receive", "m.TestB", "1"));
	assert_int_equal(f.found.len, 3);
	assert_int_equal(f.found.items[0].hang, HANG_SLOW);
	assert_int_equal(f.found.items[1].hang, HANG_SLOW);
	assert_string_equal(f.found.items[2].test, "TestB");
	assert_int_equal(f.found.items[2].hang, HANG_STUCK);
	tear_down(&f);
}

static void another_end_is_no_hang(void **state)
{
	struct fixture f;

	(void)state;
	find(&f, "panic: on purpose\n\n" TEST("5", "running", "m.TestA", "1"));
	assert_int_equal(f.found.len, 0);
	tear_down(&f);
	find(&f, "");
	assert_int_equal(f.found.len, 0);
	tear_down(&f);
	find(&f, "fatal error: all goroutines are asleep - deadlock!\n\n" MAIN TEST(
		     "5", "chan receive", "m.TestA", "1"));
	assert_int_equal(f.found.len, 1);
	tear_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_goroutine_and_its_childrens_are_told),
		cmocka_unit_test(others_are_left_out),
		cmocka_unit_test(a_subtest_hangs_and_its_parent_waits),
		cmocka_unit_test(one_that_sleeps_makes_its_test_slow),
		cmocka_unit_test(another_end_is_no_hang),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
