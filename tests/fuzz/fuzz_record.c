#include <string.h>

#include "account/merge.h"
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

/* A run joined with itself is that run: nothing is lost and nothing counts twice. */
static void merge_both(const struct run_file *first, const struct run_file *second)
{
	const struct run_file *runs[] = { first, second };
	AUTO_RUN_FILE merged = { 0 };
	AUTO_BUF out = { 0 };

	if (!first->run.schema || !second->run.schema)
		return;
	assert(run_merge(runs, 2, &merged, NULL));
	assert(merged.packages.len == first->packages.len);
	assert(merged.tests.len == first->tests.len);
	assert(merged.findings.len == first->findings.len);
	run_file_write(&merged, &out);
}

/* What was read and written reads and writes the same again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_RUN_FILE first = { 0 }, second = { 0 };
	AUTO_BUF once = { 0 }, twice = { 0 };

	read_all(&first, (const char *)data, size, false);
	run_file_write(&first, &once);
	read_all(&second, once.data, once.len, true);
	run_file_write(&second, &twice);
	assert(!strcmp(buf_str(&once), buf_str(&twice)));
	merge_both(&first, &second);
	return 0;
}
