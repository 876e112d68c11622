/* What a run file is turned into. A report is one file and one row in
 * report.c; every one is a pure function of the run file and its options. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "account/record.h"

struct report_options {
	uint32_t width; /* columns of the terminal, 0: 100 */
	bool color;     /* ANSI colours */
	bool verbose;   /* stacks, evidence, every test and allowance */
	bool quiet;     /* nothing where all is well, and no notes */
	bool counts;    /* the goroutines of each test */
};

struct report {
	const char *name;    /* "term": in options and on the command line */
	const char *summary; /* one line, no final full stop */
	bool binary;         /* nothing for a terminal */
	/* Appends to *out. The run file's texts are from outside: nothing of them is
	 * passed on raw. Character widths are those of the locale (LC_CTYPE) that the
	 * caller set. */
	bool (*write)(const struct run_file *r, const struct report_options *o, struct buf *out,
		      struct err *err);
};

extern const struct report report_term;     /* the findings and the summary, as on the terminal */
extern const struct report report_suspects; /* the leaks and whose changes they may be */
extern const struct report report_json;     /* the finding lines */
extern const struct report report_junit;
extern const struct report report_sarif;
extern const struct report report_github;
extern const struct report report_markdown;
extern const struct report report_html;
extern const struct report report_pprof;

/* The rows in the order of help, NULL after the last. Static. */
const struct report *report_at(size_t i);

/* Fails with ERR_USAGE and the name that was probably meant. */
bool report_find(const char *name, const struct report **report, struct err *err);

#endif
