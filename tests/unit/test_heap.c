#include <string.h>
#include <sys/mman.h>

#include "account/heap.h"
#include "base/clock.h"
#include "unit.h"

#define HEAP_BYTES   65536
#define SEND_TIME    UINT64_C(0x47d4ae)
#define SCAN_TIME_NS (60 * NS_PER_S)

/* Where things lie, by version; written down here once more, so that a slip shows. */
static const struct {
	int minor;
	size_t goid, waiting, waitlink, chan, chan_pair, timer, when, period; /* 0: none */
} versions[] = {
	{ 22, 152, 312, 64, 80, 0, 0, 8, 16 },    { 23, 160, 320, 64, 80, 0, 32, 16, 24 },
	{ 24, 160, 320, 64, 80, 0, 32, 16, 24 },  { 25, 152, 312, 64, 80, 0, 32, 24, 32 },
	{ 26, 152, 320, 72, 88, 96, 32, 24, 32 }, { 27, 152, 320, 72, 88, 96, 32, 24, 32 },
};

/* A type of kind chan, as it lies in a binary. */
static const uint8_t chan_type[32] = { [23] = 18 | 32 };
static const uint8_t func_type[32] = { [23] = 19 };

/* Go's objects in our own memory. */
struct fixture {
	uint8_t *bytes;
	size_t used;
	struct memory memory;
	struct binary binary;
	struct heap heap;
};

static void set_up(struct fixture *f, int minor)
{
	*f = (struct fixture){ .binary = { .go_minor = minor, .send_time = SEND_TIME } };
	f->bytes =
	    mmap(NULL, HEAP_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(f->bytes, MAP_FAILED);
	f->used = 4096;
	assert_true(memory_open(&f->memory, getpid(), NULL));
	heap_init(&f->heap, &f->memory, &f->binary);
}

static void tear_down(struct fixture *f)
{
	heap_release(&f->heap);
	memory_close(&f->memory);
	munmap(f->bytes, HEAP_BYTES);
}

static uint64_t allocate(struct fixture *f, size_t n)
{
	uint64_t at = (uint64_t)(uintptr_t)(f->bytes + f->used);

	f->used += (n + 63) & ~(size_t)63;
	assert_true(f->used <= HEAP_BYTES);
	return at;
}

static void put(struct fixture *f, uint64_t object, size_t offset, uint64_t v)
{
	memcpy(f->bytes + (object - (uint64_t)(uintptr_t)f->bytes) + offset, &v, sizeof(v));
}

static uint64_t channel(struct fixture *f, uint64_t count, uint64_t capacity, uint64_t elem_bytes)
{
	uint64_t c = allocate(f, 96);

	put(f, c, 0, count);
	put(f, c, 8, capacity);
	put(f, c, 24, elem_bytes);
	return c;
}

static void a_channel_is_read(void **state)
{
	struct channel c;
	struct fixture f;
	uint64_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		set_up(&f, versions[i].minor);
		at = channel(&f, 2, 3, 24);
		put(&f, at, 32, 0x1234560);
		assert_true(heap_channel(&f.heap, at, &c));
		assert_true(c.address == at && c.count == 2 && c.capacity == 3);
		assert_true(c.elem_bytes == 24 && !c.closed);
		assert_int_equal(c.timer, versions[i].timer ? 0x1234560 : 0);
		put(&f, at, 24, UINT64_C(1) << 32 | 8);
		assert_true(heap_channel(&f.heap, at, &c) && c.closed && c.elem_bytes == 8);
		tear_down(&f);
	}
}

static void what_is_no_channel_is_not_read(void **state)
{
	struct channel c;
	struct fixture f;

	(void)state;
	set_up(&f, 26);
	assert_false(heap_channel(&f.heap, 0, &c));
	assert_false(heap_channel(&f.heap, 8, &c));
	assert_false(heap_channel(&f.heap, channel(&f, 4, 3, 8), &c));
	tear_down(&f);
	set_up(&f, 28); /* nobody has looked at that one */
	assert_false(heap_channel(&f.heap, channel(&f, 0, 0, 8), &c));
	tear_down(&f);
}

static void without_memory_nothing_is_known(void **state)
{
	struct binary b = { .go_minor = 26 };
	uint64_t channels[1];
	struct channel c;
	uint32_t counter;
	struct heap h;

	(void)state;
	heap_init(&h, NULL, &b);
	assert_false(heap_channel(&h, (uint64_t)(uintptr_t)&b, &c));
	assert_false(heap_waitgroup(&h, (uint64_t)(uintptr_t)&b, &counter));
	assert_int_equal(heap_waiting(&h, (uint64_t)(uintptr_t)&b, 7, channels, 1), -1);
	heap_want(&h, 64);
	heap_scan(&h, 64, SCAN_TIME_NS);
	assert_false(h.scanned);
	heap_release(&h);
}

static void the_timer_of_a_channel_is_read(void **state)
{
	struct channel_timer t;
	struct channel c;
	struct fixture f;

	(void)state;
	for (size_t i = 1; i < ARRAY_LEN(versions); i++) {
		uint64_t at, timer;

		set_up(&f, versions[i].minor);
		at = channel(&f, 0, 1, 24);
		timer = allocate(&f, 128);
		put(&f, at, versions[i].timer, timer);
		put(&f, timer, versions[i].when, 777);
		put(&f, timer, versions[i].period, 55);
		assert_true(heap_channel(&f.heap, at, &c) && heap_timer(&f.heap, &c, &t));
		assert_true(t.when == 777 && t.period == 55);
		put(&f, at, versions[i].timer, 8);
		assert_true(heap_channel(&f.heap, at, &c));
		assert_false(heap_timer(&f.heap, &c, &t));
		tear_down(&f);
	}
}

/* A sudog of gp's that waits for c. */
static uint64_t sudog(struct fixture *f, size_t version, uint64_t gp, uint64_t c, uint64_t next)
{
	uint64_t s = allocate(f, 128);

	put(f, s, 0, gp);
	put(f, s, versions[version].chan, versions[version].chan_pair ? 0xbad : c);
	if (versions[version].chan_pair)
		put(f, s, versions[version].chan_pair, c);
	put(f, s, versions[version].waitlink, next);
	return s;
}

static uint64_t goroutine(struct fixture *f, size_t version, uint64_t id)
{
	uint64_t gp = allocate(f, 512);

	put(f, gp, versions[version].goid, id);
	return gp;
}

static void the_channels_of_a_select_are_listed(void **state)
{
	uint64_t channels[4] = { 0 };
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		uint64_t gp, a, b;

		set_up(&f, versions[i].minor);
		gp = goroutine(&f, i, 7);
		a = channel(&f, 0, 0, 8);
		b = channel(&f, 0, 0, 8);
		put(&f, gp, versions[i].waiting, sudog(&f, i, gp, a, sudog(&f, i, gp, b, 0)));
		assert_int_equal(heap_waiting(&f.heap, gp, 7, channels, 4), 2);
		assert_true(channels[0] == a && channels[1] == b);
		channels[1] = 0;
		assert_int_equal(heap_waiting(&f.heap, gp, 7, channels, 1), 2);
		assert_int_equal(channels[1], 0);
		assert_int_equal(heap_waiting(&f.heap, gp, 8, channels, 4), -1);
		put(&f, gp, versions[i].waiting, 0);
		assert_int_equal(heap_waiting(&f.heap, gp, 7, channels, 4), 0);
		tear_down(&f);
	}
}

static void a_list_that_is_not_the_goroutines_is_refused(void **state)
{
	uint64_t channels[4];
	uint64_t gp, s, c;
	struct fixture f;

	(void)state;
	set_up(&f, 26);
	gp = goroutine(&f, 4, 7);
	c = channel(&f, 0, 0, 8);
	put(&f, gp, versions[4].waiting, sudog(&f, 4, gp + 8, c, 0));
	assert_int_equal(heap_waiting(&f.heap, gp, 7, channels, 4), -1);
	put(&f, gp, versions[4].waiting, sudog(&f, 4, gp, 8, 0));
	assert_int_equal(heap_waiting(&f.heap, gp, 7, channels, 4), -1);
	put(&f, gp, versions[4].waiting, 8);
	assert_int_equal(heap_waiting(&f.heap, gp, 7, channels, 4), -1);
	s = sudog(&f, 4, gp, c, 0);
	put(&f, s, versions[4].waitlink, s); /* a circle has an end, too */
	put(&f, gp, versions[4].waiting, s);
	assert_int_equal(heap_waiting(&f.heap, gp, 7, channels, 4), 1000);
	assert_int_equal(heap_waiting(&f.heap, 0, 7, channels, 4), -1);
	tear_down(&f);
}

/* when, period, funcval, the argument's type and data. */
static void timer_words(struct fixture *f, uint64_t at, uint64_t c, uint64_t code)
{
	uint64_t function = allocate(f, 8);

	put(f, function, 0, code);
	put(f, at, 0, 777);
	put(f, at, 8, 55);
	put(f, at, 16, function);
	put(f, at, 24, 0);
	put(f, at, 32, c);
}

/* So far before a timer's `when` its time.Timer has C. */
static size_t timer_head(size_t version)
{
	return versions[version].when + (versions[version].minor == 22 ? 8 : 16);
}

/* One of Go 1.22. */
static void old_timer(struct fixture *f, uint64_t c, uint64_t code)
{
	uint64_t at = allocate(f, 128);

	put(f, at, 0, c);
	timer_words(f, at + timer_head(0), c, code);
}

static bool scan(struct fixture *f, uint64_t c)
{
	heap_want(&f->heap, c);
	heap_want(&f->heap, c);
	assert_int_equal(f->heap.pointees.len, 1);
	heap_scan(&f->heap, c, SCAN_TIME_NS);
	return f->heap.scanned;
}

static void an_old_timer_is_found_by_its_argument(void **state)
{
	struct channel_timer t;
	struct channel c;
	struct fixture f;
	uint64_t at;

	(void)state;
	set_up(&f, 22);
	at = channel(&f, 0, 1, 24);
	old_timer(&f, at, SEND_TIME);
	assert_true(scan(&f, at));
	assert_true(heap_channel(&f.heap, at, &c) && heap_timer(&f.heap, &c, &t));
	assert_true(t.when == 777 && t.period == 55);
	assert_false(heap_is_done(&f.heap, at));
	tear_down(&f);
}

/* A call that makes or resets a timer leaves the same words on a stack. */
static void arguments_of_a_call_are_no_timer(void **state)
{
	struct channel_timer t;
	struct channel c;
	struct fixture f;

	(void)state;
	for (size_t i = 0; i + 1 < ARRAY_LEN(versions); i++) {
		uint64_t at, timer, call;

		set_up(&f, versions[i].minor);
		at = channel(&f, 0, 1, 24);
		timer = allocate(&f, 128);
		put(&f, timer, 0, at);
		timer_words(&f, timer + timer_head(i), at, SEND_TIME);
		call = allocate(&f, 192) + 96;
		timer_words(&f, call, at, SEND_TIME);
		put(&f, call, 8, 0xc000012345);
		assert_true(scan(&f, at));
		assert_true(heap_channel(&f.heap, at, &c) && heap_timer(&f.heap, &c, &t));
		assert_true(t.when == 777 && t.period == 55);
		tear_down(&f);
	}
}

/* In a PIE the function lies where the program was loaded. */
static void addresses_of_a_pie_are_moved(void **state)
{
	const struct memory_map *program;
	struct channel_timer t;
	struct channel c;
	struct fixture f;
	uint64_t at;

	(void)state;
	set_up(&f, 22);
	program = memory_find(&f.memory, (uint64_t)(uintptr_t)chan_type);
	while (program > f.memory.maps.items && program[-1].exe)
		program--;
	f.binary.pie = true;
	f.binary.base = 0x7234;
	heap_init(&f.heap, &f.memory, &f.binary);
	at = channel(&f, 0, 1, 24);
	old_timer(&f, at, SEND_TIME + program->start - 0x7000);
	assert_true(scan(&f, at));
	assert_true(heap_channel(&f.heap, at, &c) && heap_timer(&f.heap, &c, &t));
	assert_int_equal(t.when, 777);
	tear_down(&f);
}

static void another_functions_timer_is_none(void **state)
{
	struct channel_timer t;
	struct channel c;
	struct fixture f;
	uint64_t at;

	(void)state;
	set_up(&f, 22);
	at = channel(&f, 0, 1, 24);
	old_timer(&f, at, SEND_TIME + 1);
	assert_true(scan(&f, at));
	assert_true(heap_channel(&f.heap, at, &c));
	assert_false(heap_timer(&f.heap, &c, &t));
	tear_down(&f);
}

/* Each at a place of its own: the last scan left copies of what it read. */
static bool is_done_of(const void *parent, const void *type, const void *err, size_t place)
{
	struct fixture f;
	uint64_t at, value;
	bool done;

	set_up(&f, 26);
	f.used += place * 4096;
	at = channel(&f, 0, 0, 0);
	value = allocate(&f, 64);
	put(&f, value, 0, (uint64_t)(uintptr_t)parent);
	put(&f, value, 24, (uint64_t)(uintptr_t)type);
	put(&f, value, 32, at);
	put(&f, value, 48, (uint64_t)(uintptr_t)err);
	assert_true(scan(&f, at));
	done = heap_is_done(&f.heap, at);
	tear_down(&f);
	return done;
}

static void a_done_channel_has_its_type_before_it(void **state)
{
	uint8_t on_the_stack[32] = { [23] = 18 };

	(void)state;
	assert_true(is_done_of(func_type, chan_type, NULL, 0));
	assert_false(is_done_of(func_type, func_type, NULL, 1));
	assert_false(is_done_of(func_type, on_the_stack, NULL, 2));
	assert_false(is_done_of(func_type, NULL, NULL, 3));
}

static void a_context_that_was_cancelled_is_none(void **state)
{
	(void)state;
	assert_false(is_done_of(func_type, chan_type, func_type, 4));
	assert_false(is_done_of(NULL, chan_type, NULL, 5));
}

static void a_scan_has_a_budget(void **state)
{
	struct fixture f;
	uint64_t at;

	(void)state;
	set_up(&f, 26);
	at = channel(&f, 0, 0, 0);
	heap_want(&f.heap, at);
	heap_scan(&f.heap, at, -1);
	assert_false(f.heap.scanned);
	tear_down(&f);
}

static void the_counter_of_a_wait_group_is_read(void **state)
{
	struct fixture f;
	uint32_t counter = 0;
	uint64_t at;

	(void)state;
	set_up(&f, 26);
	at = allocate(&f, 16);
	put(&f, at, 0, UINT64_C(3) << 32 | 0x80000001);
	assert_true(heap_waitgroup(&f.heap, at + 8, &counter));
	assert_int_equal(counter, 3);
	assert_false(heap_waitgroup(&f.heap, 8, &counter));
	tear_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_channel_is_read),
		cmocka_unit_test(what_is_no_channel_is_not_read),
		cmocka_unit_test(without_memory_nothing_is_known),
		cmocka_unit_test(the_timer_of_a_channel_is_read),
		cmocka_unit_test(the_channels_of_a_select_are_listed),
		cmocka_unit_test(a_list_that_is_not_the_goroutines_is_refused),
		cmocka_unit_test(an_old_timer_is_found_by_its_argument),
		cmocka_unit_test(arguments_of_a_call_are_no_timer),
		cmocka_unit_test(addresses_of_a_pie_are_moved),
		cmocka_unit_test(another_functions_timer_is_none),
		cmocka_unit_test(a_context_that_was_cancelled_is_none),
		cmocka_unit_test(a_done_channel_has_its_type_before_it),
		cmocka_unit_test(a_scan_has_a_budget),
		cmocka_unit_test(the_counter_of_a_wait_group_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
