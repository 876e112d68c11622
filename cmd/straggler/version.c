#include "version.h"

/* The Makefile gives it, from git. */
#ifndef STRAGGLER_VERSION
#define STRAGGLER_VERSION "0.1.0"
#endif

const char straggler_version[] = STRAGGLER_VERSION;
