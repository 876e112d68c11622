/*
 * A share of a run's packages, so that several machines test them side by side. Every machine
 * comes to the same shares by itself: they follow from the list of packages and, where there is
 * one, from an earlier run file, which has to be the same everywhere.
 */
#ifndef RUN_SHARD_H
#define RUN_SHARD_H

#include "account/record.h"
#include "gotest/quote.h"

struct shard {
	uint32_t index; /* 1-based */
	uint32_t total; /* 0: there are no shards */
};

/* "2/5". Fails with ERR_USAGE. */
bool shard_parse(const char *text, struct shard *s, struct err *err);

/* For go list -f: a line a package, then how many files with tests it has, one number for its
 * own and one for the external test package. */
#define SHARD_FORMAT "{{.ImportPath}}\t{{len .TestGoFiles}}\t{{len .XTestGoFiles}}"

struct shard_package {
	const char *path;
	bool has_tests;
	int64_t cost_ns;
};

/* Zero-initialised is empty; VEC_FREE frees it. */
struct shard_packages {
	struct shard_package *items;
	size_t len, cap;
};

/* Appends the packages that go list printed. Texts are in the arena. */
void shard_list(struct shard_packages *p, const char *text, size_t n, struct arena *a);

/* What testing each costs, by the run (NULL: there is none). A package that it does not have
 * costs the mean of the others; without any they cost all the same, and next to nothing without
 * tests. */
void shard_weigh(struct shard_packages *p, const struct run_file *run);

/*
 * Appends the packages of the shard, in the order of their paths, and sorts *p. The longest first,
 * each goes to the shard that has least to do yet, the first of them: at most a third longer than
 * the best division (Graham 1969). Equal costs are dealt in turns, so that numbers differ by one.
 */
void shard_choose(struct shard_packages *p, const struct shard *s, struct words *out);

#endif
