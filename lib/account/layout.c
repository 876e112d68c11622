#include "account/layout.h"

static const struct layout layouts[] = {
	[22] = { 152, 312, 64, 80, false, 0, 32, 8, 16 },
	[23] = { 160, 320, 64, 80, false, 32, 40, 16, 24 },
	[24] = { 160, 320, 64, 80, false, 32, 40, 16, 24 },
	[25] = { 152, 312, 64, 80, false, 32, 40, 24, 32 },
	[26] = { 152, 320, 72, 88, true, 32, 40, 24, 32 },
	[27] = { 152, 320, 72, 88, true, 32, 40, 24, 32 },
};

const struct layout *layout_of(int go_minor)
{
	for (int v = 22; v < (int)ARRAY_LEN(layouts); v++)
		if (v == go_minor)
			return &layouts[v];
	return NULL;
}
