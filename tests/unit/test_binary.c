#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "guard/buildinfo.h"
#include "guard/bulky.h"
#include "guard/elf.h"
#include "guard/pclntab.h"
#include "unit.h"

/*
 * A small file of the right shape: header, segments, text, table of functions, build
 * info, sections. What a test wants otherwise it changes in the struct.
 */
struct image {
	Elf64_Ehdr header;
	Elf64_Phdr segments[4]; /* text, constants, data, interpreter or nothing */
	uint8_t text[256];
	uint8_t table[1024];
	char constants[64];
	char info[512];
	char symbol_names[64];
	Elf64_Sym symbols[3];
	char section_names[128];
	Elf64_Shdr sections[8];
};

enum { NONE, TEXT, TABLE, INFO, NAMES, SYMBOLS, SYMBOL_NAMES, CONSTANTS };

#define BASE      0x400000
#define GO_TEXT   (BASE + offsetof(struct image, text) + 16)
#define AT(field) offsetof(struct image, field)

static const uint8_t exit_code[] = { 0x8b, 0x7c, 0x24, 8, 0xb8, 0xe7, 0, 0, 0, 0x0f, 5, 0xc3 };
static const uint8_t syscall6_code[] = { 0x48, 0x89, 0xdf, 0x0f, 5,    0x48,
					 0x3d, 1,    0xf0, 0xff, 0xff, 0xc3 };

static const struct {
	const char *name;
	uint32_t entry;
} functions[] = {
	{ "internal/runtime/syscall/linux.Syscall6", 0 },
	{ "_rt0_amd64_linux", 32 },
	{ "runtime.exit", 48 },
	{ "runtime.racefini", 80 },
	{ "time.sendTime", 96 },
	{ "m.(*T).TestMain", 112 },
};

static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void put64(uint8_t *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
}

/* Its last function takes 100,000 bytes and has 70,000 on the stack, but for its first 4 bytes. */
static void make_bulky(uint8_t *details, uint8_t *steps)
{
	static const uint8_t list[] = { 2, 4, 0xe0, 0xc5, 8, 12, 0 };

	put32(details + 8, 100000);
	put32(details + 16, 1);
	put32(details + 36, 9);
	memcpy(steps + 1, list, sizeof(list));
}

static void make_table(uint8_t *t)
{
	uint32_t name = 1, rows = 400, details = 100, steps = 300;

	memcpy(t, "\xf1\xff\xff\xff\0\0\1\x08", 8);
	put64(t + 8, ARRAY_LEN(functions));
	put64(t + 32, 72);
	put64(t + 40, steps);
	put64(t + 56, steps);
	put64(t + 64, rows);
	for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
		memcpy(t + 72 + name, functions[i].name, strlen(functions[i].name));
		put32(t + rows + 8 * i, functions[i].entry);
		put32(t + rows + 8 * i + 4, details);
		put32(t + rows + details, functions[i].entry);
		put32(t + rows + details + 4, name);
		name += (uint32_t)strlen(functions[i].name) + 1;
		details += 44;
	}
	make_bulky(t + rows + details - 44, t + steps);
	put32(t + rows + 8 * ARRAY_LEN(functions), 128);
}

static void make_info(char *p, const char *version, const char *lines)
{
	size_t n = strlen(lines) + 32, at = 32;

	memset(p, 0, sizeof(((struct image *)NULL)->info));
	memcpy(p, "\xff Go buildinf:\x08\x02", 16);
	p[at++] = (char)strlen(version);
	memcpy(p + at, version, strlen(version));
	at += strlen(version);
	if (!*lines)
		return;
	p[at++] = (char)(n & 0x7f) | (char)0x80;
	p[at++] = (char)(n >> 7);
	memset(p + at, 'm', n);
	memcpy(p + at + 16, lines, strlen(lines));
}

static void section(struct image *m, size_t i, const char *name, size_t at, size_t size)
{
	char *names = m->section_names + 1 + 16 * (i - 1);
	static const size_t room = 16;

	/* The longest of them runs into the next place, which is then not used. */
	assert_true(strlen(name) < room + 8);
	memcpy(names, name, strlen(name) + 1);
	m->sections[i] = (Elf64_Shdr){ .sh_name = (uint32_t)(1 + 16 * (i - 1)),
				       .sh_type = SHT_PROGBITS,
				       .sh_addr = BASE + at,
				       .sh_offset = at,
				       .sh_size = size };
}

static Elf64_Phdr segment(uint32_t flags, size_t at, size_t size)
{
	return (Elf64_Phdr){ .p_type = PT_LOAD,
			     .p_flags = flags,
			     .p_offset = at,
			     .p_vaddr = BASE + at,
			     .p_filesz = size,
			     .p_memsz = size };
}

static const char usual_lines[] =
    "path\texample.com/m/fetch.test\nmod\texample.com/m\t(devel)\t\nbuild\t-race=true\n"
    "build\tDefaultGODEBUG=asynctimerchan=1,tls3des=1\nbuild\tGOARCH=amd64\n";

static struct image make(void)
{
	struct image m = { 0 };

	memcpy(m.header.e_ident, ELFMAG, SELFMAG);
	m.header.e_ident[EI_CLASS] = ELFCLASS64;
	m.header.e_ident[EI_DATA] = ELFDATA2LSB;
	m.header.e_type = ET_EXEC;
	m.header.e_machine = EM_X86_64;
	m.header.e_entry = GO_TEXT + 32;
	m.header.e_phoff = AT(segments);
	m.header.e_phentsize = sizeof(m.segments[0]);
	m.header.e_phnum = ARRAY_LEN(m.segments);
	m.header.e_shoff = AT(sections);
	m.header.e_shentsize = sizeof(m.sections[0]);
	m.header.e_shnum = ARRAY_LEN(m.sections);
	m.header.e_shstrndx = NAMES;
	m.segments[0] = segment(PF_R | PF_X, AT(text), sizeof(m.text));
	m.segments[1] = segment(PF_R, AT(table), sizeof(m.table) + sizeof(m.constants));
	m.segments[2] = segment(PF_R | PF_W, AT(info), sizeof(m.info));
	memcpy(m.text + 16, syscall6_code, sizeof(syscall6_code));
	memcpy(m.text + 16 + 48, exit_code, sizeof(exit_code));
	make_table(m.table);
	make_info(m.info, "go1.26.8", usual_lines);
	section(&m, TEXT, ".text", AT(text), sizeof(m.text));
	section(&m, TABLE, ".gopclntab", AT(table), sizeof(m.table));
	section(&m, INFO, ".go.buildinfo", AT(info), sizeof(m.info));
	section(&m, NAMES, ".shstrtab", AT(section_names), sizeof(m.section_names));
	section(&m, SYMBOLS, ".symtab", AT(symbols), sizeof(m.symbols));
	section(&m, SYMBOL_NAMES, ".strtab", AT(symbol_names), sizeof(m.symbol_names));
	section(&m, CONSTANTS, ".rodata", AT(constants), sizeof(m.constants));
	m.sections[SYMBOLS].sh_link = SYMBOL_NAMES;
	memcpy(m.symbol_names, "\0y.runtime.sig\0x.runtime.sig\0runtime.crashFD", 45);
	m.symbols[1] = (Elf64_Sym){ .st_name = 17, .st_value = 0x1234 }; /* a shared end */
	m.symbols[2] = (Elf64_Sym){ .st_name = 29, .st_value = 0x5678 };
	return m;
}

struct fixture {
	struct arena arena;
	struct binary b;
};

/* From a block that ends where the file does: a read beyond it is seen. */
static const struct binary *parse(struct fixture *f, const void *bytes, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);
	struct bulkies bulky;

	assert_non_null(copy);
	memcpy(copy, bytes, n);
	arena_clear(&f->arena);
	binary_parse(copy, n, &f->arena, &f->b);
	bulkies_parse(copy, n, &f->b, &f->arena, &bulky);
	free(copy);
	return &f->b;
}

static void reads_a_test_binary(void **state)
{
	struct fixture f = { 0 };
	struct image m = make();
	const struct binary *b = parse(&f, &m, sizeof(m));

	(void)state;
	assert_int_equal(b->kind, BINARY_GO_AMD64);
	assert_string_equal(b->arch, "amd64");
	assert_false(b->pie || b->cgo || b->sets_crash_output);
	assert_true(b->race && b->old_timers);
	assert_int_equal(b->text, GO_TEXT);
	assert_int_equal(b->etext, GO_TEXT + 128);
	assert_int_equal(b->exit_ip, GO_TEXT + 48 + 11);
	assert_int_equal(b->syscall6_ip, GO_TEXT + 5);
	assert_int_equal(b->send_time, GO_TEXT + 96);
	assert_int_equal(b->base, BASE + AT(text));
	assert_int_equal(b->signal_queue, 0x1234);
	assert_int_equal(b->crash_fd, 0x5678);
	assert_int_equal(b->go_minor, 26);
	assert_string_equal(b->go_version, "go1.26.8");
	assert_string_equal(b->path, "example.com/m/fetch.test");
	assert_string_equal(b->module, "example.com/m");
	assert_false(b->has_test_main);
	memcpy(strstr((char *)memmem(m.table, sizeof(m.table), "m.(*T)", 6), "(*T)"), "abcd", 4);
	assert_true(parse(&f, &m, sizeof(m))->has_test_main);
	arena_clear(&f.arena);
}

static void finds_the_text_behind_c(void **state)
{
	struct fixture f = { 0 };
	struct image m = make();
	const struct binary *b;

	(void)state;
	m.header.e_entry = BASE + AT(text);
	/* C code that looks like the exit stands before the real one. */
	memcpy(m.text + 1, exit_code, sizeof(exit_code));
	b = parse(&f, &m, sizeof(m));
	assert_int_equal(b->text, GO_TEXT);
	assert_int_equal(b->exit_ip, GO_TEXT + 48 + 11);
	/* Without Syscall6 there is no telling. */
	memset(m.text + 16, 0, sizeof(syscall6_code));
	b = parse(&f, &m, sizeof(m));
	assert_true(!b->text && !b->etext && !b->exit_ip && !b->syscall6_ip && !b->send_time);
	arena_clear(&f.arena);
}

static void reads_a_pie_with_an_interpreter(void **state)
{
	struct fixture f = { 0 };
	struct image m = make();
	const struct binary *b;

	(void)state;
	m.header.e_type = ET_DYN;
	m.segments[3] = segment(PF_R, AT(constants), 8);
	m.segments[3].p_type = PT_INTERP;
	section(&m, TABLE, ".data.rel.ro.gopclntab", AT(table), sizeof(m.table));
	section(&m, 5, "", 0, 0);
	m.sections[INFO].sh_name = 1 + 16 * 4; /* where nothing was overwritten */
	memcpy(m.section_names + 1 + 16 * 4, ".go.buildinfo", 14);
	b = parse(&f, &m, sizeof(m));
	assert_true(b->pie && b->cgo);
	assert_int_equal(b->exit_ip, GO_TEXT + 48 + 11);
	assert_int_equal(b->go_minor, 26);
	arena_clear(&f.arena);
}

static void needs_no_sections(void **state)
{
	struct fixture f = { 0 };
	struct image m = make();
	const struct binary *b;

	(void)state;
	m.header.e_shnum = 0;
	/* A magic that is no table comes first. */
	memmove(m.table + 16, m.table, sizeof(m.table) - 16);
	b = parse(&f, &m, sizeof(m));
	assert_int_equal(b->kind, BINARY_GO_AMD64);
	assert_int_equal(b->exit_ip, GO_TEXT + 48 + 11);
	assert_string_equal(b->path, "example.com/m/fetch.test");
	assert_int_equal(b->signal_queue, 0);
	arena_clear(&f.arena);
}

static const struct {
	const char *version, *lines, *constants;
	int minor;
	bool old;
} timers[] = {
	{ "go1.22.12", "", "", 22, true },
	{ "go1.21.0", "", "", 21, true },
	{ "go1.23.12", "", "", 23, false },
	{ "go1.23.12", "", "asynctimerchan=1,gotypesalias=0", 23, true },
	{ "go1.23.12", "", "asynctimerchan=1", 23, true },
	{ "go1.23.12", "", "asynctimerchan=10", 23, false },
	{ "go1.24.1", "path\tm.test\nmod\tm\t(devel)\n", "asynctimerchan=1", 24, false },
	{ "go1.24.1", "path\tm.test\nbuild\tDefaultGODEBUG=a=1,asynctimerchan=1\n", "", 24, true },
	{ "go1.25", "path\tm.test\nbuild\tDefaultGODEBUG=asynctimerchan=0,b=1\n", "", 25, false },
	{ "go1.26rc1", "path\tm.test\nbuild\tDefaultGODEBUG=asynctimerchan=1\n", "", 26, true },
	{ "go1.27.0", "path\tm.test\nbuild\tDefaultGODEBUG=asynctimerchan=1\n", "", 27, false },
	{ "devel go1.26-0123abcd", "path\tm.test\n", "", -1, false },
	{ "go1.27-devel_0123abcd", "path\tm.test\n", "", 27, false },
	{ "go1.", "", "", -1, false },
	{ "unknown", "", "", -1, false },
	{ "", "", "", -1, false },
};

static void knows_which_timers_are_old(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(timers); i++) {
		struct image m = make();
		const struct binary *b;

		make_info(m.info, timers[i].version, timers[i].lines);
		memcpy(m.constants + 8, timers[i].constants, strlen(timers[i].constants));
		b = parse(&f, &m, sizeof(m));
		if (b->go_minor != timers[i].minor || b->old_timers != timers[i].old)
			fail_msg("row %zu: %s: minor %d old %d", i, timers[i].version, b->go_minor,
				 b->old_timers);
	}
	arena_clear(&f.arena);
}

static void names_what_it_cannot_watch(void **state)
{
	static const struct {
		uint8_t class, data;
		uint16_t machine;
		const char *arch;
	} others[] = {
		{ ELFCLASS64, ELFDATA2LSB, EM_AARCH64, "arm64" },
		{ ELFCLASS64, ELFDATA2LSB, EM_RISCV, "riscv64" },
		{ ELFCLASS64, ELFDATA2LSB, 0xffff, "unknown" },
	};
	struct fixture f = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct image m = make();
		const struct binary *b;

		m.header.e_ident[EI_CLASS] = others[i].class;
		m.header.e_ident[EI_DATA] = others[i].data;
		m.header.e_machine = others[i].machine;
		b = parse(&f, &m, sizeof(m));
		assert_int_equal(b->kind, BINARY_GO_OTHER);
		assert_string_equal(b->arch, others[i].arch);
		assert_int_equal(b->exit_ip, 0);
	}
	assert_int_equal(parse(&f, "#!/bin/sh\n", 10)->kind, BINARY_NOT_GO);
	assert_int_equal(parse(&f, "", 0)->kind, BINARY_NOT_GO);
	assert_string_equal(f.b.arch, "");
	arena_clear(&f.arena);
}

/* Whatever is cut off or overwritten: no read outside, no address made up. */
static void survives_any_damage(void **state)
{
	struct fixture f = { 0 };
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };

	(void)state;
	for (size_t n = 0; n < sizeof(struct image); n++) {
		struct image m = make();

		parse(&f, &m, n);
	}
	for (size_t at = 0; at < sizeof(struct image); at++)
		for (size_t k = 0; k < ARRAY_LEN(values); k++) {
			struct image m = make();
			const struct binary *b;

			((uint8_t *)&m)[at] = values[k];
			b = parse(&f, &m, sizeof(m));
			assert_true(!b->exit_ip || b->kind == BINARY_GO_AMD64);
		}
	arena_clear(&f.arena);
}

static void finds_what_takes_much_of_the_stack(void **state)
{
	struct fixture f = { 0 };
	struct image m = make();
	struct bulkies bulky;

	(void)state;
	parse(&f, &m, sizeof(m));
	bulkies_parse((const uint8_t *)&m, sizeof(m), &f.b, &f.arena, &bulky);
	assert_int_equal(bulky.len, 1);
	assert_string_equal(bulky.items[0].function, "m.(*T).TestMain");
	assert_int_equal(bulky.items[0].bytes, 100000);
	assert_int_equal(bulky.items[0].frame_bytes, 70000);
	assert_int_equal(bulky.items[0].line, 9);
	assert_int_equal(bulky.items[0].entry, GO_TEXT + 112);
	assert_int_equal(bulky.items[0].end, GO_TEXT + 128);
	f.b.pie = true;
	bulkies_parse((const uint8_t *)&m, sizeof(m), &f.b, &f.arena, &bulky);
	assert_int_equal(bulky.items[0].entry, 0);
	f.b.kind = BINARY_GO_OTHER;
	bulkies_parse((const uint8_t *)&m, sizeof(m), &f.b, &f.arena, &bulky);
	assert_int_equal(bulky.len, 0);
	arena_clear(&f.arena);
}

static void tells_files_from_others(void **state)
{
	struct arena arena = { 0 };
	struct binary b;
	struct err err = { 0 };
	char path[] = "/tmp/test_binary.XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_true(binary_read(path, &arena, &b, &err));
	assert_int_equal(b.kind, BINARY_NOT_GO);
	unlink(path);
	assert_false(binary_read(path, &arena, &b, &err));
	assert_int_equal(err.code, ERR_OS);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(binary_read(path, &arena, &b, &err));
	unlink(path);
	arena_clear(&arena);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_test_binary),
		cmocka_unit_test(finds_the_text_behind_c),
		cmocka_unit_test(reads_a_pie_with_an_interpreter),
		cmocka_unit_test(needs_no_sections),
		cmocka_unit_test(knows_which_timers_are_old),
		cmocka_unit_test(names_what_it_cannot_watch),
		cmocka_unit_test(survives_any_damage),
		cmocka_unit_test(finds_what_takes_much_of_the_stack),
		cmocka_unit_test(tells_files_from_others),
	};

	/* Makes the seeds of the fuzz target. */
	if (argc == 2) {
		struct image m = make();
		FILE *out = fopen(argv[1], "wbe");

		if (!out || fwrite(&m, sizeof(m), 1, out) != 1 || fclose(out) != 0)
			return 1;
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
