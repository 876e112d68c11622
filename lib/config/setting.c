#include "config/setting.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/nearest.h"

static const struct setting rows[SETTING_COUNT] = {
	[SETTING_SETTLE] = {
		.key = "settle",
		.kind = KIND_DURATION,
		.narrow = true,
		.max = 600 * NS_PER_S,
		.initial = NS_PER_S,
		.variable = "STRAGGLER_SETTLE",
		.option = "settle",
		.help = "how long goroutines may take to end after the tests",
		.sample = "3s",
	},
	[SETTING_MODE] = {
		.key = "mode",
		.kind = KIND_CHOICE,
		.narrow = true,
		.max = MODE_REPORT,
		.initial = MODE_ENFORCE,
		.choices = { "enforce", "report" },
		.variable = "STRAGGLER_MODE",
		.option = "mode",
		.help = "enforce: leaks fail the run; report: they are only shown",
		.sample = "report",
	},
	[SETTING_SECOND_LOOK] = {
		.key = "second_look",
		.kind = KIND_CHOICE,
		.narrow = true,
		.max = 2,
		.choices = { "auto", "always", "never" },
		.variable = "STRAGGLER_SECOND_LOOK",
		.option = "second-look",
		.help = "whether the owners of survivors run once more",
		.sample = "always",
	},
	[SETTING_DEEP_BUDGET] = {
		.key = "deep_budget",
		.kind = KIND_DURATION,
		.narrow = true,
		.min = NS_PER_S / 10,
		.max = 3600 * NS_PER_S,
		.initial = 3 * NS_PER_S,
		.variable = "STRAGGLER_DEEP_BUDGET",
		.option = "deep-budget",
		.help = "with --deep: how long measuring the memory of a test may take",
		.sample = "20s",
	},
	[SETTING_CATALOGUE] = {
		.key = "catalogue",
		.kind = KIND_SWITCH,
		.max = 1,
		.initial = 1,
		.variable = "STRAGGLER_CATALOGUE",
		.help = "excuse goroutines of well-known libraries that nobody can stop",
		.sample = "false",
	},
	[SETTING_GOROUTINES] = {
		.key = "limits.goroutines",
		.kind = KIND_NUMBER,
		.may_be_none = true,
		.narrow = true,
		.min = 1,
		.max = INT64_C(1000000000),
		.initial = SETTING_NONE,
		.variable = "STRAGGLER_LIMITS_GOROUTINES",
		.help = "how many goroutines of one test may be alive at once",
		.sample = "10000",
	},
	[SETTING_LEFT] = {
		.key = "limits.left",
		.kind = KIND_NUMBER,
		.may_be_none = true,
		.narrow = true,
		.max = INT64_C(1000000000),
		.variable = "STRAGGLER_LIMITS_LEFT",
		.help = "how many goroutines a test may leave beyond what is allowed",
		.sample = "2",
	},
	[SETTING_PEAK_MEMORY] = {
		.key = "limits.peak_memory",
		.kind = KIND_BYTES,
		.may_be_none = true,
		.narrow = true,
		.min = 1 << 20,
		.max = INT64_C(1) << 50,
		.initial = SETTING_NONE,
		.variable = "STRAGGLER_LIMITS_PEAK_MEMORY",
		.help = "how much memory the tests of a package may have at once",
		.sample = "512MiB",
	},
};

static const struct {
	const char *name;
	int64_t bytes;
} units[] = {
	/* Largest first: a value is written in the first that divides it. */
	{ "TiB", INT64_C(1) << 40 },
	{ "GiB", INT64_C(1) << 30 },
	{ "MiB", INT64_C(1) << 20 },
	{ "KiB", INT64_C(1) << 10 },
	{ "TB", INT64_C(1000000000000) },
	{ "GB", INT64_C(1000000000) },
	{ "MB", INT64_C(1000000) },
	{ "kB", INT64_C(1000) },
	{ "B", INT64_C(1) },
};

const struct setting *setting_row(enum setting_id id)
{
	return &rows[id];
}

bool setting_find(const char *key, enum setting_id *id)
{
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (!strcmp(rows[i].key, key)) {
			*id = (enum setting_id)i;
			return true;
		}
	return false;
}

/* Digits, followed by anything. False: none, or too many. */
static bool take_number(const char **text, int64_t *value)
{
	const char *p = *text;
	int64_t n = 0;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *p - '0', &n))
			return false;
	*text = p;
	*value = n;
	return true;
}

static bool parse_number(const char *text, int64_t *value, struct err *err)
{
	const char *p = text;

	if (!take_number(&p, value) || *p)
		return err_set(err, ERR_USAGE, "'%.40s' is not a whole number", text);
	return true;
}

static bool parse_bytes(const char *text, int64_t *value, struct err *err)
{
	const char *p = text;
	int64_t n;

	if (take_number(&p, &n)) {
		p += *p == ' ';
		for (size_t i = 0; i < ARRAY_LEN(units); i++)
			if (!strcmp(p, units[i].name) &&
			    !__builtin_mul_overflow(n, units[i].bytes, value))
				return true;
	}
	return err_set(err, ERR_USAGE,
		       "'%.40s' is not a size: expected a number with a unit, such as 512MiB or "
		       "2GB",
		       text);
}

static bool parse_switch(const char *text, int64_t *value, struct err *err)
{
	*value = !strcmp(text, "true");
	return *value || !strcmp(text, "false") ||
	       err_set(err, ERR_USAGE, "'%.40s' is not true or false", text);
}

static size_t count_choices(const struct setting *s)
{
	size_t n = 0;

	while (s->choices[n])
		n++;
	return n;
}

static bool parse_choice(const struct setting *s, const char *text, int64_t *value, struct err *err)
{
	size_t n = count_choices(s);
	const char *nearest = nearest_name(text, s->choices, n);
	AUTO_BUF expected = { 0 };

	for (size_t i = 0; i < n; i++)
		if (!strcmp(text, s->choices[i])) {
			*value = (int64_t)i;
			return true;
		}
	setting_range(&expected, (enum setting_id)(s - rows));
	if (nearest)
		return err_set(err, ERR_USAGE, "expected %s, not '%.40s': did you mean '%s'?",
			       buf_str(&expected), text, nearest);
	return err_set(err, ERR_USAGE, "expected %s, not '%.40s'", buf_str(&expected), text);
}

static bool parse_value(const struct setting *s, const char *text, int64_t *value, struct err *err)
{
	switch (s->kind) {
	case KIND_DURATION:
		return duration_parse(text, value, err);
	case KIND_NUMBER:
		return parse_number(text, value, err);
	case KIND_BYTES:
		return parse_bytes(text, value, err);
	case KIND_SWITCH:
		return parse_switch(text, value, err);
	case KIND_CHOICE:
		return parse_choice(s, text, value, err);
	}
	return false;
}

bool setting_parse(enum setting_id id, const char *text, int64_t *value, struct err *err)
{
	const struct setting *s = &rows[id];
	AUTO_BUF range = { 0 };
	int64_t n = 0;

	if (s->may_be_none && !strcmp(text, "none")) {
		*value = SETTING_NONE;
		return true;
	}
	if (!parse_value(s, text, &n, err))
		return false;
	if (n < s->min || n > s->max) {
		setting_range(&range, id);
		return err_set(err, ERR_USAGE, "%.40s is out of range: expected %s", text,
			       buf_str(&range));
	}
	*value = n;
	return true;
}

/* In the largest unit that loses nothing, as Go reads it. */
static void put_duration(struct buf *out, int64_t ns)
{
	static const struct {
		const char *name;
		int64_t ns;
	} parts[] = {
		{ "h", 3600 * NS_PER_S }, { "m", 60 * NS_PER_S }, { "s", NS_PER_S },
		{ "ms", NS_PER_MS },      { "us", NS_PER_US },    { "ns", 1 },
	};

	if (!ns)
		buf_putc(out, '0');
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (ns / parts[i].ns)
			buf_printf(out, "%" PRId64 "%s", ns / parts[i].ns, parts[i].name);
		ns %= parts[i].ns;
	}
}

static void put_bytes(struct buf *out, int64_t bytes)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (bytes % units[i].bytes == 0 && bytes >= units[i].bytes) {
			buf_printf(out, "%" PRId64 "%s", bytes / units[i].bytes, units[i].name);
			return;
		}
	buf_puts(out, "0B");
}

void setting_format(struct buf *out, enum setting_id id, int64_t value)
{
	const struct setting *s = &rows[id];

	if (s->may_be_none && value == SETTING_NONE) {
		buf_puts(out, "none");
		return;
	}
	switch (s->kind) {
	case KIND_DURATION:
		put_duration(out, value);
		return;
	case KIND_NUMBER:
		buf_printf(out, "%" PRId64, value);
		return;
	case KIND_BYTES:
		put_bytes(out, value);
		return;
	case KIND_SWITCH:
		buf_puts(out, value ? "true" : "false");
		return;
	case KIND_CHOICE:
		buf_puts(out, s->choices[value]);
		return;
	}
}

static void put_bounds(struct buf *out, enum setting_id id, const char *what)
{
	buf_printf(out, "%s, ", what);
	setting_format(out, id, rows[id].min);
	buf_puts(out, " to ");
	setting_format(out, id, rows[id].max);
	if (rows[id].may_be_none)
		buf_puts(out, ", or none");
}

static void put_choices(struct buf *out, const struct setting *s)
{
	size_t n = count_choices(s);

	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s", !i ? "" : i + 1 < n ? ", " : " or ", s->choices[i]);
}

void setting_range(struct buf *out, enum setting_id id)
{
	switch (rows[id].kind) {
	case KIND_DURATION:
		put_bounds(out, id, "a duration");
		return;
	case KIND_NUMBER:
		put_bounds(out, id, "a number");
		return;
	case KIND_BYTES:
		put_bounds(out, id, "a size");
		return;
	case KIND_SWITCH:
		buf_puts(out, "true or false");
		return;
	case KIND_CHOICE:
		put_choices(out, &rows[id]);
		return;
	}
}
