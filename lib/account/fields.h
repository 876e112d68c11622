/*
 * Structs as JSON objects and back, both from one table of rows, so that writing
 * and reading cannot disagree.
 */
#ifndef ACCOUNT_FIELDS_H
#define ACCOUNT_FIELDS_H

#include "base/arena.h"
#include "base/err.h"
#include "json/read.h"
#include "json/write.h"

/* What the member at the offset is. Absent members read as the zero of their
 * kind, "" for text. */
enum field_kind {
	FIELD_TEXT, /* const char *, never NULL after reading */
	FIELD_BOOL,
	FIELD_U32,
	FIELD_U64,
	FIELD_I64,
	FIELD_INT,
	FIELD_INDEX,   /* int64_t; absent is -1 */
	FIELD_WORD,    /* an enum, as a word of words */
	FIELD_SHARE,   /* two uint32_t in a row: "1/2" */
	FIELD_TEXTS,   /* const char ** and a size_t in a row */
	FIELD_NUMBERS, /* a vector of uint32_t */
	FIELD_LIST,    /* a vector (base/vec.h) of structs of size bytes described by sub */
	FIELD_PART,    /* a struct described by sub: an object of its own */
	FIELD_MAYBE,   /* a bool: whether members of the same struct, described by sub, are
			known; an object of its own, absent when not */
};

struct words {
	const char *(*name)(unsigned int value); /* static */
	unsigned int count;                      /* values are below */
};

struct field {
	const char *key; /* NULL ends a table */
	size_t offset;
	const struct words *words;
	const struct field *sub;
	size_t size;
	enum field_kind kind;
	bool brief; /* not written when it is "", 0, false, the first word or an empty list */
};

/* Writes the members of one object; the caller opens and ends it. */
void fields_write(struct json_writer *w, const struct field *fields, const void *from);

/* Reads the members of object (NULL: an empty one) into *to; strings, texts and
 * lists are copied to the arena. Fails with ERR_PARSE on a wrong kind, an unknown
 * word or a number out of range; *to is then partly written. */
bool fields_read(void *to, const struct field *fields, const struct json *object,
		 struct arena *arena, struct err *err);

#endif
