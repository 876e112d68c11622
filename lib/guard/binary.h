/*
 * What the watcher must know of a test binary before it starts it.
 *
 * Read from the ELF file itself: stripped or not, PIE or not. Everything comes
 * from bytes that somebody else wrote, so every offset is checked against the
 * mapping before it is used.
 *
 * The formats: guard/elf.h, guard/pclntab.h, guard/buildinfo.h.
 */
#ifndef GUARD_BINARY_H
#define GUARD_BINARY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum binary_kind {
	BINARY_GO_AMD64, /* can be watched */
	BINARY_GO_OTHER, /* Go, another architecture: run unwatched */
	BINARY_NOT_GO,   /* a script, a wrapper, another language */
};

/*
 * Addresses are the file's own. In a PIE add the load bias: where the first of its
 * mappings begins, minus base rounded down to a page.
 */
struct binary {
	enum binary_kind kind;
	const char *arch; /* "amd64", "386", … for messages; "" when no ELF file */
	bool pie;
	uint64_t base;      /* lowest address of a segment */
	bool race;          /* has runtime.racefini: exits through libc's exit() */
	bool has_test_main; /* a function named TestMain is linked in */
	bool cgo;           /* dynamically linked (has PT_INTERP) */
	uint64_t exit_ip;   /* after the SYSCALL instruction in runtime.exit; 0: not found */
	uint64_t
	    syscall6_ip;    /* after that of Syscall6, which os.Create goes through; 0: not found */
	uint64_t send_time; /* entry of time.sendTime, 0: not linked in */
	uint64_t text, etext;   /* Go's own text, without C's; 0: not found */
	uint64_t signal_queue;  /* address of runtime.sig, 0: symbols are stripped */
	uint64_t crash_fd;      /* address of runtime.crashFD, 0: stripped, or Go 1.22 */
	uint64_t work;          /* address of runtime.work, 0: stripped */
	bool sets_crash_output; /* runtime/debug.SetCrashOutput is linked in */
	int go_minor;           /* 26 for go1.26.8; -1: not known (devel) */
	const char *go_version; /* "go1.26.8", "" */
	const char *path;       /* main package: "example.com/m/fetch.test"; "" up to Go 1.23 */
	const char *module; /* main module; "" up to Go 1.23, outside modules, in Go's own tests */
	/*
	 * Channels of timers hold no timer: Go 1.22 and older; 1.23 to 1.26 when the
	 * binary's default is asynctimerchan=1, which a `go` line below 1.23 in go.work
	 * or go.mod makes it. In 1.24 and later the build info has the defaults, 1.23 has
	 * them among its constants only. GODEBUG in the environment goes over this.
	 */
	bool old_timers;
};

/* Reads the file. Strings live in *a. Fails only when the file cannot be opened or
 * mapped; what is not a Go binary, or damaged, comes back as a kind. */
bool binary_read(const char *path, struct arena *a, struct binary *b, struct err *err);

/* The same from memory. */
void binary_parse(const uint8_t *bytes, size_t n, struct arena *a, struct binary *b);

#endif
