/*
 * The seccomp filter under which a test binary runs: two calls are reported to the
 * watcher, everything else is allowed.
 *
 *   exit_group             the end: status and output are final
 *   openat, os.Create's    the marker paths that we pass as profile files
 *
 * As little as possible is trapped, for two reasons. The filter is inherited by
 * all children and can never be taken off again: when the listener closes, a
 * trapped call fails with ENOSYS, and a Go child whose exit_group returns runs wild.
 * And a notification costs 15 to 250 us. So in a binary at fixed addresses
 * the filter compares the instruction pointer with the return addresses
 * of the two SYSCALL instructions (guard/binary.h): children of other programs never
 * match. Calls other than these two are decided by their number alone, which the kernel
 * caches (man 2 seccomp; kernel/seccomp.c, 5.11).
 *
 * The instruction pointer cannot be compared through libseccomp, so the program of a
 * dozen instructions is written down here.
 */
#ifndef GUARD_FILTER_H
#define GUARD_FILTER_H

#include "base/err.h"

struct filter_spec {
	uint64_t exit_ip; /* 0: by number, whoever calls */
	uint64_t open_ip; /* 0: by number and os.Create's flags */
	bool no_open;     /* trap the exit alone */
};

/* Why there is no filter: what the kernel said, and what that means. */
enum filter_refusal {
	FILTER_OK,
	FILTER_UNSUPPORTED, /* kernel without user notification, or a sandbox */
	FILTER_BUSY,        /* another listener is installed on us already */
	FILTER_REFUSED,
};

/* Installs the filter on the calling process and returns the listener. Uses
 * NO_NEW_PRIVS only where the kernel insists (setuid programs then lose their
 * privileges in the tests: *no_new_privs says so). */
enum filter_refusal filter_install(const struct filter_spec *spec, int *listener,
				   bool *no_new_privs, struct err *err);

/* os.Create's flags: src/os/file.go, O_RDWR|O_CREATE|O_TRUNC, and O_CLOEXEC. */
#define FILTER_CREATE_FLAGS 0x80242

#endif
