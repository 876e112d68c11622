/* A digest of a trace, written for people and for programs. */
#ifndef TRACE_PAGE_H
#define TRACE_PAGE_H

#include "base/buf.h"
#include "trace/digest.h"

/* Appends the page. The digest is closed; its reader is still there. test: whose events alone
 * were added; NULL: all were. */
void trace_page(struct buf *out, const struct digest *d, const char *test);

/* Appends one JSON object and a newline. */
void trace_json(struct buf *out, const struct digest *d, const char *test);

#endif
