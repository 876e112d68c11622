/* The full reader on traces made by hand: what the order of a real trace hangs on when clocks and
 * batches say otherwise. tests/trace has Go's own reader read each of them, too. */
#include "trace/order.h"

#include <inttypes.h>
#include <string.h>

#include "trace_bytes.h"
#include "unit.h"

enum { EVENTS = 10, THREADS = 4, NAME = 1, AT = 1 };

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
#define SYSCALL(g, m)                                             \
	{                                                         \
		WIRE_GO_STATUS, 0, (g), (m), WIRE_GO_SYSCALL, END \
	}
#define ABANDONED(p)                                                       \
	{                                                                  \
		WIRE_PROC_STATUS, 0, (p), WIRE_PROC_SYSCALL_ABANDONED, END \
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
	bool order_only;               /* the leak engine does not look at what is wrong */
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
	    .name = "a proc is stolen in the generation after its system call began",
	    .lanes = { { { 1,
			   100,
			   { PROC(0), RUNNING(1, 1), { WIRE_GO_SYSCALL_BEGIN, 1, 1, AT, END } } },
			 { 2, 100, { PROC(1), RUNNING(2, 2) } } },
		       { { 1, 200, { SYSCALL(1, 1), { WIRE_GO_SYSCALL_END_BLOCKED, 1, END } } },
			 { 2,
			   300,
			   { PROC(1),
			     RUNNING(2, 2),
			     ABANDONED(0),
			     { WIRE_PROC_STEAL, 1, 0, 1, 1, END },
			     { WIRE_GO_STOP, 1, NAME, AT, END },
			     { WIRE_GO_START, 1, 1, 1, END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running "
		    "2p1:Undetermined>Running 2g2:Undetermined>Running "
		    "1g1:Running>Syscall | 1g1:Syscall>Syscall 2p1:Running>Running "
		    "2g2:Running>Running 1p0:Running>Running 2p0:Running>Idle "
		    "1g1:Syscall>Runnable 2g2:Running>Runnable 2g1:Runnable>Running | ",
	},
	{
	    .name = "the same by a thread without a proc",
	    .lanes = { { { 1,
			   100,
			   { PROC(0), RUNNING(1, 1), { WIRE_GO_SYSCALL_BEGIN, 1, 1, AT, END } } } },
		       { { 3, 200, { ABANDONED(0), { WIRE_PROC_STEAL, 1, 0, 1, 1, END } } },
			 { 1, 200, { SYSCALL(1, 1), { WIRE_GO_SYSCALL_END_BLOCKED, 1, END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running "
		    "1g1:Running>Syscall | 1p0:Running>Running 1g1:Syscall>Syscall "
		    "3p0:Running>Idle 1g1:Syscall>Runnable | ",
	},
	{
	    .name = "the system call ends before the thief's clock says so",
	    .lanes = { { { 1,
			   100,
			   { PROC(0), RUNNING(1, 1), { WIRE_GO_SYSCALL_BEGIN, 1, 1, AT, END } } } },
		       { { 1,
			   200,
			   { { WIRE_PROC_STATUS, 0, 0, WIRE_PROC_SYSCALL, END },
			     SYSCALL(1, 1),
			     { WIRE_GO_SYSCALL_END_BLOCKED, 1, END } } },
			 { 3, 300, { { WIRE_PROC_STEAL, 1, 0, 1, 1, END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running "
		    "1g1:Running>Syscall | 1p0:Running>Running 1g1:Syscall>Syscall "
		    "3p0:Running>Idle 1g1:Syscall>Runnable | ",
	},
	{
	    .name = "a thread takes back the proc that it lost in a system call",
	    .lanes = { { { 1,
			   100,
			   { PROC(0), RUNNING(1, 1), { WIRE_GO_SYSCALL_BEGIN, 1, 1, AT, END } } } },
		       { { 1,
			   200,
			   { { WIRE_PROC_STATUS, 0, 0, WIRE_PROC_SYSCALL, END },
			     SYSCALL(1, 1),
			     { WIRE_PROC_STEAL, 1, 0, 1, 1, END },
			     { WIRE_PROC_START, 1, 0, 2, END },
			     { WIRE_GO_SYSCALL_END_BLOCKED, 1, END },
			     { WIRE_GO_START, 1, 1, 1, END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running "
		    "1g1:Running>Syscall | 1p0:Running>Running 1g1:Syscall>Syscall "
		    "1p0:Running>Idle 1p0:Idle>Running 1g1:Syscall>Runnable "
		    "1g1:Runnable>Running | ",
	},
	{
	    .name = "another system call's proc is taken by the thread that it was lost by",
	    .lanes = { { { 1,
			   100,
			   { PROC(0), RUNNING(1, 1), { WIRE_GO_SYSCALL_BEGIN, 1, 1, AT, END } } },
			 { 2,
			   110,
			   { { WIRE_PROC_STEAL, 0, 0, 2, 1, END },
			     { WIRE_PROC_START, 1, 0, 3, END },
			     { WIRE_GO_STATUS, 0, 2, 2, WIRE_GO_RUNNABLE, END },
			     { WIRE_GO_START, 0, 2, 1, END },
			     { WIRE_GO_SYSCALL_BEGIN, 1, 4, AT, END } } } },
		       { { 1,
			   200,
			   { { WIRE_PROC_STATUS, 0, 0, WIRE_PROC_SYSCALL_ABANDONED, END },
			     SYSCALL(1, 1),
			     { WIRE_PROC_STEAL, 1, 0, 1, 2, END },
			     { WIRE_PROC_START, 1, 0, 2, END },
			     { WIRE_GO_SYSCALL_END_BLOCKED, 1, END },
			     { WIRE_GO_START, 1, 1, 1, END } } },
			 { 2, 250, { SYSCALL(2, 2), { WIRE_GO_SYSCALL_END_BLOCKED, 1, END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running "
		    "1g1:Running>Syscall 2p0:Running>Idle 2p0:Idle>Running "
		    "2g2:Undetermined>Runnable 2g2:Runnable>Running 2g2:Running>Syscall | "
		    "2p0:Running>Running 1g1:Syscall>Syscall 1p0:Running>Idle "
		    "1p0:Idle>Running 1g1:Syscall>Runnable 1g1:Runnable>Running "
		    "2g2:Syscall>Syscall 2g2:Syscall>Runnable | ",
	},
	{
	    .name = "who stays in a system call is told by nobody's thread, and comes back later",
	    .lanes = { { { 1, 100, { PROC(0), RUNNING(1, 1) } },
			 { WIRE_NO_THREAD, 150, { SYSCALL(7, 7) } } },
		       { { 7, 200, { SYSCALL(7, 7), { WIRE_GO_SYSCALL_END_BLOCKED, 1, END } } },
			 { 1,
			   200,
			   { PROC(0),
			     RUNNING(1, 1),
			     { WIRE_GO_STOP, 1, NAME, AT, END },
			     { WIRE_GO_START, 10, 7, 1, END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running "
		    "7g7:Undetermined>Syscall | 7g7:Syscall>Syscall 1p0:Running>Running "
		    "1g1:Running>Running 1g1:Running>Runnable 7g7:Syscall>Runnable "
		    "1g7:Runnable>Running | ",
	},
	{
	    .name = "the id of a thread that lost its proc with its callback is another thread's",
	    .lanes = { { { 4,
			   100,
			   { { WIRE_GO_CREATE_SYSCALL, 0, 4, END },
			     { WIRE_PROC_STATUS, 0, 0, WIRE_PROC_IDLE, END },
			     { WIRE_PROC_START, 1, 0, 1, END },
			     { WIRE_GO_SYSCALL_END_BLOCKED, 1, END },
			     { WIRE_GO_START, 1, 4, 1, END },
			     { WIRE_GO_SYSCALL_BEGIN, 1, 2, AT, END },
			     { WIRE_GO_DESTROY_SYSCALL, 1, END },
			     { WIRE_GO_CREATE_SYSCALL, 1, 5, END },
			     { WIRE_GO_DESTROY_SYSCALL, 1, END } } },
			 { 3, 50, { { WIRE_PROC_STEAL, 0, 0, 3, 4, END } } } } },
	    .want = "| 4g4:NotExist>Syscall 4p0:Undetermined>Idle 4p0:Idle>Running "
		    "4g4:Syscall>Runnable 4g4:Runnable>Running 4g4:Running>Syscall "
		    "3p0:Running>Idle 4g4:Syscall>NotExist 4g5:NotExist>Syscall "
		    "4g5:Syscall>NotExist | ",
	},
	{
	    .name = "to Go 1.25: who is preempted blocks before its status",
	    .lanes = { { { 1, 100, { PROC(0), RUNNING(1, 1) } },
			 { 2, 100, { PROC(1), RUNNING(2, 2) } } },
		       { { 2, 200, { PROC(1), { WIRE_GO_BLOCK, 1, NAME, AT, END } } },
			 { 1,
			   210,
			   { PROC(0),
			     RUNNING(1, 1),
			     { WIRE_GO_STATUS, 1, 2, WIRE_NO_THREAD, WIRE_GO_WAITING, END },
			     { WIRE_GO_UNBLOCK, 1, 2, 1, AT, END },
			     { WIRE_GO_STOP, 1, NAME, AT, END },
			     { WIRE_GO_START, 1, 2, 2, END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running "
		    "2p1:Undetermined>Running 2g2:Undetermined>Running | "
		    "2p1:Running>Running 2g2:Running>Waiting 1p0:Running>Running "
		    "1g1:Running>Running 1g2:Waiting>Waiting 1g2:Waiting>Runnable "
		    "1g1:Running>Runnable 1g2:Runnable>Running | ",
	},
	{
	    .name = "a status that was true before",
	    .lanes = { { { 1, 100, { PROC(0), RUNNING(1, 1) } },
			 { 2, 100, { PROC(1), RUNNING(2, 2) } } },
		       { { 2, 200, { PROC(1), { WIRE_GO_BLOCK, 1, NAME, AT, END } } },
			 { 1,
			   210,
			   { PROC(0),
			     RUNNING(1, 1),
			     { WIRE_GO_STATUS, 1, 2, WIRE_NO_THREAD, WIRE_GO_RUNNABLE,
			       END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running "
		    "2p1:Undetermined>Running 2g2:Undetermined>Running | "
		    "2p1:Running>Running 2g2:Running>Waiting 1p0:Running>Running "
		    "1g1:Running>Running !",
	    .why = "a goroutine's status to be its state",
	},
	{
	    .name = "tasks, and regions within regions, that others end and nobody ends",
	    .lanes = { { { 1,
			   100,
			   { PROC(0),
			     RUNNING(1, 1),
			     { WIRE_USER_REGION_END, 1, 0, NAME, AT, END },
			     { WIRE_USER_TASK_BEGIN, 1, 3, 0, NAME, AT, END },
			     { WIRE_USER_TASK_BEGIN, 1, 4, 3, NAME, AT, END },
			     { WIRE_USER_REGION_BEGIN, 1, 3, NAME, AT, END },
			     { WIRE_USER_REGION_BEGIN, 1, 4, NAME, AT, END },
			     { WIRE_USER_LOG, 1, 4, NAME, NAME, AT, END },
			     { WIRE_USER_REGION_END, 1, 4, NAME, AT, END } } },
			 { 2,
			   150,
			   { PROC(1), RUNNING(2, 2), { WIRE_USER_TASK_END, 1, 4, AT, END } } } },
		       { { 1,
			   200,
			   { PROC(0),
			     RUNNING(1, 1),
			     { WIRE_USER_REGION_END, 1, 3, NAME, AT, END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running RegionEnd "
		    "TaskBegin TaskBegin RegionBegin RegionBegin Log RegionEnd "
		    "2p1:Undetermined>Running 2g2:Undetermined>Running TaskEnd | "
		    "1p0:Running>Running 1g1:Running>Running RegionEnd | ",
	},
	{
	    .name = "a region ends that is not the innermost",
	    .lanes = { { { 1,
			   100,
			   { PROC(0),
			     RUNNING(1, 1),
			     { WIRE_USER_REGION_BEGIN, 1, 3, NAME, AT, END },
			     { WIRE_USER_REGION_BEGIN, 1, 4, NAME, AT, END },
			     { WIRE_USER_REGION_END, 1, 3, NAME, AT, END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running RegionBegin "
		    "RegionBegin !",
	    .why = "the innermost region",
	    .order_only = true,
	},
	{
	    .name = "a mark assist, a sweep and a collection go over the generation's end",
	    .lanes = { { { 1,
			   100,
			   { PROC(0),
			     RUNNING(1, 1),
			     { WIRE_GC_BEGIN, 1, 1, AT, END },
			     { WIRE_GC_MARK_ASSIST_BEGIN, 1, AT, END },
			     { WIRE_GC_SWEEP_BEGIN, 1, AT, END } } } },
		       { { 1,
			   200,
			   { PROC(0),
			     RUNNING(1, 1),
			     { WIRE_GC_ACTIVE, 1, 2, END },
			     { WIRE_GC_MARK_ASSIST_ACTIVE, 1, 1, END },
			     { WIRE_GC_SWEEP_ACTIVE, 1, 0, END },
			     { WIRE_GC_SWEEP_END, 1, 1, 1, END },
			     { WIRE_GC_MARK_ASSIST_END, 1, END },
			     { WIRE_GC_END, 1, 3, END } } } } },
	    .want = "| 1p0:Undetermined>Running 1g1:Undetermined>Running RangeBegin "
		    "RangeBegin RangeBegin | 1p0:Running>Running 1g1:Running>Running "
		    "RangeActive RangeActive RangeActive RangeEnd RangeEnd RangeEnd | ",
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
		keep_trace(cases[i].order_only ? "order" : "both", i, &trace);
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
