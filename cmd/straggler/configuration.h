/* The configuration of an invocation: file, environment, options, catalogue. */
#ifndef CONFIGURATION_H
#define CONFIGURATION_H

#include "account/check.h"

/* Zero-initialised before configuration_read. */
struct configuration {
	struct config config;
	struct policy policy;
	struct policy_place place;
	char *file; /* as messages name it, NULL: there is none */
	char *dir;  /* what place.dir is */
	char today[32];
};

/*
 * Reads the file given (NULL: STRAGGLER_CONFIG, else .straggler.yaml, found from the folder
 * dir, NULL: here, upwards to the module) and the environment. Options come between this and
 * configuration_finish.
 */
bool configuration_read(struct configuration *c, const char *given, const char *dir,
			struct err *err);

/* Adds what is odd about file and environment, in c's arena. After configuration_finish. */
void configuration_check(struct configuration *c, struct warnings *w);

/* Adds the catalogue and makes the policy. */
bool configuration_finish(struct configuration *c, struct err *err);

void configuration_release(struct configuration *c);
#define AUTO_CONFIGURATION CLEANUP(configuration_release) struct configuration

#endif
