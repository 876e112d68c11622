#include <string.h>

#include "account/record.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(struct run_file *r, const char *text, size_t n, bool whole)
{
	struct str rest = { .p = text, .n = n }, line;

	while (str_line(&rest, &line)) {
		struct err err = { 0 };
		bool ok = record_read_line(r, line.p, line.n, &err);

		assert(ok || (!whole && err.code == ERR_PARSE && err.msg[0]));
	}
}

static void write_all(struct buf *out, const struct run_file *r)
{
	if (r->run.schema)
		record_write_run(out, &r->run);
	for (size_t i = 0; i < r->packages.len; i++)
		record_write_package(out, &r->packages.items[i]);
	for (size_t i = 0; i < r->tests.len; i++)
		record_write_test(out, &r->tests.items[i]);
	for (size_t i = 0; i < r->findings.len; i++)
		record_write_finding(out, &r->findings.items[i]);
	if (r->base.present)
		record_write_base(out, &r->base);
	for (size_t i = 0; i < r->compared.len; i++)
		record_write_compared(out, &r->compared.items[i]);
	if (r->end.present)
		record_write_end(out, &r->end);
}

/* What was read and written reads and writes the same again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_RUN_FILE first = { 0 }, second = { 0 };
	AUTO_BUF once = { 0 }, twice = { 0 };

	read_all(&first, (const char *)data, size, false);
	write_all(&once, &first);
	read_all(&second, once.data, once.len, true);
	write_all(&twice, &second);
	assert(!strcmp(buf_str(&once), buf_str(&twice)));
	return 0;
}
