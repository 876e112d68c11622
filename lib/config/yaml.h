/*
 * YAML from outside, as a tree with positions. The only room that includes yaml.h.
 *
 * A part of YAML 1.1, so that nothing surprises: one document of UTF-8, block and flow style,
 * every kind of scalar. No aliases, no tags, no equal keys in one map, no characters that
 * cannot be seen. Bounded: YAML_BYTES_MAX, YAML_DEPTH_MAX, YAML_NODES_MAX, YAML_KEYS_MAX.
 * That is why libyaml's events are read here and not its documents: those are whole, and as
 * deep as the input wants them, before anybody can say no (libyaml 0.2.5, src/loader.c).
 *
 * A byte order mark at the front is skipped and not counted. Lines end at \n, \r\n or \r.
 */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define YAML_BYTES_MAX (4 << 20)
#define YAML_DEPTH_MAX 16
#define YAML_NODES_MAX 200000
#define YAML_KEYS_MAX  256

enum node_kind {
	NODE_NULL, /* nothing, ~ or null, not quoted */
	NODE_TEXT,
	NODE_LIST,
	NODE_MAP,
};

/* Where something is in a text. */
struct spot {
	uint32_t line, col; /* 1-based; col in bytes */
	size_t offset;      /* in bytes, from the front of the text */
};

/* In the arena. Positions are those of the content: a plain list's first dash, a quote. */
struct node {
	enum node_kind kind;
	bool flow; /* "[…]" or "{…}" */
	struct spot at;
	size_t end;         /* offset behind its last byte; of a block, behind its last child's */
	const char *text;   /* of a text, NUL-terminated, no NUL inside; "" otherwise */
	struct node *key;   /* in a map: a text; NULL elsewhere */
	struct node *first; /* of a list or map */
	struct node *next;  /* sibling */
	size_t len;         /* children */
};

/*
 * Reads a text into *root, NODE_NULL when it holds nothing. name is what errors call it.
 * Fails with ERR_USAGE, file, line and column.
 */
bool yaml_read(const char *text, size_t n, const char *name, struct arena *arena,
	       struct node **root, struct err *err);

/* The value of a key in a map, NULL: there is none, or it is no map. */
struct node *node_get(const struct node *map, const char *key);

/* "a list", "a map", "a text", "nothing": for messages. Static. */
const char *node_kind_name(const struct node *n);

/* Appends the library behind this and its version: "libyaml 0.2.5". */
void yaml_put_library(struct buf *out);

#endif
