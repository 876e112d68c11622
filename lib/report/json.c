#include "report/report.h"

static bool write_findings(const struct run_file *r, const struct report_options *o,
			   struct buf *out, struct err *err)
{
	(void)o;
	(void)err;
	for (size_t i = 0; i < r->findings.len; i++)
		record_write_finding(out, &r->findings.items[i]);
	return true;
}

const struct report report_json = {
	.name = "json",
	.summary = "one JSON object a line for each finding",
	.write = write_findings,
};
