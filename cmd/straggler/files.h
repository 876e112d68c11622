/* The files that a run's reports go to: --report FORMAT=FILE. */
#ifndef FILES_H
#define FILES_H

#include "gotest/cmdline.h"
#include "report/report.h"

struct report_file {
	const struct report *report;
	const char *path; /* borrowed from the command line */
};

/* Zero-initialised is empty. */
struct report_files {
	struct report_file *items; /* owned */
	size_t len, cap;
};

/* Reads every value of our option. Fails with ERR_USAGE: no format of this name, no file. */
bool report_files_parse(struct report_files *files, const struct cmdline *c, size_t option,
			struct err *err);

/* Writes all of them; where that fails the rest is written still. Fails with the first of
 * the reasons. */
bool report_files_write(const struct report_files *files, const struct run_file *r,
			struct err *err);

void report_files_release(struct report_files *files);

#endif
