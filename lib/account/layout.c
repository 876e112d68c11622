#include "account/layout.h"

static const struct layout layouts[] = {
	[22] = { 152, 312, 64, 80, false, 0, 32, 8, 16, 144, 232, 240 },
	[23] = { 160, 320, 64, 80, false, 32, 40, 16, 24, 160, 264, 272 },
	[24] = { 160, 320, 64, 80, false, 32, 40, 16, 24, 160, 264, 272 },
	[25] = { 152, 312, 64, 80, false, 32, 40, 24, 32, 168, 280, 288 },
	[26] = { 152, 320, 72, 88, true, 32, 40, 24, 32, 168, 280, 288 },
	[27] = { 152, 320, 72, 88, true, 32, 40, 24, 32, 168, 280, 288 },
};

const struct layout *layout_of(int go_minor)
{
	for (int v = 22; v < (int)ARRAY_LEN(layouts); v++)
		if (v == go_minor)
			return &layouts[v];
	return NULL;
}
