#include "account/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct policy *p)
{
	struct place stack[] = { { .function = "time.Sleep" }, { .function = "a/b.New.gowrap1" } };
	struct finding f = {
		.package = "a/b",
		.test = "TestA/x",
		.class = CLASS_SLEEP,
		.status = STATUS_LEAK,
		.certainty = CERTAINTY_CONFIRMED,
		.count = 2,
		.started = "a/b.New.gowrap1",
		.created_at = { .function = "a/b.New" },
		.stack = { .items = stack, .len = ARRAY_LEN(stack) },
		.allowance = "",
		.reason = "",
	};
	enum status once;

	policy_decide(p, &f, 1);
	once = f.status;
	policy_decide(p, &f, 1);
	assert(f.status == once);
	assert(f.status != STATUS_ALLOWED || f.allowance);
	assert(policy_settle_ns(p, "a/b", "TestA") >=
	       policy_get(p, SETTING_SETTLE, "a/b", "TestA"));
}

/* What can be read is written the same each time, and answers every question. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_POLICY p = { 0 };
	AUTO_POLICY q = { 0 };
	AUTO_BUF first = { 0 }, second = { 0 };
	struct err err;

	if (!policy_read(&p, (const char *)data, size, &err))
		return 0;
	ask(&p);
	policy_write(&p, &first);
	if (!policy_read(&q, first.data, first.len, &err))
		return 0; /* counts and lengths have bounds of their own */
	policy_write(&q, &second);
	assert(first.len == second.len);
	return 0;
}
