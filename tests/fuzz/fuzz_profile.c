#include <string.h>

#include "profile/gzip.h"
#include "profile/heap_profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All that was read can be read: the sum keeps it from being left out. */
static void walk(const struct heap_profile *p)
{
	size_t sum = 0;

	for (size_t i = 0; i < p->len; i++) {
		const struct heap_site *s = &p->items[i];

		assert(s->objects >= 0 && s->bytes >= 0);
		for (size_t k = 0; k < s->depth; k++)
			sum += strlen(s->frames[k].function) + strlen(s->frames[k].file);
	}
	assert(sum < SIZE_MAX);
}

static void read_profile(const void *bytes, size_t n)
{
	AUTO_HEAP_PROFILE p = { 0 };
	struct err err = { 0 };

	if (heap_profile_parse(&p, bytes, n, &err))
		walk(&p);
	else
		assert(*err.msg && !p.len);
}

/* As it is, and as what a compressed file holds: a checksum is not easily guessed. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_BUF raw = { 0 }, packed = { 0 };

	read_profile(data, size);
	buf_put(&raw, data, size);
	if (gzip_pack(&packed, &raw, NULL))
		read_profile(packed.data, packed.len);
	return 0;
}
