/* The text of configs/catalogue.yaml, which the build compiles in. */
#ifndef CONFIG_CATALOGUE_H
#define CONFIG_CATALOGUE_H

#include "base/base.h"

#define CATALOGUE_NAME "catalogue.yaml" /* as messages and allowances name it */

extern const unsigned char catalogue_text[];
extern const size_t catalogue_size;

#endif
