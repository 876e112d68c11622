/* From the tree of one file to what it says. Internal to this room. */
#ifndef CONFIG_DOCUMENT_H
#define CONFIG_DOCUMENT_H

#include "config/config.h"
#include "config/yaml.h"

struct document {
	struct config *config;
	const char *name; /* of the file, in the config's arena */
	bool built_in;
	struct err *err;
	/* Called for each file under `extends`; NULL: they are refused. */
	bool (*extend)(const struct document *d, const char *path, const struct node *at);
};

/* Adds what the tree says. Fails with ERR_USAGE and the place. */
bool document_read(const struct document *d, const struct node *root);

/* Fails at a node. */
bool document_fail(const struct document *d, const struct node *at, const char *fmt, ...)
    PRINTF(3, 4);

#endif
