#include "guard/pclntab.h"

#include <elf.h>
#include <endian.h>
#include <string.h>

#define HEADER_SIZE    72
#define ROW            ((size_t)8) /* of the table of functions */
#define DETAILS_NAME   4           /* offset of the name in the details */
#define DETAILS_LEAST  8
#define DETAILS_ARGS   8
#define DETAILS_STEPS  16
#define DETAILS_LINE   36
#define DETAILS_SIZE   44
#define NAME_TOO_LARGE 64

/* Magic, padding, instruction quantum of amd64, word size. */
static const uint8_t MAGIC[8] = { 0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8 };

static uint32_t load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static uint64_t word(struct bytes header, size_t i)
{
	uint64_t v;

	memcpy(&v, header.p + 8 + i * sizeof(v), sizeof(v));
	return le64toh(v);
}

static bool read_header(struct pclntab *t, struct bytes raw)
{
	struct bytes header = bytes_part(raw, 0, HEADER_SIZE);
	uint64_t count, names, names_end, steps, functions;

	if (!header.p || memcmp(header.p, MAGIC, sizeof(MAGIC)) != 0)
		return false;
	count = word(header, 0);
	names = word(header, 3);
	names_end = word(header, 4);
	steps = word(header, 6);
	functions = word(header, 7);
	if (!count || count > UINT32_MAX / ROW || names < HEADER_SIZE || names_end <= names ||
	    functions < names_end)
		return false;
	t->names = bytes_part(raw, names, names_end - names);
	t->functions = bytes_from(raw, functions);
	t->steps = bytes_part(raw, steps, functions > steps ? functions - steps : 0);
	t->count = (uint32_t)count;
	if (!t->names.p || !t->functions.p || t->functions.n < count * ROW + sizeof(uint32_t))
		return false;
	t->text_size = load32(t->functions.p + count * ROW);
	return true;
}

static bool search(struct pclntab *t, struct bytes in)
{
	const uint8_t *at;

	while ((at = bytes_find(in, MAGIC, sizeof(MAGIC)))) {
		in = bytes_from(in, (uint64_t)(at - in.p));
		if (read_header(t, in))
			return true;
		in = bytes_from(in, 1);
	}
	return false;
}

bool pclntab_open(struct pclntab *t, const struct elf *e)
{
	struct elf_section section;
	struct elf_segment segment;

	if (elf_section_named(e, ".gopclntab", &section) ||
	    elf_section_named(e, ".data.rel.ro.gopclntab", &section))
		return read_header(t, section.bytes);
	/* The system's linker puts it with all others that need relocations. */
	if (elf_section_named(e, ".data.rel.ro", &section) && search(t, section.bytes))
		return true;
	for (size_t i = 0; !e->sections.count && i < e->segments.count; i++)
		if (elf_segment(e, i, &segment) && segment.type == PT_LOAD &&
		    !(segment.flags & PF_X) && search(t, segment.bytes))
			return true;
	return false;
}

/* Returns how many of the names there are. */
static size_t find_names(const struct pclntab *t, struct pclntab_function *f, size_t n)
{
	const uint8_t *p = t->names.p, *end = p + t->names.n, *stop;
	uint64_t lengths = 0; /* bit i: a name of i bytes is wanted */
	size_t found = 0;

	for (size_t k = 0; k < n; k++)
		lengths |= UINT64_C(1) << strlen(f[k].name);
	for (; found < n && p < end && (stop = memchr(p, 0, (size_t)(end - p))); p = stop + 1) {
		size_t len = (size_t)(stop - p);

		if (len >= NAME_TOO_LARGE || !(lengths >> len & 1))
			continue;
		for (size_t k = 0; k < n; k++)
			if (!f[k].named && strlen(f[k].name) == len && !memcmp(f[k].name, p, len)) {
				f[k].named = true;
				f[k].name_at = (uint32_t)(p - t->names.p);
				found++;
			}
	}
	return found;
}

/* The function in row i, when it is a wanted one that was not found yet. */
static struct pclntab_function *match(const struct pclntab *t, uint32_t i,
				      struct pclntab_function *f, size_t n)
{
	struct bytes details =
	    bytes_part(t->functions, load32(t->functions.p + i * ROW + 4), DETAILS_LEAST);
	uint32_t name;

	if (!details.p)
		return NULL;
	name = load32(details.p + DETAILS_NAME);
	for (size_t k = 0; k < n; k++)
		if (f[k].name_at == name && f[k].named && !f[k].found)
			return &f[k];
	return NULL;
}

void pclntab_lookup(const struct pclntab *t, struct pclntab_function *f, size_t n)
{
	size_t left;

	for (size_t k = 0; k < n; k++) {
		assert(strlen(f[k].name) < NAME_TOO_LARGE);
		f[k].found = f[k].named = false;
	}
	left = find_names(t, f, n);
	for (uint32_t i = 0; left && i < t->count; i++) {
		struct pclntab_function *hit = match(t, i, f, n);
		uint32_t next;

		if (!hit)
			continue;
		hit->found = true;
		hit->entry = load32(t->functions.p + i * ROW);
		next = load32(t->functions.p + (i + 1) * ROW);
		hit->size = next > hit->entry ? next - hit->entry : 0;
		left--;
	}
}

bool pclntab_row(const struct pclntab *t, uint32_t i, struct pclntab_row *row)
{
	const uint8_t *at = t->functions.p + i * ROW;
	struct bytes details = bytes_part(t->functions, load32(at + 4), DETAILS_SIZE);
	struct bytes name;
	uint32_t args, line;

	if (!details.p)
		return false;
	name = bytes_from(t->names, load32(details.p + DETAILS_NAME));
	if (!name.n || !memchr(name.p, 0, name.n))
		return false;
	args = load32(details.p + DETAILS_ARGS);
	line = load32(details.p + DETAILS_LINE);
	*row = (struct pclntab_row){
		.name = (const char *)name.p,
		.entry = load32(at),
		.end = load32(at + ROW),
		.argument_bytes = args <= INT32_MAX ? args : 0,
		.line = line <= INT32_MAX ? line : 0,
		.steps_at = load32(details.p + DETAILS_STEPS),
	};
	return row->end > row->entry;
}

/* The next of at most 32 bits. 0 at the end of the bytes: it ends a list, too. */
static uint32_t read_varint(struct bytes *rest)
{
	uint32_t v = 0;

	for (unsigned shift = 0; rest->n && shift < 35; shift += 7) {
		uint8_t byte = *rest->p;

		*rest = bytes_from(*rest, 1);
		v |= (uint32_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return v;
	}
	return 0;
}

uint32_t pclntab_frame(const struct pclntab *t, const struct pclntab_row *row)
{
	struct bytes rest = bytes_from(t->steps, row->steps_at);
	uint32_t code = row->end - row->entry, at = 0, step;
	int64_t value = -1, most = 0;

	while (row->steps_at && at < code && ((step = read_varint(&rest)) || !at)) {
		uint32_t length = read_varint(&rest);

		value += step & 1 ? ~(int64_t)(step >> 1) : (int64_t)(step >> 1);
		if (!length || value < 0 || value > INT32_MAX)
			return 0;
		most = value > most ? value : most;
		at += length < code - at ? length : code - at;
	}
	return (uint32_t)most;
}

bool pclntab_has_function(const struct pclntab *t, const char *end)
{
	struct bytes rest = t->names;
	size_t n = strlen(end) + 1;
	const uint8_t *at, *before;

	while ((at = bytes_find(rest, end, n))) {
		before = at;
		while (before > t->names.p && before[-1] && before[-1] != '(')
			before--;
		if (before == t->names.p || !before[-1])
			return true;
		rest = bytes_from(rest, (uint64_t)(at - rest.p) + n);
	}
	return false;
}
