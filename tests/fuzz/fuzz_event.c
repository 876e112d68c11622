/* The first byte chooses how to show, the rest is a stream of `go test -json`. */
#include <string.h>

#include "gotest/render.h"
#include "gotest/results.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct render *render, struct results *results, const struct test_event *e)
{
	AUTO_WORDS failed = { 0 };
	const struct package_result *p = results_package(results, e->package);

	assert(p);
	if (p->ended)
		package_result_failed(p, &failed);
	assert(failed.len <= p->runs.len);
	if (!render_held(render, e->package))
		return;
	if (p->runs.len % 2) {
		render_again(render, e->package);
		results_again(results, e->package);
	} else {
		render_release(render, e->package);
	}
	assert(!render_held(render, e->package));
}

static void show_scenes(struct render_options *o, size_t format, const struct results *results)
{
	o->json = false;
	o->color = o->verbose;
	o->format = format_at(format);
	o->results = results;
	o->module = "m";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t how = size ? data[0] : 0;
	struct render_options options = { .json = how & 1,
					  .verbose = how & 2,
					  .show_pass = how & 4,
					  .stream = how & 8,
					  .final_fail = how & 16,
					  .hold_failed = how & 32 };
	struct str rest = { (const char *)data + (size ? 1 : 0), size ? size - 1 : 0 };
	struct results results = { 0 };
	struct render render;
	struct totals totals;
	struct str line;

	if (how >> 6)
		show_scenes(&options, (how >> 6) - 1U + (how & 1 ? 3U : 0U), &results);
	render = render_new(options);
	while (str_line(&rest, &line)) {
		AUTO_TEST_EVENT e = { 0 };
		bool is_event = test_event_read(&e, line.p, line.n);

		if (is_event)
			results_add(&results, &e);
		render_line(&render, is_event ? &e : NULL, line);
		if (is_event && *e.package)
			ask(&render, &results, &e);
	}
	render_end(&render, true);
	render_recap(&render, &(struct recap){ .runs = 1 });
	totals = results_totals(&results);
	assert(totals.passed + totals.failed + totals.skipped <= totals.tests);
	if (options.json && !options.hold_failed)
		assert(render.out.len >= (size ? size - 1 : 0));
	results_release(&results);
	render_free(&render);
	return 0;
}
