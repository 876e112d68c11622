#include "guard/binary.h"

#include <elf.h>

#include "guard/buildinfo.h"
#include "guard/elf.h"
#include "guard/pclntab.h"

enum {
	ENTRY,
	EXIT,
	SYSCALL6_26, /* the package moved twice */
	SYSCALL6_23,
	SYSCALL6_22,
	RACE,
	SEND_TIME,
	CRASH_OUTPUT,
	FUNCTIONS,
};

/* src/runtime/sys_linux_amd64.s: exit_group(code), RET. The instruction pointer
 * that the kernel reports is the one after the SYSCALL. */
static const uint8_t exit_code[] = {
	0x8b, 0x7c, 0x24, 0x08, 0xb8, 0xe7, 0, 0, 0, 0x0f, 0x05, 0xc3
};
#define EXIT_RETURN 11

/* SYSCALL; CMPQ AX, $0xfffffffffffff001 in src/internal/runtime/syscall/linux. */
static const uint8_t syscall6_code[] = { 0x0f, 0x05, 0x48, 0x3d, 0x01, 0xf0, 0xff, 0xff };
#define SYSCALL6_RETURN 2

/* Beginnings of the exit code elsewhere in the text: more than a few are not
 * looked at. */
#define CANDIDATES 8

/* The address after the instruction in code, which is somewhere in f. 0: it is not. */
static uint64_t return_address(const struct elf *e, uint64_t text, const struct pclntab_function *f,
			       struct bytes code, size_t back)
{
	struct bytes body = elf_at(e, text + f->entry);
	const uint8_t *at;

	if (!f->found || !body.p)
		return 0;
	if (body.n > f->size)
		body.n = f->size;
	at = bytes_find(body, code.p, code.n);
	return at ? text + f->entry + (uint64_t)(at - body.p) + back : 0;
}

static bool set_traps(struct binary *b, const struct elf *e, uint64_t text,
		      const struct pclntab_function *f)
{
	uint64_t exit_ip = return_address(
	    e, text, &f[EXIT], (struct bytes){ exit_code, sizeof(exit_code) }, EXIT_RETURN);

	if (!exit_ip)
		return false;
	b->text = text;
	b->exit_ip = exit_ip;
	for (size_t i = SYSCALL6_26; i <= SYSCALL6_22 && !b->syscall6_ip; i++)
		b->syscall6_ip = return_address(
		    e, text, &f[i], (struct bytes){ syscall6_code, sizeof(syscall6_code) },
		    SYSCALL6_RETURN);
	return true;
}

/* Go's text begins after that of the C start-up code: its start follows from
 * where the exit's code is. C may have the same: Syscall6 must be in its place, too. */
static bool search_exit(struct binary *b, const struct elf *e, const struct elf_segment *s,
			const struct pclntab_function *f)
{
	struct bytes rest = s->bytes;
	const uint8_t *at;

	for (int i = 0; i < CANDIDATES; i++) {
		at = bytes_find(rest, exit_code, sizeof(exit_code));
		if (!at)
			break;
		if (set_traps(b, e, s->addr + (uint64_t)(at - s->bytes.p) - f[EXIT].entry, f) &&
		    b->syscall6_ip)
			return true;
		rest = bytes_from(rest, (uint64_t)(at - rest.p) + 1);
	}
	b->text = b->exit_ip = 0;
	return false;
}

/*
 * Functions are given relative to the start of Go's text, which the table has
 * no more from 1.26 on. Linked by Go alone, the entry point is a known function;
 * linked by the system's linker, it is C's.
 */
static void find_text(struct binary *b, const struct elf *e, const struct pclntab_function *f)
{
	struct elf_segment s;

	if (!f[EXIT].found || (f[ENTRY].found && set_traps(b, e, e->entry - f[ENTRY].entry, f)))
		return;
	for (size_t i = 0; i < e->segments.count; i++)
		if (elf_segment(e, i, &s) && s.type == PT_LOAD && s.flags & PF_X &&
		    search_exit(b, e, &s, f))
			return;
}

static void read_functions(struct binary *b, const struct elf *e, const struct pclntab *t)
{
	struct pclntab_function f[FUNCTIONS] = {
		[ENTRY] = { .name = "_rt0_amd64_linux" },
		[EXIT] = { .name = "runtime.exit" },
		[SYSCALL6_26] = { .name = "internal/runtime/syscall/linux.Syscall6" },
		[SYSCALL6_23] = { .name = "internal/runtime/syscall.Syscall6" },
		[SYSCALL6_22] = { .name = "runtime/internal/syscall.Syscall6" },
		[RACE] = { .name = "runtime.racefini" },
		[SEND_TIME] = { .name = "time.sendTime" },
		[CRASH_OUTPUT] = { .name = "runtime/debug.SetCrashOutput" },
	};

	pclntab_lookup(t, f, FUNCTIONS);
	b->race = f[RACE].found;
	b->has_test_main = pclntab_has_function(t, ".TestMain");
	b->sets_crash_output = f[CRASH_OUTPUT].found;
	find_text(b, e, f);
	if (!b->text)
		return;
	b->etext = b->text + t->text_size;
	if (f[SEND_TIME].found)
		b->send_time = b->text + f[SEND_TIME].entry;
}

static void read_segments(struct binary *b, const struct elf *e)
{
	struct elf_segment s;

	b->base = UINT64_MAX;
	for (size_t i = 0; i < e->segments.count; i++) {
		if (!elf_segment(e, i, &s))
			continue;
		b->cgo |= s.type == PT_INTERP;
		if (s.type == PT_LOAD && s.addr < b->base)
			b->base = s.addr;
	}
	if (b->base == UINT64_MAX)
		b->base = 0;
}

/* "go1.26.8", "go1.27rc1", "devel go1.28-0123abcd …". */
static int minor_of(struct str version)
{
	static const char major[] = "go1.";
	const uint8_t *at = bytes_find((struct bytes){ (const uint8_t *)version.p, version.n },
				       major, sizeof(major) - 1);
	const char *end, *p;
	int minor = -1;

	if (!at || str_starts(version, "devel"))
		return -1;
	end = version.p + version.n;
	for (p = (const char *)at + sizeof(major) - 1;
	     p < end && *p >= '0' && *p <= '9' && minor < 1000; p++)
		minor = (minor < 0 ? 0 : minor * 10) + (*p - '0');
	return minor;
}

static bool has_setting(struct bytes list)
{
	static const char on[] = "asynctimerchan=1";
	const uint8_t *at;

	while ((at = bytes_find(list, on, sizeof(on) - 1))) {
		list = bytes_from(list, (uint64_t)(at - list.p) + sizeof(on) - 1);
		if (!list.n || *list.p == ',' || !*list.p)
			return true;
	}
	return false;
}

/* In 1.23 the build info does not tell, but the linker put the default where the
 * runtime finds it: among the constants, before a NUL. */
static bool old_by_constants(const struct elf *e)
{
	struct elf_section section;
	struct elf_segment segment;

	if (elf_section_named(e, ".rodata", &section))
		return has_setting(section.bytes);
	for (size_t i = 0; i < e->segments.count; i++)
		if (elf_segment(e, i, &segment) && segment.type == PT_LOAD &&
		    !(segment.flags & (PF_X | PF_W)) && has_setting(segment.bytes))
			return true;
	return false;
}

static bool has_old_timers(const struct binary *b, const struct elf *e,
			   const struct buildinfo *info)
{
	if (b->go_minor < 0 || b->go_minor >= 27)
		return false;
	if (b->go_minor < 23)
		return true;
	if (info->path.n)
		return has_setting((struct bytes){ (const uint8_t *)info->default_godebug.p,
						   info->default_godebug.n });
	return old_by_constants(e);
}

static void read_symbols(struct binary *b, const struct elf *e)
{
	static const char *const names[] = { "runtime.sig", "runtime.crashFD", "runtime.work" };
	uint64_t values[ARRAY_LEN(names)];

	elf_symbols(e, names, ARRAY_LEN(names), values);
	b->signal_queue = values[0];
	b->crash_fd = values[1];
	b->work = values[2];
}

static const char *keep(struct arena *a, struct str s)
{
	return s.n ? arena_strndup(a, s.p, s.n) : "";
}

void binary_parse(const uint8_t *bytes, size_t n, struct arena *a, struct binary *b)
{
	struct buildinfo info;
	struct pclntab functions;
	struct elf e;
	bool go, amd64, table;

	*b = (struct binary){ .kind = BINARY_NOT_GO, .go_minor = -1 };
	b->arch = b->go_version = b->path = b->module = "";
	if (!elf_open(&e, (struct bytes){ bytes, n }))
		return;
	b->arch = elf_goarch(&e);
	b->pie = e.type == ET_DYN;
	read_segments(b, &e);
	go = buildinfo_read(&info, &e);
	amd64 = e.machine == EM_X86_64 && e.wide && !e.big;
	table = amd64 && pclntab_open(&functions, &e);
	if (!go && !table)
		return;
	b->kind = amd64 ? BINARY_GO_AMD64 : BINARY_GO_OTHER;
	b->go_version = keep(a, info.version);
	b->go_minor = minor_of(info.version);
	b->path = keep(a, info.path);
	b->module = keep(a, info.module);
	b->old_timers = has_old_timers(b, &e, &info);
	if (table) {
		read_functions(b, &e, &functions);
		read_symbols(b, &e);
	}
}

bool binary_read(const char *path, struct arena *a, struct binary *b, struct err *err)
{
	struct bytes file;

	if (!elf_map(path, &file, err))
		return false;
	binary_parse(file.p, file.n, a, b);
	elf_unmap(&file);
	return true;
}
