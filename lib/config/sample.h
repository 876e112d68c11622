/* What the table of settings looks like to people. */
#ifndef CONFIG_SAMPLE_H
#define CONFIG_SAMPLE_H

#include "config/config.h"

/* Appends a configuration in which everything that can be set is explained and commented out:
 * configs/straggler.yaml, and what `straggler init` writes. */
void sample_write(struct buf *out);

/* Appends a table of the settings in Markdown, for the documentation. */
void sample_reference(struct buf *out);

#endif
