#include <locale.h>

#include "base/str.h"
#include "base/utf8.h"
#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever a run file says, a terminal is never driven by it. */
static void assert_harmless(struct str s)
{
	while (s.n) {
		uint32_t c;
		size_t n = utf8_decode(s.p, s.n, &c);

		assert(c == '\n' || c == '\t' || !utf8_is_unsafe(c));
		s.p += n;
		s.n -= n;
	}
}

/* The first byte chooses width and options, the rest is a run file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report_options o = { 0 };
	AUTO_RUN_FILE r = { 0 };
	AUTO_BUF out = { 0 };
	struct str rest, line;

	if (!size)
		return 0;
	setlocale(LC_CTYPE, "C.UTF-8");
	o.width = data[0] & 0x3f;
	o.verbose = data[0] & 0x40;
	o.counts = data[0] & 0x80;
	rest = (struct str){ (const char *)data + 1, size - 1 };
	while (str_line(&rest, &line))
		(void)!record_read_line(&r, line.p, line.n, NULL);
	if (!r.run.schema)
		return 0;
	for (size_t i = 0; report_at(i); i++) {
		buf_reset(&out);
		assert(report_at(i)->write(&r, &o, &out, NULL));
		if (!report_at(i)->binary)
			assert_harmless((struct str){ buf_str(&out), out.len });
	}
	return 0;
}
