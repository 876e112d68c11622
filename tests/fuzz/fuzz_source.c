#include <assert.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "account/source.h"

#define LINES_MOST 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever is asked of a line stays within the file, and what is said of it on one line. */
static void ask(struct sources *s, const char *file, uint32_t line)
{
	struct str text = source_line(s, file, line);
	uint32_t first = source_func_line(s, file, line);
	AUTO_BUF cases = { 0 };

	source_cases(s, file, line, &cases);
	assert(!cases.len || str_is(text, "select {"));
	assert(!cases.len || !memchr(cases.data, '\n', cases.len));
	assert(first <= line);
	assert(source_top_func_line(s, file, line) <= line);
	assert(source_closure_end(s, file, line) >= line);
	assert(source_go_ordinal(s, file, line) <= line);
	source_may_say(s, file, line, "Done()");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("source", MFD_CLOEXEC);
	struct sources sources = { 0 };
	char file[32];

	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	for (uint32_t line = 0; line < LINES_MOST; line++)
		ask(&sources, file, line);
	sources_release(&sources);
	close(fd);
	return 0;
}
