/* Files for one test, in a folder of their own. */
#ifndef TESTS_UNIT_WRITTEN_H
#define TESTS_UNIT_WRITTEN_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct written {
	char folder[40];
	char path[96]; /* of the file written last */
};

static inline void written_begin(struct written *w)
{
	*w = (struct written){ .folder = "/tmp/written.XXXXXX" };
	assert_non_null(mkdtemp(w->folder));
}

/* Returns the path, which lives until the next call. */
static inline const char *written_file(struct written *w, const char *name, const char *text)
{
	FILE *f;

	snprintf(w->path, sizeof(w->path), "%s/%s", w->folder, name);
	f = fopen(w->path, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	return w->path;
}

static inline void written_end(struct written *w)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r '%s'", w->folder);
	assert_int_equal(system(command), 0);
}

#endif
