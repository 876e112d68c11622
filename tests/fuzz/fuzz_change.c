#include <git2.h>
#include <string.h>

#include "base/map.h"
#include "vcs/change.h"
#include "vcs/declarations.h"
#include "vcs/ignored.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Lines in a text, 1 at least. */
static uint32_t lines_of(struct str text)
{
	uint32_t n = 1;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

static void check_declarations(struct str text, struct arena *a, struct spots *spots)
{
	AUTO_DECLARATIONS d = { 0 };
	uint32_t lines = lines_of(text);

	declarations_read(&d, text, a);
	for (size_t i = 0; i < d.len; i++) {
		const struct declaration *it = &d.items[i];
		struct spot s = { .kind = SPOT_FUNCTION,
				  .mark = 1,
				  .path = "new",
				  .name = it->name,
				  .ordinal = it->ordinal };

		assert(it->first && it->first <= it->last && it->last <= lines);
		assert(!i || it->first >= d.items[i - 1].first);
		if (spots->len < 20) {
			spots->items = realloc(spots->items, 64 * sizeof(s));
			assert(spots->items);
			spots->items[spots->len++] = s;
		}
	}
}

static void follow(struct str new, struct str old, struct arena *a, struct spots *spots)
{
	struct change c = {
		.old_text = old, .new_text = new, .old_path = "old", .new_path = "new", .arena = a
	};
	AUTO_SPOTS before = { 0 };
	AUTO_TOUCHES touches = { 0 };
	uint32_t lines = lines_of(old);

	spots->items = realloc(spots->items, 64 * sizeof(spots->items[0]));
	assert(spots->items);
	for (uint32_t line = 1; line <= 10; line++)
		spots->items[spots->len++] =
		    (struct spot){ .kind = SPOT_LINE, .path = "new", .name = "", .line = line };
	spots->items[spots->len++] =
	    (struct spot){ .kind = SPOT_DEPENDENCY, .path = "new", .name = "example.com/a/b" };
	if (!change_follow(&c, spots->items, spots->len, &before, &touches, NULL))
		return;
	for (size_t i = 0; i < before.len; i++)
		if (before.items[i].kind == SPOT_LINE && lines_of(new) > 10)
			assert(before.items[i].line && before.items[i].line <= lines);
	change_begin(&c, spots->items, spots->len, &touches);
}

__attribute__((constructor)) static void begin(void)
{
	git_libgit2_init();
}

/* The input is a new version of a file, a byte 0xff, the old one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, 0xff, size);
	size_t n = end ? (size_t)(end - data) : size;
	struct str new = { (const char *)data, n };
	struct str old = { (const char *)data + n + (end ? 1 : 0), size - n - (end ? 1 : 0) };
	struct arena arena = { 0 };
	struct map ignored = { 0 };
	AUTO_SPOTS spots = { 0 };

	check_declarations(new, &arena, &spots);
	follow(new, old, &arena, &spots);
	ignored_read(&ignored, new);
	map_release(&ignored);
	arena_clear(&arena);
	return 0;
}
