/* Adding an allowance to a configuration that people wrote. */
#ifndef CONFIG_EDIT_H
#define CONFIG_EDIT_H

#include "base/str.h"
#include "config/config.h"

struct edit_pair {
	const char *key;
	const char *value; /* NULL: the pair is left out */
};

struct edit_spec {
	struct str text;
	const char *name; /* what errors call it */
	const struct edit_pair *pairs;
	size_t len;
	const char *comment; /* behind its first pair, clean; NULL: none. Not in flow style */
	uint32_t before;     /* line of the allowance that it comes before; 0: it is the last */
	const char *const *classes; /* as in struct config */
	size_t classes_len;
};

/*
 * Appends to *out the text with one allowance more, in the file's own style and line ends; every
 * other byte stays. The result was read back: it says what the text said, and the allowance. Fails
 * with ERR_USAGE when the text is no configuration, or is written in a way that has no place for
 * it.
 */
bool edit_add_allowance(const struct edit_spec *spec, struct buf *out, struct err *err);

/* What becomes of an allowance that is there. */
struct edit_change {
	uint32_t line; /* of its first key, as in struct config_rule */
	int64_t count; /* its new count; 0: it goes */
};

/*
 * Appends to *out the text of spec (its pairs are not meant) with n allowances changed; every other
 * byte stays. The result was read back. Fails with ERR_USAGE when the text is no configuration, or an
 * allowance is not there, or has no count to change.
 */
bool edit_change_allowances(const struct edit_spec *spec, const struct edit_change *changes,
			    size_t n, struct buf *out, struct err *err);

/* Appends a text as a YAML scalar, in quotes where it needs them. */
void edit_put_scalar(struct buf *out, const char *text);

#endif
