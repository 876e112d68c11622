#include <string.h>
#include <sys/mman.h>

#include "run/sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
	struct sink sink;
	struct run_file file;
	size_t bad;
};

/* Appends what a watcher would, and reads on. The sink's own position is not that of writes. */
static void feed(struct reading *r, const uint8_t *bytes, size_t n, off_t at)
{
	ssize_t written = pwrite(r->sink.fd, bytes, n, at);

	assert(written == (ssize_t)n);
	assert(sink_read(&r->sink, &r->file, &r->bad, NULL));
}

static void begin(struct reading *r)
{
	*r = (struct reading){ .sink.fd = memfd_create("sink", MFD_CLOEXEC) };
	assert(r->sink.fd >= 0);
}

static void finish(struct reading *r)
{
	sink_close(&r->sink);
	run_file_release(&r->file);
}

/* The first byte says where the lines are cut: that must not matter. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading whole, pieces;
	size_t cut;

	if (!size)
		return 0;
	cut = data[0] < size - 1 ? data[0] : size - 1;
	begin(&whole);
	begin(&pieces);
	feed(&whole, data + 1, size - 1, 0);
	feed(&pieces, data + 1, cut, 0);
	feed(&pieces, data + 1 + cut, size - 1 - cut, (off_t)cut);
	assert(whole.bad == pieces.bad && whole.sink.rest.len == pieces.sink.rest.len);
	assert(whole.file.packages.len == pieces.file.packages.len);
	assert(whole.file.tests.len == pieces.file.tests.len);
	assert(whole.file.findings.len == pieces.file.findings.len);
	assert(sink_alive(&whole.sink, "p") == sink_alive(&pieces.sink, "p"));
	finish(&whole);
	finish(&pieces);
	return 0;
}
