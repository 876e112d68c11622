/* The full reader on traces made by hand: what the order of a real trace hangs on when clocks and
 * batches say otherwise. Each was read by Go's own reader too, with the same result. */
#include "trace/order.h"

#include <inttypes.h>
#include <string.h>

#include "trace_bytes.h"
#include "unit.h"

enum { EVENTS = 9, THREADS = 4, NAME = 1, AT = 1 };

/* A thread's batch: its id, its time, its events. */
struct lane {
	uint64_t thread, time;
	uint64_t events[EVENTS][7]; /* kind, ticks, arguments, END */
};

struct told {
	struct order_reader *reader;
	struct buf said;
};

/* "1p0 g5 Runnable>Running ": the thread, then what changes. */
static void tell(void *ctx, const struct order_event *e)
{
	struct told *t = ctx;

	if (e->what == ORDER_SYNC) {
		buf_puts(&t->said, "| ");
		return;
	}
	if (e->what != ORDER_TRANSITION) {
		buf_printf(&t->said, "%s ", order_what_names[e->what]);
		return;
	}
	buf_printf(&t->said, "%" PRIu64 "%c%" PRIu64 ":%s>%s ", e->thread, e->of_proc ? 'p' : 'g',
		   e->subject, order_state_names[e->from], order_state_names[e->to]);
}

static void put_generation(struct buf *trace, uint64_t gen, const struct lane *lanes, size_t n)
{
	AUTO_BUF sync = { 0 };
	AUTO_BUF stacks = { 0 };
	AUTO_BUF strings = { 0 };

	buf_putc(&sync, WIRE_SYNC);
	EVENT(&sync, WIRE_FREQUENCY, 1000000000);
	EVENT(&sync, WIRE_CLOCK_SNAPSHOT, 0, 1, 2, 3);
	put_batch(trace, gen, WIRE_NO_THREAD, 1, &sync);
	for (size_t i = 0; i < n && lanes[i].events[0][0]; i++) {
		AUTO_BUF data = { 0 };

		for (size_t k = 0; k < EVENTS && lanes[i].events[k][0]; k++)
			put_event(&data, (uint8_t)lanes[i].events[k][0], lanes[i].events[k] + 1);
		put_batch(trace, gen, lanes[i].thread, lanes[i].time, &data);
	}
	buf_putc(&stacks, WIRE_STACKS);
	put_stack(&stacks, AT, (const uint64_t[]){ NAME }, 1);
	put_batch(trace, gen, WIRE_NO_THREAD, 1, &stacks);
	buf_putc(&strings, WIRE_STRINGS);
	put_string(&strings, NAME, "f");
	put_batch(trace, gen, WIRE_NO_THREAD, 1, &strings);
	buf_putc(trace, WIRE_END_OF_GENERATION);
}

#define PROC(p)                                                  \
	{                                                        \
		WIRE_PROC_STATUS, 0, (p), WIRE_PROC_RUNNING, END \
	}
#define RUNNING(g, m)                                             \
	{                                                         \
		WIRE_GO_STATUS, 0, (g), (m), WIRE_GO_RUNNING, END \
	}

static const struct {
	const char *name;
	struct lane lanes[2][THREADS]; /* of two generations */
	const char *want;              /* what is told, with "!" where the trace is refused */
	const char *why;               /* in the message then */
} cases[] = {
	{
	    .name = "a goroutine starts before its creation's time",
	    .lanes = { { { 1,
			   100,
			   { PROC(0), RUNNING(1, 1), { WIRE_GO_CREATE, 50, 5, AT, AT, END } } },
			 { 2, 90, { PROC(1), { WIRE_GO_START, 9, 5, 1, END } } } } },
	    .want = "| 2p1:Undetermined>Running 1p0:Undetermined>Running "
		    "1g1:Undetermined>Running 1g5:NotExist>Runnable 2g5:Runnable>Running | ",
	},
	{
	    .name = "a proc is stolen before its system call knows, whatever the clocks say",
	    .lanes = { { { 1,
			   100,
			   { PROC(0),
			     RUNNING(1, 1),
			     { WIRE_GO_SYSCALL_BEGIN, 10, 1, AT, END },
			     { WIRE_GO_SYSCALL_END_BLOCKED, 10, END } } },
			 { 2, 200, { PROC(1), { WIRE_PROC_STEAL, 0, 0, 2, 1, END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running 1g1:Running>Syscall "
		    "2p1:Undetermined>Running 2p0:Running>Idle 1g1:Syscall>Runnable | ",
	},
	{
	    .name =
		"a proc that was abandoned in the generation before has no thread to steal from",
	    .lanes = { { { 1,
			   100,
			   { PROC(1),
			     { WIRE_PROC_STATUS, 0, 0, WIRE_PROC_SYSCALL_ABANDONED, END },
			     { WIRE_PROC_STEAL, 5, 0, 1, 9, END } } } } },
	    .want = "| 1p1:Undetermined>Running 1p0:Undetermined>Idle 1p0:Idle>Idle | ",
	},
	{
	    .name =
		"a thread without a proc: a callback is created in a system call, and takes one",
	    .lanes = { { { 1,
			   100,
			   { { WIRE_GO_CREATE_SYSCALL, 0, 9, END },
			     { WIRE_GO_SYSCALL_END_BLOCKED, 1, END },
			     { WIRE_PROC_START, 3, 0, 1, END },
			     { WIRE_GO_START, 1, 9, 1, END },
			     { WIRE_GO_SYSCALL_BEGIN, 1, 2, AT, END },
			     { WIRE_GO_DESTROY_SYSCALL, 1, END } } },
			 { 2, 50, { { WIRE_PROC_STATUS, 0, 0, WIRE_PROC_IDLE, END } } } } },
	    .want = "| 2p0:Undetermined>Idle 1g9:NotExist>Syscall 1g9:Syscall>Runnable "
		    "1p0:Idle>Running 1g9:Runnable>Running 1g9:Running>Syscall 1p0:Running>Idle "
		    "1g9:Syscall>NotExist | ",
	},
	{
	    .name = "the id of a thread, and of its goroutine, are used again",
	    .lanes = { { { 7,
			   100,
			   { { WIRE_GO_CREATE_SYSCALL, 0, 9, END },
			     { WIRE_GO_DESTROY_SYSCALL, 1, END },
			     { WIRE_GO_CREATE_SYSCALL, 1, 9, END },
			     { WIRE_GO_DESTROY_SYSCALL, 1, END } } } } },
	    .want = "| 7g9:NotExist>Syscall 7g9:Syscall>NotExist 7g9:NotExist>Syscall "
		    "7g9:Syscall>NotExist | ",
	},
	{
	    .name = "two threads hold goroutines of one id: no order",
	    .lanes = { { { 7, 100, { { WIRE_GO_CREATE_SYSCALL, 0, 9, END } } },
			 { 8, 200, { { WIRE_GO_CREATE_SYSCALL, 0, 9, END } } } } },
	    .want = "| 7g9:NotExist>Syscall !",
	    .why = "a new goroutine's id",
	},
	{
	    .name = "coroutines switch forth, back, and away for good",
	    .lanes = { { { 1,
			   100,
			   { PROC(0),
			     RUNNING(1, 1),
			     { WIRE_GO_CREATE_BLOCKED, 1, 5, AT, AT, END },
			     { WIRE_GO_SWITCH, 1, 5, 1, END },
			     { WIRE_GO_SWITCH, 1, 1, 1, END },
			     { WIRE_GO_SWITCH, 1, 5, 2, END },
			     { WIRE_GO_SWITCH_DESTROY, 1, 1, 2, END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running 1g5:NotExist>Waiting "
		    "1g5:Waiting>Runnable 1g1:Running>Waiting 1g5:Runnable>Running "
		    "1g1:Waiting>Runnable 1g5:Running>Waiting 1g1:Runnable>Running "
		    "1g5:Waiting>Runnable 1g1:Running>Waiting 1g5:Runnable>Running "
		    "1g1:Waiting>Runnable 1g5:Running>NotExist 1g1:Runnable>Running | ",
	},
	{
	    .name = "sequence numbers begin anew with each generation",
	    .lanes = { { { 1,
			   100,
			   { PROC(0),
			     RUNNING(1, 1),
			     { WIRE_GO_STOP, 1, NAME, AT, END },
			     { WIRE_GO_START, 1, 1, 1, END } } } },
		       { { 1,
			   200,
			   { PROC(0),
			     RUNNING(1, 1),
			     { WIRE_GO_STOP, 1, NAME, AT, END },
			     { WIRE_GO_START, 1, 1, 1, END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running 1g1:Running>Runnable "
		    "1g1:Runnable>Running | 1p0:Running>Running 1g1:Running>Running "
		    "1g1:Running>Runnable 1g1:Runnable>Running | ",
	},
	{
	    .name = "sequence numbers that go on over generations are no order",
	    .lanes = { { { 1,
			   100,
			   { PROC(0),
			     RUNNING(1, 1),
			     { WIRE_GO_STOP, 1, NAME, AT, END },
			     { WIRE_GO_START, 1, 1, 1, END } } } },
		       { { 1,
			   200,
			   { PROC(0),
			     RUNNING(1, 1),
			     { WIRE_GO_STOP, 1, NAME, AT, END },
			     { WIRE_GO_START, 1, 1, 2, END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running 1g1:Running>Runnable "
		    "1g1:Runnable>Running | 1p0:Running>Running 1g1:Running>Running "
		    "1g1:Running>Runnable !",
	    .why = "no thread can go on",
	},
	{
	    .name = "a goroutine without a status in the generation has no sequence number",
	    .lanes = { { { 1,
			   100,
			   { PROC(0), RUNNING(1, 1), { WIRE_GO_STOP, 1, NAME, AT, END } } } },
		       { { 1, 200, { PROC(0), { WIRE_GO_START, 1, 1, 1, END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running "
		    "1g1:Running>Runnable | 1p0:Running>Running !",
	    .why = "no thread can go on",
	},
	{
	    .name = "a first generation that fails: nothing of the second",
	    .lanes = { { { 1, 100, { { WIRE_GO_BLOCK, 0, NAME, AT, END } } } },
		       { { 1, 200, { PROC(0), RUNNING(1, 1) } } } },
	    .want = "| !",
	    .why = "generation 1",
	},
	{
	    .name = "a stack that is in no table",
	    .lanes = { { { 1,
			   100,
			   { PROC(0), RUNNING(1, 1), { WIRE_GO_BLOCK, 1, NAME, 7, END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running !",
	    .why = "that are in the generation's tables",
	},
};

static void orders_each_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct told t = { 0 };
		AUTO_BUF trace = { 0 };
		struct err err = { 0 };
		bool ok;

		put_header(&trace, 26);
		for (uint64_t gen = 1; gen <= 2 && cases[i].lanes[gen - 1][0].events[0][0]; gen++)
			put_generation(&trace, gen, cases[i].lanes[gen - 1], THREADS);
		t.reader = order_new(tell, &t);
		ok = order_feed(t.reader, (const uint8_t *)trace.data, trace.len, &err) &&
		     order_finish(t.reader, &err);
		if (!ok)
			buf_putc(&t.said, '!');
		if (strcmp(buf_str(&t.said), cases[i].want) != 0 ||
		    (cases[i].why && !strstr(err.msg, cases[i].why)))
			fail_msg("%s:\n got %s\nwant %s\n%s", cases[i].name, buf_str(&t.said),
				 cases[i].want, err.msg);
		order_free(t.reader);
		buf_release(&t.said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_each_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
