#include "guard/elf.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* Where a field is, by word size; a size of 0 is a word. */
struct field {
	uint8_t at32, at64, size;
};

static const struct field HEADER_TYPE = { 16, 16, 2 }, HEADER_MACHINE = { 18, 18, 2 },
			  HEADER_ENTRY = { 24, 24, 0 };
static const struct field SEGMENTS_AT = { 28, 32, 0 }, SEGMENTS_ROW = { 42, 54, 2 },
			  SEGMENTS_COUNT = { 44, 56, 2 };
static const struct field SECTIONS_AT = { 32, 40, 0 }, SECTIONS_ROW = { 46, 58, 2 },
			  SECTIONS_COUNT = { 48, 60, 2 }, SECTIONS_NAMES = { 50, 62, 2 };
static const struct field SEGMENT_TYPE = { 0, 0, 4 }, SEGMENT_FLAGS = { 24, 4, 4 },
			  SEGMENT_OFFSET = { 4, 8, 0 }, SEGMENT_ADDR = { 8, 16, 0 },
			  SEGMENT_FILE_SIZE = { 16, 32, 0 }, SEGMENT_SIZE = { 20, 40, 0 };
static const struct field SECTION_NAME = { 0, 0, 4 }, SECTION_TYPE = { 4, 4, 4 },
			  SECTION_ADDR = { 12, 16, 0 }, SECTION_OFFSET = { 16, 24, 0 },
			  SECTION_SIZE = { 20, 32, 0 }, SECTION_LINK = { 24, 40, 4 };
static const struct field SYMBOL_NAME = { 0, 0, 4 }, SYMBOL_VALUE = { 4, 8, 0 };

const uint8_t *bytes_find(struct bytes b, const void *s, size_t n)
{
	return b.p && b.n ? memmem(b.p, b.n, s, n) : NULL;
}

bool elf_map(const char *path, struct bytes *file, struct err *err)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	void *map;

	if (fd < 0 || fstat(fd, &st))
		return err_sys(err, errno, "cannot open test binary %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_OS, "test binary %s is not a regular file", path);
	*file = (struct bytes){ 0 };
	if (!st.st_size)
		return true;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return err_sys(err, errno, "cannot map test binary %s", path);
	*file = (struct bytes){ map, (size_t)st.st_size };
	return true;
}

void elf_unmap(struct bytes *file)
{
	if (file->n)
		munmap((void *)(uintptr_t)file->p, file->n); /* NOLINT(performance-no-int-to-ptr) */
	*file = (struct bytes){ 0 };
}

uint64_t elf_load(const struct elf *e, const uint8_t *p, size_t size)
{
	uint64_t v = 0;

	if (!e->big && size == sizeof(v)) {
		memcpy(&v, p, sizeof(v));
		return le64toh(v);
	}
	for (size_t i = 0; i < size; i++)
		v = v << 8 | p[e->big ? i : size - 1 - i];
	return v;
}

/* row is long enough for every field: row_least() was asked. */
static uint64_t get(const struct elf *e, const uint8_t *row, struct field f)
{
	return elf_load(e, row + (e->wide ? f.at64 : f.at32), f.size ? f.size : e->wide ? 8 : 4);
}

static struct elf_table table(const struct elf *e, uint64_t at, uint64_t count, size_t row,
			      size_t least)
{
	struct elf_table t = { .row = row, .count = (size_t)count };

	t.rows = bytes_part(e->file, at, count * row);
	if (row < least || !t.rows.p || !at)
		t = (struct elf_table){ .row = 1 };
	return t;
}

bool elf_open(struct elf *e, struct bytes file)
{
	const uint8_t *h = file.p;
	struct elf_section names;

	*e = (struct elf){ .file = file };
	if (file.n < sizeof(Elf32_Ehdr) || memcmp(h, ELFMAG, SELFMAG) != 0)
		return false;
	e->wide = h[EI_CLASS] == ELFCLASS64;
	e->big = h[EI_DATA] == ELFDATA2MSB;
	if ((!e->wide && h[EI_CLASS] != ELFCLASS32) || (!e->big && h[EI_DATA] != ELFDATA2LSB) ||
	    (e->wide && file.n < sizeof(Elf64_Ehdr)))
		return false;
	e->type = (uint16_t)get(e, h, HEADER_TYPE);
	e->machine = (uint16_t)get(e, h, HEADER_MACHINE);
	e->entry = get(e, h, HEADER_ENTRY);
	e->segments =
	    table(e, get(e, h, SEGMENTS_AT), get(e, h, SEGMENTS_COUNT), get(e, h, SEGMENTS_ROW),
		  e->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr));
	e->sections =
	    table(e, get(e, h, SECTIONS_AT), get(e, h, SECTIONS_COUNT), get(e, h, SECTIONS_ROW),
		  e->wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));
	if (elf_section(e, get(e, h, SECTIONS_NAMES), &names))
		e->section_names = names.bytes;
	return true;
}

bool elf_segment(const struct elf *e, size_t i, struct elf_segment *s)
{
	const uint8_t *row;

	if (i >= e->segments.count)
		return false;
	row = e->segments.rows.p + i * e->segments.row;
	s->type = (uint32_t)get(e, row, SEGMENT_TYPE);
	s->flags = (uint32_t)get(e, row, SEGMENT_FLAGS);
	s->addr = get(e, row, SEGMENT_ADDR);
	s->size = get(e, row, SEGMENT_SIZE);
	s->bytes = bytes_part(e->file, get(e, row, SEGMENT_OFFSET), get(e, row, SEGMENT_FILE_SIZE));
	return s->bytes.p;
}

bool elf_section(const struct elf *e, size_t i, struct elf_section *s)
{
	const uint8_t *row;

	if (i >= e->sections.count)
		return false;
	row = e->sections.rows.p + i * e->sections.row;
	s->type = (uint32_t)get(e, row, SECTION_TYPE);
	s->link = (uint32_t)get(e, row, SECTION_LINK);
	s->addr = get(e, row, SECTION_ADDR);
	s->bytes = (struct bytes){ 0 };
	if (s->type == SHT_NOBITS)
		return true;
	s->bytes = bytes_part(e->file, get(e, row, SECTION_OFFSET), get(e, row, SECTION_SIZE));
	return s->bytes.p;
}

bool elf_section_named(const struct elf *e, const char *name, struct elf_section *s)
{
	size_t n = strlen(name) + 1;

	for (size_t i = 0; i < e->sections.count; i++) {
		const uint8_t *row = e->sections.rows.p + i * e->sections.row;
		struct bytes at = bytes_part(e->section_names, get(e, row, SECTION_NAME), n);

		if (at.p && !memcmp(at.p, name, n))
			return elf_section(e, i, s);
	}
	return false;
}

struct bytes elf_at(const struct elf *e, uint64_t addr)
{
	struct elf_segment s;

	for (size_t i = 0; i < e->segments.count; i++)
		if (elf_segment(e, i, &s) && s.type == PT_LOAD && addr >= s.addr &&
		    addr - s.addr < s.bytes.n)
			return bytes_from(s.bytes, addr - s.addr);
	return (struct bytes){ 0 };
}

/* A name can stand in several places: an external linker lets one name be the end
 * of a longer one. */
#define PLACES 4

struct wanted {
	uint32_t at[PLACES]; /* offsets in the names */
	size_t count;
};

static void find_name(struct bytes names, const char *name, struct wanted *w)
{
	size_t n = strlen(name) + 1;
	struct bytes rest = names;
	const uint8_t *at;

	w->count = 0;
	while (w->count < PLACES && (at = bytes_find(rest, name, n))) {
		w->at[w->count++] = (uint32_t)(at - names.p);
		rest = bytes_from(names, (uint64_t)(at - names.p) + 1);
	}
}

static bool is_wanted(const struct wanted *w, uint32_t name)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->at[i] == name)
			return true;
	return false;
}

void elf_symbols(const struct elf *e, const char *const *names, size_t n, uint64_t *values)
{
	struct elf_section symbols, texts;
	size_t row = e->wide ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);

	memset(values, 0, n * sizeof(*values));
	if (!elf_section_named(e, ".symtab", &symbols) || !elf_section(e, symbols.link, &texts))
		return;
	for (size_t k = 0; k < n; k++) {
		struct wanted w;

		find_name(texts.bytes, names[k], &w);
		if (!w.count)
			continue;
		for (size_t at = 0; symbols.bytes.n - at >= row; at += row)
			if (is_wanted(&w, (uint32_t)get(e, symbols.bytes.p + at, SYMBOL_NAME))) {
				values[k] = get(e, symbols.bytes.p + at, SYMBOL_VALUE);
				break;
			}
	}
}

const char *elf_goarch(const struct elf *e)
{
	switch (e->machine) {
	case EM_X86_64:
		return e->wide ? "amd64" : "amd64p32";
	case EM_386:
		return "386";
	case EM_AARCH64:
		return "arm64";
	case EM_ARM:
		return "arm";
	case EM_PPC64:
		return e->big ? "ppc64" : "ppc64le";
	case EM_S390:
		return "s390x";
	case EM_RISCV:
		return "riscv64";
	case 258: /* EM_LOONGARCH, too new for some elf.h */
		return "loong64";
	case EM_MIPS:
		if (e->wide)
			return e->big ? "mips64" : "mips64le";
		return e->big ? "mips" : "mipsle";
	default:
		return "unknown";
	}
}
