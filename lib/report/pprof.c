#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/texts.h"
#include "base/vec.h"
#include "profile/gzip.h"
#include "report/entry.h"
#include "report/report.h"
#include "report/text.h"

/* Numbers of the fields in profile.proto, as github.com/google/pprof has it. */
enum {
	PROFILE_SAMPLE_TYPE = 1,
	PROFILE_SAMPLE = 2,
	PROFILE_LOCATION = 4,
	PROFILE_FUNCTION = 5,
	PROFILE_STRING_TABLE = 6,
	PROFILE_TIME_NANOS = 9,
	PROFILE_DURATION_NANOS = 10,
	PROFILE_PERIOD_TYPE = 11,
	PROFILE_PERIOD = 12
};
enum { VALUE_TYPE = 1, VALUE_UNIT = 2 };
enum { SAMPLE_LOCATION_ID = 1, SAMPLE_VALUE = 2, SAMPLE_LABEL = 3 };
enum { LABEL_KEY = 1, LABEL_STR = 2 };
enum { LOCATION_ID = 1, LOCATION_LINE = 4 };
enum { LINE_FUNCTION_ID = 1, LINE_LINE = 2 };
enum { FUNCTION_ID = 1, FUNCTION_NAME = 2, FUNCTION_SYSTEM_NAME = 3, FUNCTION_FILENAME = 4 };

enum { WIRE_VARINT = 0, WIRE_BYTES = 2 };

/* --- the encoding: https://protobuf.dev/programming-guides/encoding ------------------- */

static void put_varint(struct buf *out, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_putc(out, (char)(0x80 | (v & 0x7f)));
	buf_putc(out, (char)v);
}

static void put_number(struct buf *out, unsigned int field, uint64_t v)
{
	put_varint(out, field << 3 | WIRE_VARINT);
	put_varint(out, v);
}

static void put_bytes(struct buf *out, unsigned int field, const struct buf *bytes)
{
	put_varint(out, field << 3 | WIRE_BYTES);
	put_varint(out, bytes->len);
	buf_put(out, buf_str(bytes), bytes->len);
}

/* --- the profile ---------------------------------------------------------------------- */

/* Everything that has a number is written when it gets it. */
struct profile {
	const struct run_file *run;
	struct arena arena;
	struct texts texts;
	struct map strings;   /* from a text's address to its index */
	struct map functions; /* from the address of "name\nfile" to its id */
	struct map locations; /* the same with a line */
	struct buf *out;      /* borrowed */
	struct buf table;     /* the strings, written last */
	uint64_t next_string, next_function, next_location;
};

/* Returns the number of a text in map, a new one (*fresh) after *next. */
static uint64_t number_of(struct profile *p, struct map *map, const char *text, uint64_t *next,
			  bool *fresh)
{
	const char *kept = texts_keep(&p->texts, text, strlen(text));
	uintptr_t *known = map_find(map, (uintptr_t)kept);

	*fresh = !known;
	if (known)
		return *known;
	map_set(map, (uintptr_t)kept, *next);
	return (*next)++;
}

static uint64_t string_index(struct profile *p, const char *raw)
{
	AUTO_BUF clean = { 0 };
	uint64_t index;
	bool fresh;

	text_clean(&clean, raw);
	index = number_of(p, &p->strings, buf_str(&clean), &p->next_string, &fresh);
	if (fresh)
		put_bytes(&p->table, PROFILE_STRING_TABLE, &clean);
	return index;
}

static uint64_t function_id(struct profile *p, const struct place *place)
{
	AUTO_BUF name = { 0 }, function = { 0 };
	uint64_t id;
	bool fresh;

	buf_printf(&name, "%s\n%s", place->function, place->file);
	id = number_of(p, &p->functions, buf_str(&name), &p->next_function, &fresh);
	if (!fresh)
		return id;
	put_number(&function, FUNCTION_ID, id);
	put_number(&function, FUNCTION_NAME, string_index(p, place->function));
	put_number(&function, FUNCTION_SYSTEM_NAME, string_index(p, place->function));
	put_number(&function, FUNCTION_FILENAME, string_index(p, place->file));
	put_bytes(p->out, PROFILE_FUNCTION, &function);
	return id;
}

static uint64_t location_id(struct profile *p, const struct place *place)
{
	AUTO_BUF name = { 0 }, location = { 0 }, line = { 0 };
	uint64_t id;
	bool fresh;

	buf_printf(&name, "%s\n%s\n%" PRIu32, place->function, place->file, place->line);
	id = number_of(p, &p->locations, buf_str(&name), &p->next_location, &fresh);
	if (!fresh)
		return id;
	put_number(&line, LINE_FUNCTION_ID, function_id(p, place));
	put_number(&line, LINE_LINE, place->line);
	put_number(&location, LOCATION_ID, id);
	put_bytes(&location, LOCATION_LINE, &line);
	put_bytes(p->out, PROFILE_LOCATION, &location);
	return id;
}

static void put_label(struct profile *p, struct buf *sample, const char *key, const char *value)
{
	AUTO_BUF label = { 0 };

	if (!*value)
		return;
	put_number(&label, LABEL_KEY, string_index(p, key));
	put_number(&label, LABEL_STR, string_index(p, value));
	put_bytes(sample, SAMPLE_LABEL, &label);
}

static void put_labels(struct profile *p, struct buf *sample, const struct finding *f)
{
	AUTO_BUF owner = { 0 };

	entry_owner(&owner, f);
	put_label(p, sample, "test", buf_str(&owner));
	put_label(p, sample, "package", f->package);
	put_label(p, sample, "class", class_row(f->class)->id);
	put_label(p, sample, "status", status_name(f->status));
	put_label(p, sample, "certainty", certainty_name(f->certainty));
	put_label(p, sample, "key", f->key);
}

static void put_location(struct profile *p, struct buf *sample, const struct place *place)
{
	if (*place->function || *place->file)
		put_number(sample, SAMPLE_LOCATION_ID, location_id(p, place));
}

/* The stack, and below it who started it: so the graph reaches from the test to where its
 * goroutines hang. */
static void put_stack(struct profile *p, struct buf *sample, const struct finding *f)
{
	for (size_t i = 0; i < f->stack.len; i++)
		put_location(p, sample, &f->stack.items[i]);
	if (!f->stack.len)
		put_location(p, sample, &f->blocked_at);
	for (size_t i = f->chain.len; i-- > 0;)
		put_location(p, sample, &f->chain.items[i]);
	if (!f->chain.len)
		put_location(p, sample, &f->created_at);
}

static void put_sample(struct profile *p, const struct finding *f)
{
	AUTO_BUF sample = { 0 };

	put_stack(p, &sample, f);
	put_number(&sample, SAMPLE_VALUE, f->count);
	put_labels(p, &sample, f);
	put_bytes(p->out, PROFILE_SAMPLE, &sample);
}

static int64_t started_ns(const struct run_file *r)
{
	struct tm tm = { 0 };

	return strptime(r->run.started, "%Y-%m-%dT%H:%M:%SZ", &tm) ? timegm(&tm) * NS_PER_S : 0;
}

static void put_profile(struct profile *p)
{
	const struct run_file *r = p->run;
	AUTO_BUF type = { 0 };

	string_index(p, ""); /* the first must be this */
	put_number(&type, VALUE_TYPE, string_index(p, "goroutine"));
	put_number(&type, VALUE_UNIT, string_index(p, "count"));
	put_bytes(p->out, PROFILE_SAMPLE_TYPE, &type);
	/* What has a unit is no goroutine that is still there. */
	for (size_t i = 0; i < r->findings.len; i++)
		if (!class_row(r->findings.items[i].class)->unit)
			put_sample(p, &r->findings.items[i]);
	put_number(p->out, PROFILE_TIME_NANOS, (uint64_t)started_ns(r));
	if (r->end.present)
		put_number(p->out, PROFILE_DURATION_NANOS, (uint64_t)r->end.elapsed_ns);
	put_bytes(p->out, PROFILE_PERIOD_TYPE, &type);
	put_number(p->out, PROFILE_PERIOD, 1);
	buf_put(p->out, buf_str(&p->table), p->table.len);
}

static bool write_profile(const struct run_file *r, const struct report_options *o, struct buf *out,
			  struct err *err)
{
	AUTO_BUF raw = { 0 };
	struct profile p = { .run = r, .out = &raw, .next_function = 1, .next_location = 1 };

	(void)o;
	p.texts.arena = &p.arena;
	put_profile(&p);
	texts_release(&p.texts);
	map_release(&p.strings);
	map_release(&p.functions);
	map_release(&p.locations);
	buf_release(&p.table);
	arena_clear(&p.arena);
	return gzip_pack(out, &raw, err) || err_wrap(err, "the profile");
}

const struct report report_pprof = {
	.name = "pprof",
	.summary = "what is left as a goroutine profile, for go tool pprof",
	.binary = true,
	.write = write_profile,
};
