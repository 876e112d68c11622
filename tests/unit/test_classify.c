#include <stdio.h>
#include <string.h>

#include "account/classify.h"
#include "unit.h"

#include "dumped.h"
#include "written.h"

/* Classes of all goroutines of a dump; without memory unless it was opened. */
struct fixture {
	struct dumped dump;
	struct sources sources;
	struct classifier classifier;
	struct memory memory;
	struct binary binary;
};

static void prepare(struct fixture *f)
{
	const struct witness *survivors[16];
	size_t n = 0;

	dumped_read(&f->dump);
	for (; n < f->dump.all.all.len && n < ARRAY_LEN(survivors); n++)
		survivors[n] = &f->dump.all.all.items[n];
	f->binary.go_minor = 26;
	classifier_init(&f->classifier, &f->dump.arena, f->memory.pid ? &f->memory : NULL,
			&f->binary, &f->sources);
	classifier_prepare(&f->classifier, &f->dump.all, survivors, n, INT64_C(60000000000));
}

static struct verdict_class class_of(struct fixture *f, uint64_t id, const struct goroutine *g)
{
	const struct witness *w = witness_find(&f->dump.all, id);

	assert_non_null(w);
	return classify(&f->classifier, w, g);
}

static void tear_down(struct fixture *f)
{
	classifier_release(&f->classifier);
	sources_release(&f->sources);
	memory_close(&f->memory);
	dumped_release(&f->dump);
}

static void expect(const char *reason, const char *const *calls, enum class_id id,
		   const char *detail)
{
	struct fixture f = { 0 };
	struct verdict_class v;

	dumped_add(&f.dump, 7, reason, calls, "m.T in goroutine 6");
	prepare(&f);
	v = class_of(&f, 7, NULL);
	if (v.id != id || strcmp(v.detail, detail) != 0)
		fail_msg("[%s] %s: %s '%s'", reason, calls[0], class_row(v.id)->id, v.detail);
	assert_true(v.why[0]);
	tear_down(&f);
}

static void the_wait_reason_tells_most(void **state)
{
	static const char *const user[] = { "runtime.gopark()", "m.f()", NULL };
	static const struct {
		const char *reason;
		enum class_id id;
		const char *detail;
	} table[] = {
		{ "chan send", CLASS_CHAN_SEND, "" },
		{ "chan receive", CLASS_CHAN_RECEIVE, "" },
		{ "chan send (nil chan)", CLASS_NIL_CHANNEL, "send" },
		{ "chan receive (nil chan)", CLASS_NIL_CHANNEL, "receive" },
		{ "select", CLASS_SELECT, "" },
		{ "select (no cases)", CLASS_SELECT_EMPTY, "" },
		{ "coroutine", CLASS_ITER_PULL, "" },
		{ "sleep", CLASS_SLEEP, "" },
		{ "IO wait", CLASS_IO, "" },
		{ "syscall", CLASS_SYSCALL, "" },
		{ "sync.Cond.Wait", CLASS_COND, "" },
		{ "sync.WaitGroup.Wait", CLASS_WAITGROUP, "" },
		{ "sync.Mutex.Lock", CLASS_MUTEX, "" },
		{ "sync.RWMutex.Lock", CLASS_MUTEX, "" },
		{ "sync.RWMutex.RLock", CLASS_MUTEX, "" },
		{ "semacquire", CLASS_MUTEX, "" },
		{ "runnable", CLASS_SPIN, "" },
		{ "running", CLASS_SPIN, "" },
		{ "something new", CLASS_UNKNOWN, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		expect(table[i].reason, user, table[i].id, table[i].detail);
}

static void the_stack_tells_the_rest(void **state)
{
	(void)state;
	expect("select", CALLS("os/exec.(*Cmd).watchCtx.func1()"), CLASS_PROCESS, "");
	expect("syscall", CALLS("syscall.wait4()", "os.(*Process).Wait(0x1)", "m.f()"),
	       CLASS_PROCESS, "");
	expect("select", CALLS("io.(*pipe).read(0x1)", "m.f()"), CLASS_IO, "");
	expect("select", CALLS("net.(*pipe).write(0x1)", "m.f()"), CLASS_IO, "");
	expect("select", CALLS("net/http.(*http2serverConn).serve(0x1)"), CLASS_IO, "");
	expect("select", CALLS("net/http/internal/http2.(*serverConn).serve(0x1)"), CLASS_IO, "");
	expect("IO wait",
	       CALLS("net/http.(*connReader).backgroundRead(0x1)", "net/http.(*conn).serve(0x1)"),
	       CLASS_IO, "");
	expect("select", CALLS("m.handler()", "net/http.(*conn).serve(0x1)"), CLASS_SELECT, "");
	expect("chan receive", CALLS("runtime.gopark()", "context.(*x).f()"), CLASS_CONTEXT, "");
	expect("select", CALLS("runtime.gopark()", "context.(*cancelCtx).propagateCancel.func2()"),
	       CLASS_CONTEXT, "");
	expect("semacquire", CALLS("sync.(*WaitGroup).Wait(0x1)", "m.f()"), CLASS_WAITGROUP, "");
	expect("runnable", CALLS("time.Sleep(0x1)", "m.f()"), CLASS_SLEEP, "");
}

static enum class_id http(const char *reason, const char *call, const char *other_reason,
			  const char *other_call)
{
	struct fixture f = { 0 };
	enum class_id id;

	dumped_add(&f.dump, 7, reason, CALLS(call), "");
	if (other_call)
		dumped_add(&f.dump, 8, other_reason, CALLS(other_call), "");
	prepare(&f);
	id = class_of(&f, 7, NULL).id;
	tear_down(&f);
	return id;
}

#define READS        "net/http.(*persistConn).readLoop(0xc00010)"
#define WRITES       "net/http.(*persistConn).writeLoop(0xc00010)"
#define ASKS         "net/http.(*persistConn).roundTrip(0xc00010)"
#define READS_TWO    "net/http.(*http2ClientConn).readLoop(0x1)"
#define READS_TWO_27 "net/http/internal/http2.(*ClientConn).readLoop(0x1)"

static void a_connection_is_told_by_its_goroutines(void **state)
{
	(void)state;
	assert_int_equal(http("IO wait", READS, NULL, NULL), CLASS_HTTP_IDLE);
	assert_int_equal(http("select", WRITES, "IO wait", READS), CLASS_HTTP_IDLE);
	assert_int_equal(http("select", READS, NULL, NULL), CLASS_HTTP_BODY);
	assert_int_equal(http("select", WRITES, "select", READS), CLASS_HTTP_BODY);
	assert_int_equal(http("select", ASKS, NULL, NULL), CLASS_IO);
	assert_int_equal(http("IO wait", READS, "select", ASKS), CLASS_IO);
	assert_int_equal(http("select", WRITES, "select", ASKS), CLASS_IO);
	assert_int_equal(
	    http("IO wait", READS, "select", "net/http.(*persistConn).roundTrip(0xc00020)"),
	    CLASS_HTTP_IDLE);
	assert_int_equal(http("IO wait", READS_TWO, NULL, NULL), CLASS_HTTP_IDLE);
	assert_int_equal(http("IO wait", READS_TWO_27, NULL, NULL), CLASS_HTTP_IDLE);
	assert_int_equal(
	    http("IO wait", READS_TWO, "select", "net/http.(*http2ClientConn).roundTrip(0x1)"),
	    CLASS_IO);
	assert_int_equal(http("IO wait", READS_TWO_27, "select",
			      "net/http/internal/http2.(*clientStream).writeRequest(0x1)"),
			 CLASS_IO);
}

static enum class_id running(const struct goroutine *g)
{
	struct fixture f = { 0 };
	enum class_id id;

	dumped_add(&f.dump, 7, "runnable", CALLS("m.f()"), "");
	prepare(&f);
	id = class_of(&f, 7, g).id;
	tear_down(&f);
	return id;
}

static void history_tells_a_loop_from_a_spinner(void **state)
{
	(void)state;
	assert_int_equal(running(&(struct goroutine){ .blocks_sleep = 1 }), CLASS_SLEEP);
	assert_int_equal(running(&(struct goroutine){ .blocks_receive = 3, .wakes = 3 }),
			 CLASS_TICKER);
	assert_int_equal(running(&(struct goroutine){ .blocks_select = 3, .wakes = 2 }),
			 CLASS_TICKER);
	assert_int_equal(running(&(struct goroutine){ .blocks_select = 1, .wakes = 1 }),
			 CLASS_SPIN);
	assert_int_equal(running(&(struct goroutine){ .wakes = 9 }), CLASS_SPIN);
}

/* Where memory cannot be read. */
static void the_source_line_tells_a_context(void **state)
{
	struct fixture f = { 0 };
	struct written w;

	(void)state;
	written_begin(&w);
	written_file(&w, "m.go", "package m\n\t<-ctx.Done()\n\t<-c\n");
	for (uint64_t id = 1; id <= 2; id++)
		buf_printf(
		    &f.dump.text,
		    "goroutine %ju gp=0xc000001000 m=nil [chan receive]:\nm.f()\n\t%s:%ju +0x1\n\n",
		    (uintmax_t)id + 1, w.path, (uintmax_t)id + 1);
	prepare(&f);
	assert_int_equal(class_of(&f, 2, NULL).id, CLASS_CONTEXT);
	assert_int_equal(class_of(&f, 3, NULL).id, CLASS_CHAN_RECEIVE);
	tear_down(&f);
	written_end(&w);
}

/* Objects of Go 1.26 in our own memory. */
struct objects {
	uint64_t unbuffered[12], full[12], ticking[12], once[12], stopped[12];
	uint64_t tick_timer[8], once_timer[8], stopped_timer[8];
	uint64_t group[2];
	uint64_t g[64], g_none[64];
	uint64_t sudog[16];
};

static uint64_t address(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static void set_timer(uint64_t *chan, uint64_t *timer, uint64_t when, uint64_t period)
{
	chan[1] = 1;
	chan[3] = 24;
	chan[4] = address(timer);
	timer[3] = when;
	timer[4] = period;
}

static void lay_out(struct objects *o)
{
	memset(o, 0, sizeof(*o));
	o->unbuffered[3] = 8;
	o->full[0] = o->full[1] = 2;
	o->full[3] = 8;
	set_timer(o->ticking, o->tick_timer, 99, 5);
	set_timer(o->once, o->once_timer, 99, 0);
	set_timer(o->stopped, o->stopped_timer, 0, 5);
	o->group[0] = UINT64_C(3) << 32;
	o->g[19] = 20; /* goid */
	o->g[40] = address(o->sudog);
	o->g_none[19] = 21;
	o->sudog[0] = address(o->g);
	o->sudog[12] = address(o->ticking);
}

static void add_object(struct fixture *f, uint64_t id, const char *reason, const char *function,
		       const void *object)
{
	char call[96];

	snprintf(call, sizeof(call), "%s(0x%jx, 0x0)", function, (uintmax_t)address(object));
	dumped_add(&f->dump, id, reason, CALLS(call, "m.f()"), "");
}

static void add_select(struct fixture *f, uint64_t id, const uint64_t *g)
{
	buf_printf(&f->dump.text,
		   "goroutine %ju gp=0x%jx m=nil [select]:\nm.f()\n\t/m.go:1 +0x1\n\n",
		   (uintmax_t)id, (uintmax_t)address(g));
}

static void expect_class(struct fixture *f, uint64_t id, const struct goroutine *g,
			 enum class_id want, const char *detail)
{
	struct verdict_class v = class_of(f, id, g);

	if (v.id != want || strcmp(v.detail, detail) != 0)
		fail_msg("goroutine %ju: %s '%s'", (uintmax_t)id, class_row(v.id)->id, v.detail);
}

static void memory_tells_what_is_waited_for(void **state)
{
	const struct goroutine woken = { .wakes = 2 };
	struct fixture f = { 0 };
	struct objects o;

	(void)state;
	lay_out(&o);
	assert_true(memory_open(&f.memory, getpid(), NULL));
	add_object(&f, 10, "chan send", "runtime.chansend", o.unbuffered);
	add_object(&f, 11, "chan send", "runtime.chansend", o.full);
	add_object(&f, 12, "chan receive", "runtime.chanrecv", o.ticking);
	add_object(&f, 13, "chan receive", "runtime.chanrecv", o.once);
	add_object(&f, 14, "chan receive", "runtime.chanrecv", o.stopped);
	add_object(&f, 15, "chan receive", "runtime.chanrecv", o.unbuffered);
	add_object(&f, 16, "sync.WaitGroup.Wait", "runtime.semacquire1", &o.group[1]);
	add_select(&f, 20, o.g);
	add_select(&f, 21, o.g_none);
	prepare(&f);
	expect_class(&f, 10, NULL, CLASS_CHAN_SEND, "unbuffered");
	expect_class(&f, 11, NULL, CLASS_CHAN_SEND, "buffer-full 2/2");
	expect_class(&f, 12, NULL, CLASS_TICKER, "");
	expect_class(&f, 13, NULL, CLASS_SLEEP, "");
	expect_class(&f, 13, &woken, CLASS_TICKER, "");
	expect_class(&f, 14, &woken, CLASS_CHAN_RECEIVE, "");
	expect_class(&f, 15, NULL, CLASS_CHAN_RECEIVE, "");
	expect_class(&f, 16, NULL, CLASS_WAITGROUP, "counter 3");
	expect_class(&f, 20, NULL, CLASS_TICKER, "");
	expect_class(&f, 21, NULL, CLASS_NIL_CHANNEL, "select");
	o.tick_timer[3] = 0; /* stopped meanwhile */
	expect_class(&f, 20, NULL, CLASS_SELECT, "");
	tear_down(&f);
}

static void the_trace_alone_tells_less(void **state)
{
	static const struct {
		const char *reason;
		enum goroutine_state state;
		enum class_id id;
	} table[] = {
		{ "chan send", GOROUTINE_WAITING, CLASS_CHAN_SEND },
		{ "chan receive", GOROUTINE_WAITING, CLASS_CHAN_RECEIVE },
		{ "select", GOROUTINE_WAITING, CLASS_SELECT },
		{ "network", GOROUTINE_WAITING, CLASS_IO },
		{ "sleep", GOROUTINE_WAITING, CLASS_SLEEP },
		{ "sync.(*Cond).Wait", GOROUTINE_WAITING, CLASS_COND },
		{ "sync", GOROUTINE_WAITING, CLASS_MUTEX },
		{ "forever", GOROUTINE_WAITING, CLASS_NIL_CHANNEL },
		{ "news", GOROUTINE_WAITING, CLASS_UNKNOWN },
		{ "", GOROUTINE_SYSCALL, CLASS_SYSCALL },
		{ "", GOROUTINE_RUNNING, CLASS_SPIN },
		{ "", GOROUTINE_RUNNABLE, CLASS_UNKNOWN }, /* it never ran */
	};
	struct goroutine g = { .start = "m.f" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		g.reason = table[i].reason;
		g.state = table[i].state;
		assert_int_equal(classify_traced(&g).id, table[i].id);
	}
	g.blocks_sleep = 1;
	assert_int_equal(classify_traced(&g).id, CLASS_SLEEP);
	g = (struct goroutine){ .start = "runtime.corostart",
				.reason = "",
				.state = GOROUTINE_WAITING };
	assert_int_equal(classify_traced(&g).id, CLASS_ITER_PULL);
}

static enum class_id traced_at(const char *reason, const char *function)
{
	struct arena a = { 0 };
	struct trace_stack *s = arena_alloc(&a, sizeof(*s) + sizeof(s->frames[0]));
	struct goroutine g = {
		.start = "m.f", .reason = reason, .state = GOROUTINE_WAITING, .last = s
	};
	enum class_id id;

	s->len = 1;
	s->frames[0].function = function;
	id = classify_traced(&g).id;
	arena_clear(&a);
	return id;
}

static void stacks_in_the_trace_tell_a_little_more(void **state)
{
	(void)state;
	assert_int_equal(traced_at("sync", "sync.(*WaitGroup).Wait"), CLASS_WAITGROUP);
	assert_int_equal(traced_at("sync", "sync.(*Mutex).Lock"), CLASS_MUTEX);
	assert_int_equal(traced_at("forever", "runtime.block"), CLASS_SELECT_EMPTY);
	assert_int_equal(traced_at("network", "os/exec.(*Cmd).Start.func2"), CLASS_PROCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_wait_reason_tells_most),
		cmocka_unit_test(the_stack_tells_the_rest),
		cmocka_unit_test(a_connection_is_told_by_its_goroutines),
		cmocka_unit_test(history_tells_a_loop_from_a_spinner),
		cmocka_unit_test(the_source_line_tells_a_context),
		cmocka_unit_test(memory_tells_what_is_waited_for),
		cmocka_unit_test(the_trace_alone_tells_less),
		cmocka_unit_test(stacks_in_the_trace_tell_a_little_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
