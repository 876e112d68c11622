/*
 * What the watcher must know of a test binary before it starts it.
 *
 * Read from the ELF file itself: stripped or not, PIE or not. Everything comes
 * from bytes that somebody else wrote, so every offset is checked against the
 * mapping before it is used.
 *
 * Sources: debug/gosym and src/internal/abi/symtab.go (pclntab: magic
 * 0xfffffff1, "Go 1.20+"), src/debug/buildinfo/buildinfo.go (.go.buildinfo).
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

struct binary {
	enum binary_kind kind;
	const char *arch; /* "amd64", "386", … for messages */
	bool pie;         /* addresses below are relative to the load address */
	bool race;        /* has runtime.racefini: exits through libc's exit() */
	bool cgo;         /* dynamically linked (has PT_INTERP) */
	uint64_t exit_ip; /* after the SYSCALL instruction in runtime.exit; 0: not found */
	uint64_t
	    syscall6_ip;    /* after that of Syscall6, which os.Create goes through; 0: not found */
	uint64_t send_time; /* entry of time.sendTime, 0: not linked in */
	uint64_t text, etext;   /* the text segment's addresses */
	uint64_t signal_queue;  /* address of runtime.sig, 0: symbols are stripped */
	uint64_t crash_fd;      /* address of runtime.crashFD, 0: stripped, or Go 1.22 */
	bool sets_crash_output; /* runtime/debug.SetCrashOutput is linked in */
	int go_minor;           /* 26 for go1.26.8; -1: not known (devel) */
	const char *go_version; /* "go1.26.8", "" */
	const char *path;       /* main package: "example.com/m/fetch.test"; "" */
	const char *module;     /* main module; "" when the build info has none */
	bool old_timers;        /* asynctimerchan=1 by its default GODEBUG, or Go below 1.23 */
};

/* Reads the file. Strings live in *a. Fails only when the file cannot be opened or
 * mapped; what is not a Go binary, or damaged, comes back as a kind. */
bool binary_read(const char *path, struct arena *a, struct binary *b, struct err *err);

/* The same from memory: what the fuzz target drives. */
void binary_parse(const uint8_t *bytes, size_t n, struct arena *a, struct binary *b);

#endif
