/*
 * What is allowed, ready to be asked about goroutines: names are normalised, package
 * patterns are import paths, layers are laid on each other. Made from the configuration
 * once a run, handed to every watcher as one JSON object.
 *
 * Patterns
 *   functions  compared as name_normalise() makes them; '*' is any text, but "(*" is a pointer
 *   tests      '*' is any text; a pattern that names a test names its subtests, too
 *   packages   "..." and '*' are any text, "x/..." is x as well; "./x" and "../x" were
 *              resolved from the folder of the file that says them
 *
 * Of several allowances the first that matches decides, so that an own one with `count: 0`
 * takes back what the catalogue excuses.
 */
#ifndef ACCOUNT_POLICY_H
#define ACCOUNT_POLICY_H

#include "account/record.h"
#include "config/config.h"

struct policy_value {
	enum setting_id id;
	int64_t value;
	const char *place; /* ".straggler.yaml:7", "--settle" */
};

struct policy_class {
	enum class_id class;
	enum status status;
};

/* Settings for the packages and tests that match; "" matches all. */
struct policy_scope {
	const char *package, *test;
	struct {
		struct policy_value *items;
		size_t len, cap;
	} values;
	struct {
		struct policy_class *items;
		size_t len, cap;
	} classes;
};

struct policy_rule {
	struct config_texts match[RULE_KEYS];
	int64_t count; /* RULE_ANY_COUNT, or the most that it excuses in a package */
	const char *reason;
	const char *place; /* ".straggler.yaml:7" */
	bool expired, built_in;
};

/* Zero-initialised is everybody's default: nothing is allowed. Read-only once it is made. */
struct policy {
	struct arena arena; /* holds everything below */
	struct {
		struct policy_scope *items;
		size_t len, cap;
	} scopes; /* the last that matches and has a value wins */
	struct {
		struct policy_rule *items;
		size_t len, cap;
	} rules;
};

struct policy_place {
	const char *dir;   /* absolute: the working folder */
	const char *today; /* "2026-03-01", UTC: which allowances have expired */
};

/* Where "./x" in a file (named as it was opened) begins: at its folder, unless that is outside of
 * all Go code, or the file is not there; then at place's. In the arena, or place's. */
const char *policy_folder(const struct policy_place *place, const char *file, struct arena *a);

/* Tells a configuration, before it is read, what the classes are. */
void policy_teach(struct config *c);

/* Fills *p, zero-initialised. The configuration is not needed any more. */
void policy_make(struct policy *p, const struct config *c, const struct policy_place *place);

/* Adds a value that comes before all others. */
void policy_override(struct policy *p, enum setting_id id, int64_t value);

/* One JSON object, and back. Reading fails with ERR_PARSE. */
void policy_write(const struct policy *p, struct buf *out);
bool policy_read(struct policy *p, const char *text, size_t n, struct err *err);

void policy_release(struct policy *p);
#define AUTO_POLICY CLEANUP(policy_release) struct policy

/* --- settings -------------------------------------------------------------------------- */

/* The value that holds for a test of a package, NULL: the default does. test NULL: for the package
 * as a whole, whatever is said of single tests. */
const struct policy_value *policy_find(const struct policy *p, enum setting_id id,
				       const char *package, const char *test);

int64_t policy_get(const struct policy *p, enum setting_id id, const char *package,
		   const char *test);

/* The longest time to settle that one of the subtests of a test may have, the test included.
 * "" or NULL: the package's. */
int64_t policy_settle_ns(const struct policy *p, const char *package, const char *test);

/* The status of findings of a class: otherwise, unless something was said. */
enum status policy_status(const struct policy *p, const char *package, const char *test,
			  enum class_id class, enum status otherwise);

/* --- allowances ------------------------------------------------------------------------- */

enum answer { ANSWER_NO, ANSWER_MAYBE, ANSWER_YES };

/* What is known of some goroutines. NULL: not known yet. */
struct subject {
	const char *package;
	const char *test;       /* full, or the top-level test when subtest is set */
	bool subtest;           /* it is one of the test's subtests, nobody knows which */
	const char *created_by; /* as Go prints it */
	const char *started;
	const struct places *stack; /* leaf first */
	const char *class;
	const char *key;
};

/* Whether a rule excuses the subject, as far as can be known. Expired ones excuse nobody. */
enum answer rule_matches(const struct policy_rule *r, const struct subject *s);

/* The index of a rule that excuses the subject, as far as its count allows. False: none does, or
 * one that comes before it needs facts that are not known and may excuse fewer. */
bool policy_rule_for(const struct policy *p, const struct subject *s, size_t *index);

/*
 * Decides on all n findings of one package. Those that a rule excuses become STATUS_ALLOWED,
 * with its place; when there are more goroutines than its count, it excuses none of them,
 * and findings say how many it would. What only later facts can decide (the name of a
 * subtest, the class where there is no dump) is left as it is. strings are p's.
 */
void policy_excuse(const struct policy *p, struct finding *items, size_t n);

/* The same when nothing more will be known; then what limits.left leaves to each test, and
 * which leaks are only shown (mode: report). Doing it again changes nothing more. */
void policy_decide(const struct policy *p, struct finding *items, size_t n);

/* A package whose tests ran. */
struct tested {
	const char *package;
	const char *module;       /* its module, "": not known */
	const char *const *tests; /* n names */
	size_t n;
	bool chosen; /* flags chose among its tests: there are others */
};

/* Whether a rule should have matched something in the package: it speaks of it, or may, and of
 * a test that ran, or of any; memory that grows is not looked for in every run. A rule that names neither speaks of the package that its
 * functions are in, as far as that is one of the module's. */
bool rule_possible(const struct policy_rule *r, const struct tested *t);

/* The same when all tests of all packages ran. */
bool rule_possible_anywhere(const struct policy_rule *r);

/* Adds to used (one a rule) the goroutines of the findings that the rule matches. */
void policy_use(const struct policy *p, const struct finding *items, size_t n, uint64_t *used);

#endif
