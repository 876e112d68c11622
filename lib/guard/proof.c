#include "guard/proof.h"

#include <string.h>

#include "base/str.h"

#define COUNT_AT   8 /* of goroutineLeak.count, behind pending */
#define CYCLES_MAX (UINT32_C(1) << 31)

/* From the DWARF of programs built with the releases below, plain and with -race: the same in
 * all of a minor version that were looked at (1.26.0, .1, .4, .7, .8; 1.27.0). */
static const struct {
	const char *minor;
	struct proof_layout layout;
} verified[] = {
	{ "go1.26", { .pending = 448, .cycles = 648 } },
	{ "go1.27", { .pending = 448, .cycles = 648 } },
};

/* "" or ".8": no release candidate, no "-X:" with experiments that may change the layout. */
static bool is_patch(const char *rest)
{
	if (!*rest)
		return true;
	return *rest == '.' && rest[1] && strspn(rest + 1, "0123456789") == strlen(rest + 1);
}

const struct proof_layout *proof_layout_of(const char *go_version)
{
	for (size_t i = 0; i < ARRAY_LEN(verified); i++)
		if (starts_with(go_version, verified[i].minor) &&
		    is_patch(go_version + strlen(verified[i].minor)))
			return &verified[i].layout;
	return NULL;
}

bool proof_possible(const struct binary *b)
{
	return b->kind == BINARY_GO_AMD64 && b->work && proof_layout_of(b->go_version);
}

static bool looks_right(const struct memory *m, uint64_t work, const struct proof_layout *l)
{
	const struct memory_map *map = memory_find(m, work);
	uint8_t flags[3];
	uint64_t count;
	uint32_t cycles;

	if (!map || !map->write || !memory_read(m, work + l->pending, flags, sizeof(flags)) ||
	    !memory_u64(m, work + l->pending + COUNT_AT, &count) ||
	    !memory_u32(m, work + l->cycles, &cycles))
		return false;
	return !flags[0] && !flags[1] && !flags[2] && !count && cycles < CYCLES_MAX;
}

bool proof_ask(const struct binary *b, const struct memory *m, struct err *err)
{
	const struct proof_layout *l = proof_layout_of(b->go_version);
	uint64_t work = b->work + (b->pie ? memory_bias(m, b->base) : 0);
	static const uint8_t yes = 1;

	if (!proof_possible(b))
		return err_set(err, ERR_LIMIT, "not for this version of Go");
	if (!looks_right(m, work, l))
		return err_set(err, ERR_LIMIT, "the runtime's memory is not as it is known");
	return memory_write(m, work + l->pending, &yes, sizeof(yes), err);
}
