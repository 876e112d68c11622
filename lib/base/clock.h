/* Time: int64_t nanoseconds everywhere. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <time.h>

#include "base/base.h"
#include "base/err.h"

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

/* CLOCK_MONOTONIC: what Go's trace times times 64 are, too. */
static inline int64_t clock_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* Reads a duration as Go writes it ("1.5s", "300ms", "1m30s", "0"). Fails with
 * ERR_USAGE; the message says what was expected. */
bool duration_parse(const char *text, int64_t *ns, struct err *err);

/* Writes ns for people, rounded down: "12 ms", "1.2 s", "3 min 5 s", "2 h 40 min". buf
 * has 32 bytes at least. Returns buf. */
char *duration_format(int64_t ns, char buf[static 32]);

/* Writes the day, UTC: "2026-03-01", or the moment, RFC 3339: "2026-03-01T12:30:00Z". time_s
 * are seconds since 1970. Returns buf; "" for a year that has more than four digits. */
char *day_format(int64_t time_s, char buf[static 32]);
char *moment_format(int64_t time_s, char buf[static 32]);

#endif
