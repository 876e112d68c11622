#include "options.h"

int options_next(const char *command, const struct option *options, bool in_order, int argc,
		 char **argv, struct err *err)
{
	int option;

	opterr = 0;
	option = getopt_long(argc, argv, in_order ? "+:h" : ":h", options, NULL);
	if (option == ':')
		err_set(err, ERR_USAGE, "%s: %s needs a value", command, argv[optind - 1]);
	else if (option == '?')
		err_set(err, ERR_USAGE, "%s: unknown option '%s'", command, argv[optind - 1]);
	return option == ':' || option == '?' ? OPTIONS_BAD : option;
}
