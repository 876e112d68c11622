#include <string.h>

#include "base/vec.h"
#include "gotest/listing.h"
#include "run/shard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Shares together are all packages, each in one of them. */
static void divide(const uint8_t *data, size_t size, struct arena *a)
{
	struct shard_packages packages = { 0 };
	AUTO_WORDS shares = { 0 };
	struct shard s = { .total = 3 };

	shard_list(&packages, (const char *)data, size, a);
	shard_weigh(&packages, NULL);
	for (s.index = 1; s.index <= s.total; s.index++)
		shard_choose(&packages, &s, &shares);
	assert(shares.len == packages.len);
	VEC_FREE(&packages);
}

/* What is reached by a folder is among what there is at all. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	AUTO_WORDS folders = { 0 }, some = { 0 }, all = { 0 };

	VEC_PUSH(&folders, "/s");
	listing_reached((const char *)data, size, &folders, false, &a, &some);
	listing_reached((const char *)data, size, &folders, true, &a, &all);
	for (size_t i = 0; i < some.len; i++) {
		size_t k = 0;

		while (k < all.len && strcmp(all.items[k], some.items[i]) != 0)
			k++;
		assert(k < all.len);
	}
	divide(data, size, &a);
	arena_clear(&a);
	return 0;
}
