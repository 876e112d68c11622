#include "gotest/render.h"

#include "base/vec.h"
#include "gotest/table.h"
#include "gotest/transcript.h"

struct package {
	struct transcript said;
	struct buf lines; /* json with hold_failed: the stream's own; what a format shows */
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
	size_t head;                /* the first that is not shown */
	const struct package *last; /* of which a format has shown something */
	struct buf build;           /* what the build said, with a format */
};

static bool is_given(const char *value)
{
	return value && *value;
}

static bool has_scenes(const struct render_options *o)
{
	return o->format && !format_is_go(o->format);
}

struct render_options render_options(const struct cmdline *c, const struct format *format)
{
	bool fuzz = is_given(cmdline_flag(c, "fuzz"));
	bool verbose = format ? format->verbose : cmdline_flag_on(c, "v");

	return (struct render_options){
		.json = cmdline_flag_on(c, "json"),
		.verbose = verbose,
		.show_pass = verbose || c->test_help || is_given(cmdline_flag(c, "list")),
		.stream = !c->packages.len || fuzz || is_given(cmdline_flag(c, "bench")),
		.final_fail = c->packages.len && !fuzz && !cmdline_flag_on(c, "c"),
		.format = format,
		.module = "",
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
	buf_release(&s->build);
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
	if (o->quiet && p->ended && !p->failed)
		at = p->said.text.len;
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

/* --- formats ------------------------------------------------------------------------------- */

static struct scene scene_of(const struct render_state *s, struct buf *out, const char *package)
{
	return (struct scene){ .out = out,
			       .package =
				   package ? results_package(s->options.results, package) : NULL,
			       .module = s->options.module,
			       .color = s->options.color,
			       .format = s->options.format };
}

/* Whose text comes now: what the format puts before it. */
static void take_turn(struct render *r, const struct package *p, const char *package)
{
	struct render_state *s = r->state;
	struct scene scene = scene_of(s, &r->out, package);

	if (s->options.format->turn && s->last != p)
		s->options.format->turn(&scene);
	s->last = p;
}

static void show_scene(struct render *r, struct package *p, const char *package)
{
	if (!p->lines.len)
		return;
	take_turn(r, p, package);
	move(&r->out, &p->lines, 0);
}

static bool ends_test(const struct test_event *e)
{
	return *e->test && (e->action == TEST_ACTION_PASS || e->action == TEST_ACTION_FAIL ||
			    e->action == TEST_ACTION_SKIP);
}

static void add_to_scene(const struct render_state *s, struct package *p,
			 const struct test_event *e)
{
	const struct format *f = s->options.format;
	struct scene scene = scene_of(s, &p->lines, e->package);
	const struct test_run *run;

	if (test_event_ends_package(e) && f->package)
		f->package(&scene);
	if (!ends_test(e) || !f->test || test_name_is_benchmark(e->test))
		return;
	run = package_result_run(scene.package, e->test);
	if (run)
		f->test(&scene, run);
}

/* Packages come side by side, as in the stream. */
static void format_line(struct render *r, const struct test_event *e)
{
	struct render_state *s = r->state;
	struct package *p;

	if (e->action == TEST_ACTION_BUILD_OUTPUT)
		buf_put(&s->build, e->output.p, e->output.n);
	if (!*e->package)
		return;
	p = package_of(s, e->package);
	p->failed |= e->action == TEST_ACTION_FAIL;
	add_to_scene(s, p, e);
	if (test_event_ends_package(e))
		package_end(s, p, e);
	if (!p->waits && (p->ended || !p->failed || !s->options.hold_failed))
		show_scene(r, p, e->package);
	p->shown = p->ended && !p->waits;
}

void render_recap(struct render *r, const struct recap *recap)
{
	struct render_state *s = r->state;
	struct scene scene = scene_of(s, &r->out, NULL);

	if (has_scenes(&s->options))
		recap_put(&scene, recap, s->options.results,
			  (struct str){ buf_str(&s->build), s->build.len });
}

void render_line(struct render *r, const struct test_event *e, struct str line)
{
	struct package *p;

	if (r->state->options.json) {
		json_line(r, e, line);
		return;
	}
	if (e && has_scenes(&r->state->options)) {
		format_line(r, e);
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
	if (has_scenes(&r->state->options)) {
		show_scene(r, p, package);
		p->shown = true;
	} else if (r->state->options.json)
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

/* The packages of which something is still to be shown: each knows its name by its results. */
static void end_scenes(struct render *r)
{
	struct render_state *s = r->state;

	for (size_t i = 0; i < s->options.results->packages.len; i++) {
		const char *name = s->options.results->packages.items[i]->package;
		struct package *p = table_get(&s->by_name, str_of(name));

		if (p && !p->shown)
			show_scene(r, p, name);
	}
	if (s->last)
		take_turn(r, NULL, NULL);
}

void render_end(struct render *r, bool failed)
{
	struct render_state *s = r->state;
	bool all_ended = s->packages.len > 0;

	if (has_scenes(&s->options)) {
		end_scenes(r);
		return;
	}

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
