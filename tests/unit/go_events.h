/* What go test says, made by hand. */
#ifndef TESTS_UNIT_GO_EVENTS_H
#define TESTS_UNIT_GO_EVENTS_H

#include "base/buf.h"
#include "gotest/results.h"

/* test is "" for the package. */
static inline void put_result(struct results *r, const char *action, const char *package,
			      const char *test)
{
	struct test_event e = { 0 };
	AUTO_BUF line = { 0 };

	buf_printf(&line,
		   "{\"Action\":\"%s\",\"Package\":\"%s\",\"Test\":\"%s\",\"Elapsed\":0.25}\n",
		   action, package, test);
	assert_true(test_event_read(&e, buf_str(&line), line.len));
	results_add(r, &e);
	test_event_release(&e);
}

/* A RUN line and the test's result; "" for none. */
static inline void put_run(struct results *r, const char *package, const char *test,
			   const char *action)
{
	put_result(r, "run", package, test);
	if (action[0])
		put_result(r, action, package, test);
}

#endif
