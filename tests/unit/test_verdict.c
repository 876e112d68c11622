#include <string.h>

#include "account/suspect.h"
#include "account/verdict.h"
#include "base/vec.h"
#include "trace_bytes.h"
#include "unit.h"

#include "dumped.h"

/* Strings of the trace; frames are the strings themselves. */
enum {
	FILE_GO = 1,
	MAIN,
	TRUN,
	TRUNNER,
	TEST_A,
	LEAK,
	RECEIVE,
	NETWORK,
};
enum { AT_MAIN = 1, AT_TRUN, AT_TRUNNER, AT_TEST, AT_LEAK };

struct fixture {
	struct arena arena;
	struct dumped dump;
	struct trace_hooks hooks;
	struct owners owners;
	struct sources sources;
	struct binary binary;
	struct policy policy;
	struct evidence evidence;
	struct findings found;
	bool cut; /* not every goroutine is in the dump */
};

static void set_up(struct fixture *f)
{
	*f = (struct fixture){ .binary = { .go_minor = 26, .module = "m" } };
	owners_init(&f->owners, &f->hooks);
	f->owners.trace = trace_new(&f->hooks);
}

static void judge(struct fixture *f, bool dumped)
{
	if (dumped)
		dumped_read(&f->dump);
	f->evidence.arena = &f->arena;
	f->evidence.binary = &f->binary;
	f->evidence.package = "m";
	f->evidence.policy = &f->policy;
	f->evidence.owners = &f->owners;
	f->evidence.witnesses = dumped ? &f->dump.all : NULL;
	f->evidence.dump_whole = dumped && !f->cut;
	f->evidence.sources = &f->sources;
	f->evidence.now_ns = 1000;
	verdict(&f->evidence, &f->found);
}

static void tear_down(struct fixture *f)
{
	struct trace_reader *trace = f->owners.trace;

	owners_release(&f->owners);
	trace_free(trace);
	sources_release(&f->sources);
	dumped_release(&f->dump);
	VEC_FREE(&f->found);
	policy_release(&f->policy);
	arena_clear(&f->arena);
}

/* A survivor whose way from the test is in the dump (GODEBUG=tracebackancestors). */
static void add_leak(struct fixture *f, uint64_t id, const char *reason, const char *call,
		     const char *test)
{
	buf_printf(&f->dump.text,
		   "goroutine %ju gp=0xc000001000 m=nil [%s]:\n%s\n\t/m.go:7 +0x1\n"
		   "created by m.start in goroutine 6\n\t/m.go:4 +0x1\n"
		   "[originating from goroutine 6]:\nm.start()\n\t/m.go:4 +0x1\nm.%s()\n"
		   "\t/m_test.go:9 +0x1\ntesting.tRunner()\n\t/testing.go:1 +0x1\n\n",
		   (uintmax_t)id, reason, call, test);
}

static const struct finding *only(const struct fixture *f)
{
	assert_int_equal(f->found.len, 1);
	return &f->found.items[0];
}

static void what_is_the_same_is_one_finding(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	for (uint64_t id = 10; id < 15; id++)
		add_leak(&f, id, "chan receive", "m.start.func1()", "TestA");
	add_leak(&f, 20, "chan receive", "m.start.func1()", "TestB");
	add_leak(&f, 21, "sleep", "m.start.func1()", "TestA");
	add_leak(&f, 22, "chan receive", "m.start.func2()", "TestA");
	judge(&f, true);
	assert_int_equal(f.found.len, 4);
	assert_true(f.found.items[0].count == 5 && f.found.items[1].count == 1);
	assert_string_equal(f.found.items[1].test, "TestB");
	assert_int_equal(f.found.items[2].class, CLASS_SLEEP);
	assert_string_equal(f.found.items[3].blocked_at.function, "m.start.func2");
	tear_down(&f);
}

static void a_finding_says_where_it_came_from(void **state)
{
	const struct finding *x;
	struct fixture f;

	(void)state;
	set_up(&f);
	add_leak(&f, 10, "chan receive", "m.start.func1()", "TestA");
	judge(&f, true);
	x = only(&f);
	assert_string_equal(x->package, "m");
	assert_string_equal(x->test, "TestA");
	assert_true(x->owner == OWNER_TEST && x->class == CLASS_CHAN_RECEIVE);
	assert_true(x->status == STATUS_LEAK && x->certainty == CERTAINTY_CONFIRMED);
	assert_string_equal(x->created_at.function, "m.start");
	assert_int_equal(x->created_at.line, 4);
	assert_string_equal(x->started, "m.start.func1");
	assert_string_equal(x->chain.items[0].function, "m.TestA");
	assert_string_equal(x->wait_reason, "chan receive");
	assert_int_equal(strlen(x->key), 8);
	tear_down(&f);
}

/* All goroutines that os/exec starts for one child are one leak. */
static void a_process_is_one_finding(void **state)
{
	static const char *const calls[] = { "os/exec.(*Cmd).watchCtx.func1()",
					     "os/exec.(*Cmd).writerDescriptor.func1()" };
	struct fixture f;

	(void)state;
	set_up(&f);
	for (uint64_t i = 0; i < 2; i++)
		buf_printf(
		    &f.dump.text,
		    "goroutine %ju gp=0xc000001000 m=nil [%s]:\n%s\n\t/exec.go:7 +0x1\n"
		    "created by os/exec.(*Cmd).Start in goroutine 6\n\t/exec.go:%ju +0x1\n"
		    "[originating from goroutine 6]:\nos/exec.(*Cmd).Start()\n\t/exec.go:3 +0x1\n"
		    "m.TestA()\n\t/m_test.go:9 +0x1\ntesting.tRunner()\n\t/testing.go:1 +0x1\n\n",
		    (uintmax_t)i + 10, i ? "IO wait" : "select", calls[i], (uintmax_t)i + 3);
	judge(&f, true);
	assert_int_equal(only(&f)->class, CLASS_PROCESS);
	assert_int_equal(only(&f)->count, 2);
	assert_string_equal(only(&f)->user_at.function, "m.TestA");
	tear_down(&f);
}

/* So are the two of a client's connection. */
static void a_connection_is_one_finding(void **state)
{
	static const char *const halves[] = { "readLoop", "writeLoop" };
	struct fixture f;

	(void)state;
	set_up(&f);
	for (uint64_t i = 0; i < 2; i++)
		buf_printf(
		    &f.dump.text,
		    "goroutine %ju gp=0xc000001000 m=nil [select]:\n"
		    "net/http.(*persistConn).%s(0xc000002000)\n\t/transport.go:%ju +0x1\n"
		    "created by net/http.(*Transport).dialConn in goroutine 6\n\t/transport.go:%ju "
		    "+0x1\n[originating from goroutine 6]:\n"
		    "net/http.(*Transport).dialConn()\n\t/transport.go:3 +0x1\n"
		    "m.TestA()\n\t/m_test.go:9 +0x1\ntesting.tRunner()\n\t/testing.go:1 +0x1\n\n",
		    (uintmax_t)i + 10, halves[i], (uintmax_t)i + 7, (uintmax_t)i + 3);
	judge(&f, true);
	assert_int_equal(only(&f)->class, CLASS_HTTP_BODY);
	assert_int_equal(only(&f)->count, 2);
	assert_string_equal(only(&f)->user_at.function, "m.TestA");
	tear_down(&f);
}

static void a_timer_is_reported_by_its_function(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	dumped_add(&f.dump, 10, "chan receive", CALLS("runtime.gopark()", "m.(*T).late(0x1)"),
		   "time.goFunc");
	judge(&f, true);
	assert_int_equal(only(&f)->owner, OWNER_UNKNOWN);
	assert_int_equal(only(&f)->status, STATUS_NOTE);
	assert_string_equal(only(&f)->test, "");
	assert_string_equal(only(&f)->created_at.function, "m.(*T).late");
	tear_down(&f);
}

static void the_runtimes_and_the_tests_own_are_no_findings(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	dumped_add(&f.dump, 1, "chan receive", CALLS("testing.(*T).Run(0x1)", "main.main()"), "");
	dumped_add(&f.dump, 2, "force gc (idle)", CALLS("runtime.forcegchelper()"),
		   "runtime.init.7");
	dumped_add(&f.dump, 3, "chan receive", CALLS("m.TestA()", "testing.tRunner()"),
		   "testing.(*T).Run in goroutine 1");
	dumped_add(&f.dump, 4, "syscall", CALLS("os/signal.loop()"),
		   "os/signal.Notify in goroutine 3");
	judge(&f, true);
	assert_int_equal(f.found.len, 0);
	tear_down(&f);
}

static void one_can_be_excepted(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	add_leak(&f, 10, "chan receive", "m.start.func1()", "TestA");
	add_leak(&f, 11, "chan receive", "m.start.func1()", "TestA");
	f.evidence.except = 10;
	judge(&f, true);
	assert_int_equal(only(&f)->count, 1);
	tear_down(&f);
}

static void a_late_panic_is_a_finding(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	add_leak(&f, 10, "running", "m.start.func1()", "TestA");
	dumped_read(&f.dump);
	f.evidence = (struct evidence){ .arena = &f.arena,
					.binary = &f.binary,
					.package = "m",
					.owners = &f.owners,
					.witnesses = &f.dump.all,
					.sources = &f.sources };
	assert_int_equal(verdict_late_panic(&f.evidence, str_of("boom"), &f.found), 10);
	assert_int_equal(only(&f)->class, CLASS_LATE_PANIC);
	assert_string_equal(only(&f)->detail, "boom");
	dumped_release(&f.dump);
	f.dump = (struct dumped){ 0 };
	dumped_read(&f.dump);
	assert_int_equal(verdict_late_panic(&f.evidence, str_of("boom"), &f.found), 0);
	assert_int_equal(f.found.len, 1);
	tear_down(&f);
}

static void put_tables(struct buf *trace)
{
	static const char *const texts[] = {
		[FILE_GO] = "/m.go",           [MAIN] = "main.main",  [TRUN] = "testing.(*T).Run",
		[TRUNNER] = "testing.tRunner", [TEST_A] = "m.TestA",  [LEAK] = "m.TestA.func1",
		[RECEIVE] = "chan receive",    [NETWORK] = "network",
	};
	AUTO_BUF stacks = { 0 };
	AUTO_BUF strings = { 0 };

	buf_putc(&stacks, WIRE_STACKS);
	put_stack(&stacks, AT_MAIN, (const uint64_t[]){ MAIN }, 1);
	put_stack(&stacks, AT_TRUN, (const uint64_t[]){ TRUN, MAIN }, 2);
	put_stack(&stacks, AT_TRUNNER, (const uint64_t[]){ TRUNNER }, 1);
	put_stack(&stacks, AT_TEST, (const uint64_t[]){ TEST_A, TRUNNER }, 2);
	put_stack(&stacks, AT_LEAK, (const uint64_t[]){ LEAK }, 1);
	put_batch(trace, 1, WIRE_NO_THREAD, 1, &stacks);
	buf_putc(&strings, WIRE_STRINGS);
	for (size_t i = 1; i < ARRAY_LEN(texts); i++)
		put_string(&strings, i, texts[i]);
	put_batch(trace, 1, WIRE_NO_THREAD, 1, &strings);
}

/* Goroutine 1 makes test 5, which makes 6, 7 and 8: two receive, one is in the poller. */
static void follow_trace(struct fixture *f, bool test_ends)
{
	AUTO_BUF trace = { 0 };
	AUTO_BUF sync = { 0 };
	AUTO_BUF one = { 0 };
	AUTO_BUF two = { 0 };

	put_header(&trace, 26);
	buf_putc(&sync, WIRE_SYNC);
	EVENT(&sync, WIRE_FREQUENCY, 1000000000);
	EVENT(&sync, WIRE_CLOCK_SNAPSHOT, 0, 1, 2, 3);
	put_batch(&trace, 1, WIRE_NO_THREAD, 1, &sync);
	EVENT(&one, WIRE_GO_STATUS, 0, 1, 1, WIRE_GO_RUNNING);
	EVENT(&one, WIRE_GO_CREATE, 10, 5, AT_TRUNNER, AT_TRUN);
	put_batch(&trace, 1, 1, 100, &one);
	EVENT(&two, WIRE_GO_START, 0, 5, 1);
	for (uint64_t id = 6; id <= 8; id++)
		EVENT(&two, WIRE_GO_CREATE, 1, id, AT_LEAK, AT_TEST);
	if (test_ends)
		EVENT(&two, WIRE_GO_DESTROY, 1);
	else
		EVENT(&two, WIRE_GO_BLOCK, 1, RECEIVE, AT_TEST);
	for (uint64_t id = 6; id <= 8; id++) {
		EVENT(&two, WIRE_GO_START, 1, id, 1);
		EVENT(&two, WIRE_GO_BLOCK, 1, id == 8 ? NETWORK : RECEIVE, AT_LEAK);
	}
	put_batch(&trace, 1, 2, 120, &two);
	put_tables(&trace);
	buf_putc(&trace, WIRE_END_OF_GENERATION);
	assert_true(trace_feed(f->owners.trace, (uint8_t *)trace.data, trace.len, NULL));
	assert_true(trace_finish(f->owners.trace, NULL));
	owners_finish(&f->owners);
}

static void the_trace_alone_gives_findings_too(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	follow_trace(&f, true);
	assert_int_equal(suspects_of(&f.policy, "m", &f.owners).len, 3);
	assert_true(outer_waits(f.owners.trace).network);
	judge(&f, false);
	assert_int_equal(f.found.len, 2);
	assert_int_equal(f.found.items[0].count + f.found.items[1].count, 3);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(f.found.items[i].certainty, CERTAINTY_OBSERVED);
		assert_string_equal(f.found.items[i].test, "TestA");
		assert_string_equal(f.found.items[i].created_at.function, "m.TestA");
		assert_true(f.found.items[i].wait_ns > 0);
	}
	assert_int_equal(f.owners.all.items[0]->left, 3);
	tear_down(&f);
}

static void the_dump_decides_who_is_still_there(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	follow_trace(&f, true);
	dumped_add(&f.dump, 6, "chan receive", CALLS("m.TestA.func1()"), "m.TestA in goroutine 5");
	judge(&f, true);
	assert_true(only(&f)->count == 1 && only(&f)->certainty == CERTAINTY_CONFIRMED);
	assert_string_equal(only(&f)->test, "TestA");
	tear_down(&f);
}

/* What a dump that was cut does not show, the trace still knows. */
static void behind_a_cut_dump_the_trace_speaks(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	follow_trace(&f, true);
	dumped_add(&f.dump, 6, "chan receive", CALLS("m.TestA.func1()"), "m.TestA in goroutine 5");
	f.cut = true;
	judge(&f, true);
	assert_int_equal(f.found.len, 3);
	for (size_t i = 0; i < f.found.len; i++) {
		assert_int_equal(f.found.items[i].count, 1);
		assert_int_equal(f.found.items[i].certainty,
				 i ? CERTAINTY_OBSERVED : CERTAINTY_CONFIRMED);
		assert_string_equal(f.found.items[i].test, "TestA");
	}
	tear_down(&f);
}

static void a_test_that_still_runs_is_not_judged(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	follow_trace(&f, false);
	f.evidence.ended_only = true;
	judge(&f, false);
	assert_int_equal(f.found.len, 0);
	tear_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_the_same_is_one_finding),
		cmocka_unit_test(a_finding_says_where_it_came_from),
		cmocka_unit_test(a_process_is_one_finding),
		cmocka_unit_test(a_connection_is_one_finding),
		cmocka_unit_test(a_timer_is_reported_by_its_function),
		cmocka_unit_test(the_runtimes_and_the_tests_own_are_no_findings),
		cmocka_unit_test(one_can_be_excepted),
		cmocka_unit_test(a_late_panic_is_a_finding),
		cmocka_unit_test(the_trace_alone_gives_findings_too),
		cmocka_unit_test(the_dump_decides_who_is_still_there),
		cmocka_unit_test(behind_a_cut_dump_the_trace_speaks),
		cmocka_unit_test(a_test_that_still_runs_is_not_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
