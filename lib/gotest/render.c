#include "gotest/render.h"

#include "base/vec.h"
#include "gotest/table.h"
#include "gotest/transcript.h"

struct package {
	struct transcript said;
	struct buf lines; /* json with hold_failed: the stream's own */
	bool ended, failed;
	bool waits; /* for render_release or render_again */
	bool shown; /* to its end */
};

struct render_state {
	struct render_options options;
	struct {
		struct package **items; /* owned */
		size_t len, cap;
	} packages; /* in the order of their start events */
	struct table by_name;
	size_t head; /* the first that is not shown */
};

static bool is_given(const char *value)
{
	return value && *value;
}

struct render_options render_options(const struct cmdline *c)
{
	bool fuzz = is_given(cmdline_flag(c, "fuzz"));
	bool verbose = cmdline_flag_on(c, "v");

	return (struct render_options){
		.json = cmdline_flag_on(c, "json"),
		.verbose = verbose,
		.show_pass = verbose || c->test_help || is_given(cmdline_flag(c, "list")),
		.stream = !c->packages.len || fuzz || is_given(cmdline_flag(c, "bench")),
		.final_fail = c->packages.len && !fuzz && !cmdline_flag_on(c, "c"),
	};
}

struct render render_new(struct render_options options)
{
	struct render r = { .state = calloc(1, sizeof(*r.state)) };

	if (!r.state)
		abort();
	r.state->options = options;
	return r;
}

static void package_free(void *value)
{
	struct package *p = value;

	transcript_clear(&p->said);
	buf_release(&p->lines);
	free(p);
}

void render_free(struct render *r)
{
	struct render_state *s = r->state;

	buf_release(&r->out);
	buf_release(&r->err);
	if (!s)
		return;
	for (size_t i = 0; i < s->packages.len; i++)
		package_free(s->packages.items[i]);
	VEC_FREE(&s->packages);
	table_release(&s->by_name, NULL);
	free(s);
	r->state = NULL;
}

static struct package *package_of(struct render_state *s, const char *name)
{
	struct package *p = table_get(&s->by_name, str_of(name));

	if (p && !p->shown)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	p->said.verbose = s->options.verbose;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers, so that they stay */
	VEC_PUSH(&s->packages, p);
	table_put(&s->by_name, str_of(name), p);
	return p;
}

static void move(struct buf *to, struct buf *from, size_t at)
{
	buf_put(to, buf_str(from) + at, from->len - at);
	buf_reset(from);
}

static void show(struct render *r, struct package *p)
{
	const struct render_options *o = &r->state->options;
	bool result_only = p->ended && !p->failed && !o->stream && !o->show_pass;
	size_t at = 0;

	if (result_only && p->said.result_at)
		at = p->said.result_at - 1;
	move(&r->out, &p->said.text, at);
	move(&r->out, &p->lines, 0);
	buf_release(&p->lines);
	transcript_clear(&p->said);
	p->shown = true;
}

/* Shows what can be shown now. With -v it does not depend on how a package ends
 * either, and go shows a lone one at once. */
static void advance(struct render *r)
{
	struct render_state *s = r->state;

	while (s->head < s->packages.len) {
		struct package *p = s->packages.items[s->head];
		bool early = s->options.stream || s->options.show_pass;
		bool keep = s->options.hold_failed && p->said.failing;

		if (!p->ended && early && !keep)
			move(&r->out, &p->said.text, 0);
		if (!p->ended || p->waits)
			return;
		show(r, p);
		s->head++;
	}
}

static void put_line(struct buf *out, struct str line)
{
	buf_put(out, line.p, line.n);
	buf_putc(out, '\n');
}

static void package_end(const struct render_state *s, struct package *p, const struct test_event *e)
{
	p->ended = true;
	p->failed = e->action == TEST_ACTION_FAIL;
	p->waits = p->failed && s->options.hold_failed;
}

/* Packages come side by side in the stream: there is no order to keep. */
static void json_line(struct render *r, const struct test_event *e, struct str line)
{
	struct package *p;

	if (!e || !*e->package || !r->state->options.hold_failed) {
		put_line(&r->out, line);
		return;
	}
	p = package_of(r->state, e->package);
	put_line(&p->lines, line);
	if (test_event_ends_package(e))
		package_end(r->state, p, e);
	if (p->ended && !p->waits)
		show(r, p);
}

void render_line(struct render *r, const struct test_event *e, struct str line)
{
	struct package *p;

	if (r->state->options.json) {
		json_line(r, e, line);
		return;
	}
	if (!e) {
		put_line(&r->out, line);
		return;
	}
	if (e->action == TEST_ACTION_BUILD_OUTPUT)
		buf_put(&r->err, e->output.p, e->output.n);
	if (!*e->package)
		return;
	p = package_of(r->state, e->package);
	transcript_add(&p->said, e);
	if (test_event_ends_package(e))
		package_end(r->state, p, e);
	advance(r);
}

static struct package *find_held(const struct render *r, const char *package)
{
	struct package *p = table_get(&r->state->by_name, str_of(package));

	return p && p->waits ? p : NULL;
}

bool render_held(const struct render *r, const char *package)
{
	return find_held(r, package) != NULL;
}

void render_release(struct render *r, const char *package)
{
	struct package *p = find_held(r, package);

	if (!p)
		return;
	p->waits = false;
	if (r->state->options.json)
		show(r, p);
	else
		advance(r);
}

void render_again(struct render *r, const char *package)
{
	struct package *p = find_held(r, package);

	if (!p)
		return;
	transcript_clear(&p->said);
	buf_reset(&p->lines);
	p->ended = p->failed = p->waits = false;
}

void render_end(struct render *r, bool failed)
{
	struct render_state *s = r->state;
	bool all_ended = s->packages.len > 0;

	for (size_t i = 0; i < s->packages.len; i++) {
		struct package *p = s->packages.items[i];

		all_ended &= p->ended;
		if (!p->shown)
			show(r, p);
	}
	s->head = s->packages.len;
	if (failed && all_ended && s->options.final_fail && !s->options.json)
		buf_puts(&r->out, "FAIL\n");
}
