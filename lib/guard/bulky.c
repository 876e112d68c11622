#include "guard/bulky.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "guard/elf.h"
#include "guard/pclntab.h"

struct row {
	struct pclntab_row function;
	uint32_t frame;
};

struct rows {
	struct row *items;
	size_t len, cap;
};

static uint32_t larger(const struct row *r)
{
	return r->frame > r->function.argument_bytes ? r->frame : r->function.argument_bytes;
}

static int by_bytes(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (larger(a) != larger(b))
		return larger(a) < larger(b) ? 1 : -1;
	return (a->function.entry > b->function.entry) - (a->function.entry < b->function.entry);
}

static bool is_runtimes(const char *name)
{
	return starts_with(name, "runtime.") || starts_with(name, "debugCall");
}

static void list_rows(const struct pclntab *t, struct rows *rows)
{
	struct row row;

	for (uint32_t i = 0; i < t->count; i++) {
		if (!pclntab_row(t, i, &row.function) || is_runtimes(row.function.name))
			continue;
		row.frame = pclntab_frame(t, &row.function);
		if (larger(&row) > BULKY_ABOVE)
			VEC_PUSH(rows, row);
	}
	if (rows->len)
		qsort(rows->items, rows->len, sizeof(*rows->items), by_bytes);
}

static struct bulky bulky_of(const struct row *r, const struct binary *b, struct arena *a)
{
	const struct pclntab_row *row = &r->function;
	bool fixed = b->text && !b->pie;

	return (struct bulky){
		.function = arena_strndup(a, row->name, strlen(row->name)),
		.bytes = row->argument_bytes > BULKY_ABOVE ? row->argument_bytes : 0,
		.frame_bytes = r->frame,
		.line = row->line,
		.entry = fixed ? b->text + row->entry : 0,
		.end = fixed ? b->text + row->end : 0,
	};
}

void bulkies_parse(const uint8_t *bytes, size_t n, const struct binary *b, struct arena *a,
		   struct bulkies *found)
{
	struct rows rows = { 0 };
	struct pclntab t;
	struct elf e;

	*found = (struct bulkies){ 0 };
	if (b->kind != BINARY_GO_AMD64 || !elf_open(&e, (struct bytes){ bytes, n }) ||
	    !pclntab_open(&t, &e))
		return;
	list_rows(&t, &rows);
	found->items = arena_alloc(a, (rows.len + 1) * sizeof(*found->items));
	for (; found->len < rows.len; found->len++)
		found->items[found->len] = bulky_of(&rows.items[found->len], b, a);
	VEC_FREE(&rows);
}

bool bulkies_read(const char *path, const struct binary *b, struct arena *a, struct bulkies *found,
		  struct err *err)
{
	struct bytes file;

	if (!elf_map(path, &file, err))
		return false;
	bulkies_parse(file.p, file.n, b, a, found);
	elf_unmap(&file);
	return true;
}
