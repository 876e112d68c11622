#include "unit.h"

#include <string.h>
#include <unistd.h>

#include "guard/proof.h"

/* What stands for runtime.work: in our own memory. */
static uint8_t work[1024];
static const uint8_t constant[1024] = { 0 };

struct fixture {
	struct binary binary;
	struct memory memory;
	struct err err;
};

static void set_up(struct fixture *f)
{
	*f = (struct fixture){ 0 };
	memset(work, 0, sizeof(work));
	f->binary = (struct binary){ .kind = BINARY_GO_AMD64,
				     .go_version = "go1.26.8",
				     .work = (uintptr_t)work };
	assert_true(memory_open(&f->memory, getpid(), &f->err));
}

static void tear_down(struct fixture *f)
{
	memory_close(&f->memory);
}

static bool ask(struct fixture *f)
{
	return proof_ask(&f->binary, &f->memory, &f->err);
}

static void one_byte_is_written(void **state)
{
	struct fixture f;
	const struct proof_layout *l;

	(void)state;
	set_up(&f);
	assert_true(proof_possible(&f.binary));
	assert_true(ask(&f));
	l = proof_layout_of("go1.26.8");
	for (size_t i = 0; i < sizeof(work); i++)
		assert_int_equal(work[i], i == l->pending);
	tear_down(&f);
}

static void refuse_with(struct fixture *f, size_t at)
{
	memset(work, 0, sizeof(work));
	work[at] = 1;
	assert_false(ask(f));
	assert_string_equal(f->err.msg, "the runtime's memory is not as it is known");
}

static void what_does_not_look_right_is_left_alone(void **state)
{
	struct fixture f;
	const struct proof_layout *l = proof_layout_of("go1.26.8");

	(void)state;
	set_up(&f);
	refuse_with(&f, l->pending);
	refuse_with(&f, l->pending + 1);
	refuse_with(&f, l->pending + 2);
	refuse_with(&f, l->pending + 8);
	memset(work, 0, sizeof(work));
	work[l->cycles + 3] = 0x80;
	assert_false(ask(&f));
	assert_int_equal(work[l->pending], 0);
	f.binary.work = (uintptr_t)constant;
	assert_false(ask(&f));
	f.binary.work = 16; /* nothing is there */
	assert_false(ask(&f));
	tear_down(&f);
}

static void only_verified_releases_are_asked(void **state)
{
	static const char *const no[] = { "go1.25.4",  "go1.28.0", "go1.260.1",
					  "go1.26rc1", "go1.26.",  "go1.26.8-X:greenteagc",
					  "devel",     "",         "go1.26.8 X" };
	struct fixture f;

	(void)state;
	set_up(&f);
	for (size_t i = 0; i < ARRAY_LEN(no); i++) {
		f.binary.go_version = no[i];
		assert_null(proof_layout_of(no[i]));
		assert_false(proof_possible(&f.binary));
		assert_false(ask(&f));
	}
	assert_non_null(proof_layout_of("go1.26"));
	assert_non_null(proof_layout_of("go1.27.12"));
	f.binary.go_version = "go1.27.0";
	f.binary.work = 0; /* stripped */
	assert_false(proof_possible(&f.binary));
	tear_down(&f);
}

static void what_may_not_be_written_is_said(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	f.memory.pid = -1;
	assert_false(ask(&f));
	assert_int_equal(work[proof_layout_of("go1.26.8")->pending], 0);
	tear_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_byte_is_written),
		cmocka_unit_test(what_does_not_look_right_is_left_alone),
		cmocka_unit_test(only_verified_releases_are_asked),
		cmocka_unit_test(what_may_not_be_written_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
