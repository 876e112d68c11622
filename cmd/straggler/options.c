#include "options.h"

#include <assert.h>

#define ROWS_MAX 32

int options_next(const char *command, const struct option_row *rows, bool in_order, int argc,
		 char **argv, struct err *err)
{
	struct option longs[ROWS_MAX] = { 0 };
	int letter;

	for (size_t i = 0; rows[i].name; i++) {
		assert(i < ROWS_MAX - 1);
		longs[i] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].value ? required_argument : no_argument,
			.val = rows[i].letter,
		};
	}
	opterr = 0;
	letter = getopt_long(argc, argv, in_order ? "+:h" : ":h", longs, NULL);
	if (letter == ':')
		err_set(err, ERR_USAGE, "%s: %s needs a value", command, argv[optind - 1]);
	else if (letter == '?')
		err_set(err, ERR_USAGE, "%s: unknown option '%s'", command, argv[optind - 1]);
	return letter == ':' || letter == '?' ? OPTIONS_BAD : letter;
}
