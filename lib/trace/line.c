#include "trace/line.h"

#include <inttypes.h>
#include <string.h>

static void put_id(struct buf *out, const char *name, uint64_t id)
{
	buf_printf(out, " %s=%" PRId64, name, (int64_t)id);
}

static void put_bytes(struct buf *out, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c < ' ' || c == '"' || c == '\\' || c >= 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_putc(out, (char)c);
	}
}

void line_put_text(struct buf *out, const char *text)
{
	put_bytes(out, text, strlen(text));
}

static void put_text(struct buf *out, const char *before, struct str s)
{
	buf_printf(out, "%s\"", before);
	put_bytes(out, s.p, s.n);
	buf_putc(out, '"');
}

static void put_stack(struct buf *out, const struct trace_stack *s)
{
	for (uint32_t i = 0; s && i < s->len; i++) {
		buf_puts(out, i ? " < " : " @ ");
		put_bytes(out, s->frames[i].function, strlen(s->frames[i].function));
		buf_printf(out, ":%u", s->frames[i].line);
	}
}

static void put_transition(struct buf *out, struct order_reader *r, const struct order_event *e)
{
	buf_printf(out, " %s %" PRIu64 " %s->%s", e->of_proc ? "proc" : "goroutine", e->subject,
		   order_state_names[e->from], order_state_names[e->to]);
	if (e->kind == WIRE_GO_STOP || e->kind == WIRE_GO_BLOCK)
		put_text(out, " reason ", order_text(r, e, 0));
	if (e->kind == WIRE_GO_CREATE || e->kind == WIRE_GO_CREATE_BLOCKED)
		put_stack(out, order_subject_stack(r, e));
}

static void put_metric(struct buf *out, const struct order_event *e)
{
	const char *name = "/memory/classes/heap/objects:bytes";

	if (e->kind == WIRE_PROCS_CHANGE)
		name = "/sched/gomaxprocs:threads";
	else if (e->kind == WIRE_HEAP_GOAL)
		name = "/gc/heap/goal:bytes";
	buf_printf(out, " %s %" PRIu64, name, e->arg[0]);
}

static void put_range(struct buf *out, struct order_reader *r, const struct order_event *e)
{
	switch (e->kind) {
	case WIRE_STW_BEGIN:
	case WIRE_STW_END:
		put_text(out, " stop-the-world ", order_text(r, e, 0));
		break;
	case WIRE_GC_ACTIVE:
	case WIRE_GC_BEGIN:
	case WIRE_GC_END:
		buf_puts(out, " GC concurrent mark phase");
		break;
	case WIRE_GC_SWEEP_ACTIVE:
	case WIRE_GC_SWEEP_BEGIN:
	case WIRE_GC_SWEEP_END:
		buf_puts(out, " GC incremental sweep");
		break;
	default:
		buf_puts(out, " GC mark assist");
		break;
	}
}

static void put_details(struct buf *out, struct order_reader *r, const struct order_event *e)
{
	switch (e->what) {
	case ORDER_TRANSITION:
		put_transition(out, r, e);
		break;
	case ORDER_METRIC:
		put_metric(out, e);
		break;
	case ORDER_RANGE_BEGIN:
	case ORDER_RANGE_ACTIVE:
	case ORDER_RANGE_END:
		put_range(out, r, e);
		break;
	case ORDER_LABEL:
		put_text(out, " ", order_text(r, e, 0));
		break;
	case ORDER_TASK_BEGIN:
		put_id(out, "task", e->arg[0]);
		put_text(out, " ", order_text(r, e, 2));
		break;
	case ORDER_TASK_END:
		put_id(out, "task", e->arg[0]);
		break;
	case ORDER_REGION_BEGIN:
	case ORDER_REGION_END:
		put_id(out, "task", e->arg[0]);
		put_text(out, " ", order_text(r, e, 1));
		break;
	case ORDER_LOG:
		put_id(out, "task", e->arg[0]);
		put_text(out, " ", order_text(r, e, 1));
		put_text(out, " ", order_text(r, e, 2));
		break;
	default:
		break;
	}
}

void line_put(struct buf *out, struct order_reader *r, const struct order_event *e)
{
	buf_printf(out, "%" PRId64, e->time_ns);
	put_id(out, "m", e->thread);
	put_id(out, "p", e->proc);
	put_id(out, "g", e->goroutine);
	buf_printf(out, " %s", order_what_names[e->what]);
	put_details(out, r, e);
	put_stack(out, order_stack(r, e));
}
