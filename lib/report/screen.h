/* The terminal that a report is written for. */
#ifndef REPORT_SCREEN_H
#define REPORT_SCREEN_H

#include "base/style.h"
#include "report/report.h"

#define SCREEN_INDENT 4  /* before the lines below a title */
#define SCREEN_BODY   13 /* where what follows a label begins */

struct screen {
	struct buf *out; /* borrowed, like the rest */
	const struct run_record *run;
	const struct report_options *options;
	size_t width; /* columns, 40 at least */
};

struct screen screen_of(const struct run_file *r, const struct report_options *o, struct buf *out);

/* Nothing without colours. */
void screen_style(struct screen *s, enum style style);
void screen_plain(struct screen *s);

/* A line of clean text after indent spaces, wrapped with hanging further. */
void screen_line(struct screen *s, size_t indent, size_t hanging, const char *clean);

/* "    label    ": leaves the cursor at SCREEN_BODY. */
void screen_label(struct screen *s, const char *label);

/* A label and clean text after it: wrapped, or left whole so that it can be copied. */
void screen_entry(struct screen *s, const char *label, const char *clean);
void screen_command(struct screen *s, const char *label, const char *clean);

/* Appends "1 goroutine", "5,210 goroutines". */
void screen_count(struct buf *out, uint64_t n, const char *noun);

#endif
