#include "watch/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "account/run_line.h"
#include "base/clock.h"
#include "base/vec.h"
#include "gotest/module.h"
#include "guard/trap.h"
#include "proc/memory.h"
#include "watch/look.h"

#define LOOK_LEAST_NS   (10 * NS_PER_S) /* of time for the second look */
#define LOOK_MOST_NS    (120 * NS_PER_S)
#define GO_GRACE_NS     (50 * NS_PER_S) /* cmd/go kills a minute after -test.timeout */
#define PATTERN_MOST    (64 << 10)      /* bytes: an argument has 128 KiB at most */
#define LOOK_GOMAXPROCS "GOMAXPROCS=8"

struct watch {
	const struct watch_spec *spec;
	struct watch_result *r;
	struct binary binary;
	struct arguments arguments;
	int64_t settle_ns;            /* of the package */
	enum second_look second_look; /* of the package */
	bool direct;
	struct look first, second;
	bool looked; /* second is filled */
};

/* --- what to run ---------------------------------------------------------- */

static const char *find_program(struct watch *w, const char *name)
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
static const char *godebug(struct watch *w)
{
	const char *theirs = env_value(w, "GODEBUG");
	char text[4096];

	snprintf(text, sizeof(text), "GODEBUG=tracebackancestors=64%s%s",
		 theirs && *theirs ? "," : "", theirs ? theirs : "");
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

/* --- the first run --------------------------------------------------------- */

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

static bool first_run(struct watch *w, struct err *err)
{
	static const char *const add[] = { "-test.trace=" TRAP_MARKER_PATH, NULL };
	static const char *const drop[] = { "trace", NULL };
	struct look_spec spec = common_spec(w);
	bool ok;

	spec.judge = w->binary.kind == BINARY_GO_AMD64;
	spec.trace = spec.judge && !w->spec->no_trace;
	spec.argv = w->spec->argv;
	if (spec.trace) {
		spec.trace_copy = open_trace_copy(w);
		/* A file that cannot be made is testing's to complain about. */
		if (spec.trace_copy < 0 && arguments_flag(&w->arguments, "trace").n)
			spec.trace = false;
	}
	if (spec.trace)
		spec.argv = arguments_apply(&w->arguments,
					    &(struct arguments_change){ .drop = drop, .add = add },
					    &w->r->arena);
	ok = look_run(&spec, &w->first, err);
	if (spec.trace_copy >= 0)
		close(spec.trace_copy);
	return ok;
}

/* --- the second look -------------------------------------------------------- */

static void quote_regexp(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (strchr("\\.+*?()|[]{}^$", *s))
			buf_putc(b, '\\');
		buf_putc(b, *s);
	}
}

/* Findings of the first run that need no second word. */
static bool is_decided(const struct look *l, const struct finding *f)
{
	return !l->undecided[0] || f->class == CLASS_LATE_PANIC || f->status == STATUS_ALLOWED;
}

/* Whether the finding's tests must run again. Who panicked needs no second look, and would
 * spoil that of the others. */
static bool is_wanted(const struct look *l, const struct finding *f, bool benchmarks)
{
	return (f->owner == OWNER_BENCHMARK) == benchmarks && f->status != STATUS_ALLOWED &&
	       !(l->undecided[0] && is_decided(l, f));
}

/* Adds a name, once. */
static void add_test(struct buf *pattern, const char *name)
{
	AUTO_BUF quoted = { 0 };

	quote_regexp(&quoted, name);
	buf_putc(&quoted, '|');
	if (!strstr(buf_str(pattern), buf_str(&quoted)))
		buf_put(pattern, quoted.data, quoted.len);
}

/* Whether some finding's tests are not known: a timer's, and what a goroutine of TestMain's
 * started for whoever asked it to. Then all must run again. */
static bool is_anonymous(const struct look *l)
{
	for (size_t i = 0; i < l->findings.len; i++)
		if (!l->findings.items[i].test[0] && is_wanted(l, &l->findings.items[i], false))
			return true;
	return false;
}

/* "^(TestA|TestB)$" of the owners, "" when there is none of the kind. */
static const char *owners_pattern(struct watch *w, bool benchmarks)
{
	AUTO_BUF names = { 0 };
	AUTO_BUF b = { 0 };

	for (size_t i = 0; i < w->first.findings.len; i++) {
		const struct finding *f = &w->first.findings.items[i];

		if (is_wanted(&w->first, f, benchmarks))
			add_test(&names, f->test);
	}
	if (!names.len)
		return "";
	buf_printf(&b, "^(%.*s)$", (int)names.len - 1, names.data);
	return arena_strndup(&w->r->arena, buf_str(&b), b.len);
}

/* How long the second look may take. */
static int64_t look_limit(const struct watch *w)
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

static char **second_arguments(struct watch *w, bool trace)
{
	/* The first two choose: the user's choice stays where the owners are not known by
	 * name. The others write files. */
	static const char *const drop[] = {
		"run",
		"bench",
		"trace",
		"memprofile",
		"memprofilerate",
		"cpuprofile",
		"blockprofile",
		"mutexprofile",
		"coverprofile",
		"gocoverdir",
		"testlogfile",
		"v",
		"artifacts",
		NULL,
	};
	const char *tests = trace ? owners_pattern(w, false) : "";
	const char *benchmarks = trace ? owners_pattern(w, true) : "";
	bool same = !trace || keeps_pattern(w) || is_anonymous(&w->first) ||
		    strlen(tests) + strlen(benchmarks) > PATTERN_MOST;
	struct arguments_change change = { .drop = same ? drop + 2 : drop };
	const char *add[8];
	size_t n = 0;

	add[n++] = "-test.memprofile=" TRAP_GATE_PATH;
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

static bool second_look(struct watch *w, bool trace)
{
	struct look_spec spec = common_spec(w);
	const char *changes[3] = { 0 };
	size_t n = 0;
	struct err err;
	bool ok;

	spec.judge = spec.gate = true;
	spec.trace = trace;
	spec.at_exit = w->binary.has_test_main;
	spec.limit_ns = look_limit(w);
	if (spec.limit_ns <= 0)
		return false;
	/* At the exit one P is held: enough others must be free. */
	if (spec.at_exit)
		changes[n++] = LOOK_GOMAXPROCS;
	if (!trace)
		changes[n++] = godebug(w);
	if (n)
		spec.envp = with_env(w, changes);
	spec.argv = second_arguments(w, trace);
	ok = look_run(&spec, &w->second, &err);
	w->looked = true;
	w->r->package.look_ns += w->second.end_ns;
	w->r->signal = w->second.signal;
	return ok;
}

/* --- putting both together ---------------------------------------------------- */

/* The second look's own RUN lines name its tests. */
static void name_test(const struct look *l, struct finding *f)
{
	struct run_lines lines = {
		.names = l->names.items,
		.len = l->names.len,
		.tests = l->owners.run_lines,
		.benchmarks = l->owners.bench_lines,
	};
	const char *name = !l->owners.unclaimed && run_lines_agree(&lines)
			       ? run_line_name(&lines, f->owner, f->run_index)
			       : NULL;

	f->run_index = -1;
	if (!name)
		return;
	f->test = name;
	f->one_of_subtests = false;
}

static bool same_leak(const struct finding *a, const struct finding *b)
{
	size_t n = strcspn(a->test, "/");

	return !strcmp(a->key, b->key) && n == strcspn(b->test, "/") &&
	       !strncmp(a->test, b->test, n);
}

static struct finding *find_leak(const struct findings *all, const struct finding *f)
{
	for (size_t i = 0; i < all->len; i++)
		if (same_leak(&all->items[i], f))
			return &all->items[i];
	return NULL;
}

/* Whether what the trace saw is proof enough: nothing ends these. All else may have been
 * about to end, or be stopped by a teardown, however long it had waited. */
static bool is_for_ever(const struct finding *f)
{
	return f->class == CLASS_NIL_CHANNEL || f->class == CLASS_SELECT_EMPTY;
}

/* What only the trace saw was alive when it ended, no more: it fails nothing. */
static void report(struct watch *w, const struct finding *f)
{
	struct finding kept = *f;

	if (kept.certainty == CERTAINTY_OBSERVED && kept.status == STATUS_LEAK &&
	    !is_for_ever(&kept))
		kept.status = STATUS_NOTE;
	VEC_PUSH(&w->r->findings, kept);
}

static void checked(struct watch *w, enum checked c, const char *before, const char *what)
{
	struct package_record *p = &w->r->package;
	char text[1024];

	if (c <= p->checked && p->why[0])
		return;
	snprintf(text, sizeof(text), "%s%s", before, what);
	p->checked = c;
	p->why = arena_strndup(&w->r->arena, text, strlen(text));
}

static void report_first(struct watch *w)
{
	for (size_t i = 0; i < w->first.findings.len; i++)
		report(w, &w->first.findings.items[i]);
}

/* What the second look shows for certain, whatever the first run saw: a panic, and what is
 * only ever a note. */
static bool stands_alone(const struct finding *f)
{
	return f->class == CLASS_LATE_PANIC || f->owner == OWNER_TESTMAIN || f->owner == OWNER_INIT;
}

static void report_alone(struct watch *w)
{
	for (size_t i = 0; w->first.undecided[0] && i < w->second.findings.len; i++) {
		struct finding *f = &w->second.findings.items[i];
		struct finding *before = find_leak(&w->first.findings, f);

		if (!stands_alone(f) || (before && is_decided(&w->first, before)))
			continue;
		name_test(&w->second, f);
		report(w, f);
	}
}

/* What becomes of a finding of the first run; again is the second look's, NULL: not seen. */
static void join_first(struct watch *w, struct finding *f, const struct finding *again)
{
	if (f->status == STATUS_ALLOWED) {
		report(w, f); /* nobody looked for it again */
		return;
	}
	f->runs = 2;
	if (is_decided(&w->first, f)) {
		f->seen = again ? 2 : 1;
		report(w, f);
	} else if (!again && f->status == STATUS_LEAK) {
		w->r->package.undecided_gone += f->count;
	}
}

static void join(struct watch *w)
{
	for (size_t i = 0; i < w->first.findings.len; i++) {
		struct finding *f = &w->first.findings.items[i];

		join_first(w, f, find_leak(&w->second.findings, f));
	}
	report_alone(w);
	/* Class, count and test are the second look's: it saw the process come to rest. */
	for (size_t i = 0; w->first.undecided[0] && i < w->second.findings.len; i++) {
		struct finding *f = &w->second.findings.items[i];
		struct finding *before = find_leak(&w->first.findings, f);

		if (!before || is_decided(&w->first, before) || stands_alone(f))
			continue;
		f->seen = f->runs = 2;
		f->wait_ns = before->wait_ns > f->wait_ns ? before->wait_ns : f->wait_ns;
		name_test(&w->second, f);
		report(w, f);
	}
}

/* There can be no second look: the trace's word is all there is. */
static void report_undecided(struct watch *w, const char *why)
{
	for (size_t i = 0; i < w->first.findings.len; i++) {
		struct finding f = w->first.findings.items[i];

		if (!is_decided(&w->first, &f))
			f.certainty = CERTAINTY_OBSERVED;
		report(w, &f);
	}
	checked(w, CHECKED_PART, "", why);
}

/* The second look came to no verdict: what it left open is counted. */
static void leave_open(struct watch *w, const char *why)
{
	report_alone(w);
	for (size_t i = 0; i < w->first.findings.len; i++) {
		struct finding f = w->first.findings.items[i];
		struct finding *again = find_leak(&w->second.findings, &f);
		bool decided = is_decided(&w->first, &f);

		if (again && again->class == CLASS_LATE_PANIC)
			continue;
		if (!decided)
			f.certainty = CERTAINTY_OBSERVED;
		if (decided || is_for_ever(&f))
			report(w, &f);
		else if (f.status == STATUS_LEAK)
			w->r->package.undecided_open += f.count;
	}
	checked(w, CHECKED_PART, "survivors could not be looked at again: ", why);
}

/* Whether the second look came as far as a verdict. */
static bool look_judged(const struct watch *w)
{
	return w->second.judged && !w->second.aborted && !w->second.undecided[0];
}

static const char *look_failure(const struct watch *w)
{
	if (w->second.why[0])
		return w->second.why;
	if (w->second.undecided[0])
		return w->second.undecided;
	return "it did not reach the end of the tests";
}

static void decide_undecided(struct watch *w)
{
	if (w->second_look == SECOND_LOOK_NEVER || w->first.trap_missing) {
		report_undecided(w, w->first.trap_missing ? w->first.why : w->first.undecided);
		return;
	}
	if (second_look(w, true) && look_judged(w)) {
		join(w);
		return;
	}
	leave_open(w, look_failure(w));
}

/* No usable trace: the second look runs everything, and the dump's ancestors name
 * the owners. */
static void look_without_trace(struct watch *w, const char *why)
{
	if (w->second_look == SECOND_LOOK_NEVER || w->first.trap_missing) {
		checked(w, CHECKED_NO, "", why);
		return;
	}
	if (!second_look(w, false) || !look_judged(w)) {
		char text[512];

		snprintf(text, sizeof(text), "%.200s; %.200s", why, look_failure(w));
		checked(w, CHECKED_NO, "", text);
		return;
	}
	for (size_t i = 0; i < w->second.findings.len; i++)
		report(w, &w->second.findings.items[i]);
	checked(w, CHECKED_PART, "without the trace: ", why);
}

static bool all_decided(const struct look *l)
{
	for (size_t i = 0; i < l->findings.len; i++)
		if (!is_decided(l, &l->findings.items[i]))
			return false;
	return true;
}

static bool all_allowed(const struct look *l)
{
	for (size_t i = 0; i < l->findings.len; i++)
		if (l->findings.items[i].status != STATUS_ALLOWED)
			return false;
	return true;
}

static void conclude_whole(struct watch *w)
{
	if (all_decided(&w->first)) {
		if (w->second_look == SECOND_LOOK_ALWAYS && !all_allowed(&w->first) &&
		    second_look(w, true) && look_judged(w))
			join(w);
		else
			report_first(w);
		if (w->first.why[0])
			checked(w, CHECKED_PART, "", w->first.why);
		return;
	}
	decide_undecided(w);
}

static void conclude_part(struct watch *w)
{
	static const char *const why[] = {
		[TRACE_TIMEOUT] = "the tests timed out",
		[TRACE_EARLY] = "the tests ended by a panic, or with status 2",
	};
	bool timeout = w->first.facts.end == TRACE_TIMEOUT;

	checked(w, CHECKED_PART, "", why[timeout ? TRACE_TIMEOUT : TRACE_EARLY]);
	if (all_decided(&w->first))
		report_first(w);
	else
		decide_undecided(w);
}

/* How the first run ended, as far as a verdict goes. */
enum ending {
	ENDING_FOREIGN, /* not a binary that can be watched */
	ENDING_EMPTY,   /* no test ran: TestMain did not call m.Run, or -test.list */
	ENDING_HIDDEN,  /* its memory cannot be read, not even the names of files it opens */
	ENDING_UNTRACED,
	ENDING_KILLED,
	ENDING_UNSEEN,  /* its exit was not seen */
	ENDING_EARLY,   /* before its tests, or inside one: os.Exit, log.Fatal */
	ENDING_BROKEN,  /* the trace cannot be read */
	ENDING_AGAIN,   /* m.Run more than once */
	ENDING_STOPPED, /* a test stopped the trace */
	ENDING_BADLY,   /* a timeout or a panic, with what the trace has up to there */
	ENDING_WHOLE,
};

static enum ending ending_untraced(const struct look *l)
{
	if (WIFSIGNALED(l->status))
		return ENDING_KILLED;
	if (!l->ran && l->hidden)
		return ENDING_HIDDEN;
	if (!l->ran && l->status == 0)
		return ENDING_EMPTY;
	return l->trapped || l->trap_missing ? ENDING_EARLY : ENDING_UNSEEN;
}

static enum ending ending_traced(const struct look *l)
{
	if (l->ran_again)
		return ENDING_AGAIN;
	if (l->trace_error[0] && !l->trace_cut)
		return ENDING_BROKEN;
	if (l->facts.end == TRACE_TESTS)
		return ENDING_WHOLE;
	if (look_ended_badly(l))
		return ENDING_BADLY;
	if (l->facts.end == TRACE_EARLY && !WIFSIGNALED(l->status))
		return ENDING_STOPPED;
	return ending_untraced(l);
}

static enum ending ending_of(const struct watch *w)
{
	if (w->binary.kind != BINARY_GO_AMD64)
		return ENDING_FOREIGN;
	if (w->spec->no_trace)
		return ENDING_UNTRACED;
	return w->first.traced ? ending_traced(&w->first) : ending_untraced(&w->first);
}

static void conclude_foreign(struct watch *w)
{
	if (w->binary.kind == BINARY_GO_OTHER)
		checked(w, CHECKED_NO, "only linux/amd64 can be watched, it is for ",
			w->binary.arch);
	else
		checked(w, CHECKED_NO, "", "it is not a Go test binary");
}

static void conclude(struct watch *w)
{
	const struct look *l = &w->first;

	switch (ending_of(w)) {
	case ENDING_FOREIGN:
		conclude_foreign(w);
		break;
	case ENDING_EMPTY:
		break;
	case ENDING_HIDDEN:
		checked(w, CHECKED_NO, "", "its memory cannot be read: it is not dumpable");
		break;
	case ENDING_UNTRACED:
		look_without_trace(w, "its tests do not stand it");
		break;
	case ENDING_KILLED:
		checked(w, CHECKED_NO,
			"the test binary was ended by a signal: ", strsignal(WTERMSIG(l->status)));
		break;
	case ENDING_UNSEEN:
		checked(w, CHECKED_NO, "", "its exit was not seen: another program took its place");
		break;
	case ENDING_EARLY:
		checked(w, CHECKED_NO, "",
			l->ran ? "its trace ends inside a test (os.Exit or log.Fatal, or all "
				 "descriptors closed)"
			       : "it ended before its tests");
		break;
	case ENDING_BROKEN:
		look_without_trace(w, l->trace_error);
		break;
	case ENDING_AGAIN:
		look_without_trace(w, "TestMain called m.Run more than once");
		break;
	case ENDING_STOPPED:
		look_without_trace(w, "a test stopped it (runtime/trace.Stop)");
		break;
	case ENDING_BADLY:
		conclude_part(w);
		break;
	case ENDING_WHOLE:
		conclude_whole(w);
		break;
	}
}

/* --- records -------------------------------------------------------------------- */

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
}

/* The import path from the build info, or, up to Go 1.23, from where it was started. */
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
	}
}

static void read_binary(struct watch *w)
{
	struct err err;

	arguments_read(&w->arguments, w->spec->argv, w->spec->argc);
	w->direct = w->arguments.binary == 0;
	if (!binary_read(find_program(w, w->spec->argv[w->arguments.binary]), &w->r->arena,
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

bool watch_run(const struct watch_spec *spec, struct watch_result *r, struct err *err)
{
	struct watch w = { .spec = spec, .r = r };

	*r = (struct watch_result){ .package = { .module = "", .result = "", .why = "" } };
	read_binary(&w);
	name_package(&w);
	w.settle_ns = policy_get(spec->policy, SETTING_SETTLE, r->package.package, NULL);
	w.second_look = (enum second_look)policy_get(spec->policy, SETTING_SECOND_LOOK,
						     r->package.package, NULL);
	if (!first_run(&w, err)) {
		look_release(&w.first);
		return false;
	}
	r->status = w.first.status;
	conclude(&w);
	record_tests(&w);
	record_package(&w);
	/* What was found lives in the looks' arenas: r takes them over. */
	r->first = w.first;
	r->second = w.second;
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
	VEC_FREE(&r->tests);
	VEC_FREE(&r->findings);
	arena_clear(&r->arena);
}
