#include "account/record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "account/fields.h"
#include "base/str.h"
#include "base/vec.h"

const struct place place_nowhere = { .function = "", .file = "", .source = "", .cases = "" };

const struct finding finding_blank = {
	.package = "",
	.test = "",
	.run_index = -1,
	.detail = "",
	.key = "",
	.started = "",
	.created_at = { .function = "", .file = "", .source = "", .cases = "" },
	.user_at = { .function = "", .file = "", .source = "", .cases = "" },
	.blocked_at = { .function = "", .file = "", .source = "", .cases = "" },
	.wait_reason = "",
	.born_ns = -1,
	.seen = 1,
	.runs = 1,
	.settings = "",
	.while_tests = "",
	.fact = "",
	.why = "",
	.allowance = "",
	.reason = "",
	.suspect_note = "",
};

static const char *const owner_words[] = {
	[OWNER_TEST] = "test",       [OWNER_EXAMPLE] = "example",   [OWNER_BENCHMARK] = "benchmark",
	[OWNER_FUZZ] = "fuzz",       [OWNER_TESTMAIN] = "testmain", [OWNER_INIT] = "init",
	[OWNER_PACKAGE] = "package", [OWNER_UNKNOWN] = "unknown",
};

static const char *const certainty_words[] = {
	[CERTAINTY_OBSERVED] = "observed",
	[CERTAINTY_CONFIRMED] = "confirmed",
	[CERTAINTY_PROVEN] = "proven",
};

static const char *const hang_words[] = {
	[HANG_NOT] = "no",
	[HANG_STUCK] = "stuck",
	[HANG_SLOW] = "slow",
};

static const char *const check_words[] = {
	[CHECKED_YES] = "yes",
	[CHECKED_PART] = "part",
	[CHECKED_NO] = "no",
};

static const char *const standing_words[] = {
	[STANDING_NEW] = "new",     [STANDING_FLAKY] = "flaky", [STANDING_UNCHECKED] = "unchecked",
	[STANDING_KNOWN] = "known", [STANDING_GONE] = "gone",
};

static const char *owner_word(unsigned int i)
{
	return owner_words[i];
}

static const char *certainty_word(unsigned int i)
{
	return certainty_words[i];
}

static const char *hang_word(unsigned int i)
{
	return hang_words[i];
}

static const char *check_word(unsigned int i)
{
	return check_words[i];
}

static const char *standing_word(unsigned int i)
{
	return standing_words[i];
}

static const char *class_word(unsigned int i)
{
	return class_row((enum class_id)i)->id;
}

static const char *status_word(unsigned int i)
{
	return status_name((enum status)i);
}

static const struct words owners = { owner_word, ARRAY_LEN(owner_words) };
static const struct words certainties = { certainty_word, ARRAY_LEN(certainty_words) };
static const struct words hangs = { hang_word, ARRAY_LEN(hang_words) };
static const struct words checks = { check_word, ARRAY_LEN(check_words) };
static const struct words standings = { standing_word, ARRAY_LEN(standing_words) };
static const struct words classes = { class_word, CLASS_COUNT };
static const struct words statuses = { status_word, STATUS_NOTE + 1 };

#define AT(type, member, kind_of) \
	.key = #member, .kind = FIELD_##kind_of, .offset = offsetof(struct type, member)

static const struct field place_fields[] = {
	{ AT(place, function, TEXT) },
	{ AT(place, file, TEXT) },
	{ AT(place, line, U32) },
	{ AT(place, source, TEXT), .brief = true },
	{ AT(place, cases, TEXT), .brief = true },
	{ .key = NULL },
};

static const struct field reason_fields[] = {
	{ AT(suspect_reason, text, TEXT) },
	{ AT(suspect_reason, file, TEXT) },
	{ AT(suspect_reason, line, U32) },
	{ .key = NULL },
};

static const struct field suspect_fields[] = {
	{ AT(suspect_commit, sha, TEXT) },
	{ AT(suspect_commit, author, TEXT) },
	{ AT(suspect_commit, date, TEXT) },
	{ AT(suspect_commit, summary, TEXT) },
	{ AT(suspect_commit, score, U32) },
	{ AT(suspect_commit, reasons, LIST), .sub = reason_fields,
	  .size = sizeof(struct suspect_reason) },
	{ .key = NULL },
};

static const struct field finding_fields[] = {
	{ AT(finding, package, TEXT) },
	{ AT(finding, test, TEXT) },
	{ AT(finding, run_index, INDEX) },
	{ AT(finding, one_of_subtests, BOOL), .brief = true },
	{ AT(finding, owner, WORD), .words = &owners },
	{ AT(finding, class, WORD), .words = &classes },
	{ AT(finding, detail, TEXT) },
	{ AT(finding, status, WORD), .words = &statuses },
	{ AT(finding, certainty, WORD), .words = &certainties },
	{ AT(finding, hang, WORD), .words = &hangs, .brief = true },
	{ AT(finding, count, U32) },
	{ AT(finding, key, TEXT) },
	{ AT(finding, started, TEXT), .brief = true },
	{ AT(finding, created_at, PART), .sub = place_fields },
	{ AT(finding, user_at, PART), .sub = place_fields },
	{ AT(finding, blocked_at, PART), .sub = place_fields },
	{ .key = "creation_chain",
	  .kind = FIELD_LIST,
	  .offset = offsetof(struct finding, chain),
	  .sub = place_fields,
	  .size = sizeof(struct place) },
	{ AT(finding, stack, LIST), .sub = place_fields, .size = sizeof(struct place) },
	{ AT(finding, wait_reason, TEXT), .brief = true },
	{ AT(finding, wait_ns, I64) },
	{ AT(finding, born_ns, INDEX) },
	{ AT(finding, seen, SHARE) },
	{ AT(finding, settings, TEXT), .brief = true },
	{ AT(finding, repeat, U32), .brief = true },
	{ AT(finding, repeats_seen, SHARE), .brief = true },
	{ AT(finding, bytes_per_run, U64), .brief = true },
	{ AT(finding, objects_per_run, U64), .brief = true },
	{ AT(finding, while_tests, TEXT), .brief = true },
	{ AT(finding, fact, TEXT), .brief = true },
	{ AT(finding, why, TEXT), .brief = true },
	{ AT(finding, allowance, TEXT), .brief = true },
	{ AT(finding, reason, TEXT), .brief = true },
	{ AT(finding, allowed, U32), .brief = true },
	{ AT(finding, tolerated, BOOL), .brief = true },
	{ AT(finding, suspect_commits, LIST), .sub = suspect_fields,
	  .size = sizeof(struct suspect_commit), .brief = true },
	{ AT(finding, suspect_note, TEXT), .brief = true },
	{ .key = NULL },
};

static const struct field count_fields[] = {
	{ AT(test_record, before, U32) },  { AT(test_record, after, U32) },
	{ AT(test_record, started, U32) }, { AT(test_record, peak, U32) },
	{ AT(test_record, left, U32) },    { .key = NULL },
};

static const struct field wait_fields[] = {
	{ AT(wait_record, reason, TEXT) },
	{ AT(wait_record, ns, I64) },
	{ .key = NULL },
};

static const struct field activity_fields[] = {
	{ AT(test_record, running_ns, I64) },
	{ AT(test_record, runnable_ns, I64) },
	{ AT(test_record, syscall_ns, I64) },
	{ AT(test_record, waits, LIST), .sub = wait_fields, .size = sizeof(struct wait_record) },
	{ AT(test_record, alone_ns, I64) },
	{ AT(test_record, gc_ns, I64) },
	{ .key = NULL },
};

static const struct field test_fields[] = {
	{ AT(test_record, package, TEXT) },
	{ AT(test_record, test, TEXT) },
	{ AT(test_record, run_index, INDEX) },
	{ AT(test_record, result, TEXT) },
	{ AT(test_record, elapsed_ns, I64) },
	{ AT(test_record, start_ns, INDEX) },
	{ AT(test_record, end_ns, INDEX) },
	{ AT(test_record, output, TEXT), .brief = true },
	{ AT(test_record, attempts, U32), .brief = true },
	{ AT(test_record, failures, U32), .brief = true },
	{ .key = "goroutines",
	  .kind = FIELD_MAYBE,
	  .offset = offsetof(struct test_record, counted),
	  .sub = count_fields },
	{ AT(test_record, trace, TEXT), .brief = true },
	{ .key = "activity",
	  .kind = FIELD_MAYBE,
	  .offset = offsetof(struct test_record, has_activity),
	  .sub = activity_fields },
	{ .key = NULL },
};

static const struct field bulk_fields[] = {
	{ AT(bulk_record, declared_at, PART), .sub = place_fields },
	{ AT(bulk_record, bytes, U64) },
	{ AT(bulk_record, on_stack, BOOL), .brief = true },
	{ AT(bulk_record, inside, U32), .brief = true },
	{ AT(bulk_record, stack_bytes, U64), .brief = true },
	{ AT(bulk_record, chain, LIST), .sub = place_fields, .size = sizeof(struct place) },
	{ .key = NULL },
};

static const struct field time_fields[] = {
	{ AT(package_record, start_ns, I64) },   { AT(package_record, settle_ns, I64) },
	{ AT(package_record, dump_ns, I64) },    { AT(package_record, look_ns, I64) },
	{ AT(package_record, peak_bytes, U64) }, { .key = NULL },
};

static const struct field curve_fields[] = {
	{ AT(package_record, trace_ns, I64) },
	{ .key = "begin_ns",
	  .kind = FIELD_I64,
	  .offset = offsetof(struct package_record, curve_begin_ns) },
	{ .key = "step_ns",
	  .kind = FIELD_I64,
	  .offset = offsetof(struct package_record, curve_step_ns) },
	{ .key = "peak",
	  .kind = FIELD_NUMBERS,
	  .offset = offsetof(struct package_record, curve_peak) },
	{ .key = "last",
	  .kind = FIELD_NUMBERS,
	  .offset = offsetof(struct package_record, curve_last) },
	{ .key = NULL },
};

static const struct field package_fields[] = {
	{ AT(package_record, package, TEXT) },
	{ AT(package_record, module, TEXT), .brief = true },
	{ AT(package_record, result, TEXT) },
	{ AT(package_record, elapsed_ns, I64) },
	{ AT(package_record, checked, WORD), .words = &checks },
	{ AT(package_record, why, TEXT), .brief = true },
	{ AT(package_record, output, TEXT), .brief = true },
	{ AT(package_record, goroutines, U64) },
	{ AT(package_record, undecided_gone, U32), .brief = true },
	{ AT(package_record, undecided_open, U32), .brief = true },
	{ AT(package_record, left_open, U32), .brief = true },
	{ AT(package_record, run_lines, U32), .brief = true },
	{ AT(package_record, bench_lines, U32), .brief = true },
	{ AT(package_record, run_names, BOOL), .brief = true },
	{ AT(package_record, traced, BOOL), .brief = true },
	{ AT(package_record, resident_bytes, U64), .brief = true },
	{ AT(package_record, bulky, LIST), .sub = bulk_fields, .size = sizeof(struct bulk_record),
	  .brief = true },
	{ .key = "times", .kind = FIELD_PART, .sub = time_fields },
	{ .key = "curve",
	  .kind = FIELD_MAYBE,
	  .offset = offsetof(struct package_record, has_curve),
	  .sub = curve_fields },
	{ .key = NULL },
};

static const struct field run_fields[] = {
	{ AT(run_record, schema, I64) },
	{ AT(run_record, tool, TEXT) },
	{ AT(run_record, go_version, TEXT) },
	{ AT(run_record, module, TEXT) },
	{ AT(run_record, dir, TEXT) },
	{ AT(run_record, root, TEXT), .brief = true },
	{ AT(run_record, head, TEXT) },
	{ AT(run_record, started, TEXT) },
	{ AT(run_record, shard, TEXT), .brief = true },
	{ AT(run_record, args, TEXTS) },
	{ .key = NULL },
};

static const struct field warning_fields[] = {
	{ AT(warning_record, place, TEXT) },
	{ AT(warning_record, text, TEXT) },
	{ .key = NULL },
};

static const struct field repeated_fields[] = {
	{ AT(repeated_record, runs, U32) },
	{ AT(repeated_record, lost, U32), .brief = true },
	{ AT(repeated_record, failed, U32) },
	{ AT(repeated_record, failing, TEXT), .brief = true },
	{ AT(repeated_record, repeats, U32) },
	{ AT(repeated_record, fresh, TEXT), .brief = true },
	{ AT(repeated_record, note, TEXT), .brief = true },
	{ AT(repeated_record, elapsed_ns, I64) },
	{ .key = NULL },
};

static const struct field base_fields[] = {
	{ AT(base_record, rev, TEXT) },
	{ AT(base_record, commit, TEXT) },
	{ AT(base_record, runs, U32) },
	{ AT(base_record, base_runs, U32) },
	{ .key = NULL },
};

static const struct field compared_fields[] = {
	{ AT(compared, package, TEXT) },
	{ AT(compared, test, TEXT) },
	{ AT(compared, key, TEXT) },
	{ AT(compared, class, WORD), .words = &classes },
	{ AT(compared, standing, WORD), .words = &standings },
	{ AT(compared, count, U32) },
	{ AT(compared, base_count, U32) },
	{ AT(compared, seen, SHARE) },
	{ AT(compared, base_seen, SHARE) },
	{ AT(compared, chance_ppm, U32), .brief = true },
	{ AT(compared, tolerated, BOOL), .brief = true },
	{ .key = NULL },
};

static const struct field end_fields[] = {
	{ AT(end_record, elapsed_ns, I64) },
	{ AT(end_record, exit_code, INT) },
	{ .key = NULL },
};

static void write_line(struct buf *out, const char *type, const struct field *fields,
		       const void *record)
{
	struct json_writer w = JSON_WRITER(out);

	json_object(&w);
	json_kstr(&w, "type", type);
	fields_write(&w, fields, record);
	json_object_end(&w);
	buf_putc(out, '\n');
}

void record_write_run(struct buf *out, const struct run_record *r)
{
	write_line(out, "run", run_fields, r);
}

void record_write_package(struct buf *out, const struct package_record *p)
{
	write_line(out, "package", package_fields, p);
}

void record_write_test(struct buf *out, const struct test_record *t)
{
	write_line(out, "test", test_fields, t);
}

void record_write_finding(struct buf *out, const struct finding *f)
{
	write_line(out, "finding", finding_fields, f);
}

void record_write_warning(struct buf *out, const struct warning_record *w)
{
	write_line(out, "warning", warning_fields, w);
}

void record_write_repeated(struct buf *out, const struct repeated_record *r)
{
	write_line(out, "repeated", repeated_fields, r);
}

void record_write_base(struct buf *out, const struct base_record *b)
{
	write_line(out, "base", base_fields, b);
}

void record_write_compared(struct buf *out, const struct compared *c)
{
	write_line(out, "compared", compared_fields, c);
}

void record_write_end(struct buf *out, const struct end_record *e)
{
	write_line(out, "end", end_fields, e);
}

static bool read_run(struct run_file *r, const struct json *line, struct err *err)
{
	struct run_record run = { 0 };

	if (!fields_read(&run, run_fields, line, &r->arena, err))
		return false;
	if (run.schema < 1 || run.schema > RUN_FILE_SCHEMA)
		return err_set(err, ERR_PARSE,
			       "schema %lld is not known to this version, which reads %d",
			       (long long)run.schema, RUN_FILE_SCHEMA);
	r->run = run;
	return true;
}

static bool read_package(struct run_file *r, const struct json *line, struct err *err)
{
	struct package_record p = { 0 };

	if (!fields_read(&p, package_fields, line, &r->arena, err))
		return false;
	VEC_PUSH(&r->packages, p);
	return true;
}

static bool read_test(struct run_file *r, const struct json *line, struct err *err)
{
	struct test_record t = { 0 };

	if (!fields_read(&t, test_fields, line, &r->arena, err))
		return false;
	VEC_PUSH(&r->tests, t);
	return true;
}

static bool read_finding(struct run_file *r, const struct json *line, struct err *err)
{
	struct finding f = { 0 };

	if (!fields_read(&f, finding_fields, line, &r->arena, err))
		return false;
	VEC_PUSH(&r->findings, f);
	return true;
}

static bool read_warning(struct run_file *r, const struct json *line, struct err *err)
{
	struct warning_record w = { 0 };

	if (!fields_read(&w, warning_fields, line, &r->arena, err))
		return false;
	VEC_PUSH(&r->warnings, w);
	return true;
}

static bool read_repeated(struct run_file *r, const struct json *line, struct err *err)
{
	struct repeated_record repeated = { .present = true };

	if (!fields_read(&repeated, repeated_fields, line, &r->arena, err))
		return false;
	r->repeated = repeated;
	return true;
}

static bool read_base(struct run_file *r, const struct json *line, struct err *err)
{
	struct base_record b = { .present = true };

	if (!fields_read(&b, base_fields, line, &r->arena, err))
		return false;
	r->base = b;
	return true;
}

static bool read_compared(struct run_file *r, const struct json *line, struct err *err)
{
	struct compared c = { 0 };

	if (!fields_read(&c, compared_fields, line, &r->arena, err))
		return false;
	VEC_PUSH(&r->compared, c);
	return true;
}

static bool read_end(struct run_file *r, const struct json *line, struct err *err)
{
	struct end_record e = { .present = true };

	if (!fields_read(&e, end_fields, line, &r->arena, err))
		return false;
	r->end = e;
	return true;
}

static const struct {
	const char *type;
	bool (*read)(struct run_file *r, const struct json *line, struct err *err);
	const struct field *fields;
} lines[] = {
	{ "run", read_run, run_fields },
	{ "package", read_package, package_fields },
	{ "test", read_test, test_fields },
	{ "finding", read_finding, finding_fields },
	{ "warning", read_warning, warning_fields },
	{ "repeated", read_repeated, repeated_fields },
	{ "base", read_base, base_fields },
	{ "compared", read_compared, compared_fields },
	{ "end", read_end, end_fields },
};

const struct field *record_fields(size_t i, const char **type)
{
	if (i >= ARRAY_LEN(lines))
		return NULL;
	*type = lines[i].type;
	return lines[i].fields;
}

bool record_read_line(struct run_file *r, const char *line, size_t n, struct err *err)
{
	AUTO_JSON *root = json_parse(line, n, err);
	const char *type = json_get_str(root, "type", NULL);

	if (!root)
		return false;
	if (!type)
		return err_set(err, ERR_PARSE, "expected an object with a \"type\"");
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (!strcmp(lines[i].type, type))
			return lines[i].read(r, root, err);
	return true;
}

static bool read_line(struct run_file *r, const char *line, size_t n, struct err *err)
{
	bool whole = n && line[n - 1] == '\n';

	n -= whole ? 1 : 0;
	if (!record_read_line(r, line, n, err))
		return !whole;
	if (!r->run.schema)
		return err_set(err, ERR_PARSE, "expected a run file: its first line is the run");
	return true;
}

static void file_cleanup(FILE **f)
{
	if (*f)
		fclose(*f);
}

static bool read_lines(struct run_file *r, FILE *in, const char *path, struct err *err)
{
	AUTO_FREE char *line = NULL;
	size_t cap = 0;
	uint32_t number = 0;
	ssize_t n;

	while ((n = getline(&line, &cap, in)) > 0) {
		struct err why = { 0 };

		number++;
		if (!read_line(r, line, (size_t)n, &why)) {
			err_set(err, why.code, "%s", why.msg);
			return err_at(err, path, number, why.col ? why.col : 1);
		}
	}
	if (ferror(in))
		return err_sys(err, errno, "read %s", path);
	if (!r->run.schema) {
		err_set(err, ERR_PARSE, "expected a run file: it has no whole line");
		return err_at(err, path, 0, 0);
	}
	return true;
}

bool run_file_read(struct run_file *r, const char *path, struct err *err)
{
	CLEANUP(file_cleanup) FILE *in = fopen(path, "re");

	if (!in)
		return err_sys(err, errno, "open %s", path);
	return read_lines(r, in, path, err);
}

void run_file_write(const struct run_file *r, struct buf *out)
{
	if (r->run.schema)
		record_write_run(out, &r->run);
	for (size_t i = 0; i < r->packages.len; i++)
		record_write_package(out, &r->packages.items[i]);
	for (size_t i = 0; i < r->tests.len; i++)
		record_write_test(out, &r->tests.items[i]);
	for (size_t i = 0; i < r->findings.len; i++)
		record_write_finding(out, &r->findings.items[i]);
	for (size_t i = 0; i < r->warnings.len; i++)
		record_write_warning(out, &r->warnings.items[i]);
	if (r->repeated.present)
		record_write_repeated(out, &r->repeated);
	if (r->base.present)
		record_write_base(out, &r->base);
	for (size_t i = 0; i < r->compared.len; i++)
		record_write_compared(out, &r->compared.items[i]);
	if (r->end.present)
		record_write_end(out, &r->end);
}

void run_file_release(struct run_file *r)
{
	VEC_FREE(&r->packages);
	VEC_FREE(&r->tests);
	VEC_FREE(&r->findings);
	VEC_FREE(&r->warnings);
	VEC_FREE(&r->compared);
	arena_clear(&r->arena);
	*r = (struct run_file){ 0 };
}

bool run_file_fails(const struct run_file *r)
{
	for (size_t i = 0; i < r->findings.len; i++)
		if (r->findings.items[i].status == STATUS_LEAK && !r->findings.items[i].tolerated)
			return true;
	return false;
}

const char *owner_name(enum owner_kind o)
{
	return owner_words[o];
}

const char *certainty_name(enum certainty c)
{
	return certainty_words[c];
}

bool finding_same_test(const struct finding *a, const struct finding *b)
{
	return a->owner == b->owner && !strcmp(a->test, b->test);
}

enum owner_kind owner_kind_of(const char *test)
{
	if (starts_with(test, "Example"))
		return OWNER_EXAMPLE;
	return starts_with(test, "Fuzz") ? OWNER_FUZZ : OWNER_TEST;
}

const char *hang_name(enum hang h)
{
	return hang_words[h];
}

const char *standing_name(enum standing s)
{
	return standing_words[s];
}
