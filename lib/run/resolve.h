/*
 * Joins the records of one package: the watcher counts RUN lines in the trace, go's
 * stream has their names.
 */
#ifndef RUN_RESOLVE_H
#define RUN_RESOLVE_H

#include "account/record.h"
#include "gotest/results.h"

/*
 * Names the findings and counts of a package in *from (what the sink said) and appends
 * them, with a record for every test that ran, to *to, and their lines to *lines. When the
 * numbers of RUN lines do not agree, findings keep their top-level test
 * and say that the subtest is not known. result may be NULL: go said nothing.
 */
void resolve_package(const struct run_file *from, const struct package_result *result,
		     const char *package, struct run_file *to, struct buf *lines);

#endif
