/*
 * Runs go test with a watcher around every test binary, and joins what go says with
 * what the watchers say.
 *
 *   go test -json ──events──> render (what the user sees), results
 *   watchers      ──sink────> findings, counts            } run file, line by line
 *
 * A package that failed while it was traced may have failed because of that, so its
 * result is held back and asked for again (see struct retry):
 *   1. the failed tests without the trace: fail again -> the first result stands
 *   2. passed: once more with the trace: passes now -> a flake, the first result stands
 *   3. failed: the trace is to blame -> the whole package runs once more
 *      without it, and that is its result
 * When the tracer itself died, led astray by frame pointers, there is nothing to ask: the
 * package runs once more with a trace that does not follow them, and only when it fails
 * again without a trace.
 */
#ifndef RUN_RUNNER_H
#define RUN_RUNNER_H

#include <signal.h>

#include "account/check.h"
#include "gotest/render.h"
#include "gotest/results.h"

struct runner_spec {
	const struct cmdline *cmdline;
	const char *go;                  /* "go": searched in PATH */
	const char *self;                /* path of this program, for -exec */
	const char *const *watch;        /* options for every watcher, NULL-terminated */
	const char *sink;                /* a file that does not exist yet */
	const struct policy *policy;     /* what is allowed; watch tells the watchers the same */
	const struct warnings *warnings; /* about the configuration, for the run file */
	char *const *envp;
	const char *dir;         /* absolute working directory */
	const char *root;        /* of the git work tree that dir is in, NULL: none */
	const char *tool;        /* our version */
	const char *shard;       /* for the run file, as there; NULL: none */
	bool idle;               /* the shard is empty: go is not run */
	const char *head;        /* git commit, "" where there is none */
	const char *const *args; /* the command line after \"test\", for the run file */
	size_t args_len;
	struct {
		const struct format *format; /* NULL: go test's own text */
		unsigned hidden;             /* parts of the summary: enum recap_part */
		bool quiet, color;
	} display;
	uint32_t rerun_most;         /* failed tests run so often again, 0: they do not */
	uint32_t rerun_max_failures; /* unless more than so many failed */
	int json_file;               /* where go's stream goes as it is, -1: nowhere */
	int run_file;                /* where its lines go, -1: nowhere */
	sigset_t mask;               /* go's signal mask */
	/* What the user shall see now. Returns false when it cannot be written: the run ends. */
	bool (*show)(void *ctx, struct buf *out, struct buf *err);
	/* Called a few times a second while go runs, and once with NULL before the end is shown; may be
	 * NULL. */
	void (*tick)(void *ctx, const struct results *results);
	/* Called once a package is complete, after its lines were written; may be NULL. */
	void (*package_done)(void *ctx, struct run_file *file, const char *package);
	void *ctx;
};

struct runner_result {
	struct run_file file; /* all records, names resolved */
	int go_status;        /* go's exit code; 128 + n: by signal n */
	int signal;           /* the signal that ended us, 0: none */
	bool refused;         /* show could not write: the run was ended */
	bool tests_failed;    /* after retries */
	bool nothing_ran;     /* no package came as far as running */
	struct totals totals;
	const char *lost;      /* the run file could not be written: why; "" */
	const char *json_lost; /* the same of the JSON file */
	struct buf rest;       /* internal */
};

/* What go says about itself, before anything runs. Strings in the arena. */
struct go_facts {
	const char *version; /* "go1.26.8", "devel …" */
	const char *flags;   /* GOFLAGS, effective */
	const char
	    *module; /* module path of the main module, "" outside or in a workspace of several */
	const char *root; /* absolute: the folder of the main module's go.mod, "" as above */
	int minor;        /* 26; -1: not known */
};

/* Asks `go env` in dir (NULL: here). Fails when there is no go. */
bool go_facts_read(const char *go, const char *dir, char *const *envp, struct arena *a,
		   struct go_facts *facts, struct err *err);

bool runner_run(const struct runner_spec *spec, const struct go_facts *facts,
		struct runner_result *r, struct err *err);
void runner_release(struct runner_result *r);

#endif
