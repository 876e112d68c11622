/* From what commits touched to the suspects of each finding. */
#ifndef VCS_SUSPECTS_H
#define VCS_SUSPECTS_H

#include "vcs/marks.h"

struct suspects_spec {
	const struct repo *repo;
	const struct marks *marks;
	const struct trail *trail; /* walked to the end of the range */
	struct run_file *run;
};

/* Sets the suspects of one finding, which links[0..n-1] are about. Facts of commits come from
 * the repository; texts are in the run's arena. */
bool suspects_rank(const struct suspects_spec *spec, const struct link *links, size_t n,
		   struct err *err);

#endif
