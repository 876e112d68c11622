#include "guard/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

_Static_assert(FILTER_CREATE_FLAGS == (O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC),
	       "os.Create's flags on linux/amd64");

#define MAX_INSTRUCTIONS 16

/* A program under construction. Jumps to the two verdicts are resolved at
 * the end, when their places are known. */
struct program {
	struct sock_filter code[MAX_INSTRUCTIONS];
	unsigned short len;
};

enum { NEXT = 0, ALLOW = 254, NOTIFY = 255 };

static void load(struct program *p, size_t offset)
{
	p->code[p->len++] =
	    (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
}

static void test_equal(struct program *p, uint32_t value, uint8_t yes, uint8_t no)
{
	p->code[p->len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no);
}

static uint8_t resolve(uint8_t jump, unsigned short at, unsigned short allow)
{
	if (jump == ALLOW)
		return (uint8_t)(allow - at - 1);
	if (jump == NOTIFY)
		return (uint8_t)(allow + 1 - at - 1);
	return jump;
}

static void finish(struct program *p)
{
	unsigned short allow = p->len;

	for (unsigned short i = 0; i < allow; i++) {
		if (BPF_CLASS(p->code[i].code) != BPF_JMP)
			continue;
		p->code[i].jt = resolve(p->code[i].jt, i, allow);
		p->code[i].jf = resolve(p->code[i].jf, i, allow);
	}
	p->code[p->len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	p->code[p->len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
}

static void build(struct program *p, const struct filter_spec *spec)
{
	load(p, offsetof(struct seccomp_data, arch));
	test_equal(p, AUDIT_ARCH_X86_64, NEXT, ALLOW);
	load(p, offsetof(struct seccomp_data, nr));
	if (!spec->no_open) {
		/* Jump over what follows for openat: flags and caller. */
		test_equal(p, __NR_openat, NEXT, spec->open_ip ? 4 : 2);
		load(p, offsetof(struct seccomp_data, args[2]));
		test_equal(p, FILTER_CREATE_FLAGS, spec->open_ip ? NEXT : NOTIFY, ALLOW);
		if (spec->open_ip) {
			load(p, offsetof(struct seccomp_data, instruction_pointer));
			test_equal(p, (uint32_t)spec->open_ip, NOTIFY, ALLOW);
		}
	}
	test_equal(p, __NR_exit_group, spec->exit_ip ? NEXT : NOTIFY, ALLOW);
	if (spec->exit_ip) {
		load(p, offsetof(struct seccomp_data, instruction_pointer));
		test_equal(p, (uint32_t)spec->exit_ip, NOTIFY, ALLOW);
	}
	finish(p);
}

/* Newest flags first; an old kernel says EINVAL to what it does not know.
 * WAIT_KILLABLE_RECV (5.19) holds calls through signals, see guard/trap.h. */
static int try_flags(const struct sock_fprog *prog)
{
	static const unsigned long flags[] = {
		SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW |
		    SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
		SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW,
	};
	long fd = -1;

	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags[i], prog);
		if (fd >= 0 || errno != EINVAL)
			break;
	}
	return (int)fd;
}

enum filter_refusal filter_install(const struct filter_spec *spec, int *listener,
				   bool *no_new_privs, struct err *err)
{
	struct program p = { 0 };
	struct sock_fprog prog;
	int fd;

	build(&p, spec);
	prog = (struct sock_fprog){ .len = p.len, .filter = p.code };
	*no_new_privs = false;
	fd = try_flags(&prog);
	if (fd < 0 && errno == EACCES) {
		*no_new_privs = true;
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
			fd = try_flags(&prog);
	}
	if (fd >= 0) {
		*listener = fd;
		return FILTER_OK;
	}
	err_sys(err, errno, "seccomp");
	if (errno == EBUSY)
		return FILTER_BUSY;
	return errno == EINVAL || errno == ENOSYS ? FILTER_UNSUPPORTED : FILTER_REFUSED;
}
