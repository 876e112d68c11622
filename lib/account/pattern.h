/* Patterns in allowances: functions, tests, packages. See account/policy.h. */
#ifndef ACCOUNT_PATTERN_H
#define ACCOUNT_PATTERN_H

#include "base/base.h"

/* Both as name_normalise() makes them. */
bool pattern_function(const char *pattern, const char *function);

/* Whether the test, or one that it is a subtest of, is named. */
bool pattern_test(const char *pattern, const char *test);

/* Whether it may name a subtest of test. */
bool pattern_subtest(const char *pattern, const char *test);

bool pattern_package(const char *pattern, const char *package);

#endif
