#include "unit.h"

#include <string.h>

#include "account/opening.h"

struct stack {
	uint64_t room[64];
};

/* Functions, leaf first, all on the line of their number. */
static const struct trace_stack *stack(struct stack *to, const char *const *functions)
{
	struct trace_stack *s = (struct trace_stack *)(void *)to->room;

	memset(to->room, 0, sizeof(to->room));
	for (; functions[s->len]; s->len++)
		s->frames[s->len] = (struct trace_frame){ .function = functions[s->len],
							  .file = "f.go",
							  .line = s->len };
	return s;
}

#define STACK(...) stack(&(struct stack){ 0 }, (const char *const[]){ __VA_ARGS__, NULL })

static void calls_of_the_standard_library_open(void **state)
{
	(void)state;
	assert_int_equal(opening_of(STACK("syscall.Syscall6", "syscall.openat", "syscall.Open",
					  "os.open", "os.openFileNolog", "os.OpenFile", "os.Create",
					  "example.com/m.write", "testing.tRunner")),
			 OPENING_FILE);
	assert_int_equal(
	    opening_of(STACK("syscall.Syscall", "syscall.bind", "syscall.Bind",
			     "net.(*netFD).listenStream", "net.Listen", "example.com/m.serve")),
	    OPENING_LISTENER);
	assert_int_equal(
	    opening_of(STACK("syscall.connect", "syscall.Connect", "net.(*netFD).connect",
			     "net.(*Dialer).DialContext", "example.com/m.dial")),
	    OPENING_CONNECTION);
	assert_int_equal(
	    opening_of(STACK("syscall.Syscall", "syscall.readlen", "syscall.forkExec",
			     "os.StartProcess", "os/exec.(*Cmd).Start", "example.com/m.run")),
	    OPENING_CHILD);
	assert_int_equal(opening_of(STACK("syscall.fcntl", "os.NewFile", "example.com/m.watch")),
			 OPENING_OTHER);
}

static void who_closes_again_opens_nothing(void **state)
{
	(void)state;
	assert_int_equal(
	    opening_of(STACK("syscall.openat", "os.OpenFile", "os.ReadFile", "example.com/m.read")),
	    OPENING_NONE);
	assert_int_equal(opening_of(STACK("syscall.openat", "os.OpenFile", "os/exec.(*Cmd).Start",
					  "example.com/m.run")),
			 OPENING_NONE);
	assert_int_equal(
	    opening_of(STACK("syscall.write", "os.(*File).Write", "example.com/m.write")),
	    OPENING_NONE);
	/* Nobody's but the library's own, nobody's but the user's own, nothing. */
	assert_int_equal(opening_of(STACK("syscall.openat", "os.OpenFile")), OPENING_NONE);
	assert_int_equal(opening_of(STACK("example.com/m.open")), OPENING_NONE);
	assert_int_equal(opening_of(STACK(NULL)), OPENING_NONE);
}

static void one_caller_is_the_same_by_whatever_way(void **state)
{
	struct stack a, b;

	(void)state;
	assert_true(
	    opening_same(stack(&a, (const char *const[]){ "os.Open", "m.f", "m.g", NULL }),
			 stack(&b, (const char *const[]){ "os.Open", "m.f", "m.g", NULL })));
	assert_false(
	    opening_same(stack(&a, (const char *const[]){ "os.Open", "m.f", "m.g", NULL }),
			 stack(&b, (const char *const[]){ "os.Open", "m.f", "m.h", NULL })));
	assert_false(
	    opening_same(stack(&a, (const char *const[]){ "os.Open", "m.f", NULL }),
			 stack(&b, (const char *const[]){ "os.Open", "m.f", "m.g", NULL })));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_of_the_standard_library_open),
		cmocka_unit_test(who_closes_again_opens_nothing),
		cmocka_unit_test(one_caller_is_the_same_by_whatever_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
