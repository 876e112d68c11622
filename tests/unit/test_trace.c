#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trace/trace.h"
#include "trace_bytes.h"
#include "unit.h"

enum { FILE_GO = 1, MAIN_FN, CHILD_FN, CHAN_RECEIVE, SLEEP, UPDATEF, M_RUN, FPRINT };
enum { AT_MAIN = 1, AT_CHILD, AT_UPDATEF, AT_PASS };

/* A trace with what the hooks said of it. */
struct told {
	struct buf trace;
	struct buf said;
	struct trace_reader *reader;
	struct err err;
	size_t piece; /* bytes fed at once; 0: all */
};

static void created(void *ctx, struct goroutine *g, struct goroutine *creator)
{
	struct told *t = ctx;

	buf_printf(&t->said, "+%" PRIu64 "<%" PRIu64 " ", g->id, creator ? creator->id : 0);
}

static void ended(void *ctx, struct goroutine *g, int64_t time_ns)
{
	struct told *t = ctx;

	buf_printf(&t->said, "-%" PRIu64 "@%" PRId64 " ", g->id, time_ns);
}

static uint32_t mark(void *ctx, const struct trace_stack *s)
{
	struct told *t = ctx;

	buf_puts(&t->said, "? ");
	return !strcmp(s->frames[0].function, "updatef") ? 7 : 0;
}

static void marked(void *ctx, struct goroutine *g, int64_t time_ns, uint32_t found)
{
	struct told *t = ctx;

	buf_printf(&t->said, "!%" PRIu64 "@%" PRId64 "=%u ", g->id, time_ns, found);
}

static void begin(struct told *t, int version)
{
	*t = (struct told){ 0 };
	put_header(&t->trace, version);
}

static void end(struct told *t)
{
	trace_free(t->reader);
	buf_release(&t->trace);
	buf_release(&t->said);
}

static bool feed(struct told *t)
{
	const struct trace_hooks hooks = {
		.ctx = t,
		.created = created,
		.ended = ended,
		.mark = mark,
		.marked = marked,
	};
	size_t at = 0;

	t->reader = trace_new(&hooks);
	while (at < t->trace.len) {
		size_t some = t->piece ? t->piece : t->trace.len;

		if (some > t->trace.len - at)
			some = t->trace.len - at;
		if (!trace_feed(t->reader, (uint8_t *)t->trace.data + at, some, &t->err))
			return false;
		at += some;
	}
	return trace_finish(t->reader, &t->err);
}

static void put_sync(struct told *t, uint64_t gen, int version)
{
	AUTO_BUF data = { 0 };

	if (version >= 25)
		buf_putc(&data, WIRE_SYNC);
	EVENT(&data, WIRE_FREQUENCY, 1000000000);
	if (version >= 25)
		EVENT(&data, WIRE_CLOCK_SNAPSHOT, 0, 1, 2, 3);
	put_batch(&t->trace, gen, WIRE_NO_THREAD, 1, &data);
}

static void put_tables(struct told *t, uint64_t gen)
{
	AUTO_BUF stacks = { 0 };
	AUTO_BUF strings = { 0 };

	buf_putc(&stacks, WIRE_STACKS);
	put_stack(&stacks, AT_MAIN, (const uint64_t[]){ MAIN_FN }, 1);
	put_stack(&stacks, AT_CHILD, (const uint64_t[]){ CHILD_FN }, 1);
	put_stack(&stacks, AT_UPDATEF, (const uint64_t[]){ UPDATEF, MAIN_FN }, 2);
	put_stack(&stacks, AT_PASS, (const uint64_t[]){ FPRINT, M_RUN, MAIN_FN }, 3);
	put_batch(&t->trace, gen, WIRE_NO_THREAD, 1, &stacks);
	buf_putc(&strings, WIRE_STRINGS);
	put_string(&strings, FILE_GO, "a.go");
	put_string(&strings, MAIN_FN, "main");
	put_string(&strings, CHILD_FN, "child");
	put_string(&strings, CHAN_RECEIVE, "chan receive");
	put_string(&strings, SLEEP, "sleep");
	put_string(&strings, UPDATEF, "updatef");
	put_string(&strings, M_RUN, "testing.(*M).Run");
	put_string(&strings, FPRINT, "fmt.Print");
	put_batch(&t->trace, gen, WIRE_NO_THREAD, 1, &strings);
}

/* Goroutine 1 runs on thread 1 and creates 5, which starts on thread 2 and blocks. */
static void put_simple(struct told *t, uint64_t gen, int version)
{
	AUTO_BUF one = { 0 };
	AUTO_BUF two = { 0 };

	put_sync(t, gen, version);
	EVENT(&one, WIRE_GO_STATUS, 0, 1, 1, WIRE_GO_RUNNING);
	EVENT(&one, WIRE_GO_CREATE, 10, 5, AT_CHILD, AT_MAIN);
	put_batch(&t->trace, gen, 1, 100, &one);
	EVENT(&two, WIRE_GO_START, 0, 5, 1);
	EVENT(&two, WIRE_GO_BLOCK, 5, CHAN_RECEIVE, AT_CHILD);
	put_batch(&t->trace, gen, 2, 120, &two);
	put_tables(t, gen);
	if (version >= 26)
		buf_putc(&t->trace, WIRE_END_OF_GENERATION);
}

static void check_simple(struct told *t, int version)
{
	const struct goroutine *g = trace_find(t->reader, 5);
	struct trace_facts f;

	assert_non_null(g);
	assert_int_equal(g->creator, 1);
	assert_true(g->born_here);
	assert_string_equal(g->start, "child");
	assert_string_equal(g->created_at->frames[0].function, "main");
	assert_int_equal(g->state, GOROUTINE_WAITING);
	assert_string_equal(g->reason, "chan receive");
	assert_string_equal(g->last->frames[0].file, "a.go");
	assert_int_equal(g->last->frames[0].line, 10 + CHILD_FN);
	assert_int_equal(g->born_ns, 110);
	assert_int_equal(g->since_ns, 125);
	assert_int_equal(g->blocks_receive, 1);
	trace_facts(t->reader, &f);
	assert_int_equal(f.version, version);
	assert_int_equal(f.generations, 1);
	assert_int_equal(f.events, 4);
	assert_int_equal(f.goroutines, 1);
	assert_int_equal(f.live, 2);
	assert_int_equal(f.bytes, t->trace.len);
	assert_int_equal(f.first_ns, 100);
	assert_int_equal(f.last_ns, 125);
	assert_int_equal(f.end, TRACE_EARLY);
	assert_string_equal(buf_str(&t->said), "+5<1 ");
}

static void reads_every_version_in_any_piece(void **state)
{
	static const int versions[] = { 22, 23, 25, 26 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(versions); i++)
		for (size_t piece = 0; piece < 9; piece++) {
			struct told t;

			begin(&t, versions[i]);
			t.piece = piece;
			put_simple(&t, 1, versions[i]);
			assert_true(feed(&t));
			check_simple(&t, versions[i]);
			end(&t);
		}
}

static void refuses_other_headers(void **state)
{
	static const struct {
		const char *header;
		const char *want;
	} cases[] = {
		{ "go 1.21 trace\0\0", "written by Go 1.21 or older: not supported" },
		{ "go 1.5 trace\0\0\0", "written by Go 1.21 or older: not supported" },
		{ "go 1.24 trace\0\0", "is not known" },
		{ "go 1.28 trace\0\0", "is not known" },
		{ "go 1. trace\0\0\0\0", "not a Go execution trace" },
		{ "go 1.26 trace\0\1", "not a Go execution trace" },
		{ "PASS            ", "not a Go execution trace" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct told t = { 0 };

		buf_put(&t.trace, cases[i].header, 16);
		assert_false(feed(&t));
		if (!strstr(t.err.msg, cases[i].want))
			fail_msg("%s: %s", cases[i].header, t.err.msg);
		end(&t);
	}
}

/* Thread 2 starts 5, which creates 6 and ends; its clock is behind the creation of 5, and
 * its batch comes first. */
static void creations_follow_from_their_creators(void **state)
{
	struct told t;
	AUTO_BUF one = { 0 };
	AUTO_BUF two = { 0 };

	(void)state;
	begin(&t, 26);
	put_sync(&t, 1, 26);
	EVENT(&two, WIRE_GO_START, 0, 5, 1);
	EVENT(&two, WIRE_GO_CREATE, 1, 6, AT_CHILD, AT_CHILD);
	EVENT(&two, WIRE_GO_DESTROY, 1);
	EVENT(&two, WIRE_GO_START, 1, 6, 1);
	EVENT(&two, WIRE_GO_CREATE, 0, 7, AT_CHILD, AT_CHILD);
	put_batch(&t.trace, 1, 2, 100, &two);
	EVENT(&one, WIRE_GO_STATUS, 0, 1, 1, WIRE_GO_RUNNING);
	EVENT(&one, WIRE_GO_CREATE, 0, 4, AT_CHILD, AT_MAIN);
	EVENT(&one, WIRE_GO_CREATE, 8, 5, AT_CHILD, AT_MAIN);
	put_batch(&t.trace, 1, 1, 100, &one);
	put_tables(&t, 1);
	buf_putc(&t.trace, WIRE_END_OF_GENERATION);
	assert_true(feed(&t));
	assert_string_equal(buf_str(&t.said), "+4<1 +5<1 +6<5 -5@108 +7<6 ");
	assert_null(trace_find(t.reader, 5));
	assert_int_equal(trace_find(t.reader, 6)->state, GOROUTINE_RUNNING);
	end(&t);
}

/* Goroutine 5 is born on thread 1, runs on 2 and then on 3, where it ends: whichever batch comes
 * first, all of it is seen before it is forgotten. */
static void short_lives_come_in_any_order(void **state)
{
	static const int orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
					 { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		struct told t;
		struct buf data[3] = { 0 };

		EVENT(&data[0], WIRE_GO_STATUS, 0, 1, 1, WIRE_GO_RUNNING);
		EVENT(&data[0], WIRE_GO_CREATE, 0, 5, AT_CHILD, AT_MAIN);
		EVENT(&data[0], WIRE_GO_UNBLOCK, 20, 5, 2, AT_MAIN);
		EVENT(&data[0], WIRE_GO_UNBLOCK, 20, 5, 4, AT_MAIN);
		EVENT(&data[1], WIRE_GO_START, 10, 5, 1);
		EVENT(&data[1], WIRE_GO_CREATE, 0, 6, AT_CHILD, AT_MAIN);
		EVENT(&data[1], WIRE_GO_BLOCK, 1, SLEEP, AT_CHILD);
		EVENT(&data[1], WIRE_GO_START, 40, 5, 5);
		EVENT(&data[1], WIRE_GO_DESTROY, 1);
		EVENT(&data[2], WIRE_GO_START, 30, 5, 3);
		EVENT(&data[2], WIRE_GO_BLOCK, 1, SLEEP, AT_CHILD);
		begin(&t, 26);
		put_sync(&t, 1, 26);
		for (size_t k = 0; k < 3; k++)
			put_batch(&t.trace, 1, (uint64_t)orders[i][k] + 1, 100,
				  &data[orders[i][k]]);
		put_tables(&t, 1);
		buf_putc(&t.trace, WIRE_END_OF_GENERATION);
		assert_true(feed(&t));
		assert_string_equal(buf_str(&t.said), "+5<1 +6<5 -5@152 ");
		assert_null(trace_find(t.reader, 5));
		end(&t);
		for (size_t k = 0; k < 3; k++)
			buf_release(&data[k]);
	}
}

/* A goroutine that idles has a status and no more; what it does after that counts from there. */
static void idle_ones_wake_up(void **state)
{
	(void)state;
	for (int twice = 0; twice < 2; twice++) {
		struct told t;
		AUTO_BUF data = { 0 };
		const struct goroutine *g;

		begin(&t, 26);
		put_simple(&t, 1, 26);
		EVENT(&data, WIRE_GO_STATUS, 0, 1, 1, WIRE_GO_RUNNING);
		EVENT(&data, WIRE_GO_STATUS_STACK, 0, 5, WIRE_NO_THREAD, WIRE_GO_WAITING, AT_CHILD);
		if (twice)
			EVENT(&data, WIRE_GO_STATUS, 0, 5, WIRE_NO_THREAD, WIRE_GO_WAITING);
		EVENT(&data, WIRE_GO_UNBLOCK, 1, 5, 1, AT_MAIN);
		put_sync(&t, 2, 26);
		put_batch(&t.trace, 2, 1, 900, &data);
		put_tables(&t, 2);
		buf_putc(&t.trace, WIRE_END_OF_GENERATION);
		assert_int_equal(feed(&t), !twice);
		if (twice)
			assert_non_null(strstr(t.err.msg, "one status of a goroutine"));
		g = trace_find(t.reader, 5);
		assert_int_equal(g->state, twice ? GOROUTINE_WAITING : GOROUTINE_RUNNABLE);
		assert_int_equal(g->since_ns, twice ? 125 : 901);
		assert_int_equal(g->wakes, twice ? 0 : 1);
		end(&t);
	}
}

/* Goroutine 5 blocks on thread 2, is woken, and blocks on thread 3, whose batch comes first and
 * whose clock is behind. */
static void last_state_goes_by_sequence(void **state)
{
	struct told t;
	AUTO_BUF one = { 0 };
	AUTO_BUF two = { 0 };
	AUTO_BUF three = { 0 };
	const struct goroutine *g;

	(void)state;
	begin(&t, 26);
	put_sync(&t, 1, 26);
	EVENT(&three, WIRE_GO_START, 0, 5, 3);
	EVENT(&three, WIRE_GO_BLOCK, 1, SLEEP, AT_MAIN);
	put_batch(&t.trace, 1, 3, 90, &three);
	EVENT(&two, WIRE_GO_START, 0, 5, 1);
	EVENT(&two, WIRE_GO_BLOCK, 1, CHAN_RECEIVE, AT_CHILD);
	put_batch(&t.trace, 1, 2, 200, &two);
	EVENT(&one, WIRE_GO_STATUS, 0, 1, 1, WIRE_GO_RUNNING);
	EVENT(&one, WIRE_GO_CREATE, 0, 5, AT_CHILD, AT_MAIN);
	EVENT(&one, WIRE_GO_UNBLOCK, 0, 5, 2, AT_MAIN);
	put_batch(&t.trace, 1, 1, 300, &one);
	put_tables(&t, 1);
	buf_putc(&t.trace, WIRE_END_OF_GENERATION);
	assert_true(feed(&t));
	g = trace_find(t.reader, 5);
	assert_int_equal(g->state, GOROUTINE_WAITING);
	assert_string_equal(g->reason, "sleep");
	assert_string_equal(g->last->frames[0].function, "main");
	assert_int_equal(g->since_ns, 91);
	assert_int_equal(g->wakes, 1);
	assert_int_equal(g->blocks_sleep, 1);
	assert_int_equal(g->blocks_receive, 1);
	end(&t);
}

/* Callbacks on threads 2 and 3 use id 9 one after the other; thread 3's batch comes first. */
static void callbacks_reuse_an_id(void **state)
{
	struct told t;
	AUTO_BUF one = { 0 };
	AUTO_BUF two = { 0 };
	AUTO_BUF three = { 0 };
	const struct goroutine *g;

	(void)state;
	begin(&t, 26);
	put_sync(&t, 1, 26);
	EVENT(&one, WIRE_GO_STATUS, 0, 1, 1, WIRE_GO_RUNNING);
	EVENT(&one, WIRE_GO_UNBLOCK, 15, 9, 1, 0);
	EVENT(&one, WIRE_GO_UNBLOCK, 100, 9, 1, 0);
	put_batch(&t.trace, 1, 1, 100, &one);
	EVENT(&three, WIRE_GO_CREATE_SYSCALL, 0, 9);
	EVENT(&three, WIRE_GO_SYSCALL_END, 1);
	EVENT(&three, WIRE_GO_BLOCK, 1, SLEEP, AT_MAIN);
	put_batch(&t.trace, 1, 3, 200, &three);
	EVENT(&two, WIRE_GO_CREATE_SYSCALL, 0, 9);
	EVENT(&two, WIRE_GO_SYSCALL_END_BLOCKED, 1);
	EVENT(&two, WIRE_GO_START, 8, 9, 2);
	EVENT(&two, WIRE_GO_SYSCALL_BEGIN, 1, 1, 0);
	EVENT(&two, WIRE_GO_DESTROY_SYSCALL, 1);
	put_batch(&t.trace, 1, 2, 109, &two);
	put_tables(&t, 1);
	buf_putc(&t.trace, WIRE_END_OF_GENERATION);
	assert_true(feed(&t));
	assert_string_equal(buf_str(&t.said), "+9<0 -9@120 +9<0 ");
	g = trace_find(t.reader, 9);
	assert_int_equal(g->state, GOROUTINE_RUNNABLE);
	assert_int_equal(g->wakes, 1);
	assert_int_equal(g->born_ns, 200);
	assert_string_equal(g->start, "");
	end(&t);
}

static void marked_calls_come_in_time_order(void **state)
{
	struct told t;
	AUTO_BUF one = { 0 };
	AUTO_BUF two = { 0 };

	(void)state;
	begin(&t, 26);
	put_sync(&t, 1, 26);
	EVENT(&two, WIRE_GO_STATUS, 0, 2, 2, WIRE_GO_RUNNING);
	EVENT(&two, WIRE_GO_SYSCALL_BEGIN, 15, 1, AT_UPDATEF);
	EVENT(&two, WIRE_GO_SYSCALL_END, 1);
	EVENT(&two, WIRE_GO_CREATE, 1, 6, AT_CHILD, AT_MAIN);
	put_batch(&t.trace, 1, 2, 100, &two);
	EVENT(&one, WIRE_GO_STATUS, 0, 1, 1, WIRE_GO_RUNNING);
	EVENT(&one, WIRE_GO_SYSCALL_BEGIN, 5, 1, AT_UPDATEF);
	EVENT(&one, WIRE_GO_SYSCALL_END, 1);
	EVENT(&one, WIRE_GO_SYSCALL_BEGIN, 1, 2, AT_UPDATEF);
	EVENT(&one, WIRE_GO_SYSCALL_END, 1);
	EVENT(&one, WIRE_GO_SYSCALL_BEGIN, 1, 3, AT_MAIN);
	EVENT(&one, WIRE_GO_SYSCALL_END, 1);
	EVENT(&one, WIRE_GO_CREATE, 10, 5, AT_CHILD, AT_MAIN);
	put_batch(&t.trace, 1, 1, 100, &one);
	put_tables(&t, 1);
	buf_putc(&t.trace, WIRE_END_OF_GENERATION);
	assert_true(feed(&t));
	assert_string_equal(buf_str(&t.said), "? !1@107=7 ? !2@115=7 +6<2 +5<1 ");
	end(&t);
}

static void keeps_stacks_over_generations(void **state)
{
	struct told t;
	AUTO_BUF data = { 0 };
	const struct goroutine *g;

	(void)state;
	begin(&t, 22);
	put_simple(&t, 1, 22);
	EVENT(&data, WIRE_GO_STATUS, 0, 1, 1, WIRE_GO_RUNNING);
	EVENT(&data, WIRE_GO_STATUS, 0, 5, WIRE_NO_THREAD, WIRE_GO_WAITING);
	put_batch(&t.trace, 2, 1, 900, &data);
	put_sync(&t, 2, 22);
	put_tables(&t, 2);
	assert_true(feed(&t));
	g = trace_find(t.reader, 5);
	assert_string_equal(g->reason, "chan receive");
	assert_string_equal(g->last->frames[0].function, "child");
	assert_int_equal(g->since_ns, 125);
	end(&t);
}

static void threads_stay_when_they_idle(void **state)
{
	struct told t;
	uint64_t threads[4];

	(void)state;
	begin(&t, 26);
	put_simple(&t, 1, 26);
	assert_true(feed(&t));
	assert_int_equal(trace_threads(t.reader, threads, 4), 2);
	assert_int_equal(threads[0] + threads[1], 3);
	assert_int_equal(trace_threads(t.reader, threads, 1), 2);
	end(&t);
}

static void drops_a_mere_start(void **state)
{
	static const int versions[] = { 25, 26 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		struct told t;
		struct trace_facts f;

		begin(&t, versions[i]);
		put_simple(&t, 1, versions[i]);
		put_sync(&t, 2, versions[i]);
		assert_true(feed(&t));
		trace_facts(t.reader, &f);
		assert_int_equal(f.generations, 1);
		assert_int_equal(f.end, TRACE_CUT);
		end(&t);
	}
}

/* Cut anywhere, a trace of one generation yields an error or nothing, and never half a table. */
static void a_cut_generation_changes_nothing(void **state)
{
	static const int versions[] = { 22, 23, 25, 26 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		struct told whole;

		begin(&whole, versions[i]);
		put_simple(&whole, 1, versions[i]);
		for (size_t n = 0; n < whole.trace.len; n++) {
			struct told t = { 0 };
			struct trace_facts f;

			buf_put(&t.trace, whole.trace.data, n);
			feed(&t);
			trace_facts(t.reader, &f);
			assert_int_equal(f.live, 0);
			assert_int_equal(f.generations, 0);
			assert_int_equal(f.end, TRACE_CUT);
			assert_string_equal(buf_str(&t.said), "");
			end(&t);
		}
		end(&whole);
	}
}

static void put_one_batch(struct told *t, uint64_t thread, const struct buf *data)
{
	begin(t, 26);
	put_sync(t, 3, 26);
	put_batch(&t->trace, 3, thread, 100, data);
	put_tables(t, 3);
	buf_putc(&t->trace, WIRE_END_OF_GENERATION);
}

static const struct {
	const char *name;
	uint64_t events[5][7];
	const char *want;
} broken[] = {
	{ "number left out",
	  { { WIRE_GO_STATUS, 0, 5, 1, WIRE_GO_RUNNABLE, END }, { WIRE_GO_START, 0, 5, 2, END } },
	  "goroutine 5 has 1 of 2 sequence numbers" },
	{ "never created", { { WIRE_GO_START, 0, 5, 1, END } }, "neither creation nor status" },
	{ "blocks nowhere",
	  { { WIRE_GO_BLOCK, 0, CHAN_RECEIVE, AT_CHILD, END } },
	  "expected a thread that runs a goroutine" },
	{ "two on a thread",
	  { { WIRE_GO_STATUS, 0, 5, 1, WIRE_GO_RUNNING, END }, { WIRE_GO_START, 0, 6, 1, END } },
	  "expected a thread that runs no goroutine" },
	{ "created twice",
	  { { WIRE_GO_STATUS, 0, 1, 1, WIRE_GO_RUNNING, END },
	    { WIRE_GO_CREATE, 0, 5, AT_CHILD, AT_MAIN, END },
	    { WIRE_GO_CREATE, 0, 5, AT_CHILD, AT_MAIN, END } },
	  "expected the id of a new goroutine" },
	{ "no such stack",
	  { { WIRE_GO_STATUS, 0, 1, 1, WIRE_GO_RUNNING, END },
	    { WIRE_GO_CREATE, 0, 5, AT_CHILD, 77, END } },
	  "stack 77 is not in its generation's table" },
	{ "no such reason",
	  { { WIRE_GO_STATUS, 0, 1, 1, WIRE_GO_RUNNING, END },
	    { WIRE_GO_BLOCK, 0, 88, AT_CHILD, END } },
	  "string 88 is not in its generation's table" },
	{ "no such kind", { { 99, 0, END } }, "expected an event, found kind 99" },
	{ "no such status",
	  { { WIRE_GO_STATUS, 0, 5, 1, 9, END } },
	  "expected a status of 1 to 4" },
	{ "woken out of nothing",
	  { { WIRE_GO_UNBLOCK, 0, 5, 1, 0, END } },
	  "goroutine 5 is woken but never seen" },
	{ "half an event", { { WIRE_GO_UNBLOCK, 0, 5, END } }, "expected a whole event" },
	{ "acts after its end",
	  { { WIRE_GO_STATUS, 0, 5, 1, WIRE_GO_RUNNABLE, END },
	    { WIRE_GO_START, 0, 5, 1, END },
	    { WIRE_GO_DESTROY, 0, END },
	    { WIRE_GO_START, 0, 5, 2, END },
	    { WIRE_GO_CREATE, 0, 6, AT_CHILD, AT_MAIN, END } },
	  "a goroutine acts after its end" },
	{ "each other's parent",
	  { { WIRE_GO_START, 0, 5, 1, END }, { WIRE_GO_CREATE, 0, 5, AT_CHILD, AT_MAIN, END } },
	  "created each other" },
};

static void says_what_is_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		struct told t;
		AUTO_BUF data = { 0 };
		struct err again = { 0 };

		for (size_t k = 0; k < 5 && broken[i].events[k][0]; k++)
			put_event(&data, (uint8_t)broken[i].events[k][0], broken[i].events[k] + 1);
		put_one_batch(&t, 1, &data);
		assert_false(feed(&t));
		if (!strstr(t.err.msg, broken[i].want) || !strstr(t.err.msg, "byte "))
			fail_msg("%s: %s", broken[i].name, t.err.msg);
		assert_string_equal(buf_str(&t.said), "");
		assert_false(trace_feed(t.reader, (const uint8_t *)"x", 1, &again));
		assert_string_equal(again.msg, t.err.msg);
		end(&t);
	}
}

static void status_must_be_the_last_state(void **state)
{
	struct told t;
	AUTO_BUF data = { 0 };

	(void)state;
	begin(&t, 26);
	put_simple(&t, 1, 26);
	put_sync(&t, 2, 26);
	EVENT(&data, WIRE_GO_STATUS, 0, 5, WIRE_NO_THREAD, WIRE_GO_RUNNABLE);
	put_batch(&t.trace, 2, WIRE_NO_THREAD, 900, &data);
	put_tables(&t, 2);
	buf_putc(&t.trace, WIRE_END_OF_GENERATION);
	assert_false(feed(&t));
	assert_non_null(strstr(t.err.msg, "generation 2: goroutine 5 has status 1, expected 4"));
	assert_int_equal(trace_find(t.reader, 5)->state, GOROUTINE_WAITING);
	end(&t);
}

/* A second generation after the simple one in which goroutine 5 waits. */
static bool feed_second(struct told *t, const struct buf *data)
{
	begin(t, 26);
	put_simple(t, 1, 26);
	put_sync(t, 2, 26);
	put_batch(&t->trace, 2, 3, 900, data);
	put_tables(t, 2);
	buf_putc(&t->trace, WIRE_END_OF_GENERATION);
	return feed(t);
}

static void numbers_need_a_status(void **state)
{
	struct told t;
	AUTO_BUF data = { 0 };

	(void)state;
	EVENT(&data, WIRE_GO_START, 0, 5, 1);
	assert_false(feed_second(&t, &data));
	assert_non_null(strstr(t.err.msg, "generation 2: goroutine 5 has no status"));
	end(&t);
}

static void one_use_of_an_id_at_a_time(void **state)
{
	struct told t;
	AUTO_BUF data = { 0 };
	AUTO_BUF again = { 0 };

	(void)state;
	EVENT(&data, WIRE_GO_CREATE_SYSCALL, 0, 5);
	assert_false(feed_second(&t, &data));
	assert_non_null(strstr(t.err.msg, "goroutine 5 is created while it lives"));
	end(&t);
	EVENT(&again, WIRE_GO_CREATE_SYSCALL, 0, 9);
	EVENT(&again, WIRE_GO_DESTROY_SYSCALL, 0);
	EVENT(&again, WIRE_GO_CREATE_SYSCALL, 0, 9);
	assert_true(feed_second(&t, &again));
	end(&t);
}

/* Of two that are wrong the lower id is named, whichever comes first. */
static void the_lowest_is_named(void **state)
{
	(void)state;
	for (uint64_t low = 40; low < 72; low++) {
		struct told t;
		AUTO_BUF data = { 0 };
		char want[40];

		EVENT(&data, WIRE_GO_STATUS, 0, low & 1 ? low : 500, WIRE_NO_THREAD,
		      WIRE_GO_WAITING);
		EVENT(&data, WIRE_GO_STATUS, 0, low & 1 ? 500 : low, WIRE_NO_THREAD,
		      WIRE_GO_WAITING);
		assert_false(feed_second(&t, &data));
		snprintf(want, sizeof(want), "goroutine %" PRIu64 " was never created", low);
		assert_non_null(strstr(t.err.msg, want));
		end(&t);
	}
}

/* To Go 1.25: goroutine 6 runs on thread 2 when the generation begins, and blocks as the first that
 * it does, with no status before. Thread 1 tells it, and wakes it. */
static void put_preempted(struct told *t, uint64_t status, bool own, bool waker_first)
{
	AUTO_BUF first = { 0 };
	AUTO_BUF one = { 0 };
	AUTO_BUF two = { 0 };

	begin(t, 25);
	put_sync(t, 1, 25);
	EVENT(&first, WIRE_PROC_STATUS, 0, 1, WIRE_PROC_RUNNING);
	EVENT(&first, WIRE_GO_STATUS, 0, 6, 2, WIRE_GO_RUNNING);
	put_batch(&t->trace, 1, 2, 100, &first);
	put_tables(t, 1);
	put_sync(t, 2, 25);
	EVENT(&two, WIRE_PROC_STATUS, 0, 1, WIRE_PROC_RUNNING);
	if (own)
		EVENT(&two, WIRE_GO_STATUS, 0, 6, 2, status);
	EVENT(&two, WIRE_GO_BLOCK, 1, SLEEP, AT_CHILD);
	EVENT(&one, WIRE_PROC_STATUS, 0, 2, WIRE_PROC_RUNNING);
	if (!own)
		EVENT(&one, WIRE_GO_STATUS, 5, 6, WIRE_NO_THREAD, status);
	EVENT(&one, WIRE_GO_UNBLOCK, 1, 6, 1, 0);
	put_batch(&t->trace, 2, waker_first ? 1 : 2, 200, waker_first ? &one : &two);
	put_batch(&t->trace, 2, waker_first ? 2 : 1, 200, waker_first ? &two : &one);
	put_tables(t, 2);
}

static void who_is_preempted_blocks_before_its_status(void **state)
{
	static const struct {
		uint64_t status;
		bool own, ok;
	} cases[] = {
		{ WIRE_GO_WAITING, false, true },   { WIRE_GO_RUNNING, false, true },
		{ WIRE_GO_RUNNABLE, false, false }, { WIRE_GO_SYSCALL, false, false },
		{ WIRE_GO_RUNNING, true, true },    { WIRE_GO_WAITING, true, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases) * 2; i++) {
		struct told t;

		put_preempted(&t, cases[i / 2].status, cases[i / 2].own, i & 1);
		assert_int_equal(feed(&t), cases[i / 2].ok);
		if (cases[i / 2].ok) {
			assert_int_equal(trace_find(t.reader, 6)->state, GOROUTINE_RUNNABLE);
			assert_int_equal(trace_find(t.reader, 6)->wakes, 1);
			assert_string_equal(trace_find(t.reader, 6)->reason, "sleep");
		} else {
			assert_non_null(strstr(t.err.msg, "expected 2: its last state"));
		}
		end(&t);
	}
}

static void steps_over_experiments(void **state)
{
	struct told t;
	AUTO_BUF data = { 0 };

	(void)state;
	begin(&t, 26);
	EVENT(&data, 128, 1, 2, 3, 4);
	EVENT(&data, 133, 1, 2);
	put_batch(&t.trace, 1, 7, 1, &data);
	buf_put(&t.trace, "\x31\x07\x01\x02\x03\x02zz", 8);
	put_simple(&t, 1, 26);
	assert_true(feed(&t));
	assert_non_null(trace_find(t.reader, 5));
	end(&t);
}

/* Goroutine 1 wrote PASS and runs on: testing ended the trace. Without the write it did not. */
static void knows_who_ended_it(void **state)
{
	(void)state;
	for (int pass = 0; pass < 2; pass++) {
		struct told t;
		struct trace_facts f;
		AUTO_BUF data = { 0 };

		EVENT(&data, WIRE_GO_STATUS, 0, 1, 1, WIRE_GO_RUNNING);
		EVENT(&data, WIRE_GO_SYSCALL_BEGIN, 0, 1, pass ? AT_PASS : AT_UPDATEF);
		EVENT(&data, WIRE_GO_SYSCALL_END, 0);
		put_one_batch(&t, 1, &data);
		assert_true(feed(&t));
		trace_facts(t.reader, &f);
		assert_int_equal(f.end, pass ? TRACE_TESTS : TRACE_EARLY);
		end(&t);
	}
}

/* A trace of a busy machine: threads of C call back into Go with ids that are used again
 * and again, and a wake's time contradicts those of the uses that it could be of. Go's own
 * reader accepts it. The file ends inside its third generation. */
static void gives_wakes_by_number_where_times_lie(void **state)
{
	struct told t = { 0 };
	struct trace_facts facts;
	FILE *f = fopen("testdata/fuzz/trace/callbacks-skewed-1.24.10", "re");

	(void)state;
	assert_non_null(f);
	t.trace.len = fread(buf_reserve(&t.trace, 1 << 16), 1, 1 << 16, f);
	fclose(f);
	assert_false(feed(&t));
	trace_facts(t.reader, &facts);
	assert_int_equal(facts.generations, 2);
	assert_non_null(strstr(t.err.msg, "ends inside a batch"));
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_version_in_any_piece),
		cmocka_unit_test(refuses_other_headers),
		cmocka_unit_test(creations_follow_from_their_creators),
		cmocka_unit_test(short_lives_come_in_any_order),
		cmocka_unit_test(idle_ones_wake_up),
		cmocka_unit_test(last_state_goes_by_sequence),
		cmocka_unit_test(callbacks_reuse_an_id),
		cmocka_unit_test(marked_calls_come_in_time_order),
		cmocka_unit_test(keeps_stacks_over_generations),
		cmocka_unit_test(threads_stay_when_they_idle),
		cmocka_unit_test(drops_a_mere_start),
		cmocka_unit_test(a_cut_generation_changes_nothing),
		cmocka_unit_test(says_what_is_broken),
		cmocka_unit_test(status_must_be_the_last_state),
		cmocka_unit_test(numbers_need_a_status),
		cmocka_unit_test(one_use_of_an_id_at_a_time),
		cmocka_unit_test(the_lowest_is_named),
		cmocka_unit_test(who_is_preempted_blocks_before_its_status),
		cmocka_unit_test(steps_over_experiments),
		cmocka_unit_test(gives_wakes_by_number_where_times_lie),
		cmocka_unit_test(knows_who_ended_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
