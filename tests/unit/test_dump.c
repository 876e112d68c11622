#include <stdio.h>
#include <string.h>

#include "gotest/dump.h"
#include "unit.h"

struct fixture {
	struct arena arena;
	struct dump_goroutines all;
};

static struct dump_goroutine *parse(struct fixture *f, const char *text)
{
	dump_parse(text, strlen(text), &f->arena, &f->all);
	return f->all.items;
}

static void release(struct fixture *f)
{
	arena_clear(&f->arena);
}

static const char sigquit[] =
    "=== RUN   TestA\nSIGQUIT: quit\nPC=0x47d4ae m=0 sigcode=0\n\n"
    "goroutine 0 gp=0x5d3f20 m=0 mp=0x5d4b00 [idle]:\n"
    "runtime.futex(0x5d4c40, 0x80, 0x0, 0x0, 0x0, 0x0)\n"
    "\t/go/src/runtime/sys_linux_amd64.s:557 +0x21 fp=0x7ffd0 sp=0x7ffc8 pc=0x47d4ae\n\n"
    "goroutine 34 gp=0xc0000823c0 m=nil [chan send (leaked), 2 minutes, locked to thread, "
    "synctest bubble 7] {job: \"a, b]:\"}:\n"
    "runtime.gopark(0x0?, {0x10, {_, 0xffffffffffffffff?}}, ...)\n"
    "\t/go/src/runtime/proc.go:462 +0xce fp=0xc000068f28 sp=0xc000068f08 pc=0x44\n"
    "panic({0x1, 0x2?})\n"
    "\t/go/src/runtime/panic.go:1 +0x1 fp=0x3 sp=0x2 pc=0x1\n"
    "example.com/m%2ev2.(*T[...]).leak.func1(...)\n"
    "\t/src/my files: 1/leak.go:12\n"
    "...51 frames elided...\n"
    "runtime.goexit({})\n"
    "\t/go/src/runtime/asm_amd64.s:1693 +0x1 fp=0x3 sp=0x2 pc=0x1\n"
    "created by example.com/m.leak in goroutine 33\n"
    "\t/src/m/leak.go:11 +0x56\n"
    "[originating from goroutine 33]:\n"
    "example.com/m.leak(...)\n"
    "\t/src/m/leak.go:11 +0x56\n"
    "...additional frames elided...\n"
    "created by testing.(*T).Run\n"
    "\t/go/src/testing/testing.go:1742 +0x390\n"
    "[originating from goroutine 1]:\n"
    "main.main(...)\n"
    "\t_testmain.go:45 +0x9b\n\n"
    "goroutine 19 gp=0xc000082380 m=3 mp=0xc000080008 [running]:\n"
    "\tgoroutine running on other thread; stack unavailable\n"
    "created by example.com/m.spin in goroutine 18\n"
    "\t/src/m/spin.go:9 +0x1\n\n"
    "rax    0xca\nrbx    0x0\nexit status 2\nFAIL\texample.com/m\t0.1s\n";

static void reads_what_sigquit_prints(void **state)
{
	struct fixture f = { 0 };
	struct dump_goroutine *g = parse(&f, sigquit);
	struct dump_frame *top;

	(void)state;
	assert_int_equal(f.all.len, 3);
	assert_int_equal(g[0].id, 0);
	assert_string_equal(g[0].reason, "idle");
	assert_int_equal(g[0].frames.items[0].nargs, 6);

	g++;
	assert_int_equal(g->id, 34);
	assert_int_equal(g->gp, 0xc0000823c0);
	assert_string_equal(g->reason, "chan send");
	assert_true(g->leaked && g->locked && !g->durable && !g->scan && !g->damaged);
	assert_int_equal(g->minutes, 2);
	assert_int_equal(g->bubble, 7);
	assert_int_equal(g->elided, 51);
	assert_int_equal(g->frames.len, 3);
	top = &g->frames.items[0];
	assert_string_equal(top->function, "runtime.gopark");
	assert_int_equal(top->nargs, 4);
	assert_int_equal(top->args[1], 0x10);
	assert_int_equal(top->args[2], 0);
	assert_true(top->args[3] == UINT64_MAX);
	assert_int_equal(top->stale, 1 | 4 | 8);
	assert_int_equal(top->fp, 0xc000068f28);
	assert_int_equal(top->sp, 0xc000068f08);
	assert_int_equal(top->pc, 0x44);
	assert_string_equal(g->frames.items[1].function, "panic");
	assert_string_equal(g->frames.items[2].function, "example.com/m%2ev2.(*T[...]).leak.func1");
	assert_string_equal(g->frames.items[2].file, "/src/my files: 1/leak.go");
	assert_int_equal(g->frames.items[2].line, 12);
	assert_string_equal(g->created_by.function, "example.com/m.leak");
	assert_int_equal(g->created_by.line, 11);
	assert_int_equal(g->creator, 33);
	assert_int_equal(g->ancestors.len, 2);
	assert_int_equal(g->ancestors.items[0].id, 33);
	assert_int_equal(g->ancestors.items[0].len, 1);
	assert_string_equal(g->ancestors.items[0].created_by.function, "testing.(*T).Run");
	assert_int_equal(g->ancestors.items[1].first, 1);
	assert_string_equal(g->ancestor_frames.items[1].function, "main.main");
	assert_string_equal(g->ancestors.items[1].created_by.function, "");

	g++;
	assert_true(g->no_stack && !g->damaged);
	assert_string_equal(g->created_by.function, "example.com/m.spin");
	assert_int_equal(g->creator, 18);
	release(&f);
}

static const struct {
	const char *header;
	const char *reason;
	uint64_t id;
	uint32_t minutes;
	bool leaked, durable, scan, locked;
} headers[] = {
	{ "goroutine 1 [running]:", "running", 1, 0, 0, 0, 0, 0 },
	{ "goroutine 1 [running (scan)]:", "running", 1, 0, 0, 0, 1, 0 },
	{ "goroutine 5 [select (no cases)]:", "select (no cases)", 5, 0, 0, 0, 0, 0 },
	{ "goroutine 5 [force gc (idle), 9 minutes]:", "force gc (idle)", 5, 9, 0, 0, 0, 0 },
	{ "goroutine 5 [chan receive (nil chan) (leaked) (scan)]:", "chan receive (nil chan)", 5, 0,
	  1, 0, 1, 0 },
	{ "goroutine 5 [select (durable) (scan), synctest bubble 3]:", "select", 5, 0, 0, 1, 1, 0 },
	{ "goroutine 5 [sleep (durable)]:", "sleep", 5, 0, 0, 1, 0, 0 },
	{ "goroutine 5 [chan send (synctest), synctest group 4]:", "chan send", 5, 0, 0, 1, 0, 0 },
	{ "goroutine 5 [syscall, locked to thread]:", "syscall", 5, 0, 0, 0, 0, 1 },
	{ "goroutine 5 gp=0x1 m=12 mp=0x2 [IO wait]:", "IO wait", 5, 0, 0, 0, 0, 0 },
	{ "goroutine 18446744073709551615 [x]:", "x", UINT64_MAX, 0, 0, 0, 0, 0 },
};

static void reads_each_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		struct fixture f = { 0 };
		struct dump_goroutine *g = parse(&f, headers[i].header);

		if (f.all.len != 1 || g->id != headers[i].id ||
		    strcmp(g->reason, headers[i].reason) != 0 || g->minutes != headers[i].minutes ||
		    g->leaked != headers[i].leaked || g->durable != headers[i].durable ||
		    g->scan != headers[i].scan || g->locked != headers[i].locked)
			fail_msg("%s", headers[i].header);
		release(&f);
	}
}

static void takes_no_text_for_a_header(void **state)
{
	static const char *const lines[] = {
		"goroutine",
		"goroutine 1",
		"goroutine 1 [running]",
		"goroutine one [running]:",
		"goroutine 1 [running:",
		"goroutine 1 gp=1 m=nil [running]:",
		"goroutine 1 gp=0x1 [running]:",
		"goroutine 1 gp=0x1 m=2 [running]:",
		"goroutine 18446744073709551616 [x]:",
		" goroutine 1 [running]:",
		"goroutine 1 [running] and so on:",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct fixture f = { 0 };

		parse(&f, lines[i]);
		if (f.all.len)
			fail_msg("%s", lines[i]);
		release(&f);
	}
}

/* A print in the middle of a stack: what is below it may not pass for the top. */
static void stops_at_damage_and_reads_the_creation(void **state)
{
	static const char *const middles[] = {
		"hello\n",
		"a.b(0x1)\n",
		"a.b(0x1)hello\n\t/b.go:1\n",
		"a.b(zz)\n\t/b.go:1\n",
		"a.b(0x11111111111111111)\n\t/b.go:1\n",
		"a.b(0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1)\n\t/b.go:1\n",
		"a.b(0x1)\n\t/b.go\n",
		"a.b(0x1)\n\t/b.go:\n",
		"a.b(0x1)\n\t/b.go:4294967296\n",
		"a.b(0x1)\n\t/b.go:1 pc=0x1\n",
		"a.b(0x1)\n/b.go:1\n",
		"\t/b.go:1\n",
		("runtime: g 5: unexpected return pc for a.b called from 0x1\n"
		 "stack: frame={sp:0x1, fp:0x2} stack=[0x1,0x2)\n0x000000c000068000:  0x0\n"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(middles); i++) {
		struct fixture f = { 0 };
		struct dump_goroutine *g;
		char text[1024];

		snprintf(text, sizeof(text),
			 "goroutine 5 [running]:\na.top()\n\t/a.go:1 +0x1\n%sa.below(0x1)\n"
			 "\t/a.go:2 +0x1\ncreated by a.b in goroutine 1\n\t/c.go:3 +0x1\n"
			 "goroutine 6 [running]:\n",
			 middles[i]);
		g = parse(&f, text);
		if (f.all.len != 2 || !g->damaged || g->frames.len != 1 ||
		    strcmp(g->created_by.file, "/c.go") != 0 || g[1].damaged)
			fail_msg("%s: %zu goroutines, %zu frames, damaged %d, created %s",
				 middles[i], f.all.len, g->frames.len, g->damaged,
				 g->created_by.file);
		release(&f);
	}
}

static void ends_where_go_test_speaks(void **state)
{
	struct fixture f = { 0 };
	struct dump_goroutine *g = parse(&f, "goroutine 1 [running]:\nmain.main()\n\t/m.go:1 +0x1\n"
					     "runtime stack:\nruntime.throw()\n\t/p.go:1\n"
					     "goroutine 1 [running]:\nmain.main()\n\t/m.go:1\n"
					     "exit status 2\nFAIL\tm\t0.1s\n"
					     "goroutine 7 [select]:\nm.f()\n\t/m.go:2 +0x1\n"
					     "created by m.g in goroutine 1\n\t/m.go:3 +0x1\n"
					     "some line (of a test)\n\tand another\n");

	(void)state;
	assert_int_equal(f.all.len, 3);
	for (size_t i = 0; i < f.all.len; i++) {
		assert_false(g[i].damaged);
		assert_int_equal(g[i].frames.len, 1);
	}
	release(&f);
}

static void reads_c_functions(void **state)
{
	struct fixture f = { 0 };
	struct dump_goroutine *g = parse(&f, "goroutine 1 [syscall]:\n"
					     "non-Go function at pc=0x7f01\n"
					     "nanosleep\n\t/lib/n.c:7 pc=0x7f02\n"
					     "non-Go function\n\tpc=0x7f03\n"
					     "main.main()\n\t/m.go:1 +0x1\n");

	(void)state;
	assert_false(g->damaged);
	assert_int_equal(g->frames.len, 4);
	assert_int_equal(g->frames.items[0].pc, 0x7f01);
	assert_string_equal(g->frames.items[1].function, "nanosleep");
	assert_string_equal(g->frames.items[1].file, "/lib/n.c");
	assert_int_equal(g->frames.items[1].line, 7);
	assert_int_equal(g->frames.items[2].pc, 0x7f03);
	release(&f);
}

static void shares_names(void **state)
{
	struct fixture f = { 0 };
	struct dump_goroutine *g = parse(&f, "goroutine 1 [select]:\nm.f()\n\t/m.go:2 +0x1\n\n"
					     "goroutine 2 [select]:\nm.f(0x5)\n\t/m.go:3 +0x1\n");

	(void)state;
	assert_ptr_equal(g[0].reason, g[1].reason);
	assert_ptr_equal(g[0].frames.items[0].function, g[1].frames.items[0].function);
	assert_ptr_equal(g[0].frames.items[0].file, g[1].frames.items[0].file);
	release(&f);
}

static void count(void *ctx, struct dump_goroutine *g)
{
	*(size_t *)ctx += g->frames.len + 1000 * g->damaged;
}

/* Lines without end and stacks without end cost no memory. */
static void bounds_what_it_keeps(void **state)
{
	struct arena arena = { 0 };
	size_t sum = 0;
	struct dump_parser p = { .arena = &arena, .each = count, .ctx = &sum };
	static const char head[] = "goroutine 1 [running]:\n", frame[] = "a.b()\n\t/b.go:1\n";
	char text[4096];

	(void)state;
	memset(text, 'x', sizeof(text));
	dump_feed(&p, head, sizeof(head) - 1);
	dump_feed(&p, frame, sizeof(frame) - 1);
	for (int i = 0; i < 1000; i++)
		dump_feed(&p, text, sizeof(text));
	dump_feed(&p, "()\n\t/b.go:1\n", 12);
	dump_feed(&p, head, sizeof(head) - 1);
	assert_int_equal(sum, 1001);
	for (size_t i = 0; i < DUMP_FRAMES_MAX + 10; i++)
		dump_feed(&p, frame, sizeof(frame) - 1);
	dump_end(&p);
	assert_int_equal(sum, 1001 + 1000 + DUMP_FRAMES_MAX);
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_sigquit_prints),
		cmocka_unit_test(reads_each_header),
		cmocka_unit_test(takes_no_text_for_a_header),
		cmocka_unit_test(stops_at_damage_and_reads_the_creation),
		cmocka_unit_test(ends_where_go_test_speaks),
		cmocka_unit_test(reads_c_functions),
		cmocka_unit_test(shares_names),
		cmocka_unit_test(bounds_what_it_keeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
