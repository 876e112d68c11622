#include "guard/buildinfo.h"

#include <elf.h>

#define HEADER_SIZE  32
#define FLAGS_AT     15
#define FLAG_STRINGS 2
#define MARK_SIZE    ((size_t)16)

static const char MAGIC[14] = "\xff Go buildinf:";

/* Takes a length and that many bytes off the front of *b. */
static struct str take_string(struct bytes *b)
{
	struct bytes text;
	uint64_t n = 0;
	size_t at = 0;

	for (unsigned shift = 0; shift < 63 && at < b->n; shift += 7) {
		n |= (uint64_t)(b->p[at] & 0x7f) << shift;
		if (b->p[at++] < 0x80)
			break;
	}
	text = bytes_part(*b, at, n);
	if (!text.p)
		return (struct str){ 0 };
	*b = bytes_from(*b, at + n);
	return (struct str){ (const char *)text.p, text.n };
}

static struct str until_tab(struct str s)
{
	const char *tab = s.n ? memchr(s.p, '\t', s.n) : NULL;

	return tab ? (struct str){ s.p, (size_t)(tab - s.p) } : s;
}

static void read_lines(struct buildinfo *info, struct str rest)
{
	struct str line;

	while (str_line(&rest, &line))
		if (str_skip(&line, "path\t"))
			info->path = line;
		else if (str_skip(&line, "mod\t"))
			info->module = until_tab(line);
		else if (str_skip(&line, "build\tDefaultGODEBUG="))
			info->default_godebug = line;
}

static bool read_strings(struct buildinfo *info, struct bytes raw)
{
	struct bytes header = bytes_part(raw, 0, HEADER_SIZE), rest;
	struct str module;

	if (!header.p || memcmp(header.p, MAGIC, sizeof(MAGIC)) != 0)
		return false;
	if (!(header.p[FLAGS_AT] & FLAG_STRINGS))
		return true;
	rest = bytes_from(raw, HEADER_SIZE);
	info->version = take_string(&rest);
	module = take_string(&rest);
	if (module.n < 2 * MARK_SIZE)
		return true;
	read_lines(info, (struct str){ module.p + MARK_SIZE, module.n - 2 * MARK_SIZE });
	return true;
}

bool buildinfo_read(struct buildinfo *info, const struct elf *e)
{
	struct elf_section section;
	struct elf_segment segment;
	const uint8_t *at;

	*info = (struct buildinfo){ 0 };
	if (elf_section_named(e, ".go.buildinfo", &section))
		return read_strings(info, section.bytes);
	for (size_t i = 0; !e->sections.count && i < e->segments.count; i++) {
		if (!elf_segment(e, i, &segment) || segment.type != PT_LOAD ||
		    !(segment.flags & PF_W))
			continue;
		at = bytes_find(segment.bytes, MAGIC, sizeof(MAGIC));
		if (at &&
		    read_strings(info, bytes_from(segment.bytes, (uint64_t)(at - segment.bytes.p))))
			return true;
	}
	return false;
}
