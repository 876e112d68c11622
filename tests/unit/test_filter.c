#include "unit.h"

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "guarded.h"

/* System calls at addresses that are known, like the two of a test binary at fixed
 * addresses. */
#define CALL(name)                \
	name ":\n"                \
	     "	mov %rdi, %rax\n"  \
	     "	mov %rsi, %rdi\n"  \
	     "	mov %rdx, %rsi\n"  \
	     "	mov %rcx, %rdx\n"  \
	     "	mov %r8, %r10\n"   \
	     "	syscall\n"         \
	     "behind_" name ":\n" \
	     "	ret\n"
__asm__(".text\n" CALL("open_here") CALL("exit_here"));
long open_here(long number, ...);
long exit_here(long number, ...);
extern const char behind_open_here[], behind_exit_here[];

static struct filter_spec by_instruction(void)
{
	return (struct filter_spec){ .exit_ip = (uintptr_t)behind_exit_here,
				     .open_ip = (uintptr_t)behind_open_here };
}

static void call_both_ways(const struct guarded *g)
{
	/* The same calls from elsewhere, and other flags from there, are not reported. */
	int fd = guarded_create(TRAP_MARKER_PATH);
	long same = open_here(SYS_openat, AT_FDCWD, TRAP_MARKER_PATH, O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0 || same < 0 || write(g->tell, "1", 1) != 1)
		_exit(1);
	fd = (int)open_here(SYS_openat, AT_FDCWD, TRAP_MARKER_PATH, FILTER_CREATE_FLAGS, 0666);
	exit_here(SYS_exit_group, fd >= 0 ? 9 : 2);
}

static void an_instruction_tells_the_call(void **state)
{
	const struct filter_spec spec = by_instruction();
	struct trap_event e;
	struct guarded g;
	char byte;

	(void)state;
	guarded_start(&g, &spec, call_both_ways);
	e = guarded_next(&g);
	assert_int_equal(e.kind, TRAP_MARKER);
	assert_true(e.ip == (uintptr_t)behind_open_here);
	assert_int_equal(read(g.told, &byte, 1), 1);
	trap_continue(&g.trap, e.id);
	assert_int_equal(WEXITSTATUS(guarded_end(&g)), 9);
}

static void exit_elsewhere(const struct guarded *g)
{
	(void)g;
	_exit(6);
}

static void an_exit_from_elsewhere_is_not_held(void **state)
{
	const struct filter_spec spec = by_instruction();
	struct guarded g;
	int status;

	(void)state;
	guarded_start(&g, &spec, exit_elsewhere);
	assert_int_equal(waitpid(g.pid, &status, 0), g.pid);
	assert_int_equal(WEXITSTATUS(status), 6);
	trap_close(&g.trap);
	close(g.told);
}

static void create_then_exit(const struct guarded *g)
{
	(void)g;
	exit_here(SYS_exit_group, guarded_create(TRAP_MARKER_PATH) >= 0 ? 9 : 2);
}

/* Without open_ip it is os.Create's flags alone that tell, whoever calls. */
static void the_exit_alone_may_go_by_instruction(void **state)
{
	const struct filter_spec spec = { .exit_ip = (uintptr_t)behind_exit_here };
	struct trap_event e;
	struct guarded g;

	(void)state;
	guarded_start(&g, &spec, create_then_exit);
	e = guarded_next(&g);
	assert_int_equal(e.kind, TRAP_MARKER);
	trap_continue(&g.trap, e.id);
	assert_int_equal(WEXITSTATUS(guarded_end(&g)), 9);
}

/* A kernel that answers seccomp(2) with an error when the call has one of these flags (0: any). */
static void spoil_seccomp(uint32_t flags, int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, flags ? flags : ~0U, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = ARRAY_LEN(code), .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(99);
}

/* What the filter says there; error 0: the kernel as it is. */
static enum filter_refusal install_where(uint32_t flags, int error)
{
	int pid = fork(), status, listener = -1;
	const struct filter_spec spec = by_instruction();
	bool no_new_privs;
	struct err err = { 0 };

	if (!pid) {
		enum filter_refusal r;

		spoil_seccomp(flags, error);
		r = filter_install(&spec, &listener, &no_new_privs, &err);
		if ((r == FILTER_OK) != (listener >= 0) || (r != FILTER_OK && err.sys != error))
			_exit(98);
		_exit((int)r);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return (enum filter_refusal)WEXITSTATUS(status);
}

static void says_why_there_is_none(void **state)
{
	(void)state;
	/* Before 5.19 there is no WAIT_KILLABLE_RECV. */
	assert_int_equal(install_where(1U << 5, EINVAL), FILTER_OK);
	assert_int_equal(install_where(0, EINVAL), FILTER_UNSUPPORTED);
	assert_int_equal(install_where(0, ENOSYS), FILTER_UNSUPPORTED);
	assert_int_equal(install_where(0, EPERM), FILTER_REFUSED);
	assert_int_equal(install_where(0, EBUSY), FILTER_BUSY);
}

/* Whether programs lose their privileges for a user; -1: there is no filter. */
static int privileges_go(uid_t uid)
{
	int pid = fork(), status, listener;
	const struct filter_spec spec = by_instruction();

	if (!pid) {
		bool gone = false;

		if (uid && setresuid(uid, uid, uid))
			_exit(9);
		if (filter_install(&spec, &listener, &gone, NULL) != FILTER_OK)
			_exit(8);
		_exit(gone == (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) ? gone : 7);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void privileges_go_only_where_the_kernel_insists(void **state)
{
	(void)state;
	if (geteuid() || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0))
		skip();
	assert_int_equal(privileges_go(65534), 1);
	assert_int_equal(privileges_go(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_instruction_tells_the_call),
		cmocka_unit_test(an_exit_from_elsewhere_is_not_held),
		cmocka_unit_test(the_exit_alone_may_go_by_instruction),
		cmocka_unit_test(says_why_there_is_none),
		cmocka_unit_test(privileges_go_only_where_the_kernel_insists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
