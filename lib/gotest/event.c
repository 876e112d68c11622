#include "gotest/event.h"

#include <math.h>

#include "base/clock.h"

static const char *const actions[] = {
	[TEST_ACTION_START] = "start",
	[TEST_ACTION_RUN] = "run",
	[TEST_ACTION_PAUSE] = "pause",
	[TEST_ACTION_CONT] = "cont",
	[TEST_ACTION_PASS] = "pass",
	[TEST_ACTION_FAIL] = "fail",
	[TEST_ACTION_SKIP] = "skip",
	[TEST_ACTION_BENCH] = "bench",
	[TEST_ACTION_OUTPUT] = "output",
	[TEST_ACTION_ATTR] = "attr",
	[TEST_ACTION_ARTIFACTS] = "artifacts",
	[TEST_ACTION_BUILD_OUTPUT] = "build-output",
	[TEST_ACTION_BUILD_FAIL] = "build-fail",
};

static const char *const types[] = {
	[OUTPUT_FRAME] = "frame",
	[OUTPUT_ERROR] = "error",
	[OUTPUT_ERROR_CONTINUE] = "error-continue",
};

/* Which of n names it is; 0, the one that is not known, when none. */
static unsigned name_index(const char *const *names, size_t n, const char *name)
{
	for (unsigned i = 1; i < n; i++) {
		if (!strcmp(names[i], name))
			return i;
	}
	return 0;
}

static int64_t elapsed_ns(double seconds)
{
	/* Beyond it the product does not fit; no test takes 200 years. */
	if (!(seconds >= 0 && seconds < 6e9))
		return -1;
	return (int64_t)llround(seconds * (double)NS_PER_S);
}

bool test_event_read(struct test_event *e, const char *line, size_t n)
{
	AUTO_JSON *json = NULL;
	const char *action;

	*e = (struct test_event){ 0 };
	if (!n || line[0] != '{')
		return false;
	json = json_parse(line, n, NULL);
	action = json_get_str(json, "Action", "");
	if (!*action)
		return false;
	e->action = (enum test_action)name_index(actions, ARRAY_LEN(actions), action);
	e->output_type = (enum output_type)name_index(types, ARRAY_LEN(types),
						      json_get_str(json, "OutputType", ""));
	e->package = json_get_str(json, "Package", "");
	e->test = json_get_str(json, "Test", "");
	e->output.p = json_as_str(json_get(json, "Output"), &e->output.n, "");
	e->elapsed_ns = elapsed_ns(json_get_real(json, "Elapsed", -1));
	e->failed_build = json_get_str(json, "FailedBuild", "");
	e->import_path = json_get_str(json, "ImportPath", "");
	e->json = TAKE_PTR(json);
	return true;
}

void test_event_release(struct test_event *e)
{
	json_free(e->json);
	*e = (struct test_event){ 0 };
}
