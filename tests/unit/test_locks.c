#include <string.h>

#include "account/locks.h"
#include "unit.h"

#include "written.h"

static const char text[] = "package m\n"                                       /* 1 */
			   "func both(a, b *T) {\n"                            /* 2 */
			   "\ta.mu.Lock()\n"                                   /* 3 */
			   "\tb.mu.Lock()\n"                                   /* 4 */
			   "}\n"                                               /* 5 */
			   "func line(a, b *T) { a.mu.Lock(); b.mu.Lock() }\n" /* 6 */
			   "func unlocked(a, b *T) {\n"                        /* 7 */
			   "\ta.mu.Lock()\n"                                   /* 8 */
			   "\ta.mu.Unlock()\n"                                 /* 9 */
			   "\tb.mu.Lock()\n"                                   /* 10 */
			   "}\n"                                               /* 11 */
			   "func deferred(a, b *T) {\n"                        /* 12 */
			   "\ta.mu.RLock()\n"                                  /* 13 */
			   "\tdefer a.mu.RUnlock()\n"                          /* 14 */
			   "\tb.mu.Lock()\n"                                   /* 15 */
			   "}\n"                                               /* 16 */
			   "func comment(a, b *T) {\n"                         /* 17 */
			   "\t// a.mu.Lock()\n"                                /* 18 */
			   "\tb.mu.Lock()\n"                                   /* 19 */
			   "}\n"                                               /* 20 */
			   "func other(a, b *T) {\n"                           /* 21 */
			   "\ta.mu.Lock()\n"                                   /* 22 */
			   "\tb.mu.Unlock()\n"                                 /* 23 */
			   "\tb.mu.Lock()\n"                                   /* 24 */
			   "}\n";                                              /* 25 */

#define MAX 4

/* Goroutines that wait for locks, each with a stack of a few words in our own memory. */
struct fixture {
	struct written written;
	struct sources sources;
	struct memory memory;
	struct locks *locks;
	struct site sites[MAX];
	struct dump_frame frames[MAX][2];
	struct span spans[MAX][2];
	struct witness witnesses[MAX];
	uint64_t words[MAX][4], behind[MAX][8];
	const char *file;
};

static void set_up(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	written_begin(&f->written);
	f->file = written_file(&f->written, "m.go", text);
	f->locks = calloc(1, sizeof(*f->locks));
	assert_non_null(f->locks);
	assert_true(memory_open(&f->memory, getpid(), NULL));
}

static void tear_down(struct fixture *f)
{
	memory_close(&f->memory);
	sources_release(&f->sources);
	written_end(&f->written);
	free(f->locks);
}

/* The i-th lock's address. It need not be there. */
static uint64_t lock_at(size_t i)
{
	return UINT64_C(0xc000010000) + 64 * i;
}

/* Goroutine i stands at line, waits for lock `waits` and has the word `has` in its stack. */
static void add(struct fixture *f, size_t i, uint32_t line, size_t waits, uint64_t has)
{
	f->frames[i][0] =
	    (struct dump_frame){ .function = "sync.(*Mutex).Lock", .file = "/go/m.go" };
	f->frames[i][1] = (struct dump_frame){ .function = "m.f", .file = f->file, .line = line };
	f->sites[i] =
	    (struct site){ .reason = "sync.Mutex.Lock", .frames = f->frames[i], .len = 2 };
	f->words[i][2] = has;
	f->spans[i][1] =
	    (struct span){ (uint64_t)(uintptr_t)f->words[i], (uint64_t)(uintptr_t)&f->words[i][3] };
	f->witnesses[i] = (struct witness){
		.id = i + 1,
		.site = &f->sites[i],
		.object = lock_at(waits) + 4,
		.spans = f->spans[i],
	};
	locks_add(f->locks, &f->witnesses[i]);
}

static int cycle_of(const struct fixture *f, size_t i)
{
	const struct lock_waiter *w = locks_in_cycle(f->locks, &f->witnesses[i]);

	return w ? w->cycle : 0;
}

static void expect_cycles(struct fixture *f, size_t n, int length)
{
	locks_find_cycles(f->locks, &f->memory, &f->sources);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(cycle_of(f, i), length);
}

static void two_that_hold_each_others_lock_are_a_cycle(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	add(&f, 0, 4, 0, lock_at(1));
	add(&f, 1, 15, 1, lock_at(0));
	expect_cycles(&f, 2, 2);
	tear_down(&f);
}

static void three_are_one_too(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	add(&f, 0, 4, 0, lock_at(1));
	add(&f, 1, 4, 1, lock_at(2));
	add(&f, 2, 24, 2, lock_at(0));
	expect_cycles(&f, 3, 3);
	/* Who holds what each waits for, and since which line. */
	assert_int_equal(f.locks->items[0].holder, 2);
	assert_int_equal(f.locks->items[1].holder, 0);
	assert_int_equal(f.locks->items[2].holder, 1);
	assert_int_equal(f.locks->items[0].held_line, 3);
	assert_int_equal(f.locks->items[2].held_line, 22);
	assert_string_equal(f.locks->items[2].held_file, f.file);
	tear_down(&f);
}

/* A closure's variables lie one pointer further. */
static void a_lock_behind_a_pointer_is_within_reach(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	f.behind[0][7] = lock_at(1);
	add(&f, 0, 4, 0, (uint64_t)(uintptr_t)f.behind[0]);
	add(&f, 1, 4, 1, lock_at(0));
	expect_cycles(&f, 2, 2);
	tear_down(&f);
}

static void expect_none(uint32_t line, uint64_t has)
{
	struct fixture f;

	set_up(&f);
	add(&f, 0, 4, 0, lock_at(1));
	add(&f, 1, line, 1, has);
	expect_cycles(&f, 2, 0);
	tear_down(&f);
}

static void without_both_kinds_of_evidence_there_is_none(void **state)
{
	(void)state;
	expect_none(4, lock_at(2));     /* not within reach */
	expect_none(4, lock_at(0) + 8); /* a neighbour is not the lock */
	expect_none(3, lock_at(0));     /* nothing locked before */
	expect_none(6, lock_at(0));     /* all on one line */
	expect_none(10, lock_at(0));    /* unlocked since */
	expect_none(19, lock_at(0));    /* in a comment */
}

/* Both are stuck behind a third that is not in the circle. */
static void a_chain_is_no_cycle(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	add(&f, 0, 4, 0, lock_at(1));
	add(&f, 1, 4, 1, lock_at(2));
	add(&f, 2, 3, 2, lock_at(0));
	expect_cycles(&f, 3, 0);
	tear_down(&f);
}

static void a_bystander_is_in_no_cycle(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	add(&f, 0, 4, 0, lock_at(1));
	add(&f, 1, 4, 1, lock_at(0));
	add(&f, 2, 3, 0, 0);
	expect_cycles(&f, 2, 2);
	assert_int_equal(cycle_of(&f, 2), 0);
	tear_down(&f);
}

static void without_memory_there_is_no_cycle(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	add(&f, 0, 4, 0, lock_at(1));
	add(&f, 1, 4, 1, lock_at(0));
	locks_find_cycles(f.locks, NULL, &f.sources);
	assert_int_equal(cycle_of(&f, 0), 0);
	tear_down(&f);
}

static void one_of_a_kind_is_kept(void **state)
{
	struct fixture f;
	struct witness same;

	(void)state;
	set_up(&f);
	add(&f, 0, 4, 0, lock_at(1));
	add(&f, 1, 4, 1, lock_at(0));
	same = f.witnesses[0];
	same.id = 9;
	locks_add(f.locks, &same);
	assert_int_equal(f.locks->len, 2);
	expect_cycles(&f, 2, 2);
	assert_ptr_equal(locks_in_cycle(f.locks, &same), locks_in_cycle(f.locks, &f.witnesses[0]));
	tear_down(&f);
}

static void the_lock_is_found_from_its_semaphore(void **state)
{
	static const struct {
		const char *reason, *function;
		uint64_t before;
	} table[] = {
		{ "sync.Mutex.Lock", "sync.(*Mutex).Lock", 4 },
		{ "semacquire", "sync.(*Mutex).Lock", 4 },
		{ "sync.RWMutex.Lock", "sync.(*RWMutex).Lock", 8 },
		{ "sync.RWMutex.RLock", "sync.(*RWMutex).RLock", 12 },
		{ "semacquire", "sync.(*RWMutex).RLock", 12 },
	};
	struct dump_frame frame = { .function = "m.f" };
	struct site s = { .frames = &frame, .len = 1, .reason = "semacquire" };
	struct witness w = { .site = &s, .object = 0xc000001010 };

	(void)state;
	assert_int_equal(lock_of(&w), 0);
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		frame.function = table[i].function;
		s.reason = table[i].reason;
		assert_int_equal(lock_of(&w), w.object - table[i].before);
	}
	s.reason = "sync.WaitGroup.Wait";
	assert_int_equal(lock_of(&w), 0);
	w.object = 0;
	s.reason = "sync.Mutex.Lock";
	assert_int_equal(lock_of(&w), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_that_hold_each_others_lock_are_a_cycle),
		cmocka_unit_test(three_are_one_too),
		cmocka_unit_test(a_lock_behind_a_pointer_is_within_reach),
		cmocka_unit_test(without_both_kinds_of_evidence_there_is_none),
		cmocka_unit_test(a_chain_is_no_cycle),
		cmocka_unit_test(a_bystander_is_in_no_cycle),
		cmocka_unit_test(without_memory_there_is_no_cycle),
		cmocka_unit_test(one_of_a_kind_is_kept),
		cmocka_unit_test(the_lock_is_found_from_its_semaphore),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
