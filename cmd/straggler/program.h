/* This program, for those that start it again. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <limits.h>

#include "base/err.h"

/* Where it is, absolute; NUL-terminated. */
bool program_path(char path[static PATH_MAX], struct err *err);

#endif
