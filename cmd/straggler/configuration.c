#include "configuration.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "config/source.h"
#include "test_options.h"

extern char **environ;

static char *absolute(const char *dir, struct err *err)
{
	char *path = realpath(dir ? dir : ".", NULL);

	if (!path)
		err_sys(err, errno, "find the folder %s", dir ? dir : ".");
	return path;
}

/* Where the file is; "" : there is none to find. */
static bool find_file(struct configuration *c, const char *given, const char *dir)
{
	const char *named = given ? given : getenv("STRAGGLER_CONFIG");
	AUTO_BUF path = { 0 };

	if (named && *named) {
		c->file = strdup(named);
		return true;
	}
	if (dir && strcmp(dir, ".") != 0)
		buf_printf(&path, "%s/", dir);
	if (!source_find(c->dir, &path))
		return false;
	c->file = strdup(buf_str(&path));
	return true;
}

bool configuration_read(struct configuration *c, const char *given, const char *dir,
			struct err *err)
{
	day_format(time(NULL), c->today);
	policy_teach(&c->config);
	c->dir = absolute(dir, err);
	if (!c->dir)
		return false;
	if (find_file(c, given, dir) && !config_read(&c->config, c->file, err))
		return false;
	return config_environment(&c->config, environ, err);
}

bool configuration_finish(struct configuration *c, struct err *err)
{
	c->place = (struct policy_place){ .dir = c->dir, .today = c->today };
	if (!config_add_catalogue(&c->config, err))
		return false;
	policy_make(&c->policy, &c->config, &c->place);
	return true;
}

void configuration_check(struct configuration *c, struct warnings *w)
{
	const char *own[OPT_COUNT + 3] = { "STRAGGLER_CONFIG", "STRAGGLER_STATE" };
	char twins[OPT_COUNT][40];
	size_t n = 2;

	for (size_t i = 0; i < OPT_COUNT; i++)
		if (test_option_twin((enum test_option)i, twins[i]))
			own[n++] = twins[i];
	check_config(&c->config, &c->place, &c->config.arena, w);
	check_environment(environ, own, &c->config.arena, w);
}

void configuration_release(struct configuration *c)
{
	config_release(&c->config);
	policy_release(&c->policy);
	free(c->file);
	free(c->dir);
}
