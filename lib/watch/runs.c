#include "watch/runs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/vec.h"
#include "gotest/pattern.h"
#include "guard/proof.h"
#include "guard/trap.h"

#define NOTE_LOOK_MOST_NS (2 * NS_PER_S)  /* of the first run, for the sake of notes alone */
#define LOOK_LEAST_NS     (10 * NS_PER_S) /* of time for the second look */
#define LOOK_MOST_NS      (120 * NS_PER_S)
#define GO_GRACE_NS       (50 * NS_PER_S) /* cmd/go kills a minute after -test.timeout */
#define NO_FRAME_POINTERS "tracefpunwindoff=1"
#define PATTERN_MOST      (64 << 10) /* bytes: an argument has 128 KiB at most */
#define LOOK_GOMAXPROCS   "GOMAXPROCS=8"

const char *runs_find_program(struct watch *w, const char *name)
{
	const char *dirs = w->spec->path ? w->spec->path : "/usr/local/bin:/usr/bin:/bin";

	if (strchr(name, '/'))
		return name;
	while (*dirs) {
		size_t n = strcspn(dirs, ":");
		char path[4096];

		snprintf(path, sizeof(path), "%.*s/%s", (int)n, dirs, name);
		if (n && access(path, X_OK) == 0)
			return arena_strndup(&w->r->arena, path, strlen(path));
		dirs += n + (dirs[n] == ':');
	}
	return name;
}

static char **with_env(struct watch *w, const char *const *changes)
{
	size_t n = 0, m = 0;
	char **env;

	while (w->spec->envp[n])
		n++;
	while (changes[m])
		m++;
	env = arena_alloc(&w->r->arena, (n + m + 1) * sizeof(*env));
	n = 0;
	for (char *const *e = w->spec->envp; *e; e++) {
		bool replaced = false;

		for (size_t i = 0; i < m; i++)
			replaced |= !strncmp(*e, changes[i], strcspn(changes[i], "=") + 1);
		if (!replaced)
			env[n++] = *e;
	}
	for (size_t i = 0; i < m; i++)
		env[n++] = arena_strndup(&w->r->arena, changes[i], strlen(changes[i]));
	return env;
}

static const char *env_value(const struct watch *w, const char *name)
{
	size_t n = strlen(name);

	for (char *const *e = w->spec->envp; *e; e++)
		if (!strncmp(*e, name, n) && (*e)[n] == '=')
			return *e + n + 1;
	return NULL;
}

/* The user's own settings come last: they win. */
static const char *godebug(struct watch *w, const char *ours)
{
	const char *theirs = env_value(w, "GODEBUG");
	char text[4096];

	snprintf(text, sizeof(text), "GODEBUG=%s%s%s", ours, theirs && *theirs ? "," : "",
		 theirs ? theirs : "");
	return arena_strndup(&w->r->arena, text, strlen(text));
}

/* Where a user's own -trace goes: src/testing/testing.go, toOutputDir. */
static int open_trace_copy(struct watch *w)
{
	struct str file = arguments_flag(&w->arguments, "trace");
	struct str dir = arguments_flag(&w->arguments, "outputdir");
	char path[4096];

	if (!file.n)
		return -1;
	if (file.p[0] == '/' || !dir.n)
		snprintf(path, sizeof(path), "%.*s", (int)file.n, file.p);
	else
		snprintf(path, sizeof(path), "%.*s/%.*s", (int)dir.n, dir.p, (int)file.n, file.p);
	return open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

static struct look_spec common_spec(struct watch *w)
{
	return (struct look_spec){
		.envp = w->spec->envp,
		.binary = &w->binary,
		.direct = w->direct,
		.package = w->r->package.package,
		.policy = w->spec->policy,
		.settle_ns = w->settle_ns,
		.trace_copy = -1,
		.watched_parent = w->spec->watched_parent,
		.mask = w->spec->mask,
	};
}

bool runs_first(struct watch *w, struct err *err)
{
	static const char *const add[] = { "-test.trace=" TRAP_MARKER_PATH, NULL };
	static const char *const drop[] = { "trace", NULL };
	struct look_spec spec = common_spec(w);
	bool ok;

	spec.bulky = &w->bulky;
	spec.judge = w->binary.kind == BINARY_GO_AMD64;
	spec.trace = spec.judge && !w->spec->no_trace;
	spec.argv = w->spec->argv;
	spec.alive = w->spec->alive;
	spec.ctx = w->spec->ctx;
	if (spec.trace) {
		spec.trace_copy = open_trace_copy(w);
		/* A file that cannot be made is testing's to complain about. */
		if (spec.trace_copy < 0 && arguments_flag(&w->arguments, "trace").n)
			spec.trace = false;
	}
	if (spec.trace && w->spec->no_frame_pointers)
		spec.envp =
		    with_env(w, (const char *const[]){ godebug(w, NO_FRAME_POINTERS), NULL });
	if (spec.trace)
		spec.argv = arguments_apply(&w->arguments,
					    &(struct arguments_change){ .drop = drop, .add = add },
					    &w->r->arena);
	ok = look_run(&spec, &w->first, err);
	if (spec.trace_copy >= 0)
		close(spec.trace_copy);
	return ok;
}

bool finding_is_too_dear(const struct watch *w, const struct finding *f)
{
	return f->status == STATUS_NOTE && w->second_look != SECOND_LOOK_ALWAYS &&
	       w->first.end_ns > NOTE_LOOK_MOST_NS;
}

/* Whether the finding's tests must run again. Who panicked needs no second look, and would
 * spoil that of the others. */
static bool is_wanted(const struct watch *w, const struct finding *f, bool benchmarks)
{
	const struct look *l = &w->first;

	return !finding_is_too_dear(w, f) && (f->owner == OWNER_BENCHMARK) == benchmarks &&
	       f->status != STATUS_ALLOWED && !(l->undecided[0] && finding_is_decided(l, f));
}

/* Whether some finding's tests are not known: a timer's, and what a goroutine of TestMain's
 * started for whoever asked it to. Then all must run again. */
static bool is_anonymous(const struct watch *w)
{
	const struct findings *f = &w->first.findings;

	for (size_t i = 0; i < f->len; i++)
		if (!f->items[i].test[0] && is_wanted(w, &f->items[i], false))
			return true;
	return false;
}

/* "^(TestA|TestB)$" of the owners, "" when there is none of the kind. */
static const char *owners_pattern(struct watch *w, bool benchmarks)
{
	AUTO_WORDS names = { 0 };
	AUTO_BUF b = { 0 };

	for (size_t i = 0; i < w->first.findings.len; i++) {
		const struct finding *f = &w->first.findings.items[i];

		if (is_wanted(w, f, benchmarks) && f->test[0])
			VEC_PUSH(&names, f->test);
	}
	pattern_any(&b, &names);
	return arena_strndup(&w->r->arena, buf_str(&b), b.len);
}

int64_t runs_limit(const struct watch *w)
{
	int64_t limit = 2 * w->first.end_ns + w->first.budget_ns + LOOK_LEAST_NS;
	struct str given = arguments_flag(&w->arguments, "timeout");
	char text[64];
	int64_t timeout;

	if (limit > LOOK_MOST_NS)
		limit = LOOK_MOST_NS;
	snprintf(text, sizeof(text), "%.*s", (int)given.n, given.p ? given.p : "");
	if (!given.n || !duration_parse(text, &timeout, NULL) || !timeout)
		return limit;
	timeout += GO_GRACE_NS - w->first.end_ns;
	return timeout < limit ? timeout : limit;
}

/* A pattern with a slash chose subtests: it chooses them again. */
static bool keeps_pattern(const struct watch *w)
{
	struct str run = arguments_flag(&w->arguments, "run");

	return run.n && memchr(run.p, '/', run.n);
}

static const char *flag_with(struct watch *w, const char *flag, const char *value)
{
	AUTO_BUF b = { 0 };

	buf_printf(&b, "%s%s", flag, value);
	return arena_strndup(&w->r->arena, buf_str(&b), b.len);
}

/* What chooses tests comes first, then what writes files. */
static const char *const replaced[] = {
	"run",
	"bench",
	"trace",
	"memprofile",
	"memprofilerate",
	"cpuprofile",
	"blockprofile",
	"mutexprofile",
	"mutexprofilefraction",
	"coverprofile",
	"gocoverdir",
	"testlogfile",
	"v",
	"artifacts",
	NULL,
};

static char **second_arguments(struct watch *w, bool trace, bool prove)
{
	const char *tests = trace ? owners_pattern(w, false) : "";
	const char *benchmarks = trace ? owners_pattern(w, true) : "";
	bool same = !trace || keeps_pattern(w) || is_anonymous(w) ||
		    strlen(tests) + strlen(benchmarks) > PATTERN_MOST;
	/* The user's choice stays where the owners are not known by name. */
	struct arguments_change change = { .drop = same ? replaced + 2 : replaced };
	const char *add[9];
	size_t n = 0;

	add[n++] = "-test.memprofile=" TRAP_GATE_PATH;
	/* Written behind the memory profile and its collection; the fraction counts no locks. */
	if (prove) {
		add[n++] = "-test.mutexprofile=" TRAP_GATE_PATH;
		add[n++] = "-test.mutexprofilefraction=0";
	}
	add[n++] = "-test.v=test2json";
	if (trace)
		add[n++] = "-test.trace=" TRAP_MARKER_PATH;
	if (!same)
		add[n++] = flag_with(w, "-test.run=", tests[0] ? tests : "^$");
	if (!same && benchmarks[0])
		add[n++] = flag_with(w, "-test.bench=", benchmarks);
	add[n] = NULL;
	change.add = add;
	return arguments_apply(&w->arguments, &change, &w->r->arena);
}

bool runs_second(struct watch *w, bool trace)
{
	struct look_spec spec = common_spec(w);
	const char *changes[3] = { 0 };
	size_t n = 0;
	struct err err;
	bool ok;

	spec.judge = spec.gate = true;
	spec.trace = trace;
	spec.at_exit = w->binary.has_test_main;
	spec.limit_ns = runs_limit(w);
	if (spec.limit_ns <= 0)
		return false;
	/* At the exit one P is held: enough others must be free. */
	if (spec.at_exit)
		changes[n++] = LOOK_GOMAXPROCS;
	if (!trace)
		changes[n++] = godebug(w, "tracebackancestors=64");
	else if (w->spec->no_frame_pointers)
		changes[n++] = godebug(w, NO_FRAME_POINTERS);
	if (n)
		spec.envp = with_env(w, changes);
	/* With a TestMain the process lives on, and nobody may wake who was found to be leaked. */
	spec.prove = !spec.at_exit && proof_possible(&w->binary);
	spec.argv = second_arguments(w, trace, spec.prove);
	ok = look_run(&spec, &w->second, &err);
	w->r->package.look_ns += w->second.end_ns;
	w->r->signal = w->second.signal;
	return ok;
}

static char **hung_arguments(struct watch *w, const struct words *tests, int64_t timeout_ns)
{
	/* Two more of them than replaced: how often, and how long. */
	const char *drop[ARRAY_LEN(replaced) + 2] = { "count", "timeout" };
	const char *add[9] = {
		"-test.memprofile=" TRAP_GATE_PATH, "-test.mutexprofile=" TRAP_GATE_PATH,
		"-test.mutexprofilefraction=0",     "-test.v=test2json",
		"-test.trace=" TRAP_MARKER_PATH,    "-test.count=1"
	};
	/* A user's pattern with a slash stays. */
	size_t kept = !tests || keeps_pattern(w) ? 2 : 0;
	AUTO_BUF pattern = { 0 }, timeout = { 0 };

	for (size_t i = kept; i < ARRAY_LEN(replaced); i++)
		drop[i + 2 - kept] = replaced[i];
	buf_printf(&timeout, "%lldms", (long long)(timeout_ns / NS_PER_MS));
	add[6] = flag_with(w, "-test.timeout=", buf_str(&timeout));
	if (!kept) {
		pattern_any(&pattern, tests);
		add[7] = flag_with(w, "-test.run=", buf_str(&pattern));
	}
	if (pattern.len > PATTERN_MOST)
		return NULL;
	return arguments_apply(
	    &w->arguments, &(struct arguments_change){ .drop = drop, .add = add }, &w->r->arena);
}

bool runs_hung(struct watch *w, const struct words *tests, int64_t timeout_ns)
{
	struct look_spec spec = common_spec(w);
	struct err err;
	bool ok;

	spec.judge = spec.gate = spec.prove = spec.hung = spec.trace = true;
	spec.limit_ns = runs_limit(w);
	spec.argv = hung_arguments(w, tests, timeout_ns);
	if (!spec.argv || spec.limit_ns < timeout_ns)
		return false;
	if (w->spec->no_frame_pointers)
		spec.envp =
		    with_env(w, (const char *const[]){ godebug(w, NO_FRAME_POINTERS), NULL });
	ok = look_run(&spec, &w->hung, &err);
	w->r->package.look_ns += w->hung.end_ns;
	if (w->hung.signal)
		w->r->signal = w->hung.signal;
	return ok && w->hung.judged && w->hung.dumped && !w->hung.aborted;
}

/* Without collections what nobody closed stays open, unless there is too much of it. */
#define TALLY_GOGC  "GOGC=off"
#define TALLY_LIMIT "GOMEMLIMIT=1GiB"

static char **tally_arguments(struct watch *w, const struct words *tests, int64_t times)
{
	/* One more of them than replaced: how often. */
	const char *drop[ARRAY_LEN(replaced) + 1] = { "count" };
	const char *add[5] = { "-test.v=test2json", "-test.trace=" TRAP_MARKER_PATH };
	/* A user's pattern with a slash stays. */
	size_t kept = !tests || keeps_pattern(w) ? 1 : 0;
	AUTO_BUF pattern = { 0 }, count = { 0 };

	for (size_t i = kept; i < ARRAY_LEN(replaced); i++)
		drop[i + 1 - kept] = replaced[i];
	buf_printf(&count, "%lld", (long long)times);
	add[2] = flag_with(w, "-test.count=", buf_str(&count));
	if (!kept) {
		pattern_any(&pattern, tests);
		add[3] = flag_with(w, "-test.run=", buf_str(&pattern));
	}
	if (pattern.len > PATTERN_MOST || (tests && keeps_pattern(w) && tests->len > 1))
		return NULL;
	return arguments_apply(
	    &w->arguments, &(struct arguments_change){ .drop = drop, .add = add }, &w->r->arena);
}

bool runs_tally(struct watch *w, const struct tally *t, struct look *l)
{
	struct look_spec spec = common_spec(w);
	struct err err;
	bool ok;

	*l = (struct look){ .undecided = "", .why = "" };
	spec.judge = spec.gate = spec.tally = spec.trace = true;
	spec.limit_ns = t->limit_ns;
	spec.settle_ns = t->settle_ns;
	spec.argv = tally_arguments(w, t->tests, t->times);
	if (!spec.argv || t->limit_ns <= 0)
		return false;
	spec.envp = with_env(
	    w, (const char *const[]){
		   LOOK_GOMAXPROCS, TALLY_GOGC, TALLY_LIMIT,
		   w->spec->no_frame_pointers ? godebug(w, NO_FRAME_POINTERS) : NULL, NULL });
	ok = look_run(&spec, l, &err);
	w->r->package.look_ns += l->end_ns;
	if (l->signal)
		w->r->signal = l->signal;
	return ok && !l->aborted && l->trapped && l->inventory.taken && l->traced &&
	       !l->trace_error[0] && l->facts.end == TRACE_TESTS &&
	       (l->status == 0 || w->first.status != 0);
}
