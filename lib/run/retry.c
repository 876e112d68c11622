#include "run/retry.h"

#include <string.h>

#include "base/vec.h"
#include "gotest/pattern.h"

void retries_init(struct retries *r, struct arena *a)
{
	*r = (struct retries){ .arena = a };
}

void retries_release(struct retries *r)
{
	VEC_FREE(&r->queue);
}

static bool was_traced(const struct run_file *pending, const char *package)
{
	for (size_t i = pending->packages.len; i-- > 0;)
		if (!strcmp(pending->packages.items[i].package, package))
			return pending->packages.items[i].traced;
	return false;
}

bool retries_want(struct retries *r, const struct package_result *p, const struct run_file *pending)
{
	AUTO_WORDS tests = { 0 };
	AUTO_BUF pattern = { 0 };
	struct retry retry = { .step = RETRY_WAITING };

	if (!was_traced(pending, p->package))
		return false;
	package_result_failed(p, &tests);
	if (!tests.len && !p->tracer_died)
		return false;
	retry.tracer_died = p->tracer_died;
	retry.package = arena_strndup(r->arena, p->package, strlen(p->package));
	pattern_any(&pattern, &tests);
	retry.pattern = arena_strndup(r->arena, buf_str(&pattern), pattern.len);
	VEC_PUSH(&r->queue, retry);
	return true;
}

bool retries_due(struct retries *r, struct retry_run *run)
{
	struct retry *first = r->queue.items;

	if (!r->queue.len)
		return false;
	if (first->step == RETRY_WAITING)
		first->step = first->tracer_died ? RETRY_UNWOUND : RETRY_UNTRACED;
	r->failed = r->ended = false;
	*run = (struct retry_run){
		.package = first->package,
		.pattern = retries_counts(r) ? NULL : first->pattern,
		.trace = first->step == RETRY_TRACED || first->step == RETRY_UNWOUND,
		.frame_pointers = first->step == RETRY_TRACED,
	};
	return true;
}

const char *retries_package(const struct retries *r)
{
	return r->queue.len ? r->queue.items[0].package : "";
}

bool retries_counts(const struct retries *r)
{
	return r->queue.len &&
	       (r->queue.items[0].step == RETRY_WHOLE || r->queue.items[0].step == RETRY_UNWOUND);
}

void retries_event(struct retries *r, const struct test_event *e)
{
	if (!test_event_ends_package(e))
		return;
	r->ended = true;
	r->failed |= e->action != TEST_ACTION_PASS;
}

static void leave(struct retries *r)
{
	memmove(r->queue.items, r->queue.items + 1, (r->queue.len - 1) * sizeof(struct retry));
	r->queue.len--;
}

enum retry_verdict retries_next(struct retries *r)
{
	struct retry *first = r->queue.items;
	bool passed = r->ended && !r->failed;

	switch (first->step) {
	case RETRY_UNTRACED:
		if (passed) {
			first->step = RETRY_TRACED;
			return RETRY_GO_ON;
		}
		break;
	case RETRY_TRACED:
		if (r->ended && r->failed) {
			first->step = RETRY_WHOLE;
			return RETRY_GO_ON;
		}
		break;
	case RETRY_UNWOUND:
		if (!passed) {
			first->step = RETRY_WHOLE;
			return RETRY_GO_ON;
		}
		leave(r);
		r->replaced++;
		return RETRY_REPLACED;
	case RETRY_WHOLE:
		leave(r);
		r->replaced++;
		return RETRY_REPLACED;
	case RETRY_WAITING:
		break;
	}
	leave(r);
	return RETRY_FIRST_STANDS;
}

void retries_give_up(struct retries *r)
{
	leave(r);
}

size_t retries_replaced(const struct retries *r)
{
	return r->replaced;
}

void retries_forget(struct run_file *pending, const char *package)
{
	size_t n = 0;

	for (size_t i = 0; i < pending->packages.len; i++)
		if (strcmp(pending->packages.items[i].package, package) != 0)
			pending->packages.items[n++] = pending->packages.items[i];
	pending->packages.len = n;
	n = 0;
	for (size_t i = 0; i < pending->tests.len; i++)
		if (strcmp(pending->tests.items[i].package, package) != 0)
			pending->tests.items[n++] = pending->tests.items[i];
	pending->tests.len = n;
	n = 0;
	for (size_t i = 0; i < pending->findings.len; i++)
		if (strcmp(pending->findings.items[i].package, package) != 0)
			pending->findings.items[n++] = pending->findings.items[i];
	pending->findings.len = n;
}
