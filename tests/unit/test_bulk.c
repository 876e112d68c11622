#include "account/bulk.h"

#include <string.h>

#include "trace_bytes.h"
#include "unit.h"

#define KIB ((uint32_t)1 << 10)

/* Far from each other: pcs are made of them. */
enum { FILE_GO = 1, TAKES = 10, CALLS = 20, HOLDS = 30, TEST = 40, RUNNER = 50, WAIT = 60 };
enum { AT_TAKES = 1, AT_HOLDS, AT_TEST };

static uint64_t pc(uint64_t function)
{
	return 1000 + function; /* as put_stack has it */
}

static struct bulky function(const char *name, uint64_t id, uint32_t bytes, uint32_t frame)
{
	return (struct bulky){ .function = name,
			       .bytes = bytes,
			       .frame_bytes = frame,
			       .line = 7,
			       .entry = id ? pc(id) - 5 : 0,
			       .end = id ? pc(id) + 1 : 0 };
}

/* A trace, and what is made of it. */
struct fixture {
	struct buf trace;
	struct trace_reader *reader;
	struct bulks bulks;
	struct arena arena;
	struct sources sources;
};

static void put_tables(struct fixture *f)
{
	AUTO_BUF stacks = { 0 }, strings = { 0 };

	buf_putc(&stacks, WIRE_STACKS);
	put_stack(&stacks, AT_TAKES, (const uint64_t[]){ TAKES, CALLS, TEST, RUNNER }, 4);
	put_stack(&stacks, AT_HOLDS, (const uint64_t[]){ HOLDS, TEST, RUNNER }, 3);
	put_stack(&stacks, AT_TEST, (const uint64_t[]){ TEST, RUNNER }, 2);
	put_batch(&f->trace, 1, WIRE_NO_THREAD, 1, &stacks);
	buf_putc(&strings, WIRE_STRINGS);
	put_string(&strings, FILE_GO, "/src/a.go");
	put_string(&strings, TAKES, "example.com/m.(*T).takes");
	put_string(&strings, CALLS, "example.com/m.calls");
	put_string(&strings, HOLDS, "example.com/m.holds");
	put_string(&strings, TEST, "example.com/m.TestX");
	put_string(&strings, RUNNER, "testing.tRunner");
	put_string(&strings, WAIT, "chan receive");
	put_batch(&f->trace, 1, WIRE_NO_THREAD, 1, &strings);
	buf_putc(&f->trace, WIRE_END_OF_GENERATION);
}

/* 5, 6 and 7 stop in takes, 5 twice, and 7 only when 6 has gone on; 8 stops in holds. */
static void put_events(struct fixture *f)
{
	AUTO_BUF sync = { 0 }, one = { 0 }, two = { 0 };

	put_header(&f->trace, 26);
	buf_putc(&sync, WIRE_SYNC);
	EVENT(&sync, WIRE_FREQUENCY, 1000000000);
	EVENT(&sync, WIRE_CLOCK_SNAPSHOT, 0, 1, 2, 3);
	put_batch(&f->trace, 1, WIRE_NO_THREAD, 1, &sync);
	EVENT(&one, WIRE_GO_STATUS, 0, 1, 1, WIRE_GO_RUNNING);
	for (uint64_t id = 5; id <= 8; id++)
		EVENT(&one, WIRE_GO_CREATE, 1, id, AT_TEST, AT_TEST);
	EVENT(&one, WIRE_GO_UNBLOCK, 100, 5, 2, AT_TEST);
	EVENT(&one, WIRE_GO_UNBLOCK, 100, 6, 2, AT_TEST);
	put_batch(&f->trace, 1, 1, 100, &one);
	EVENT(&two, WIRE_GO_START, 0, 5, 1);
	EVENT(&two, WIRE_GO_BLOCK, 1, WAIT, AT_TAKES);
	EVENT(&two, WIRE_GO_START, 1, 6, 1);
	EVENT(&two, WIRE_GO_BLOCK, 1, WAIT, AT_TAKES);
	EVENT(&two, WIRE_GO_START, 1, 8, 1);
	EVENT(&two, WIRE_GO_BLOCK, 1, WAIT, AT_HOLDS);
	EVENT(&two, WIRE_GO_START, 100, 5, 3);
	EVENT(&two, WIRE_GO_BLOCK, 1, WAIT, AT_TAKES);
	EVENT(&two, WIRE_GO_START, 200, 6, 3);
	EVENT(&two, WIRE_GO_DESTROY, 1);
	EVENT(&two, WIRE_GO_START, 1, 7, 1);
	EVENT(&two, WIRE_GO_BLOCK, 1, WAIT, AT_TAKES);
	put_batch(&f->trace, 1, 2, 120, &two);
	put_tables(f);
}

static struct bulk_records read_all(struct fixture *f, const struct bulkies *functions)
{
	struct err err;

	*f = (struct fixture){ .reader = trace_new(NULL) };
	put_events(f);
	bulks_init(&f->bulks, functions, f->reader);
	if (!trace_feed(f->reader, (uint8_t *)f->trace.data, f->trace.len, &err) ||
	    !trace_finish(f->reader, &err))
		fail_msg("%s", err.msg);
	return bulks_record(&f->bulks, &f->sources, &f->arena);
}

static void end(struct fixture *f)
{
	bulks_release(&f->bulks);
	trace_free(f->reader);
	sources_release(&f->sources);
	arena_clear(&f->arena);
	buf_release(&f->trace);
}

static void counts_who_is_inside_at_once(void **state)
{
	struct bulky all[] = {
		function("example.com/m.(*T).takes", TAKES, 128 * KIB, 64),
		function("example.com/m.calls", CALLS, 0, 128 * KIB + 64),
		function("example.com/m.holds", HOLDS, 0, 80 * KIB),
		function("example.com/m.unseen", 99, 300 * KIB, 0),
	};
	struct fixture f;
	struct bulk_records seen = read_all(&f, &(struct bulkies){ all, ARRAY_LEN(all) });

	(void)state;
	assert_int_equal(seen.len, 2); /* what calls has is what it passes on */
	assert_string_equal(seen.items[0].declared_at.function, "example.com/m.(*T).takes");
	assert_string_equal(seen.items[0].declared_at.file, "/src/a.go");
	assert_int_equal(seen.items[0].declared_at.line, 7);
	assert_int_equal(seen.items[0].bytes, 128 * KIB);
	assert_int_equal(seen.items[0].inside, 2);
	assert_int_equal(seen.items[0].stack_bytes, 256 * KIB);
	assert_int_equal(seen.items[0].chain.len, 2);
	assert_string_equal(seen.items[0].chain.items[0].function, "example.com/m.TestX");
	assert_string_equal(seen.items[0].chain.items[1].function, "example.com/m.calls");
	assert_string_equal(seen.items[1].declared_at.function, "example.com/m.holds");
	assert_true(seen.items[1].on_stack);
	assert_int_equal(seen.items[1].bytes, 80 * KIB);
	assert_int_equal(seen.items[1].inside, 1);
	assert_int_equal(seen.items[1].stack_bytes, 128 * KIB);
	end(&f);
}

/* Where a goroutine begins is no frame of it. */
static void what_has_not_run_does_not_count(void **state)
{
	struct bulky all[] = { function("example.com/m.TestX", TEST, 128 * KIB, 64) };
	struct fixture f;
	struct bulk_records seen;

	(void)state;
	for (uint64_t before = 0; before < 3; before++) {
		all[0].entry = pc(TEST) - before;
		seen = read_all(&f, &(struct bulkies){ all, 1 });
		assert_int_equal(seen.len, before == 2);
		end(&f);
	}
}

/* Its frames are inside of another function's code: nobody called it. */
static void what_was_inlined_does_not_count(void **state)
{
	struct bulky all[] = { function("example.com/m.(*T).takes", CALLS, 128 * KIB, 64) };
	struct fixture f;
	struct bulk_records seen = read_all(&f, &(struct bulkies){ all, 1 });

	(void)state;
	assert_int_equal(seen.len, 0);
	end(&f);
}

/* Without addresses the name has to do, and stacks are not spoken of. */
static void names_do_where_addresses_are_not_known(void **state)
{
	struct bulky all[] = { function("example.com/m.(*T).takes", 0, 128 * KIB, 64) };
	struct fixture f;
	struct bulk_records seen = read_all(&f, &(struct bulkies){ all, 1 });

	(void)state;
	assert_int_equal(seen.len, 1);
	assert_int_equal(seen.items[0].inside, 2);
	assert_int_equal(seen.items[0].stack_bytes, 0);
	end(&f);
}

static struct bulk_record record(const char *name, uint64_t bytes, uint32_t inside, bool on_stack)
{
	return (struct bulk_record){
		.declared_at = { .function = name, .file = "/src/a.go", .line = 7, .source = "" },
		.bytes = bytes,
		.inside = inside,
		.on_stack = on_stack
	};
}

static void is_told_in_words(void **state)
{
	struct bulk_record items[] = {
		record("example.com/x%2ey/m%2ev2.(*T).put", 128 * KIB + 24, 40, false),
		record("main.f", (uint64_t)3 << 20, 1, false),
		record("example.com/m.g", 70 * KIB, 0, true),
		record("example.com/m.h", 66 * KIB, 0, true),
	};
	struct bulk_records seen = { items, ARRAY_LEN(items), 0 };
	struct finding f = finding_blank;
	struct arena a = { 0 };

	(void)state;
	f.detail = "limit 1 MiB";
	bulk_tell(&f, &seen, &a);
	assert_string_equal(f.detail, "limit 1 MiB; passed or returned by value: m.(*T).put "
				      "(128 KiB), main.f (3 MiB); on the stack: m.g (70 KiB) "
				      "and 1 more");
	assert_string_equal(f.fact,
			    "each call of m.(*T).put copies 128 KiB of arguments and "
			    "results; at least 40 goroutines were in it at once, with 5 MiB");
	assert_int_equal(f.created_at.line, 7);
	items[0] = record("example.com/m.g", 70 * KIB, 0, true);
	items[0].stack_bytes = 128 * KIB;
	seen.len = 1;
	bulk_tell(&f, &seen, &a);
	assert_string_equal(f.fact, "each call of m.g has 70 KiB of variables on the stack; a "
				    "goroutine in it had a stack of 128 KiB or more");
	f.detail = "limit 1 MiB";
	seen.len = 0;
	bulk_tell(&f, &seen, &a);
	assert_string_equal(f.detail, "limit 1 MiB");
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_who_is_inside_at_once),
		cmocka_unit_test(what_was_inlined_does_not_count),
		cmocka_unit_test(what_has_not_run_does_not_count),
		cmocka_unit_test(names_do_where_addresses_are_not_known),
		cmocka_unit_test(is_told_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
