/*
 * What the user said about settings and allowances, from every place where it can be said.
 *
 * Precedence, weakest first:
 *   1. built-in defaults (config/setting.h) and the built-in catalogue
 *   2. files named in `extends`, in their order, each before the file that names it
 *   3. the file itself
 *   4. its `packages` sections that match, in their order; those of extended files before
 *   5. environment: STRAGGLER_SETTLE and its like
 *   6. the command line
 * Of allowances the first that matches counts: those of the file, then those of the files it
 * extends (the last one first), then the catalogue.
 *
 * Nothing is resolved here: patterns are as written, names are not normalised. That is
 * account/policy.h's business.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/arena.h"
#include "config/setting.h"

#define CONFIG_FILE      ".straggler.yaml"
#define CONFIG_FILES_MAX 32 /* that extend each other */

/* Where something was said. */
struct origin {
	const char *file;   /* as errors name it; or "STRAGGLER_SETTLE", "--settle"; never NULL */
	uint32_t line, col; /* 1-based; 0: not in a file */
};

struct config_value {
	int64_t value;
	bool set;
	struct origin from;
};

/* A class and the status that its findings shall have. */
struct config_class {
	const char *class;
	bool leak; /* else a note */
	struct origin from;
};

/* Settings for some packages and tests. */
struct config_section {
	const char *match; /* "./internal/...": package pattern, "" : any */
	const char *test;  /* test pattern, "": any */
	struct config_value values[SETTING_COUNT];
	struct {
		struct config_class *items;
		size_t len, cap;
	} classes;
	struct origin from;
};

/* What an allowance can ask of a finding. */
enum rule_key {
	RULE_CREATED_BY, /* function with the go statement */
	RULE_STARTED,    /* function that it started */
	RULE_BLOCKED_IN, /* function anywhere on the stack */
	RULE_CLASS,
	RULE_TEST,
	RULE_PACKAGE,
	RULE_FINDING, /* the finding's key */
	RULE_KEYS,
};

struct config_texts {
	const char **items;
	size_t len;
};

#define RULE_ANY_COUNT (-1)

/* An allowance. A finding must have one of the texts of each key that has any. */
struct config_rule {
	struct config_texts match[RULE_KEYS];
	int64_t count; /* of goroutines in one package that it excuses at most */
	const char *reason, *ticket, *library, *link; /* "": not given */
	const char *first_seen; /* commit at which a baseline had it first; "" */
	const char *expires;    /* "2027-03-01": it ends when that day begins; "" : never */
	struct origin from;
	bool built_in; /* of the catalogue */
};

struct config_file {
	uint64_t device, inode;
	bool open; /* it is being read: whoever extends it now makes a cycle */
};

/* With classes set it is ready. */
struct config {
	struct arena arena;         /* holds everything below */
	const char *const *classes; /* static: the words that a class can be */
	size_t classes_len;
	struct config_value values[SETTING_COUNT]; /* of the files */
	struct {
		struct config_class *items;
		size_t len, cap;
	} statuses; /* `classes:` of the files */
	struct {
		struct config_section *items;
		size_t len, cap;
	} sections;
	struct config_value over[SETTING_COUNT]; /* of environment and command line */
	struct {
		struct config_rule *items;
		size_t len, cap;
	} rules; /* in the order in which they are tried */
	struct {
		struct config_file *items;
		size_t len, cap;
	} files;
};

/* Reads a file and what it extends. path is how messages name it, too. All failures are
 * ERR_USAGE, with file, line and column where there are any; c is then partly filled. */
bool config_read(struct config *c, const char *path, struct err *err);

/* Reads a text as if it were the file of that name; it may not extend others. */
bool config_read_text(struct config *c, const char *text, size_t n, const char *name,
		      struct err *err);

/* Adds the built-in catalogue, unless it is switched off. Behind everything else. */
bool config_add_catalogue(struct config *c, struct err *err);

/* Takes the twins of settings from an environment. Fails with ERR_USAGE. */
bool config_environment(struct config *c, char *const *envp, struct err *err);

/* An option's value (NULL: not given) for a setting. Fails with ERR_USAGE. */
bool config_option(struct config *c, enum setting_id id, const char *text, struct err *err);

/* The value for all packages: override, file or default. from (may be NULL) gets its place,
 * file "" for a default. */
int64_t config_get(const struct config *c, enum setting_id id, struct origin *from);

void config_release(struct config *c);
#define AUTO_CONFIG CLEANUP(config_release) struct config

/* "created_by", …: the key as it is written. Static. */
const char *rule_key_name(enum rule_key k);

/* Whether text is a day, "2027-03-01". */
bool config_is_day(const char *text);

#endif
