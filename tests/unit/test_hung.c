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

/* What the watcher says of the same place, and of nothing else. */
static void what_hung_again_may_be_proven(void **state)
{
	struct run_file seen = { 0 };
	struct finding *f;
	struct fixture x;

	(void)state;
	find(&x, TIMEOUT MAIN TEST("5", "sync.Mutex.Lock", "m.TestA", "1")
		     GOROUTINE("6", "sleep", "m.nap", "m.TestA", "5"));
	assert_int_equal(x.found.len, 2);
	VEC_PUSH(&seen.findings, x.found.items[0]);
	f = &seen.findings.items[0];
	f->class = CLASS_LOCK_CYCLE;
	f->detail = "2";
	f->fact = "it holds b";
	hung_prove(&x.found, &seen, "other");
	f->blocked_at.line++;
	hung_prove(&x.found, &seen, "m");
	f->blocked_at.line--;
	f->hang = HANG_NOT; /* a leak of an earlier repeat */
	hung_prove(&x.found, &seen, "m");
	assert_int_equal(x.found.items[0].certainty, CERTAINTY_OBSERVED);
	f->hang = HANG_STUCK;
	hung_prove(&x.found, &seen, "m");
	assert_int_equal(x.found.items[0].certainty, CERTAINTY_PROVEN);
	assert_int_equal(x.found.items[0].hang, HANG_STUCK);
	assert_int_equal(x.found.items[0].class, CLASS_LOCK_CYCLE);
	assert_string_equal(x.found.items[0].fact, "it holds b");
	assert_int_equal(x.found.items[1].certainty, CERTAINTY_OBSERVED);
	assert_int_equal(x.found.items[1].hang, HANG_SLOW);
	run_file_release(&seen);
	tear_down(&x);
}

/* A dump for SIGQUIT has the wrapper of the go statement, and is the same finding. */
static void a_wrapper_changes_nothing(void **state)
{
	static const char wrapped[] =
	    TIMEOUT "goroutine 5 [chan receive]:\nm.TestA(0x1)\n\t/m/a_test.go:5 +0x1\n"
		    "testing.tRunner(0x1, 0x2)\n\t/go/testing.go:2036 +0x1\n"
		    "testing.(*T).Run.gowrap1()\n\t/go/testing.go:2101 +0x1\n"
		    "created by testing.(*T).Run in goroutine 1\n\t/go/testing.go:2101 +0x1\n\n";
	struct fixture x, y;

	(void)state;
	find(&x, TIMEOUT MAIN TEST("5", "chan receive", "m.TestA", "1"));
	find(&y, wrapped);
	assert_int_equal(x.found.len, 1);
	assert_int_equal(y.found.len, 1);
	assert_string_equal(x.found.items[0].key, y.found.items[0].key);
	assert_string_equal(y.found.items[0].test, "TestA");
	tear_down(&x);
	tear_down(&y);
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
		cmocka_unit_test(what_hung_again_may_be_proven),
		cmocka_unit_test(a_wrapper_changes_nothing),
		cmocka_unit_test(another_end_is_no_hang),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
