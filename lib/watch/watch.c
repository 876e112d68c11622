#include "watch/watch.h"

#include <string.h>

#include "base/vec.h"
#include "gotest/module.h"
#include "proc/memory.h"
#include "watch/deadlock.h"
#include "watch/leftover.h"
#include "watch/runs.h"

static void record_tests(struct watch *w)
{
	struct owners *o = &w->first.owners;
	bool counted = w->first.traced && !w->first.trace_error[0];

	for (size_t i = 0; counted && i < o->all.len; i++) {
		const struct owner *t = o->all.items[i];
		struct test_record rec = {
			.package = w->r->package.package,
			.test = owner_top_name(o, t),
			.run_index = t->run_index,
			.result = "",
			.start_ns = owners_since_begin(o, t->start_ns),
			.end_ns = t->end_ns ? owners_since_begin(o, t->end_ns) : -1,
			.counted = true,
			.before = t->before,
			.after = t->after,
			.started = t->started,
			.peak = t->peak,
			.left = t->left,
		};

		if ((t->kind == OWNER_TEST || t->kind == OWNER_FUZZ) && t->start_ns)
			VEC_PUSH(&w->r->tests, rec);
	}
}

static struct numbers keep_numbers(struct watch *w, const uint32_t *items, size_t len)
{
	struct numbers n = { .len = len, .cap = len };

	n.items = arena_alloc(&w->r->arena, (len + 1) * sizeof(*items));
	memcpy(n.items, items, len * sizeof(*items));
	return n;
}

static void record_curve(struct watch *w)
{
	const struct owners *o = &w->first.owners;
	const struct trace_facts *facts = &w->first.facts;
	struct package_record *p = &w->r->package;

	if (!w->first.traced || w->first.trace_error[0] || !o->curve.len)
		return;
	p->has_curve = true;
	p->trace_ns = facts->last_ns - facts->first_ns;
	p->curve_begin_ns = owners_since_begin(o, o->curve.begin_ns);
	p->curve_step_ns = curve_step_ns(&o->curve);
	p->curve_peak = keep_numbers(w, o->curve.peak, o->curve.len);
	p->curve_last = keep_numbers(w, o->curve.last, o->curve.len);
}

static void record_package(struct watch *w)
{
	struct package_record *p = &w->r->package;

	p->result = w->first.status == 0 ? "pass" : "fail";
	p->elapsed_ns = w->first.end_ns;
	p->goroutines = w->first.owners.started;
	p->run_lines = w->first.owners.run_lines;
	p->bench_lines = w->first.owners.bench_lines;
	p->module = w->binary.module;
	p->traced = w->first.traced;
	p->run_names = w->first.traced && !w->first.owners.unclaimed;
	p->start_ns = w->first.exec_ns;
	p->settle_ns = w->first.settle_ns;
	p->dump_ns = w->first.dump_ns;
	p->peak_bytes = memory_peak();
	p->resident_bytes = w->first.resident_bytes;
}

/* The import path from the build info, or, up to Go 1.23, from where it was started. What has
 * none goes by the name of the program. */
static void name_package(struct watch *w)
{
	size_t n = strlen(w->binary.path);
	struct module_place place;

	w->r->package.package = "";
	if (n) {
		if (ends_with(w->binary.path, ".test"))
			n -= strlen(".test");
		w->r->package.package = arena_strndup(&w->r->arena, w->binary.path, n);
	} else if (w->spec->dir && module_locate(w->spec->dir, &w->r->arena, &place)) {
		w->r->package.package = place.import;
		w->binary.module = place.module;
	} else if (w->arguments.binary < w->spec->argc) {
		w->r->package.package = w->spec->argv[w->arguments.binary];
	}
}

static void read_binary(struct watch *w)
{
	struct err err;

	arguments_read(&w->arguments, w->spec->argv, w->spec->argc);
	w->direct = w->arguments.binary == 0;
	if (!binary_read(runs_find_program(w, w->spec->argv[w->arguments.binary]), &w->r->arena,
			 &w->binary, &err))
		w->binary = (struct binary){ .kind = BINARY_NOT_GO,
					     .arch = "",
					     .path = "",
					     .module = "",
					     .go_version = "" };
	/* Without these the exit cannot be told from a child's. */
	if (w->binary.kind == BINARY_GO_AMD64 && !w->binary.pie &&
	    (!w->binary.syscall6_ip || (!w->binary.exit_ip && !w->binary.race)))
		w->binary.kind = BINARY_NOT_GO;
}

/* Who is above no limit is not asked what it passes by value. */
static void read_bulky(struct watch *w)
{
	const char *path = runs_find_program(w, w->spec->argv[w->arguments.binary]);
	struct err ignored;

	w->peak_memory =
	    policy_find(w->spec->policy, SETTING_PEAK_MEMORY, w->r->package.package, NULL);
	if (w->peak_memory && !bulkies_read(path, &w->binary, &w->r->arena, &w->bulky, &ignored))
		w->bulky.len = 0;
}

static void record_bulky(struct watch *w)
{
	struct package_record *p = &w->r->package;
	struct sources sources = { 0 };

	if (!w->peak_memory || p->resident_bytes <= (uint64_t)w->peak_memory->value)
		return;
	p->bulky = bulks_record(&w->first.bulks, &sources, &w->r->arena);
	sources_release(&sources);
}

bool watch_run(const struct watch_spec *spec, struct watch_result *r, struct err *err)
{
	struct watch w = { .spec = spec, .r = r };

	*r = (struct watch_result){ .package = {
					.module = "", .result = "", .why = "", .output = "" } };
	read_binary(&w);
	name_package(&w);
	read_bulky(&w);
	w.settle_ns = policy_get(spec->policy, SETTING_SETTLE, r->package.package, NULL);
	w.second_look = (enum second_look)policy_get(spec->policy, SETTING_SECOND_LOOK,
						     r->package.package, NULL);
	if (!runs_first(&w, err)) {
		look_release(&w.first);
		arena_clear(&r->arena);
		return false;
	}
	r->status = w.first.status;
	watch_conclude(&w);
	deadlocks_prove(&w);
	leftovers_judge(&w);
	record_tests(&w);
	record_package(&w);
	record_bulky(&w);
	record_curve(&w);
	/* What was found lives in the looks' arenas: r takes them over. */
	r->first = w.first;
	r->second = w.second;
	r->hung = w.hung;
	return true;
}

void watch_write(const struct watch_result *r, struct buf *out)
{
	record_write_package(out, &r->package);
	for (size_t i = 0; i < r->tests.len; i++)
		record_write_test(out, &r->tests.items[i]);
	for (size_t i = 0; i < r->findings.len; i++)
		record_write_finding(out, &r->findings.items[i]);
}

void watch_release(struct watch_result *r)
{
	look_release(&r->first);
	look_release(&r->second);
	look_release(&r->hung);
	VEC_FREE(&r->tests);
	VEC_FREE(&r->findings);
	arena_clear(&r->arena);
}
