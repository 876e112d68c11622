/* The configuration file that a command writes to. */
#ifndef TARGET_H
#define TARGET_H

#include "configuration.h"

/* Appends its path: the one given, else the one that was found, else a new one where the module
 * begins. */
void target_name(struct buf *path, const char *given, const struct configuration *c);

/* Appends its text; of a new file, what one begins with. */
bool target_read(const char *path, struct buf *text, struct err *err);

/* The mode of a new one. */
#define TARGET_MODE 0644

#endif
