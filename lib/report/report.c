#include "report/report.h"

#include <string.h>

#include "base/nearest.h"

static const struct report *const reports[] = {
	&report_term,   &report_suspects, &report_json, &report_junit, &report_sarif,
	&report_github, &report_markdown, &report_html, &report_pprof,
};

const struct report *report_at(size_t i)
{
	return i < ARRAY_LEN(reports) ? reports[i] : NULL;
}

static bool unknown(const char *name, struct err *err)
{
	const char *names[ARRAY_LEN(reports)], *meant;
	AUTO_BUF all = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(reports); i++) {
		names[i] = reports[i]->name;
		buf_printf(&all, "%s%s", i ? ", " : "", names[i]);
	}
	meant = nearest_name(name, names, ARRAY_LEN(names));
	if (meant)
		return err_set(err, ERR_USAGE, "unknown report '%s', did you mean '%s'?", name,
			       meant);
	return err_set(err, ERR_USAGE, "unknown report '%s', there are: %s", name, buf_str(&all));
}

bool report_find(const char *name, const struct report **report, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(reports); i++) {
		if (!strcmp(reports[i]->name, name)) {
			*report = reports[i];
			return true;
		}
	}
	return unknown(name, err);
}
