/*
 * go test's command line, taken apart as go test does it and put together
 * again for the inner call.
 *
 * Ours are the options of the caller's table, written with two dashes:
 * `--opt=value`, `--opt value`, `--switch`, `--switch[=value]`. Everything else is go's, in its
 * order; go takes two dashes for one, so `--run X` is go's. Where go stops to
 * read flags (after -args, after --, at an argument behind the packages that
 * cannot be a flag's value) we stop, too. Ours are taken out before go's rules
 * apply, so `./a --settle 2s ./b` names two packages.
 *
 * A flag with one dash that go does not know is the test binary's own. With
 * two dashes it is an error: it is ours, misspelt.
 *
 * GOFLAGS holds flags, too; the command line's replace them (but for -ldflags,
 * which add up). Its value comes in as a parameter: what `go env GOFLAGS`
 * prints.
 *
 * Source: src/cmd/go/internal/test/testflag.go (testFlags), src/cmd/go/
 * internal/cmdflag/flag.go, src/cmd/go/internal/base/goflags.go, src/cmd/go/
 * internal/load/flag.go (-ldflags), src/cmd/go/internal/work/build.go (build
 * flags), Go 1.22 to 1.27.
 */
#ifndef GOTEST_CMDLINE_H
#define GOTEST_CMDLINE_H

#include "gotest/quote.h"

/* One of our options. Its name is no flag of go's (asserted). */
struct option_spec {
	const char *name; /* without dashes */
	enum {
		VALUE_NONE = false,
		VALUE_NEEDED = true,
		VALUE_MAYBE, /* behind '=', or none */
	} takes_value;
};

/* An option that was given. */
struct option_given {
	size_t index;      /* in the caller's table */
	const char *value; /* "" for a switch */
};

/* What an argument is to the inner call. */
enum go_arg_role {
	GO_ARG_KEEP,    /* passed on as it is */
	GO_ARG_PACKAGE, /* names a package */
	GO_ARG_REPLACE, /* -json, -v, -exec, -ldflags: written anew */
	GO_ARG_ONCE,    /* chooses tests: not in a second run that chooses itself */
	GO_ARG_WRITE,   /* names a file to write: in the first run only */
	GO_ARG_TEST,    /* -args, -- or a positional, and all that follows */
};

struct go_arg {
	const char *text;
	enum go_arg_role role;
};

/* A flag of go's that was given. */
struct go_flag {
	const char *name;  /* static; without "test." */
	const char *value; /* "true" for a switch without one */
	bool goflags;      /* from GOFLAGS */
};

/* Strings are borrowed from the argument vector or live in the arena. */
struct cmdline {
	struct {
		struct option_given *items;
		size_t len, cap;
	} options; /* ours, in their order */
	struct {
		struct go_arg *items;
		size_t len, cap;
	} args; /* go's, in their order, without -C dir */
	struct {
		struct go_flag *items;
		size_t len, cap;
	} flags; /* GOFLAGS' first, then the command line's, each in its order */
	struct words packages;
	const char *dir;     /* of -C, NULL: none. Given as go's first argument only */
	bool help;           /* go's own -h or -help: go prints its usage and ends */
	bool test_help;      /* the test binary is asked for help: it shows what passes */
	struct arena *arena; /* borrowed */
};

struct cmdline_input {
	int argc; /* after "straggler test" */
	char **argv;
	const struct option_spec *options;
	size_t options_len;
	const char *goflags; /* "" or NULL: none */
};

/* Zero-initialised is ready. Fails with ERR_USAGE: an unknown option (the
 * message has the nearest name), a value missing or not wanted; with
 * ERR_PARSE: GOFLAGS. Release c in any case. */
bool cmdline_parse(struct cmdline *c, const struct cmdline_input *in, struct arena *a,
		   struct err *err);
void cmdline_release(struct cmdline *c);
#define AUTO_CMDLINE CLEANUP(cmdline_release) struct cmdline

/* The last value of our option, "" for a switch, NULL: not given. */
const char *cmdline_option(const struct cmdline *c, size_t index);

/* The value of go's flag ("run", without dash and "test.") that holds, NULL:
 * not given. */
const char *cmdline_flag(const struct cmdline *c, const char *name);

/* Whether a switch of go's is on, in any spelling of true. */
bool cmdline_flag_on(const struct cmdline *c, const char *name);

/* Whether go test has a flag of this name, with or without "test.". */
bool cmdline_is_go_flag(const char *name);

/* What another run of the same tests does otherwise; each may be NULL. */
struct again {
	const char *run;           /* these tests (a regular expression) and not those that the
				    * user chose */
	const char *package;       /* this one alone */
	const struct words *flags; /* go test's, each one word: they hold over the user's */
};

/* Appends what another run of the same tests is given: go's arguments but for -C and for
 * those that name a file to write. Borrowed. */
void cmdline_again(const struct cmdline *c, const struct again *again, struct words *out);

/* Appends the flags that decide which packages there are and which files belong to them, as
 * -name=value, for go list. Those in GOFLAGS go list reads itself. New words live in c's arena. */
void cmdline_build_flags(const struct cmdline *c, struct words *out);

/* The packages are these, whatever was named; at least one. Their texts are borrowed. */
void cmdline_choose(struct cmdline *c, const struct words *packages);

/* Appends what the user gives the test binary beyond go's own flags: flags that go does not know,
 * with their values, and what follows -args. Borrowed. */
void cmdline_own(const struct cmdline *c, struct words *out);

/* What the inner call needs to be told. */
struct inner_call {
	const char *go; /* the go command: "go" */
	const char *const
	    *wrap; /* our command, put before the user's -exec; NULL: no -exec of ours */
	size_t wrap_len;
	const char *extra_ldflags; /* added to every -ldflags, in go's quoting; NULL: none */
	/* A second run: these tests of these packages alone, and neither chooses
	 * the user's flags tests nor do they write files. NULL: as the user said. */
	const char *run; /* regular expression for -run */
	const char *const *packages;
	size_t packages_len;
};

/*
 * Appends go test [-C dir] -json [-exec=…] [-ldflags=…] … and the user's
 * arguments. -v is left out: it says how to show, not what to run, and it would
 * turn off the markers that make -json exact. New words live in c's arena.
 * Fails with ERR_USAGE when our command cannot be quoted.
 */
bool cmdline_inner(const struct cmdline *c, const struct inner_call *call, struct words *out,
		   struct err *err);

#endif
