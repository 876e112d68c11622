#include "base/clock.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *unit;
	int64_t ns;
} units[] = {
	{ "ns", 1 },       { "us", NS_PER_US },    { "\xc2\xb5s", NS_PER_US }, { "ms", NS_PER_MS },
	{ "s", NS_PER_S }, { "m", 60 * NS_PER_S }, { "h", 3600 * NS_PER_S },
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads one "1.5s" off *p. */
static bool take_part(const char **p, double *sum_ns)
{
	const char *s = *p;
	double value = 0, scale = 1;
	size_t n;

	if (!is_digit(*s) && !(*s == '.' && is_digit(s[1])))
		return false;
	for (; is_digit(*s); s++)
		value = value * 10 + (*s - '0');
	if (*s == '.')
		for (s++; is_digit(*s); s++)
			value += (*s - '0') * (scale /= 10);
	for (n = 0; s[n] && !is_digit(s[n]) && s[n] != '.';)
		n++;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (n == strlen(units[i].unit) && !memcmp(s, units[i].unit, n)) {
			*sum_ns += value * (double)units[i].ns;
			*p = s + n;
			return true;
		}
	return false;
}

bool duration_parse(const char *text, int64_t *ns, struct err *err)
{
	double sum = 0;
	const char *p = text;

	if (!strcmp(text, "0")) {
		*ns = 0;
		return true;
	}
	do {
		if (!take_part(&p, &sum))
			return err_set(
			    err, ERR_USAGE,
			    "'%.40s' is not a duration: expected one such as 500ms, 2s or 1m30s",
			    text);
	} while (*p);
	if (sum > (double)(INT64_MAX / 2))
		return err_set(err, ERR_USAGE, "duration '%.40s' is too long", text);
	*ns = (int64_t)llround(sum);
	return true;
}

/* "2 min 5 s", "2 min" */
static void put_two(char buf[static 32], int64_t n, int64_t each, const char *large,
		    const char *small)
{
	if (n % each)
		snprintf(buf, 32, "%" PRId64 " %s %" PRId64 " %s", n / each, large, n % each,
			 small);
	else
		snprintf(buf, 32, "%" PRId64 " %s", n / each, large);
}

char *duration_format(int64_t ns, char buf[static 32])
{
	int64_t s = ns / NS_PER_S;

	if (ns < NS_PER_MS)
		snprintf(buf, 32, "%" PRId64 " us", ns / NS_PER_US);
	else if (ns < NS_PER_S)
		snprintf(buf, 32, "%" PRId64 " ms", ns / NS_PER_MS);
	else if (s < 100)
		snprintf(buf, 32, "%" PRId64 ".%" PRId64 " s", s, ns / (NS_PER_S / 10) % 10);
	else if (s < 3600)
		put_two(buf, s, 60, "min", "s");
	else
		put_two(buf, s / 60, 60, "h", "min");
	return buf;
}

/* False: the year has more than four digits. */
static bool split_time(int64_t time_s, struct tm *tm)
{
	time_t t = (time_t)time_s;

	return gmtime_r(&t, tm) && tm->tm_year <= 9999 - 1900;
}

char *day_format(int64_t time_s, char buf[static 32])
{
	struct tm tm;

	if (!split_time(time_s, &tm) || !strftime(buf, 32, "%Y-%m-%d", &tm))
		buf[0] = '\0';
	return buf;
}

char *moment_format(int64_t time_s, char buf[static 32])
{
	struct tm tm;

	if (!split_time(time_s, &tm) || !strftime(buf, 32, "%Y-%m-%dT%H:%M:%SZ", &tm))
		buf[0] = '\0';
	return buf;
}
