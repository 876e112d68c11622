#include "account/layout.h"

static const struct layout layouts[] = {
	[22] = { 64, 80, false, 0, 32, 8, 16 },   [23] = { 64, 80, false, 32, 40, 16, 24 },
	[24] = { 64, 80, false, 32, 40, 16, 24 }, [25] = { 64, 80, false, 32, 40, 24, 32 },
	[26] = { 72, 88, true, 32, 40, 24, 32 },  [27] = { 72, 88, true, 32, 40, 24, 32 },
};

const struct layout *layout_of(int go_minor)
{
	if (go_minor < 22 || (size_t)go_minor >= ARRAY_LEN(layouts))
		return NULL;
	return &layouts[go_minor];
}
