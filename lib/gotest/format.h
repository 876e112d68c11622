/*
 * How the run is shown while it goes on. A format is one file and one row in format.c. Names,
 * looks and habits are gotestsum's (github.com/gotestyourself/gotestsum, its README and what
 * version 1.13 prints); the two standard formats are go test's own text, gotest/render.h.
 */
#ifndef GOTEST_FORMAT_H
#define GOTEST_FORMAT_H

#include "base/err.h"
#include "gotest/results.h"

struct format;

/* What a format writes to, and what it looks at. All borrowed. */
struct scene {
	struct buf *out;
	const struct package_result *package;
	const char *module; /* whose packages are shown without it, "": none */
	bool color;
	const struct format *format;
};

struct format {
	const char *name;
	const char *help; /* one line, no full stop */
	bool verbose;     /* without the functions below: as go test -v */
	bool commands;    /* for GitHub's runner, to which lines that begin with :: are commands */
	/* A test has ended; NULL: that says nothing. */
	void (*test)(const struct scene *s, const struct test_run *run);
	/* The package has ended; NULL as above. Both NULL: go test's own text, and no summary of
	 * tests at the end. */
	void (*package)(const struct scene *s);
	/* What comes next is another package's, or nothing (package is NULL then); may be NULL. */
	void (*turn)(const struct scene *s);
};

extern const struct format format_dots;
extern const struct format format_pkgname;
extern const struct format format_pkgname_and_test_fails;
extern const struct format format_testname;
extern const struct format format_testdox;
extern const struct format format_github_actions;
extern const struct format format_standard_quiet;
extern const struct format format_standard_verbose;

/* The rows in the order of help, NULL after the last. Static. */
const struct format *format_at(size_t i);

/* Fails with ERR_USAGE and the name that was probably meant. */
bool format_find(const char *name, const struct format **format, struct err *err);

/* Whether it is go test's own text. */
bool format_is_go(const struct format *f);

/* --- what formats share ----------------------------------------------------------------- */

/* Appends the package's path without the module's, "." for the module's own. */
void format_put_package(const struct scene *s, struct buf *out);

/* Appends "a.TestX", clean. */
void format_put_test(const struct scene *s, const struct test_run *run);

/* Appends " (0.12s)", as testing writes it. */
void format_put_seconds(struct buf *out, int64_t ns);

/* Appends text in the colour of a result: green, red, yellow. */
void format_put_result(const struct scene *s, enum test_result result, const char *text);

/* The package's result; one without tests was skipped. */
enum test_result format_result(const struct package_result *p);

/* Appends all that a failed test said, between the lines that testing prints. */
void format_put_failure(const struct scene *s, const struct test_run *run);

/* Appends what was said, made harmless where a line could be a command. */
void format_put_output(const struct scene *s, const struct output *output);

/* Appends what became of a failed test that ran again, the attempt-th time: what failed says, and
 * "PASS a.TestX (re-run 1) (0.00s)". */
void format_put_rerun(const struct scene *s, const char *test, uint32_t attempt, bool passed);

/* "✓", "✖", "∅". */
const char *format_icon(enum test_result result);

/* "PASS", "FAIL", "SKIP". */
const char *format_word(enum test_result result);

/* Appends " (coverage: 50.0% of statements)", nothing where it was not measured. */
void format_put_coverage(const struct scene *s);

/* Appends " (12ms)" and the coverage. */
void format_put_rest(const struct scene *s);

#endif
