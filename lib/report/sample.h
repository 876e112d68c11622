/* The code that `straggler explain` shows, from configs/explain, which the build compiles in. */
#ifndef REPORT_SAMPLE_H
#define REPORT_SAMPLE_H

#include "base/base.h"

/* Two Go files, each whole. */
struct code_sample {
	const char *class; /* its name */
	const char *leaks; /* has this finding, and no other */
	const char *fixed; /* the same without */
};

/* A row without a class ends it. `goroutine-surge` and `unknown` have none. */
extern const struct code_sample code_samples[];

#endif
