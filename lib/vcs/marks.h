/*
 * What findings make one look at in a repository: the lines and functions of their stacks,
 * each once however many findings have it.
 */
#ifndef VCS_MARKS_H
#define VCS_MARKS_H

#include "account/record.h"
#include "vcs/trail.h"

/* What a mark is to a finding; of several the first counts. */
enum role {
	ROLE_GO,         /* line of the go statement, or of the user's call that led to it */
	ROLE_CALL,       /* the same of what no go statement began: the call that opened it */
	ROLE_BLOCKED,    /* line where it waits */
	ROLE_CHAIN,      /* function on the way to the go statement, or on the stack */
	ROLE_TEST,       /* the test function */
	ROLE_DEPENDENCY, /* module that has the go statement */
};

struct link {
	uint32_t finding; /* index in the run file */
	uint32_t mark;
	enum role role;
};

struct marks {
	struct spots spots; /* by number: spots.items[i].mark == i */
	struct {
		struct link *items; /* owned, those of one finding together */
		size_t len, cap;
	} links;
};

struct marks_spec {
	const struct repo *repo;
	const struct run_file *run;
	struct sha start; /* whose files are meant */
	bool disk;        /* rather the files in the work tree */
	struct arena *arena;
	struct texts *paths;
};

/*
 * Adds those of all leaks. A line is where its text is, if the file was changed since
 * the run; code outside of the repository gives nothing, but for the line of the go.mod that
 * asks for it.
 */
void marks_make(struct marks *m, const struct marks_spec *spec);

void marks_release(struct marks *m);
#define AUTO_MARKS CLEANUP(marks_release) struct marks

/* Appends the path in the repository of a file that a stack names. False: it is not in it. */
bool marks_path(const struct marks_spec *spec, const char *file, struct buf *path);

#endif
