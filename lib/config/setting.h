/*
 * The settings: one row of a table each. The row drives parsing and checking, the
 * environment twin, the option of `straggler test`, `straggler config show`, the sample
 * configs/straggler.yaml and the reference in the documentation.
 */
#ifndef CONFIG_SETTING_H
#define CONFIG_SETTING_H

#include "base/buf.h"
#include "base/err.h"

enum setting_id {
	SETTING_SETTLE,
	SETTING_MODE,
	SETTING_SECOND_LOOK,
	SETTING_DEEP_BUDGET,
	SETTING_CATALOGUE,
	SETTING_GOROUTINES,
	SETTING_LEFT,
	SETTING_PEAK_MEMORY,
	SETTING_COUNT,
};

enum setting_kind {
	KIND_DURATION, /* nanoseconds */
	KIND_NUMBER,
	KIND_BYTES,
	KIND_SWITCH, /* 0 or 1 */
	KIND_CHOICE, /* index in choices */
};

/* The value of "none": no limit. */
#define SETTING_NONE (INT64_C(1) << 62)

enum mode { MODE_ENFORCE, MODE_REPORT };

#define SETTING_CHOICES 3

struct setting {
	const char *key; /* "settle", "limits.left": a map and a key in it */
	enum setting_kind kind;
	bool may_be_none;
	bool narrow;               /* may be set for some packages and tests */
	int64_t min, max, initial; /* the range is closed; initial is the default */
	const char *choices[SETTING_CHOICES + 1];
	const char *variable; /* its twin in the environment: "STRAGGLER_SETTLE" */
	const char *option;   /* of straggler test, without dashes; NULL: none */
	const char *help;     /* one line, no full stop */
	const char *sample;   /* a value that is not the default */
};

/* Static. */
const struct setting *setting_row(enum setting_id id);

/* The row of "settle" or "limits.left". False: there is none. */
bool setting_find(const char *key, enum setting_id *id);

/* Reads a value. Fails with ERR_USAGE: another type or unit, out of range. */
bool setting_parse(enum setting_id id, const char *text, int64_t *value, struct err *err);

/* Appends the value as setting_parse reads it. */
void setting_format(struct buf *out, enum setting_id id, int64_t value);

/* Appends what it takes, for people: "a duration, 0 to 10m", "enforce or report". */
void setting_range(struct buf *out, enum setting_id id);

#endif
