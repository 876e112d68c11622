#include "trace_page.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "base/clock.h"
#include "trace/line.h"
#include "json/write.h"

enum { SITES_SHOWN = 10, NAME_WIDTH = 28 };

/* The releases that write a format: several may share one. */
static const char *release_name(int version)
{
	switch (version) {
	case 22:
		return "1.22";
	case 23:
		return "1.23 or 1.24";
	case 25:
		return "1.25";
	case 26:
		return "1.26 or later";
	default:
		return "unknown";
	}
}

static void put_ns(struct buf *out, int width, const char *name, int64_t ns)
{
	char text[32];

	buf_printf(out, "  %-*s %12s\n", width, name, duration_format(ns, text));
}

static void put_site(struct buf *out, const struct digest_site *s)
{
	if (!*s->function) {
		buf_puts(out, "(a timer, C, or before the trace)");
		return;
	}
	line_put_text(out, s->function);
	buf_puts(out, "  ");
	line_put_text(out, s->file);
	buf_printf(out, ":%" PRIu32, s->line);
}

static void put_kinds(struct buf *out, const struct digest *d)
{
	buf_printf(out, "\nevents %" PRIu64 "\n", d->events);
	for (int i = 0; i < ORDER_WHATS; i++)
		if (d->events_by_what[i])
			buf_printf(out, "  %-*s %12" PRIu64 "\n", NAME_WIDTH, order_what_names[i],
				   d->events_by_what[i]);
}

static void put_wait_name(struct buf *out, const struct digest_wait *w)
{
	buf_puts(out, "waiting: ");
	line_put_text(out, *w->reason ? w->reason : "(not told)");
}

/* Of the column with the names, so that none sticks out. */
static int states_width(const struct digest *d)
{
	int width = NAME_WIDTH;

	for (size_t i = 0; i < d->waits.len; i++) {
		AUTO_BUF name = { 0 };

		put_wait_name(&name, &d->waits.items[i]);
		if (name.len > (size_t)width && name.len < INT_MAX)
			width = (int)name.len;
	}
	return width;
}

static void put_states(struct buf *out, const struct digest *d)
{
	static const struct {
		enum order_state state;
		const char *name;
	} states[] = {
		{ ORDER_RUNNING, "running" },
		{ ORDER_RUNNABLE, "runnable" },
		{ ORDER_SYSCALL, "in system calls" },
	};

	int width = states_width(d);

	buf_puts(out, "\ntime of all goroutines\n");
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		put_ns(out, width, states[i].name, d->in_state_ns[states[i].state]);
	for (size_t i = 0; i < d->waits.len; i++) {
		AUTO_BUF name = { 0 };

		put_wait_name(&name, &d->waits.items[i]);
		put_ns(out, width, buf_str(&name), d->waits.items[i].ns);
	}
}

/* Live goroutines that look the same. */
struct group {
	const struct digest_goroutine *first; /* the one that is in its state the longest */
	uint64_t count;
};

static int compare_looks(const struct digest_goroutine *x, const struct digest_goroutine *y)
{
	if (x->site != y->site)
		return (uintptr_t)x->site < (uintptr_t)y->site ? -1 : 1;
	if (x->state != y->state)
		return x->state < y->state ? -1 : 1;
	return strcmp(x->reason, y->reason);
}

static int compare_goroutines(const void *a, const void *b)
{
	const struct digest_goroutine *x = *(struct digest_goroutine *const *)a;
	const struct digest_goroutine *y = *(struct digest_goroutine *const *)b;
	int order = compare_looks(x, y);

	if (order)
		return order;
	if (x->since_ns != y->since_ns)
		return x->since_ns < y->since_ns ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static int compare_groups(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->first->id < y->first->id ? -1 : x->first->id > y->first->id;
}

static void put_group(struct buf *out, const struct digest *d, const struct group *g)
{
	char text[32];
	int64_t since = g->first->since_ns ? d->last_ns - g->first->since_ns : 0;

	buf_printf(out, "  %8" PRIu64 "  %-8s %8s  ", g->count, order_state_names[g->first->state],
		   duration_format(since, text));
	if (*g->first->reason) {
		line_put_text(out, g->first->reason);
		buf_puts(out, "  ");
	}
	put_site(out, g->first->site);
	buf_putc(out, '\n');
}

static void put_alive(struct buf *out, const struct digest *d)
{
	size_t n, groups = 0;
	AUTO_FREE struct digest_goroutine **alive = digest_alive(d, &n);
	AUTO_FREE struct group *group = calloc(n + 1, sizeof(*group));

	if (!group)
		abort();
	qsort(alive, n, sizeof(void *), compare_goroutines);
	for (size_t i = 0; i < n; i++) {
		if (!i || compare_looks(alive[i], alive[i - 1]))
			group[groups++].first = alive[i];
		group[groups - 1].count++;
	}
	qsort(group, groups, sizeof(*group), compare_groups);
	if (groups)
		buf_puts(out,
			 "\nalive at the end, by creation site: how many, state, since, reason\n");
	for (size_t i = 0; i < groups; i++)
		put_group(out, d, &group[i]);
}

static int compare_sites(const void *a, const void *b)
{
	const struct digest_site *x = *(struct digest_site *const *)a;
	const struct digest_site *y = *(struct digest_site *const *)b;
	int order;

	if (x->started != y->started)
		return x->started > y->started ? -1 : 1;
	order = strcmp(x->function, y->function);
	if (order)
		return order;
	return x->line < y->line ? -1 : x->line > y->line;
}

static void put_busiest(struct buf *out, const struct digest *d)
{
	AUTO_FREE struct digest_site **sites = calloc(d->sites.len + 1, sizeof(void *));

	if (!sites)
		abort();
	if (d->sites.len)
		memcpy(sites, d->sites.items, d->sites.len * sizeof(void *));
	qsort(sites, d->sites.len, sizeof(void *), compare_sites);
	if (d->sites.len && sites[0]->started)
		buf_puts(out, "\nbusiest creation sites\n");
	for (size_t i = 0; i < d->sites.len && i < SITES_SHOWN && sites[i]->started; i++) {
		buf_printf(out, "  %8" PRIu64 "  ", sites[i]->started);
		put_site(out, sites[i]);
		buf_putc(out, '\n');
	}
}

void trace_page(struct buf *out, const struct digest *d, const char *test)
{
	int64_t all = d->last_ns - d->first_ns;
	char text[32];

	buf_printf(out, "Go %s, %s, %" PRIu64 " generation%s\n",
		   release_name(order_version(d->reader)), duration_format(all, text),
		   order_generations(d->reader), order_generations(d->reader) == 1 ? "" : "s");
	if (test) {
		buf_puts(out, "only ");
		line_put_text(out, test);
		buf_puts(out, " and what descends from it\n");
	}
	buf_printf(out,
		   "goroutines: %" PRIu64 " started, %" PRIu64 " ended, %zu alive, "
		   "%" PRIu64 " at once\n",
		   d->started, d->ended, d->alive.len, d->peak);
	if (!test)
		buf_printf(out, "GC: marking for %.1f %% of the time\n",
			   all > 0 ? 100.0 * (double)d->gc_ns / (double)all : 0.0);
	put_kinds(out, d);
	put_states(out, d);
	put_alive(out, d);
	put_busiest(out, d);
}

static void json_frame(struct json_writer *w, const char *function, const char *file, uint32_t line)
{
	json_object(w);
	json_kstr(w, "function", function);
	json_kstr(w, "file", file);
	json_kint(w, "line", line);
	json_object_end(w);
}

static void json_goroutine(struct json_writer *w, const struct digest_goroutine *g)
{
	const struct trace_stack *s = g->created_at;

	json_object(w);
	json_key(w, "id");
	json_uint(w, g->id);
	json_kstr(w, "state", order_state_names[g->state]);
	json_kstr(w, "start", g->start);
	json_key(w, "created_at");
	json_frame(w, g->site->function, g->site->file, g->site->line);
	json_key(w, "started_at");
	json_array(w);
	for (uint32_t i = 0; s && i < s->len; i++)
		json_frame(w, s->frames[i].function, s->frames[i].file, s->frames[i].line);
	json_array_end(w);
	json_kstr(w, "reason", g->reason);
	json_kint(w, "since_ns", g->since_ns);
	json_object_end(w);
}

static void json_times(struct json_writer *w, const struct digest *d)
{
	json_key(w, "state_ns");
	json_object(w);
	json_kint(w, "Running", d->in_state_ns[ORDER_RUNNING]);
	json_kint(w, "Runnable", d->in_state_ns[ORDER_RUNNABLE]);
	json_kint(w, "Syscall", d->in_state_ns[ORDER_SYSCALL]);
	json_kint(w, "Waiting", d->in_state_ns[ORDER_WAITING]);
	json_object_end(w);
	json_key(w, "waiting_ns");
	json_object(w);
	for (size_t i = 0; i < d->waits.len; i++)
		json_kint(w, d->waits.items[i].reason, d->waits.items[i].ns);
	json_object_end(w);
}

void trace_json(struct buf *out, const struct digest *d, const char *test)
{
	struct json_writer w = JSON_WRITER(out);
	size_t n;
	AUTO_FREE struct digest_goroutine **alive = digest_alive(d, &n);

	json_object(&w);
	if (test)
		json_kstr(&w, "test", test);
	json_kstr(&w, "go_version", release_name(order_version(d->reader)));
	json_key(&w, "generations");
	json_uint(&w, order_generations(d->reader));
	json_kint(&w, "duration_ns", d->last_ns - d->first_ns);
	json_key(&w, "events");
	json_object(&w);
	for (int i = 0; i < ORDER_WHATS; i++)
		if (d->events_by_what[i])
			json_kint(&w, order_what_names[i], (int64_t)d->events_by_what[i]);
	json_object_end(&w);
	json_kint(&w, "events_total", (int64_t)d->events);
	json_kint(&w, "goroutines_started", (int64_t)d->started);
	json_kint(&w, "goroutines_ended", (int64_t)d->ended);
	json_kint(&w, "goroutines_alive", (int64_t)d->alive.len);
	json_kint(&w, "goroutines_peak", (int64_t)d->peak);
	json_kint(&w, "gc_ns", d->gc_ns);
	json_times(&w, d);
	json_key(&w, "goroutines");
	json_array(&w);
	for (size_t i = 0; i < n; i++)
		json_goroutine(&w, alive[i]);
	json_array_end(&w);
	json_object_end(&w);
	buf_putc(out, '\n');
}
