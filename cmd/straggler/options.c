#include "options.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/str.h"

#define ROWS_MAX 32

/* The option that was probably meant by a word such as --colour=never; NULL: none is near. */
static const char *meant_by(const char *word, const struct option_row *rows)
{
	const char *names[ROWS_MAX];
	char name[64]; /* longer ones are near to none */
	size_t n = 0;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
	for (; n < ROWS_MAX && rows[n].name; n++)
		names[n] = rows[n].name;
	return starts_with(name, "--") ? nearest_name(name + 2, names, n) : NULL;
}

static void unknown(const char *command, const char *word, const struct option_row *rows,
		    struct err *err)
{
	const char *meant = meant_by(word, rows);

	if (meant)
		err_set(err, ERR_USAGE, "%s: unknown option '%s', did you mean '--%s'?", command,
			word, meant);
	else
		err_set(err, ERR_USAGE, "%s: unknown option '%s'", command, word);
}

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
		unknown(command, argv[optind - 1], rows, err);
	return letter == ':' || letter == '?' ? OPTIONS_BAD : letter;
}
