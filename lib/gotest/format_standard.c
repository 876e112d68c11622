#include "gotest/format.h"

const struct format format_standard_quiet = {
	.name = "standard-quiet",
	.help = "as go test shows it",
};

const struct format format_standard_verbose = {
	.name = "standard-verbose",
	.help = "as go test -v shows it",
	.verbose = true,
};
